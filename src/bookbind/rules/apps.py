"""Django's entry for this package."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.rules"
    label = "rules"
