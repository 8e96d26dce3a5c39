"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the package's models, its listeners and the work it does."""

    name = "bookbind.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Hear the news from below, and do the jobs of this package."""
        for module in ("listeners", "outbox", "digest"):
            import_module(f"{self.name}.{module}")
