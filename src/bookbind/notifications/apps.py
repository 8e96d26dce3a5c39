"""Django's entry for this package."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the package's models."""

    name = "bookbind.notifications"
    label = "notifications"
