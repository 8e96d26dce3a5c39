"""What can go wrong on the way to a connection; the docstring of each class is the message people read."""

from typing import TYPE_CHECKING

from bookbind.connections.status import Status

if TYPE_CHECKING:
    from bookbind.connections.models import SignIn


class SignInFailure(Exception):
    """The sign-in could not be used. Nothing was changed. Please start again from Connections."""

    http_status = 400
    begins_again = False
    """Whether to begin once more, for the same purpose, is what helps."""

    def __init__(self, sign_in: "SignIn | None" = None, *, vendor_text: str = "", **words: str) -> None:
        """`sign_in` only when it is certain that this person began it."""
        self.sign_in = sign_in
        self.vendor_text = vendor_text
        filled = {"provider": "the accounting software", "advice": ""} | words
        # Parted before it is filled: a name such as St. Mary's holds a full stop of its own.
        headline, _, rest = " ".join(str(type(self).__doc__).split()).partition(". ")
        self.headline = headline.removesuffix(".").format(**filled)
        self.body = rest.format(**filled)
        self.message = f"{self.headline}. {self.body}".rstrip()
        super().__init__(self.message)


class StateMissing(SignInFailure):
    """The answer came back without the mark that Bookbind sent along, so it was not used. Nothing changed."""


class StateUnknown(SignInFailure):
    """This answer does not belong to a sign-in that Bookbind began. Nothing changed; please start again."""


class WrongProvider(SignInFailure):
    """The answer came from other accounting software than the sign-in was begun with. Nothing was changed."""


class IssuerDiffers(SignInFailure):
    """The answer names another sender than {provider}, so it was not used. Nothing was changed."""


class OtherSession(SignInFailure):
    """You began this sign-in in another browser. Nothing was changed: finish it there or begin again here."""

    http_status = 403
    begins_again = True


class SessionOver(SignInFailure):
    """You have signed in to Bookbind again since you began this. Only the session that began a sign-in at
    {provider} can finish it, and that one has ended or is open in another browser. Nothing was changed and
    nothing is lost: begin again here."""

    http_status = 403
    begins_again = True


class OtherUser(SignInFailure):
    """Somebody else began this sign-in. Please start your own from Connections."""

    http_status = 403


class SignInExpired(SignInFailure):
    """The sign-in at {provider} took longer than ten minutes, so it was not used. Please start again."""

    http_status = 410
    begins_again = True


class SignInUsed(SignInFailure):
    """This answer from {provider} was used already. If you pressed Back, please start again."""

    http_status = 409
    begins_again = True


class SignInCancelled(SignInFailure):
    """You cancelled at {provider}. Nothing changed."""

    http_status = 200


class VendorRefused(SignInFailure):
    """{provider} did not allow the sign-in. Nothing was changed. What it said is under Details.{advice}"""


class CodeRefused(SignInFailure):
    """{provider} no longer accepted the answer; it is good for a few minutes and once. Please start again."""

    http_status = 410
    begins_again = True


class AppNotAccepted(SignInFailure):
    """{provider} does not accept Bookbind's own registration. Its operator must put that right."""

    http_status = 503


class VendorUnavailable(SignInFailure):
    """{provider} isn't answering. Nothing was changed; please try again in a few minutes."""

    http_status = 503


class OrganisationsUnread(SignInFailure):
    """You are signed in, but {provider} did not say which organisations you allowed. Please try again."""

    http_status = 503


class SignInOver(SignInFailure):
    """This sign-in is over: it was cancelled, or half an hour has passed. Nothing was changed."""

    http_status = 410
    begins_again = True


class OrganisationNotOffered(SignInFailure):
    """That organisation is not among those that you allowed at {provider}."""


class DifferentOrganisation(SignInFailure):
    """That is a different organisation. Nothing was changed."""

    http_status = 409


class OrganisationTaken(SignInFailure):
    """{organisation} is already connected to {other}. Please confirm that both are to publish to it."""

    http_status = 409


class AlreadyConnected(SignInFailure):
    """The books are kept at {provider} ({organisation}). To move them, choose Change connection."""

    http_status = 409


class AlreadyChanging(SignInFailure):
    """A move to {provider} ({organisation}) is under way. Let it finish, or stop it under Connections."""

    http_status = 409


class AlreadyThere(SignInFailure):
    """{organisation} is the organisation that you use now. To renew that connection, choose Reconnect."""

    http_status = 409


class LeftMeanwhile(SignInFailure):
    """{label} is not in use any more. {end} This sign-in was not used."""

    http_status = 409


class NotConnected(SignInFailure):
    """This connection was disconnected. Connect again from Connections; lists and rules are still there."""

    http_status = 409


class ProviderUnavailable(SignInFailure):
    """Connecting to {provider} is not possible in this version."""

    http_status = 409


class ApprovalFailure(SignInFailure):
    """A second person could not be asked, or could not decide. Nothing was changed."""

    http_status = 409


class NobodyElse(ApprovalFailure):
    """Nobody else may approve this. Make somebody an Admin under People, or turn the second person off."""


class AskedAlready(ApprovalFailure):
    """That waits for a second person already. It stands under Connections."""


class OwnRequest(ApprovalFailure):
    """You asked for this yourself, so somebody else has to approve it."""


class ApprovalOver(ApprovalFailure):
    """That is decided or withdrawn already. Connections shows how things stand now."""


class ChangeOver(Exception):
    """This change can't be taken back any more: it was stopped, undone, or publishing or a new move began."""

    http_status = 409


class ConnectionUnusable(Exception):
    """No call can be made over this connection now; `status` says why, and when to try again."""

    http_status = 409

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(f"{status.state} {status.health} {status.cause}".strip())
