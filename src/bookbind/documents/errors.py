"""What can go wrong with a document, one class per failure; the docstring is the message."""

from http import HTTPStatus


class DocumentError(Exception):
    """Something about this document is not possible."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.__doc__))


class FileRefused(DocumentError):
    """This file can't be used."""

    def __init__(self, name: str, reason: str, advice: str) -> None:
        super().__init__(f"{name}: {reason} {advice}")
        self.name = name
        self.reason = reason
        self.advice = advice


class EditedMeanwhile(DocumentError):
    """Somebody else changed this document after you opened it. Look at theirs, then save yours again."""

    status = HTTPStatus.CONFLICT


class DocumentFrozen(DocumentError):
    """This document is being published or stands in the books already, so it can't be changed here."""

    status = HTTPStatus.CONFLICT


class ItemUnknown(DocumentError):
    """One of the chosen entries does not exist in your lists any more. Choose another one."""
