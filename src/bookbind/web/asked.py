"""What an address or a form asks for, read with care."""

from uuid import UUID

from bookbind.lists.models import ListItem

_MOST_DIGITS = 8


def read_number(text: str) -> int | None:
    """A whole number as our own pages write it; None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


def find_asked_item(text: str) -> ListItem | None:
    """The entry of a list that an address names; None for none, or for what is no entry of the business."""
    try:
        found: ListItem | None = ListItem.objects.filter(id=UUID(text)).first() if text else None
    except ValueError:
        return None
    return found
