"""What can go wrong in Merge lists; the docstring is the message where nothing else is said."""

from http import HTTPStatus

from bookbind.kit.text import plural


class MergeError(Exception):
    """This match can't be made."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.__doc__))


class DraftMoved(MergeError):
    """The draft is not as it was seen any more; the message says who changed it and what was done before.

    `by` is who changed it, empty when the lists were read anew. `created` entries were made in the books
    before that was seen; they stay there.
    """

    def __init__(self, by: str = "", created: int = 0) -> None:
        who = f"{by} changed this" if by else "The lists or their matches changed"
        done = "Nothing was changed now"
        if created:
            made = f"{plural(created, 'entry was', 'entries were')} created in the books"
            done = f"{made}, and nothing else was changed"
        super().__init__(f"{who} since you opened it. {done}; please look at it again.")
        self.by, self.created = by, created


class ChoiceRefused(MergeError):
    """The two can't stand for each other; the message says why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BooksLeft(MergeError):
    """The business is not connected to these books any more, so nothing is matched there."""


class NothingToUse(MergeError):
    """Nothing is ticked, so there is nothing to use."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class StillTicked(MergeError):
    """Something of this list is ticked and not used yet."""


class UndoneAlready(MergeError):
    """These matches were taken back already."""


class UndoBlocked(MergeError):
    """A later combination builds on these matches. Undo that first.

    `combination_id` leads to it.
    """

    def __init__(self, message: str, combination_id: object = None) -> None:
        super().__init__(message)
        self.combination_id = combination_id


class NotCreatable(MergeError):
    """Such an entry can't be created from here. Create it in the accounting software and refresh the list."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class CreationRefused(MergeError):
    """The accounting software refused to create the entry. `vendor_text` is what it said, raw."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str = "", vendor_text: str = "") -> None:
        super().__init__(message)
        self.vendor_text = vendor_text


class CreationUncertain(MergeError):
    """The answer got lost. It will be looked up before anything is created again; please press once more."""


class CreationUnderWay(CreationUncertain):
    """It is being created there at this moment. Look again in a minute, and press once more if it is not."""
