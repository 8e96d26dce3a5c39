"""Addresses of lists, inside a business."""

from django.urls import path

from bookbind.web.views import (
    lists,
    lists_combining,
    lists_dimensions,
    lists_import,
    lists_matching,
    lists_own,
)

urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/refresh", lists.lists_refresh, name="lists_refresh"),
    path("lists/<slug:name>/", lists.list_page, name="list"),
    path("lists/<slug:name>/new", lists_own.list_new, name="list_new"),
    path("lists/<slug:name>/import", lists_import.list_import, name="list_import"),
    path(
        "lists/<slug:name>/import/<uuid:draft_id>/",
        lists_import.list_import_preview,
        name="list_import_preview",
    ),
    path("lists/<slug:name>/<uuid:item_id>/", lists_own.list_item, name="list_item"),
    path("lists/<slug:name>/<uuid:item_id>/archive", lists_own.list_item_archive, name="list_item_archive"),
    path("lists/<slug:name>/pick", lists.list_pick, name="list_pick"),
    path("lists/<slug:name>/remote", lists_matching.list_remote, name="list_remote"),
    path("lists/<slug:name>/match", lists_matching.list_match, name="list_match"),
    path("lists/<slug:name>/export", lists.list_export, name="list_export"),
    path("lists/<slug:name>/dimension", lists_dimensions.list_dimension, name="list_dimension"),
    path("lists/<slug:name>/combine", lists_combining.list_combine, name="list_combine"),
    path("lists/<slug:name>/keep-apart", lists_combining.list_keep_apart, name="list_keep_apart"),
    path(
        "combinations/<uuid:combination_id>/undo", lists_combining.combination_undo, name="combination_undo"
    ),
]
