"""Django's entry for this package."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Registers the package's models, jobs and listeners."""

    name = "bookbind.lists"
    label = "lists"

    def ready(self) -> None:
        """Load what registers itself by being imported."""
        from bookbind.lists import listeners, schedule, sync  # noqa: F401, PLC0415
