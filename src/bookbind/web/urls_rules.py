"""Addresses of rules, inside a business."""

from django.urls import path

from bookbind.web.views import rules

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.rule_new, name="rule_new"),
    path("rules/<uuid:rule_id>/", rules.rule, name="rule"),
    path("rules/<uuid:rule_id>/switch", rules.rule_switch, name="rule_switch"),
    path("rules/<uuid:rule_id>/restore", rules.rule_restore, name="rule_restore"),
    path("rules/<uuid:rule_id>/first", rules.rule_first, name="rule_first"),
]
