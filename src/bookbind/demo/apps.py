"""Django's entry for this package."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.demo"
    label = "demo"
