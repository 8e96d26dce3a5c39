"""Django's entry for this package."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.jobs"
    label = "jobs"
