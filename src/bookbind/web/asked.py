"""What an address asks for, read with care."""

from uuid import UUID

from bookbind.lists.models import ListItem


def find_asked_item(text: str) -> ListItem | None:
    """The entry of a list that an address names; None for none, or for what is no entry of the business."""
    try:
        found: ListItem | None = ListItem.objects.filter(id=UUID(text)).first() if text else None
    except ValueError:
        return None
    return found
