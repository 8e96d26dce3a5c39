"""Whether somebody asked today for a connection to be renewed."""

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.notifications.models import ReconnectRequest


def find_request_of_today(connection: Connection) -> ReconnectRequest | None:
    """Today's request, where the business is; None when nobody asked yet."""
    today = clock.local_date(clock.now(), connection.business.time_zone)
    found: ReconnectRequest | None = ReconnectRequest.objects.filter(connection=connection, day=today).first()
    return found
