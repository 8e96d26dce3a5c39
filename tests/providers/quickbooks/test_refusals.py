"""Every refusal that QuickBooks is known to word, in every shape that it comes in, sorted into our kinds."""

import json
from typing import Any

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.errors import RejectedReason as Why
from bookbind.providers.quickbooks.client import refused
from bookbind.providers.quickbooks.refusals import classify, names_dead_reference, parse_refusals
from tests.providers.quickbooks.payload import FOLDER, payload, reply

CLOSED = (
    "The account period has closed and the account books cannot be updated through the QBO Services API."
    " Please check the QBO Account settings."
)
NUMBER = "Duplicate Document Number Error : You must specify a different number."
REFUSALS = [
    ("6140", NUMBER, "reference", Why.NUMBER_TAKEN),
    ("6140", "", "reference", Why.NUMBER_TAKEN),
    ("6210", CLOSED, "date", Why.PERIOD_LOCKED),
    ("6210", "", "date", Why.PERIOD_LOCKED),
    ("6210", NUMBER, "reference", Why.NUMBER_TAKEN),
    ("6200", "", "date", Why.PERIOD_LOCKED),
    ("6240", "The name supplied already exists. : Id=56", "supplier", Why.CONTACT_NAME_TAKEN),
    ("6240", "", "supplier", Why.CONTACT_NAME_TAKEN),
    ("2500", "Invalid Reference Id : Accounts element id 5 not found", "category", Why.CATEGORY_UNUSABLE),
    ("2500", "Invalid Reference Id : Vendors element id 5 not found", "supplier", Why.CONTACT_ARCHIVED),
    ("2500", "Invalid Reference Id : Classs element id 5 not found", "tracking", Why.TRACKING_UNUSABLE),
    ("2500", "Invalid Reference Id : Departments element id 5 not found", "tracking", Why.TRACKING_UNUSABLE),
    ("2500", "Invalid Reference Id : TaxCodes element id 5 not found", "tax_rate", Why.TAX_RATE_UNUSABLE),
    ("2500", "Invalid Reference Id : Currencies element id SEK not found", "currency",
     Why.CURRENCY_NOT_ENABLED),
    ("6000", "Business Validation Error: Multicurrency is not enabled in this company.", "currency",
     Why.CURRENCY_NOT_ENABLED),
    ("6000", "The currency of the transaction is invalid for customer / vendor / account.", "supplier",
     Why.CONTACT_CURRENCY),
    ("6000", "Make sure all your transactions have a VAT rate before you save.", "tax_rate",
     Why.TAX_RATE_UNUSABLE),
    ("6000", "The VAT rate 0.0% ECG can't be used for purchases.", "tax_rate", Why.TAX_NOT_FOR_CATEGORY),
    ("6000", "For a cash payment choose a bank account.", "paid_from", Why.CATEGORY_UNUSABLE),
    ("6000", "You can't use an Accounts Payable account in this line", "category", Why.CATEGORY_UNUSABLE),
    ("6070", "Amount is not equal to UnitPrice * Qty. Supplied value:1", "lines", Why.AMOUNTS_DISAGREE),
    ("2050", "Invalid String. DocNumber is too long", "reference", Why.OTHER),
    ("2070", "Invalid Date : TxnDate", "date", Why.OTHER),
    ("6030", "Upload request size exceeds allowed limit", "file", Why.FILE_REFUSED),
    ("6041", "", "file", Why.FILE_REFUSED),
    ("6000", "The type of the file bill.exe is not supported.", "file", Why.FILE_REFUSED),
    ("6000", "Something that nobody has ever read before.", "", Why.OTHER),
]  # fmt: skip


def fault(code: str, detail: str, kind: str = "ValidationFault", message: str = "") -> bytes:
    error = {"Message": message or detail, "Detail": detail, "code": code, "element": ""}
    return json.dumps({"Fault": {"Error": [error], "type": kind}, "time": "x"}).encode()


def of(status: int, body: bytes, *, is_write: bool = True) -> ProviderError:
    return refused(reply(status, body, is_write=is_write))


@pytest.mark.parametrize(("code", "detail", "field", "reason"), REFUSALS)
@pytest.mark.req("ERR-02")
def test_each_refusal_has_our_field_and_reason(code: str, detail: str, field: str, reason: Why) -> None:
    (refusal,) = parse_refusals(json.loads(fault(code, detail)))
    assert classify(refusal) == (field, reason)
    error = of(400, fault(code, detail))
    assert error.kind is ErrorKind.REJECTED
    assert (error.field_errors[0].field, error.field_errors[0].reason) == (field, reason)
    assert not error.maybe_done


def test_a_refusal_keeps_the_vendors_words_its_code_and_its_reference() -> None:
    error = of(400, (FOLDER / "refused_bill.json").read_bytes())
    assert error.vendor_text.startswith(
        "Duplicate Document Number Error: Duplicate Document Number Error : You"
    )
    assert error.vendor_text.endswith("(code 6140)")
    assert error.correlation_id == "ref"


def test_the_same_refusal_inside_http_200_is_the_same_refusal() -> None:
    body = (FOLDER / "refused_bill.json").read_bytes()
    assert of(200, body).field_errors == of(400, body).field_errors
    assert of(200, body).kind is ErrorKind.REJECTED


def test_each_error_of_a_fault_is_one_field_error() -> None:
    errors = [{"Message": CLOSED, "code": "6210"}, {"Message": "Invalid account", "code": "6000"}]
    body = json.dumps({"Fault": {"Error": errors, "type": "ValidationFault"}}).encode()
    assert [found.field for found in of(400, body).field_errors] == ["date", "category"]


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("120", ErrorKind.NEEDS_RECONNECT, ReconnectCause.PERMISSION_CHANGED),
        ("3100", ErrorKind.NEEDS_RECONNECT, ReconnectCause.REVOKED),
        ("003100", ErrorKind.NEEDS_RECONNECT, ReconnectCause.REVOKED),
        ("3200", ErrorKind.TOKEN_EXPIRED, None),
        ("130", ErrorKind.PROVIDER_DOWN, None),
        ("140", ErrorKind.PROVIDER_DOWN, None),
        ("150", ErrorKind.PROVIDER_DOWN, None),
        ("6190", ErrorKind.PROVIDER_DOWN, None),
        ("007001", ErrorKind.PROVIDER_DOWN, None),
        ("10000", ErrorKind.PROVIDER_DOWN, None),
        ("5010", ErrorKind.TRANSIENT, None),
    ],
)
@pytest.mark.req("ERR-02")
def test_what_concerns_the_connection_is_no_fault_of_the_document(
    code: str, kind: ErrorKind, cause: ReconnectCause | None
) -> None:
    for status in (200, 400, 403):
        error = of(status, fault(code, "Something happened."))
        assert (error.kind, error.cause, error.field_errors) == (kind, cause, ())


@pytest.mark.parametrize("kind", ["AUTHORIZATION", "AuthorizationFault", "AuthorizatonFault"])
def test_a_refusal_of_authority_without_a_known_code_asks_for_a_new_sign_in(kind: str) -> None:
    error = of(403, fault("", "No.", kind))
    assert (error.kind, error.cause) == (ErrorKind.NEEDS_RECONNECT, ReconnectCause.REVOKED)


def test_a_lapsed_subscription_is_looked_at_again_in_an_hour_and_nothing_was_done() -> None:
    error = of(400, fault("6190", "Subscription period has ended", "ValidationFault"))
    assert error.organisation_closed
    assert not of(400, fault("10000", "System Failure Error")).organisation_closed
    assert (error.retry_after_seconds, error.maybe_done) == (3600, False)
    assert error.vendor_text == "Subscription period has ended (code 6190)"


def test_a_request_id_that_is_known_already_may_have_done_it() -> None:
    for status in (200, 400):
        error = of(status, fault("600", "Duplicate Request ID"))
        assert (error.kind, error.maybe_done, error.field_errors) == (ErrorKind.TRANSIENT, True, ())


def test_a_failure_of_the_system_may_have_done_it() -> None:
    assert of(200, fault("10000", "System Failure Error", "SystemFault")).maybe_done
    assert not of(200, fault("10000", "System Failure Error", "SystemFault"), is_write=False).maybe_done
    assert of(400, fault("", "System Failure Error", "SystemFault")).kind is ErrorKind.PROVIDER_DOWN


@pytest.mark.parametrize("status", [200, 401])
def test_an_expired_token_is_known_by_its_own_lower_case_shape(status: int) -> None:
    error = of(status, (FOLDER / "expired_token.json").read_bytes())
    assert error.kind is ErrorKind.TOKEN_EXPIRED


def test_a_401_of_any_shape_asks_for_a_fresh_token() -> None:
    assert of(401, b"<html>no</html>").kind is ErrorKind.TOKEN_EXPIRED


@pytest.mark.django_db
def test_a_throttle_in_another_status_waits_a_minute_for_this_company() -> None:
    body = (FOLDER / "throttled.json").read_bytes()
    error = refused(reply(400, body, organisation_id="9130"))
    assert (error.kind, error.retry_after_seconds, error.limit) == (ErrorKind.RATE_LIMITED, 60, "minute")
    assert not error.maybe_done


@pytest.mark.parametrize("body", [b"<html>503</html>", b"", b"<?xml version='1.0'?><IntuitResponse/>", b"[]"])
@pytest.mark.parametrize("is_write", [True, False])
@pytest.mark.req("ERR-04")
def test_a_gateways_page_says_nothing_about_the_document(body: bytes, *, is_write: bool) -> None:
    for status in (400, 403, 404):
        error = of(status, body, is_write=is_write)
        assert (error.kind, error.maybe_done) == (ErrorKind.TRANSIENT, is_write)


def test_a_query_that_is_refused_is_a_changed_shape() -> None:
    error = of(400, fault("4001", "Invalid query", message="QueryValidationError"), is_write=False)
    assert error.kind is ErrorKind.CHANGED_SHAPE


@pytest.mark.parametrize(
    ("code", "is_dead"), [("610", True), ("2500", True), ("6000", False), ("26100", False)]
)
def test_what_is_gone_is_known_by_its_code(code: str, *, is_dead: bool) -> None:
    text = of(400, fault(code, "Object Not Found : Something has been made inactive.")).vendor_text
    assert names_dead_reference(text) is is_dead


@pytest.mark.parametrize(
    "content",
    [None, [], {}, {"Fault": None}, {"Fault": {"Error": "x"}}, {"fault": {}}, {"Bill": {"Id": "1"}}],
)
def test_what_holds_no_fault_is_none(content: Any) -> None:
    assert parse_refusals(content) == []


def test_an_answer_with_a_bill_holds_no_fault() -> None:
    assert parse_refusals(payload("bill")) == []
