"""Every refusal that Xero is known to word, and every way in which it says no, sorted into our kinds."""

import json

import pytest

from bookbind.providers.base.errors import ErrorKind, RejectedReason
from bookbind.providers.base.errors import RejectedReason as Why
from bookbind.providers.xero.client import messages_of, refusal
from bookbind.providers.xero.refusals import classify
from tests.providers.xero.payload import FOLDER, payload, reply

MESSAGES = [
    ("Account code '999' is not a valid code for this document.", "category", Why.CATEGORY_UNUSABLE),
    (
        (
            "Account code '429' has been archived, or has been deleted. "
            "Each line item must reference a valid account."
        ),
        "category",
        Why.CATEGORY_UNUSABLE,
    ),
    ("Account code must be specified", "category", Why.CATEGORY_UNUSABLE),
    (
        "The TaxType code 'INPUT' cannot be used with account code '630'.",
        "tax_rate",
        Why.TAX_NOT_FOR_CATEGORY,
    ),
    (
        "The TaxType code 'TAX009' does not exist or cannot be used for this type of transaction.",
        "tax_rate",
        Why.TAX_RATE_UNUSABLE,
    ),
    ("Invoice # must be unique.", "reference", Why.NUMBER_TAKEN),
    (
        (
            "The contact with the specified contact details has been archived. "
            "The contact must be un-archived before creating new invoices or credit notes"
        ),
        "supplier",
        Why.CONTACT_ARCHIVED,
    ),
    (
        "The document date cannot be before the period lock date, currently set at 30-Sep-2026",
        "date",
        Why.PERIOD_LOCKED,
    ),
    (
        "The document date cannot be before the end of year lock date, currently set at 31-Mar-2026",
        "date",
        Why.PERIOD_LOCKED,
    ),
    (
        "The contact name City Fuel is already assigned to another contact.",
        "supplier",
        Why.CONTACT_NAME_TAKEN,
    ),
    (
        (
            "The Contact must contain at least 1 of the following elements to identify the contact: "
            "Name, ContactID, ContactNumber"
        ),
        "supplier",
        Why.OTHER,
    ),
    ("Organisation is not subscribed to currency EUR", "currency", Why.CURRENCY_NOT_ENABLED),
    ("You have reached the limit of invoices you can approve", "", Why.PLAN_LIMIT),
    ("There is no ACTIVE tracking category with the name 'Region'", "tracking", Why.TRACKING_UNUSABLE),
    (
        "The tracking option 'North' could not be found or is not ACTIVE in the tracking category 'Region'",
        "tracking",
        Why.TRACKING_UNUSABLE,
    ),
    (
        "The line total 100.00 does not match the expected line total 99.99",
        "lines",
        Why.AMOUNTS_DISAGREE,
    ),
    ("The document DueDate field must be specified.", "due_date", Why.OTHER),
    ("Description is a required field for line items", "lines", Why.OTHER),
    ("Invalid Bank Account", "paid_from", Why.CATEGORY_UNUSABLE),
    ("The file exceeds the maximum size of 10 MB", "file", Why.FILE_REFUSED),
    ("A document can have at most 10 attachments", "file", Why.FILE_REFUSED),
    ("Email address must be valid.", "supplier", Why.OTHER),
    ("Payment amount exceeds the amount outstanding on this document", "", Why.OTHER),
    ("Something that Xero never said before", "", Why.OTHER),
]


@pytest.mark.req("ERR-02")
@pytest.mark.parametrize(("message", "field", "reason"), MESSAGES)
def test_each_message_names_our_field_and_reason(message: str, field: str, reason: RejectedReason) -> None:
    assert classify(message) == (field, reason)


def problem(status: int, detail: str, title: str = "Unauthorized") -> bytes:
    content = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": "x",
        "Extensions": {},
    }
    return json.dumps(content).encode()


EXPIRED = "TokenExpired: token expired at 01/01/2001 00:00:00"
REFUSED = (FOLDER / "refused_bill.json").read_bytes()
ODD_QUERY = b'{"ErrorNumber":16,"Type":"QueryParseException","Message":"No property"}'
ODD_BODY = b'{"ErrorNumber":17,"Type":"PostDataInvalidException","Message":"JSON for post data was invalid"}'
OTHER_REQUEST = b'{"ErrorNumber":10,"Message":"Idempotency Key: k1 is used with a different request."}'
BARE = b'{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred"}'
ANSWERS = [
    (401, problem(401, EXPIRED), ErrorKind.TOKEN_EXPIRED, False),
    (401, problem(401, "AuthorizationUnsuccessful"), ErrorKind.MISSING_SCOPE, False),
    (401, problem(401, "TokenInvalidSignature"), ErrorKind.TOKEN_EXPIRED, False),
    (401, b"", ErrorKind.TOKEN_EXPIRED, False),
    (401, b"<html>401</html>", ErrorKind.TOKEN_EXPIRED, False),
    (403, b"<html>Access denied by the firewall</html>", ErrorKind.TRANSIENT, True),
    (400, REFUSED, ErrorKind.REJECTED, False),
    (400, BARE, ErrorKind.REJECTED, False),
    (400, ODD_QUERY, ErrorKind.CHANGED_SHAPE, False),
    (400, ODD_BODY, ErrorKind.CHANGED_SHAPE, False),
    (400, OTHER_REQUEST, ErrorKind.TRANSIENT, True),
    (400, b"<html>Bad request</html>", ErrorKind.TRANSIENT, True),
    (404, b"The resource you're looking for cannot be found", ErrorKind.REJECTED, False),
    (408, b"", ErrorKind.TRANSIENT, True),
    (412, b'{"Title":"Precondition"}', ErrorKind.CHANGED_SHAPE, False),
    (413, b"too large", ErrorKind.REJECTED, False),
    (418, b'"teapot"', ErrorKind.CHANGED_SHAPE, False),
]


@pytest.mark.req("ERR-02", "ERR-03")
@pytest.mark.parametrize(("status", "body", "kind", "maybe_done"), ANSWERS)
def test_each_answer_has_one_kind(status: int, body: bytes, kind: ErrorKind, *, maybe_done: bool) -> None:
    error = refusal(reply(status, body, is_write=True, correlation_id="ref-7"))
    assert (error.kind, error.maybe_done) == (kind, maybe_done)
    assert (error.http_status, error.correlation_id) == (status, "ref-7")


def test_a_refused_bill_carries_every_message_once() -> None:
    error = refusal(reply(400, REFUSED, is_write=True))
    assert [(found.field, found.reason) for found in error.field_errors] == [
        ("category", Why.CATEGORY_UNUSABLE),
        ("date", Why.PERIOD_LOCKED),
    ]
    assert error.vendor_text.startswith("Account code '999'")


def test_messages_are_found_on_lines_and_contacts_too() -> None:
    (element,) = payload("refused_bill")["Elements"]
    element["ValidationErrors"] = []
    element["Contact"]["ValidationErrors"] = [{"Message": "Contact trouble"}, {"Message": ""}, "odd"]
    assert messages_of(element) == [
        "Contact trouble",
        "Account code '999' is not a valid code for this document.",
    ]
    assert messages_of({"ValidationErrors": None}) == []
