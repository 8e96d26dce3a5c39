"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Registers the package's models, listeners and jobs."""

    name = "bookbind.publishing"
    label = "publishing"

    def ready(self) -> None:
        """Listen to the packages below and offer the queue's work."""
        import_module("bookbind.publishing.listeners")
        import_module("bookbind.publishing.worker")
