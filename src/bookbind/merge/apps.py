"""Django's entry for this package."""

from django.apps import AppConfig


class MergeConfig(AppConfig):
    """Registers the package's models, jobs and listeners."""

    name = "bookbind.merge"
    label = "merge"

    def ready(self) -> None:
        """Load what registers itself by being imported."""
        from bookbind.merge import listeners  # noqa: F401, PLC0415
