"""QuickBooks' refusals sorted by code and text: the same code has meant different things over the years."""

import re
from dataclasses import dataclass
from typing import Any

from bookbind.providers.base.errors import ErrorKind, FieldError, ProviderError, RejectedReason
from bookbind.providers.base.shapes import Row, text_of

# A code ("" for any), a pattern over message and detail, our field, our reason; the first that fits decides.
_TABLE: tuple[tuple[str, str, str, RejectedReason], ...] = (
    # 6210 meant a duplicate number in 2017 and means a closed period now, so the words decide (2026-11).
    ("", r"duplicate document number", "reference", RejectedReason.NUMBER_TAKEN),
    ("", r"period has closed|period closed|books? (is|are) closed", "date", RejectedReason.PERIOD_LOCKED),
    ("", r"duplicate name|name supplied already exists", "supplier", RejectedReason.CONTACT_NAME_TAKEN),
    ("6140", r"", "reference", RejectedReason.NUMBER_TAKEN),
    ("6200", r"", "date", RejectedReason.PERIOD_LOCKED),
    ("6210", r"", "date", RejectedReason.PERIOD_LOCKED),
    ("6240", r"", "supplier", RejectedReason.CONTACT_NAME_TAKEN),
    ("6030", r"", "file", RejectedReason.FILE_REFUSED),
    ("6041", r"", "file", RejectedReason.FILE_REFUSED),
    ("", r"invalid reference id\W+(vendor|customer)s?\b", "supplier", RejectedReason.CONTACT_ARCHIVED),
    ("", r"invalid reference id\W+(account)s?\b", "category", RejectedReason.CATEGORY_UNUSABLE),
    ("", r"invalid reference id\W+(class|department)", "tracking", RejectedReason.TRACKING_UNUSABLE),
    ("", r"invalid reference id\W+tax", "tax_rate", RejectedReason.TAX_RATE_UNUSABLE),
    ("", r"invalid reference id\W+(company)?currenc", "currency", RejectedReason.CURRENCY_NOT_ENABLED),
    # A supplier, and an account that is paid from, has one currency for good (2026-11).
    ("", r"currency.*\b(vendor|supplier|customer|account)s?\b", "supplier", RejectedReason.CONTACT_CURRENCY),
    ("", r"currency", "currency", RejectedReason.CURRENCY_NOT_ENABLED),
    ("", r"payment ?type|bank account|credit card account", "paid_from", RejectedReason.CATEGORY_UNUSABLE),
    ("", r"(tax|vat|gst) ?(code|rate).*(purchase|sales|account)", "tax_rate",
     RejectedReason.TAX_NOT_FOR_CATEGORY),
    ("", r"\b(tax|vat|gst) ?(code|rate)|\b(vat|gst)\b", "tax_rate", RejectedReason.TAX_RATE_UNUSABLE),
    ("", r"\bclass(es)?\b|department|location", "tracking", RejectedReason.TRACKING_UNUSABLE),
    ("", r"docnumber|document number", "reference", RejectedReason.OTHER),
    ("", r"\bamount|total|does not equal", "lines", RejectedReason.AMOUNTS_DISAGREE),
    ("", r"\baccounts?\b", "category", RejectedReason.CATEGORY_UNUSABLE),
    ("", r"attach|\bfile\b|content ?type", "file", RejectedReason.FILE_REFUSED),
    ("", r"due ?date", "due_date", RejectedReason.OTHER),
    ("", r"txndate|\bdate\b", "date", RejectedReason.OTHER),
    ("", r"vendor|supplier|display ?name|email", "supplier", RejectedReason.OTHER),
)  # fmt: skip
_PATTERNS = tuple(
    (code, re.compile(pattern, re.IGNORECASE | re.DOTALL), field, reason)
    for code, pattern, field, reason in _TABLE
)
# 610 and 2500: something that the document points to is gone or inactive (2026-11).
_DEAD_REFERENCE = re.compile(r"\(code (610|2500)\)")


@dataclass(frozen=True)
class Refusal:
    """One error of a Fault. `code` is without leading noughts, for the same error comes with and without."""

    code: str
    text: str
    element: str = ""


def parse_refusals(content: Any) -> list[Refusal]:
    """The errors of an answer: `Fault` with capitals, or the gateway's own shape in lower case."""
    if not isinstance(content, dict):
        return []
    fault = content.get("Fault") or content.get("fault")
    errors = (fault.get("Error") or fault.get("error")) if isinstance(fault, dict) else None
    if not isinstance(errors, list):
        return []
    return [_parse(error) for error in errors if isinstance(error, dict)]


def fault_type(content: Any) -> str:
    """The kind of a Fault, in lower case."""
    fault = (content.get("Fault") or content.get("fault")) if isinstance(content, dict) else None
    return text_of(fault, "type").lower() if isinstance(fault, dict) else ""


def classify(refusal: Refusal) -> tuple[str, RejectedReason]:
    """Our field that a refusal is about, and why; the whole document and `other` when it doesn't tell."""
    said = f"{refusal.text} {refusal.element}"
    found = (
        (field, reason)
        for code, pattern, field, reason in _PATTERNS
        if code in ("", refusal.code) and pattern.search(said)
    )
    return next(found, ("", RejectedReason.OTHER))


def retell(error: ProviderError, field: str, reason: RejectedReason) -> ProviderError:
    """The same refusal, about the field that it turned out to be about."""
    return ProviderError(
        ErrorKind.REJECTED,
        error.vendor_text,
        field_errors=(FieldError(field, reason, error.vendor_text),),
        http_status=error.http_status,
        correlation_id=error.correlation_id,
    )


def names_dead_reference(vendor_text: str) -> bool:
    """Whether a refusal means that something is gone or inactive; its words often don't say what."""
    return _DEAD_REFERENCE.search(vendor_text) is not None


def _parse(error: Row) -> Refusal:
    told = {name.lower(): value for name, value in error.items()}
    message, detail = text_of(told, "message"), text_of(told, "detail")
    text = message if detail in ("", message) else f"{message}: {detail}" if message else detail
    code = text_of(told, "code").lstrip("0")
    shown = f"{text[:500]} (code {code})" if code else text[:500]
    return Refusal(code, shown, text_of(told, "element"))
