"""A POST to an entity: made, changed in part or whole, or deleted, under its SyncToken."""

from collections.abc import Mapping
from typing import Any

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    missing,
    not_found,
    stale,
    subscription_over,
    unreadable_body,
    unsupported,
)
from bookbind_sandbox.vendors.quickbooks.fields import check_fields
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ATTACHABLE,
    BILL_PAYMENT,
    INVOICE,
    TRANSACTIONS,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.lists import accept_entry
from bookbind_sandbox.vendors.quickbooks.payments import accept_payment, settle
from bookbind_sandbox.vendors.quickbooks.transactions import FORMS, Draft, accept_transaction, check_open
from bookbind_sandbox.vendors.quickbooks.uploads import accept_attachable
from bookbind_sandbox.vendors.quickbooks.values import ZERO, read_day
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse

ALLOW_DUPLICATES = "allowduplicatedocnum"
VOID = "void"
# What can be voided, and by which operation it is asked for; bills, expenses and credits can't (2026-11).
VOIDABLE = {INVOICE.name: VOID, BILL_PAYMENT.name: "update"}


def read_body(body: bytes) -> Entity:
    try:
        content = parse(body.decode("utf-8-sig"))
    except ValueError as error:
        raise unreadable_body(f"Unrecognized JSON: {error}") from None
    if not isinstance(content, dict):
        raise unreadable_body("The body must be a JSON object")
    return content


def write(books: Books, kind: Kind, raw: Entity, query: Mapping[str, str]) -> Entity:
    """Do what a POST asks for and return the body of its answer."""
    if not kind.writable:
        raise unsupported(query.get("operation") or "create")
    if books.settings()["lapsed"]:
        raise subscription_over()
    _check_shapes(raw)
    operation, include = query.get("operation", "").lower(), query.get("include", "").lower()
    if operation == "delete":
        return _delete(books, kind, raw)
    if operation == VOID or VOID in include:
        return _void(books, kind, raw, operation)
    if operation not in {"", "create", "update"}:
        raise unsupported(operation)
    existing = _existing(books, kind, raw) if raw.get("Id") else None
    merged = _merged(existing, raw) if existing is not None else raw
    return {kind.name: books.save(kind, _accepted(books, kind, merged, existing, query))}


def _merged(existing: Entity, raw: Entity) -> Entity:
    """What a sparse update leaves as it was; new lines are taxed anew unless the app states their tax."""
    if raw.get("sparse") not in (True, "true"):
        return raw
    kept = dict(existing)
    if "Line" in raw:
        kept.pop("TxnTaxDetail", None)
    return kept | raw


def _accepted(
    books: Books, kind: Kind, raw: Entity, existing: Entity | None, query: Mapping[str, str]
) -> Entity:
    if kind in FORMS:
        check_fields(raw, kind.fields)
        if existing is not None:
            _check_still_open(books, existing)
        allow = ALLOW_DUPLICATES in query.get("include", "").lower()
        return accept_transaction(Draft(books, FORMS[kind], raw, existing, allow))
    if kind is BILL_PAYMENT:
        payment = {"Id": books.next_id(kind)} | accept_payment(books, raw, existing)
        settle(books, payment, sign=1)
        return payment
    if kind is ATTACHABLE:
        return accept_attachable(books, raw, existing)
    check_fields(raw, kind.fields)
    return accept_entry(books, kind, raw, existing)


def _check_shapes(value: Any, name: str = "") -> None:
    """Refuse a reference or a line that is no object, wherever it stands."""
    if isinstance(value, list):
        for item in value:
            if not isinstance(item, dict):
                raise unreadable_body(f"Property Name:{name} specified is unsupported or invalid")
            _check_shapes(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_shapes(item, key)
    elif value is not None and name.endswith(("Ref", "Detail")) and value != "":
        raise unreadable_body(f"Property Name:{name} specified is unsupported or invalid")


def _existing(books: Books, kind: Kind, raw: Entity) -> Entity:
    """The entity that is to change, when nobody else has changed it meanwhile."""
    found = books.entity(kind, str(raw["Id"]))
    if found is None:
        raise not_found()
    if raw.get("SyncToken") in {None, ""}:
        raise missing("SyncToken")
    if str(raw["SyncToken"]) != found["SyncToken"]:
        raise stale("another user")
    return found


def _delete(books: Books, kind: Kind, raw: Entity) -> Entity:
    """Delete a transaction or a file; entries of lists are only ever made inactive."""
    if kind not in (*TRANSACTIONS, ATTACHABLE):
        raise unsupported("delete")
    if not raw.get("Id"):
        raise missing("Id")
    existing = _existing(books, kind, raw)
    if kind in TRANSACTIONS:
        _check_still_open(books, existing)
    if kind is BILL_PAYMENT:
        settle(books, existing, sign=-1)
    books.delete(kind, existing)
    return {kind.name: {"status": "Deleted", "domain": "QBO", "Id": existing["Id"]}}


def _void(books: Books, kind: Kind, raw: Entity, operation: str) -> Entity:
    """Leave a transaction with nothing in it: no amounts, and a word at the head of its note (2026-11)."""
    if VOIDABLE.get(kind.name) != operation:
        raise unsupported(VOID)
    if not raw.get("Id"):
        raise missing("Id")
    existing = _existing(books, kind, raw)
    _check_still_open(books, existing)
    note = str(existing.get("PrivateNote") or "")
    emptied = {"TotalAmt": ZERO, "PrivateNote": f"Voided - {note}" if note else "Voided"}
    if kind is BILL_PAYMENT:
        settle(books, existing, sign=-1)
        return {kind.name: books.save(kind, existing | emptied | {"Line": []})}
    emptied |= {"Balance": ZERO, "TxnTaxDetail": {"TotalTax": ZERO}, "Line": _emptied(existing["Line"])}
    return {kind.name: books.save(kind, existing | emptied)}


def _emptied(lines: list[Entity]) -> list[Entity]:
    """The same lines without amounts and quantities."""
    found = []
    for line in lines:
        detail = line.get(line["DetailType"]) or {}
        zero = {key: ZERO for key in ("Qty", "UnitPrice") if key in detail}
        found.append(line | {"Amount": ZERO, line["DetailType"]: detail | zero})
    return found


def _check_still_open(books: Books, existing: dict[str, Any]) -> None:
    day = read_day(existing, "TxnDate")
    if day is not None:
        check_open(books, day)
