"""Django's entry for this package."""

from django.apps import AppConfig
from django.conf import settings

from bookbind.kit import clock


class DemoConfig(AppConfig):
    """Registers the demo's models, its clock and the job that walks it."""

    name = "bookbind.demo"
    label = "demo"

    def ready(self) -> None:
        """Let product time be the demo's to move."""
        from bookbind.demo import clock as demo_clock  # noqa: PLC0415
        from bookbind.demo import skip as _skip  # noqa: F401, PLC0415 - registers its job

        # Tests have a clock of their own.
        if settings.CONFIG.mode == "demo":
            clock.use_offset(demo_clock.offset)
