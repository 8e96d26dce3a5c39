"""Django's registration of this package."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """The vendors and the budget of calls to them."""

    name = "bookbind.providers"
