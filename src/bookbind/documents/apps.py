"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Registers the package's models and listeners."""

    name = "bookbind.documents"
    label = "documents"

    def ready(self) -> None:
        """Listen to the packages below."""
        import_module("bookbind.documents.listeners")
