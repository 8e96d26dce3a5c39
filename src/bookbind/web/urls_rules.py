"""Addresses of rules, inside a business."""

from django.urls import path

from bookbind.web.views import rules, rules_exchange

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.rule_new, name="rule_new"),
    path("rules/export", rules_exchange.rules_export, name="rules_export"),
    path("rules/import", rules_exchange.rules_import, name="rules_import"),
    path(
        "rules/import/<uuid:draft_id>/",
        rules_exchange.rules_import_preview,
        name="rules_import_preview",
    ),
    path("rules/<uuid:rule_id>/", rules.rule, name="rule"),
    path("rules/<uuid:rule_id>/switch", rules.rule_switch, name="rule_switch"),
    path("rules/<uuid:rule_id>/restore", rules.rule_restore, name="rule_restore"),
    path("rules/<uuid:rule_id>/first", rules.rule_first, name="rule_first"),
]
