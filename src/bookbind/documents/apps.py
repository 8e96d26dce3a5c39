"""Django's entry for this package."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.documents"
    label = "documents"
