"""Django's entry for this package."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.connections"
    label = "connections"
