"""Django's entry for this package."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Registers the package's models and listeners."""

    name = "bookbind.rules"
    label = "rules"

    def ready(self) -> None:
        """Load what registers itself by being imported."""
        from bookbind.rules import listeners  # noqa: F401, PLC0415
