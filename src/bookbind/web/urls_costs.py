"""Addresses of costs, inside a business."""

from django.urls import path

from bookbind.web.views import (
    costs,
    costs_document,
    costs_export,
    costs_paper,
    costs_publishing,
    costs_ready,
    costs_rule,
    costs_together,
    costs_upload,
)

urlpatterns = [
    path("costs/", costs.costs, name="costs"),
    path("costs/upload", costs_upload.costs_upload, name="costs_upload"),
    path("costs/publish-all", costs.costs_publish_all, name="costs_publish_all"),
    path("costs/export", costs_export.costs_export, name="costs_export"),
    path("costs/ready", costs_ready.costs_ready, name="costs_ready"),
    path("costs/early/publish", costs_together.costs_publish_early, name="costs_publish_early"),
    path("costs/early/archive", costs_together.costs_archive_early, name="costs_archive_early"),
    path("costs/early/take-back", costs_together.costs_take_back_early, name="costs_take_back_early"),
    path("costs/early/restore", costs_together.costs_restore_early, name="costs_restore_early"),
    path("costs/<uuid:document_id>/ready", costs_ready.cost_ready, name="cost_ready"),
    path("costs/<uuid:document_id>/", costs_document.cost, name="cost"),
    path("costs/<uuid:document_id>/status", costs_document.cost_status, name="cost_status"),
    path("costs/<uuid:document_id>/save", costs_document.cost_save, name="cost_save"),
    path("costs/<uuid:document_id>/publish", costs_publishing.cost_publish, name="cost_publish"),
    path("costs/<uuid:document_id>/take-back", costs_publishing.cost_take_back, name="cost_take_back"),
    path("costs/<uuid:document_id>/match", costs_publishing.cost_match, name="cost_match"),
    path("costs/<uuid:document_id>/decide", costs_publishing.cost_decide, name="cost_decide"),
    path("costs/<uuid:document_id>/archive", costs_publishing.cost_archive, name="cost_archive"),
    path("costs/<uuid:document_id>/restore", costs_publishing.cost_restore, name="cost_restore"),
    path("costs/<uuid:document_id>/rule", costs_rule.cost_rule, name="cost_rule"),
    path("costs/<uuid:document_id>/file", costs_paper.cost_file, name="cost_file"),
    path("costs/<uuid:document_id>/pages/<int:number>.png", costs_paper.cost_page_image, name="cost_page"),
]
