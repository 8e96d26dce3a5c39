"""Django's entry for this package."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Registers the package's models and jobs."""

    name = "bookbind.connections"
    label = "connections"

    def ready(self) -> None:
        """Importing these modules registers the jobs that they do."""
        from bookbind.connections import disconnect, probe, schedule  # noqa: F401, PLC0415 - the one place for it
