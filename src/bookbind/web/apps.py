"""Django's entry for this package."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.web"
    label = "web"
