"""Django's entry for this package."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.activity"
    label = "activity"
