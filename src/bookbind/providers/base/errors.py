"""What can go wrong at a vendor; the kind alone decides retry, status and who is told."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """The kinds of failure that the core tells apart."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    PROVIDER_DOWN = "provider_down"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - the name of a kind, not a secret
    NEEDS_RECONNECT = "needs_reconnect"
    MISSING_SCOPE = "missing_scope"
    MISCONFIGURED = "misconfigured"
    REJECTED = "rejected"
    UNSUPPORTED = "unsupported"
    CHANGED_SHAPE = "changed_shape"


class ReconnectCause(StrEnum):
    """Why a new sign-in is needed, as far as the vendor's answer tells."""

    REVOKED = "revoked"
    TOKEN_LOST = "token_lost"  # noqa: S105 - the name of a cause, not a secret
    IDLE = "idle"
    PERMISSION_CHANGED = "permission_changed"


class RejectedReason(StrEnum):
    """Refusals of a document that the core has its own words for; the vendor's text is kept beside it."""

    CATEGORY_UNUSABLE = "category_unusable"
    TAX_RATE_UNUSABLE = "tax_rate_unusable"
    TAX_NOT_FOR_CATEGORY = "tax_not_for_category"
    CONTACT_ARCHIVED = "contact_archived"
    CONTACT_NAME_TAKEN = "contact_name_taken"
    CONTACT_CURRENCY = "contact_currency"
    PERIOD_LOCKED = "period_locked"
    NUMBER_TAKEN = "number_taken"
    CURRENCY_NOT_ENABLED = "currency_not_enabled"
    TRACKING_UNUSABLE = "tracking_unusable"
    AMOUNTS_DISAGREE = "amounts_disagree"
    PLAN_LIMIT = "plan_limit"
    FILE_REFUSED = "file_refused"
    OTHER = "other"


@dataclass(frozen=True)
class FieldError:
    """One refusal: our field it belongs to ("" for the whole document), why, and the vendor's words."""

    field: str
    reason: RejectedReason
    vendor_text: str


class ProviderError(Exception):
    """A call to a vendor failed.

    `maybe_done`: the vendor may have carried out the write although no usable answer came back.
    `organisation_closed`: the vendor works, but this organisation takes nothing: its subscription is over, or
    it is locked there.
    `retry_after_seconds`: the vendor's own wish; `limit` names which limit was met (minute, day, …).
    `vendor_text` is raw and untrusted: it is shown escaped, behind Details, and never logged whole.
    """

    def __init__(  # noqa: PLR0913 - one failure carries all that decides what follows
        self,
        kind: ErrorKind,
        vendor_text: str = "",
        *,
        cause: ReconnectCause | None = None,
        field_errors: tuple[FieldError, ...] = (),
        retry_after_seconds: float | None = None,
        limit: str = "",
        maybe_done: bool = False,
        organisation_closed: bool = False,
        http_status: int | None = None,
        correlation_id: str = "",
    ) -> None:
        super().__init__(f"{kind.value} (HTTP {http_status or '-'}, reference {correlation_id or '-'})")
        self.kind = kind
        self.vendor_text = vendor_text
        self.cause = cause
        self.field_errors = field_errors
        self.retry_after_seconds = retry_after_seconds
        self.limit = limit
        self.maybe_done = maybe_done
        self.organisation_closed = organisation_closed
        self.http_status = http_status
        self.correlation_id = correlation_id


def refused(field: str, reason: RejectedReason, text: str) -> ProviderError:
    """What is refused in our own words, without a call, because the vendor would not take it."""
    return ProviderError(ErrorKind.REJECTED, text, field_errors=(FieldError(field, reason, text),))
