"""What happens with a supplier or customer that the books lack when a document first uses it, in words."""

from bookbind.connections.models import Connection
from bookbind.providers.base.types import ListName
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.models import PublishingSettings

CREATED = "Created when first used"
ASKED = "You are asked when first used"


def asks_first(connection: Connection, name: str) -> bool:
    """Whether somebody is asked before an entry of the list is created; that is a setting for suppliers."""
    ask = PublishingSettings.NewSuppliers.ASK
    return name == ListName.SUPPLIERS and get_settings(connection).new_suppliers == ask


def first_use_words(connection: Connection, name: str) -> str:
    """What stands in the place of a match."""
    return ASKED if asks_first(connection, name) else CREATED
