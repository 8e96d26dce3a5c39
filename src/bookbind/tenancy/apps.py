"""Django's entry for this package."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.tenancy"
    label = "tenancy"
