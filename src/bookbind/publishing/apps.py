"""Django's entry for this package."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.publishing"
    label = "publishing"
