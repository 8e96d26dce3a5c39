"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the package's system checks, and has sign-ins noted."""

    name = "bookbind.web"
    label = "web"

    def ready(self) -> None:
        """Let Django know what keeps a configuration from working, and when somebody showed who they are."""
        import_module("bookbind.web.checks")
        import_module("bookbind.web.confirming")
