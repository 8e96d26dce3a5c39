"""What can go wrong with lists; each docstring is the message."""


class ListError(Exception):
    """Something about the lists stands in the way."""

    def __str__(self) -> str:
        """The message that a person reads."""
        return super().__str__() or str(self.__doc__)


class ReadOvertaken(ListError):
    """Another worker reads this list now; what this one read is thrown away."""


class ReadTookTooLong(ListError):
    """Reading the list took longer than 10 minutes and was stopped. The list stands as it was."""


class ListsDiffer(ListError):
    """Only two entries of the same list can be one."""


class AlreadyCombined(ListError):
    """One of the two entries has been combined with another already."""


class SameItem(ListError):
    """An entry can't be combined with itself."""


class UndoBlocked(ListError):
    """A later combination builds on this one. Undo that first."""


class NameMissing(ListError):
    """A new entry needs a name."""


class DimensionUnknown(ListError):
    """The organisation has no such dimension, or it was switched off there."""


class DimensionTwice(ListError):
    """One dimension can be one of your lists only. Nothing was changed; choose another for one of the two."""


class BindingsMoved(ListError):
    """Somebody else changed these matches at the same moment. Nothing was changed now."""


class ListKeptElsewhere(ListError):
    """The accounting software keeps this list while it is connected. Change the entry there."""


class EntryOutdated(ListError):
    """Somebody changed this list at the same moment, so nothing was saved. Save once more."""


class ImportHasErrors(ListError):
    """Nothing was imported, because lines of the file need attention first."""


class ImportOutdated(ListError):
    """Something changed since you looked, so nothing was imported. This is what the file would do now."""
