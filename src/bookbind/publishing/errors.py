"""What can go wrong when somebody asks for something; the docstring is the message."""

from collections.abc import Sequence
from http import HTTPStatus

from bookbind.publishing.reasons import Problem


class PublishingError(Exception):
    """This is not possible now."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.__doc__))


class DocumentIncomplete(PublishingError):
    """Something is missing or does not add up, so the document was not published."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class NotConnected(PublishingError):
    """There is no accounting software to publish to. Connect one in Business settings > Connections."""


class OnItsWay(PublishingError):
    """The document is being sent right now, so it can't be taken back. Wait a moment and look again."""


class MovedMeanwhile(PublishingError):
    """The document moved on while you looked at it. Look at where it stands now."""


class TwinUnknown(PublishingError):
    """That is not one of the documents that were found. Choose one of those shown."""


class StartCutOff(PublishingError):
    """Nothing can be sent there now, so publishing was not started. Reconnect first, or undo the change."""


class SettingNotTaken(PublishingError):
    """The accounting software does not take documents that way. Choose one of those offered."""

    status = HTTPStatus.BAD_REQUEST
