"""Xero's refusals sorted by their text, since they carry no codes (2026-11)."""

import re

from bookbind.providers.base.errors import RejectedReason

# The first pattern that matches decides: our field, and our reason.
_TABLE: tuple[tuple[str, str, RejectedReason], ...] = (
    (r"tax ?type code .* cannot be used with account", "tax_rate", RejectedReason.TAX_NOT_FOR_CATEGORY),
    (r"tax ?type|tax rate", "tax_rate", RejectedReason.TAX_RATE_UNUSABLE),
    (r"invalid bank account", "paid_from", RejectedReason.CATEGORY_UNUSABLE),
    (r"account code|account type|valid account", "category", RejectedReason.CATEGORY_UNUSABLE),
    (r"tracking (category|option)", "tracking", RejectedReason.TRACKING_UNUSABLE),
    (r"contact .* (archived|un-archived)", "supplier", RejectedReason.CONTACT_ARCHIVED),
    (r"contact name .* already assigned", "supplier", RejectedReason.CONTACT_NAME_TAKEN),
    (r"lock date", "date", RejectedReason.PERIOD_LOCKED),
    (r"must be unique|number .* already (assigned|exists|used)", "reference", RejectedReason.NUMBER_TAKEN),
    (
        r"not subscribed to currency|currency .* (not|invalid)",
        "currency",
        RejectedReason.CURRENCY_NOT_ENABLED,
    ),
    (r"line total|does not match|total .* (zero|greater)", "lines", RejectedReason.AMOUNTS_DISAGREE),
    (r"reached the limit of", "", RejectedReason.PLAN_LIMIT),
    (r"attachment|\bfile\b|mime", "file", RejectedReason.FILE_REFUSED),
    (r"due ?date", "due_date", RejectedReason.OTHER),
    (r"description", "lines", RejectedReason.OTHER),
    (r"email", "supplier", RejectedReason.OTHER),
    (r"\bcontact\b", "supplier", RejectedReason.OTHER),
    (r"\bdate\b", "date", RejectedReason.OTHER),
)
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), field, reason) for pattern, field, reason in _TABLE
)


def classify(message: str) -> tuple[str, RejectedReason]:
    """Our field that a refusal is about, and why; the whole document and `other` when it doesn't tell."""
    found = ((field, reason) for pattern, field, reason in _PATTERNS if pattern.search(message))
    return next(found, ("", RejectedReason.OTHER))
