"""Django's entry for this package."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.lists"
    label = "lists"
