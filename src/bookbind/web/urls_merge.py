"""Addresses of Merge lists, inside a connection."""

from django.urls import path

from bookbind.web.views import merge_choosing, merge_lists, merge_mapping, merge_questions, merge_using

urlpatterns = [
    path("", merge_lists.merge, name="merge"),
    path("lists/<slug:step>/", merge_lists.merge_step, name="merge_step"),
    path("lists/<slug:step>/finish", merge_questions.merge_finish, name="merge_finish"),
    path("state", merge_lists.merge_state, name="merge_state"),
    path("choose", merge_choosing.merge_choose, name="merge_choose"),
    path("rows/<uuid:item_id>", merge_choosing.merge_row, name="merge_row"),
    path("rows/<uuid:item_id>/edit", merge_choosing.merge_edit, name="merge_edit"),
    path("rows/<uuid:item_id>/targets", merge_choosing.merge_targets, name="merge_targets"),
    path("way", merge_questions.merge_way, name="merge_way"),
    path("dimension", merge_questions.merge_dimension, name="merge_dimension"),
    path("preview", merge_using.merge_preview, name="merge_preview"),
    path("use", merge_using.merge_use, name="merge_use"),
    path("used/<uuid:applied_id>/undo", merge_using.merge_undo, name="merge_undo"),
    path("mapping.csv", merge_mapping.merge_export, name="merge_export"),
    path("mapping", merge_mapping.merge_import, name="merge_import"),
]
