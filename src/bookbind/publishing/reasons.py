"""Why a document is not in the books yet: every reason has its words in `catalogue`."""

import dataclasses
from enum import StrEnum

from bookbind.providers.base.errors import RejectedReason


class Reason(StrEnum):
    """Something that stands between a document and the books."""

    # The document's own fields.
    SUPPLIER_MISSING = "supplier_missing"
    DATE_MISSING = "date_missing"
    DUE_DATE_MISSING = "due_date_missing"
    DUE_BEFORE_DATE = "due_before_date"
    TOTAL_MISSING = "total_missing"
    TOTAL_NEGATIVE = "total_negative"
    AMOUNT_MISSING = "amount_missing"
    CATEGORY_MISSING = "category_missing"
    TAX_RATE_MISSING = "tax_rate_missing"
    TAX_WITHOUT_RATE = "tax_without_rate"
    TOTALS_DISAGREE = "totals_disagree"
    PAID_FROM_MISSING = "paid_from_missing"
    PAID_AS_BILL = "paid_as_bill"
    KIND_NOT_TAKEN = "kind_not_taken"
    PUBLISH_AS_NOT_TAKEN = "publish_as_not_taken"
    KEPT_HERE = "kept_here"
    TAX_MODE_NOT_TAKEN = "tax_mode_not_taken"
    REFERENCE_TOO_LONG = "reference_too_long"
    TRACKING_DIFFERS = "tracking_differs"
    FILE_TOO_LARGE = "file_too_large"
    FILE_NOT_TAKEN = "file_not_taken"
    ENTRY_ARCHIVED = "entry_archived"
    ARCHIVED = "archived"
    # What the books allow.
    PERIOD_LOCKED = "period_locked"
    BOOKS_CLOSED = "books_closed"
    CURRENCY_NOT_ENABLED = "currency_not_enabled"
    TAX_IN_COST = "tax_in_cost"
    # Matches at the connection.
    CATEGORY_UNMATCHED = "category_unmatched"
    CATEGORY_ARCHIVED = "category_archived"
    TAX_RATE_UNMATCHED = "tax_rate_unmatched"
    TAX_RATE_ARCHIVED = "tax_rate_archived"
    TAX_RATE_WRONG_SIDE = "tax_rate_wrong_side"
    PAID_FROM_UNMATCHED = "paid_from_unmatched"
    PAID_FROM_ARCHIVED = "paid_from_archived"
    SUPPLIER_ARCHIVED = "supplier_archived"
    NEW_SUPPLIER = "new_supplier"
    TRACKING_LEFT_OUT = "tracking_left_out"
    # Outside the document.
    CONNECTION = "connection"
    LISTS = "lists"
    LOOK_FIRST = "look_first"
    NOT_STARTED = "not_started"
    BEFORE_START = "before_start"
    TWIN = "twin"
    UNKNOWN = "unknown"
    TOO_MANY_TRIES = "too_many_tries"
    # The vendor's refusals.
    REFUSED_CATEGORY = "refused_category"
    REFUSED_TAX_RATE = "refused_tax_rate"
    REFUSED_TAX_FOR_CATEGORY = "refused_tax_for_category"
    REFUSED_SUPPLIER_ARCHIVED = "refused_supplier_archived"
    REFUSED_SUPPLIER_NAME = "refused_supplier_name"
    REFUSED_SUPPLIER_CURRENCY = "refused_supplier_currency"
    REFUSED_PERIOD = "refused_period"
    REFUSED_NUMBER = "refused_number"
    REFUSED_CURRENCY = "refused_currency"
    REFUSED_TRACKING = "refused_tracking"
    REFUSED_AMOUNTS = "refused_amounts"
    REFUSED_PLAN_LIMIT = "refused_plan_limit"
    REFUSED_FILE = "refused_file"
    REFUSED_OTHER = "refused_other"
    UNSUPPORTED = "unsupported"


# What other matches, or other choices in Merge lists, can cure or bring about.
MATCH_REASONS = frozenset(
    {
        Reason.KIND_NOT_TAKEN,
        Reason.PUBLISH_AS_NOT_TAKEN,
        Reason.KEPT_HERE,
        Reason.CATEGORY_UNMATCHED,
        Reason.CATEGORY_ARCHIVED,
        Reason.TAX_RATE_UNMATCHED,
        Reason.TAX_RATE_ARCHIVED,
        Reason.TAX_RATE_WRONG_SIDE,
        Reason.PAID_FROM_UNMATCHED,
        Reason.PAID_FROM_ARCHIVED,
        Reason.SUPPLIER_ARCHIVED,
        Reason.NEW_SUPPLIER,
        Reason.LOOK_FIRST,
        Reason.NOT_STARTED,
    }
)


# A document that Waiting shows under one of these waits for an entry that it names.
ENTRY_REASONS = frozenset(
    {
        Reason.CATEGORY_UNMATCHED,
        Reason.CATEGORY_ARCHIVED,
        Reason.TAX_RATE_UNMATCHED,
        Reason.TAX_RATE_ARCHIVED,
        Reason.PAID_FROM_UNMATCHED,
        Reason.PAID_FROM_ARCHIVED,
        Reason.SUPPLIER_ARCHIVED,
    }
)


class Weight(StrEnum):
    """What a problem does: it needs an edit, it holds the document, or it is only said."""

    EDIT = "edit"
    HOLD = "hold"
    NOTICE = "notice"


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing in the way: the page's field that it belongs to, why, and the words that fill its message."""

    field: str
    reason: Reason
    weight: Weight = Weight.EDIT
    data: dict[str, str] = dataclasses.field(default_factory=dict)


REFUSALS: dict[RejectedReason, tuple[Reason, str]] = {
    RejectedReason.CATEGORY_UNUSABLE: (Reason.REFUSED_CATEGORY, "category"),
    RejectedReason.TAX_RATE_UNUSABLE: (Reason.REFUSED_TAX_RATE, "tax_rate"),
    RejectedReason.TAX_NOT_FOR_CATEGORY: (Reason.REFUSED_TAX_FOR_CATEGORY, "tax_rate"),
    RejectedReason.CONTACT_ARCHIVED: (Reason.REFUSED_SUPPLIER_ARCHIVED, "supplier"),
    RejectedReason.CONTACT_NAME_TAKEN: (Reason.REFUSED_SUPPLIER_NAME, "supplier"),
    RejectedReason.CONTACT_CURRENCY: (Reason.REFUSED_SUPPLIER_CURRENCY, "supplier"),
    RejectedReason.PERIOD_LOCKED: (Reason.REFUSED_PERIOD, "date"),
    RejectedReason.NUMBER_TAKEN: (Reason.REFUSED_NUMBER, "reference"),
    RejectedReason.CURRENCY_NOT_ENABLED: (Reason.REFUSED_CURRENCY, "currency"),
    RejectedReason.TRACKING_UNUSABLE: (Reason.REFUSED_TRACKING, "tracking_1"),
    RejectedReason.AMOUNTS_DISAGREE: (Reason.REFUSED_AMOUNTS, "total"),
    RejectedReason.PLAN_LIMIT: (Reason.REFUSED_PLAN_LIMIT, ""),
    RejectedReason.FILE_REFUSED: (Reason.REFUSED_FILE, "file"),
    RejectedReason.OTHER: (Reason.REFUSED_OTHER, ""),
}
