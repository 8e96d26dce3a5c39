"""Invoices, credit notes and bank transactions: created, changed, and refused in Xero's words."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bookbind_sandbox.records import Condition
from bookbind_sandbox.vendors.xero.contacts import contact_of_document, embedded, mark_used
from bookbind_sandbox.vendors.xero.kinds import BANK_TRANSACTIONS, CONTACTS, CREDIT_NOTES, INVOICES, Kind
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.lines import ZERO, Lines, Setting, complete_lines, read_decimal
from bookbind_sandbox.vendors.xero.wire import Entity, day_string, ms_date, parse_day

AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")
OPEN = ("DRAFT", "SUBMITTED")
FINAL = ("AUTHORISED",)
MOVES: dict[str, tuple[str, ...]] = {
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
}
BANK_MOVES: dict[str, tuple[str, ...]] = {"AUTHORISED": ("AUTHORISED", "DELETED")}


@dataclass(frozen=True)
class Form:
    """How one kind of document differs from the others."""

    kind: Kind
    purchase_types: tuple[str, ...]
    sale_types: tuple[str, ...]
    statuses: tuple[str, ...]
    due_date: bool
    unique_numbers: tuple[str, ...]
    number_prefix: str
    moves: dict[str, tuple[str, ...]]
    names: dict[str, str]


FORMS = {
    INVOICES.name: Form(
        INVOICES,
        ("ACCPAY",),
        ("ACCREC",),
        ("DRAFT", "SUBMITTED", "AUTHORISED"),
        due_date=True,
        unique_numbers=("ACCREC",),
        number_prefix="INV-",
        moves=MOVES,
        names={"ACCPAY": "bill", "ACCREC": "invoice"},
    ),
    CREDIT_NOTES.name: Form(
        CREDIT_NOTES,
        ("ACCPAYCREDIT",),
        ("ACCRECCREDIT",),
        ("DRAFT", "SUBMITTED", "AUTHORISED"),
        due_date=False,
        unique_numbers=("ACCRECCREDIT",),
        number_prefix="CN-",
        moves=MOVES,
        names={"ACCPAYCREDIT": "supplier_credit", "ACCRECCREDIT": "customer_credit"},
    ),
    BANK_TRANSACTIONS.name: Form(
        BANK_TRANSACTIONS,
        ("SPEND",),
        ("RECEIVE",),
        ("AUTHORISED",),
        due_date=False,
        unique_numbers=(),
        number_prefix="",
        moves=BANK_MOVES,
        names={"SPEND": "spend", "RECEIVE": "receive"},
    ),
}


@dataclass
class Draft:
    """A document on its way in: what was sent, what was there, and what stands against it."""

    ledger: Ledger
    form: Form
    raw: Entity
    existing: Entity | None
    unit_places: int
    errors: list[str]

    @property
    def type(self) -> str:
        return str(self.given("Type") or "")

    @property
    def purchase(self) -> bool:
        return self.type in self.form.purchase_types

    def given(self, key: str) -> Any:
        """The value sent, or the one that was there."""
        value = self.raw.get(key)
        return value if value is not None else (self.existing or {}).get(key)


def accept_document(
    ledger: Ledger, form: Form, raw: Entity, existing: Entity | None, unit_places: int
) -> tuple[Entity, Entity | None, list[str]]:
    """Judge one document; returns it completed, its contact, and what is wrong."""
    draft = Draft(ledger, form, raw, existing, unit_places, [])
    if draft.type not in (*form.purchase_types, *form.sale_types):
        return raw, None, ["A valid Type must be specified"]
    status = _status(draft)
    if existing is not None and _only_status(raw, form):
        return _moved(draft, status), None, draft.errors
    day = _date(draft, "Date") or ledger.world.clock.now().date()
    due = _due(draft, status, day)
    _check_locks(draft, day)
    contact = contact_of_document(ledger, draft.given("Contact"), draft.errors)
    currency = _currency(draft)
    lines = _lines(draft, status)
    number = _number(draft)
    if draft.errors:
        return raw, None, draft.errors
    assert contact is not None
    entity = _assemble(draft, contact, lines, day, due)
    entity |= {"Status": status, "CurrencyCode": currency} | number
    return entity, contact, []


def store_document(ledger: Ledger, form: Form, entity: Entity, contact: Entity | None) -> Entity:
    """Store an accepted document, and with it a contact made or changed on the way."""
    if contact is not None:
        known = ledger.entity(CONTACTS, contact["ContactID"])
        if known is not None and contact != known:
            ledger.save(CONTACTS, contact)
        mark_used(ledger, contact, purchase=entity["Type"] in form.purchase_types)
    return ledger.save(form.kind, entity)


def find_existing(ledger: Ledger, form: Form, raw: Entity) -> Entity | None:
    """The document that a POST updates: by its id, or a sales document by its number."""
    given_id = raw.get(form.kind.id_key)
    if given_id:
        return ledger.entity(form.kind, str(given_id).lower())
    number = str(raw.get(form.kind.code_key) or "")
    if raw.get("Type") in form.unique_numbers and number:
        found = ledger.records.select(
            form.kind.name, Condition("code = ? AND detail = ?", (number, raw["Type"])), Condition(_ALIVE)
        )
        return ledger.entity(form.kind, found[0].id) if found else None
    return None


_ALIVE = "status NOT IN ('DELETED', 'VOIDED')"


def _status(draft: Draft) -> str:
    default = draft.form.statuses[0]
    wanted = str(draft.raw.get("Status") or (draft.existing or {}).get("Status") or default)
    if draft.existing is None:
        if wanted not in draft.form.statuses:
            draft.errors.append(f"{wanted} is not a valid status for a new document")
        return wanted
    if wanted not in draft.form.moves.get(draft.existing["Status"], ()):
        draft.errors.append("Invoice not of valid status for modification")
    return wanted


def _only_status(raw: Entity, form: Form) -> bool:
    return "LineItems" not in raw and set(raw) <= {form.kind.id_key, "Status", "Type", form.kind.code_key}


def _moved(draft: Draft, status: str) -> Entity:
    """The same document in another status, checked as a new one would be when it becomes final."""
    assert draft.existing is not None
    day = parse_day(draft.existing["Date"])
    assert day is not None
    _check_locks(draft, day)
    if status in FINAL:
        _due(draft, status, day)
    return draft.existing | {"Status": status}


def _date(draft: Draft, key: str) -> date | None:
    value = draft.given(key)
    if not value:
        return None
    day = parse_day(value)
    if day is None:
        draft.errors.append(f"The {key} field is not a valid date")
    return day


def _due(draft: Draft, status: str, day: date) -> date | None:
    if not draft.form.due_date:
        return None
    due = _date(draft, "DueDate")
    if due is None and status in ("SUBMITTED", *FINAL):
        draft.errors.append("The document DueDate field must be specified.")
    if due is None and draft.given("Date") is None:
        return day
    return due


def _check_locks(draft: Draft, day: date) -> None:
    for key, name in (("PeriodLockDate", "period lock date"), ("EndOfYearLockDate", "end of year lock date")):
        locked = draft.ledger.lock_date(key)
        if locked is not None and day <= locked:
            shown = f"{locked:%d-%b-%Y}"
            draft.errors.append(f"The document date cannot be before the {name}, currently set at {shown}")


def _currency(draft: Draft) -> str:
    base = draft.ledger.base_currency()
    currency = str(draft.given("CurrencyCode") or base)
    if currency != base and not draft.ledger.subscribed(currency):
        draft.errors.append(f"Organisation is not subscribed to currency {currency}")
    return currency


def _lines(draft: Draft, status: str) -> Lines:
    amount_types = str(draft.given("LineAmountTypes") or "Exclusive")
    if amount_types not in AMOUNT_TYPES:
        draft.errors.append("The LineAmountTypes field is not valid")
    final = status in FINAL or status == "SUBMITTED"
    setting = Setting(amount_types, draft.purchase, final, draft.unit_places)
    lines = complete_lines(draft.ledger, draft.given("LineItems"), setting)
    draft.errors.extend(lines.errors)
    if lines.total < 0:
        draft.errors.append("The invoice total must be zero or greater")
    return lines


def _number(draft: Draft) -> Entity:
    """The document's number: the supplier's for a purchase, a unique one of our own for a sale."""
    key = draft.form.kind.code_key
    number = str(draft.given(key) or "")
    if len(number) > 255:
        draft.errors.append(f"The {key} field exceeds the maximum length of 255 characters")
    if draft.type in draft.form.unique_numbers:
        number = number or _next_number(draft)
        own_id = (draft.existing or {}).get(draft.form.kind.id_key)
        same = Condition("code = ? AND detail = ?", (number, draft.type))
        taken = draft.ledger.records.select(draft.form.kind.name, same, Condition(_ALIVE))
        if any(record.id != own_id for record in taken):
            draft.errors.append("Invoice # must be unique.")
    return {key: number}


def _next_number(draft: Draft) -> str:
    prefix = draft.form.number_prefix
    records = draft.ledger.records.select(draft.form.kind.name, Condition("detail = ?", (draft.type,)))
    numbers = (re.fullmatch(rf"{prefix}(\d+)", record.code) for record in records)
    return f"{prefix}{max((int(found[1]) for found in numbers if found), default=0) + 1:04d}"


def _assemble(draft: Draft, contact: Entity, lines: Lines, day: date, due: date | None) -> Entity:
    form, existing = draft.form, draft.existing or {}
    entity: Entity = {
        "Type": draft.type,
        form.kind.id_key: existing.get(form.kind.id_key) or str(uuid.uuid4()),
        "Reference": str(draft.given("Reference") or ""),
    }
    entity |= {"Url": draft.given("Url")} if draft.given("Url") else {}
    entity |= _balances(form, lines.total)
    entity |= {
        "CurrencyRate": _rate(draft),
        "HasAttachments": existing.get("HasAttachments", False),
        "Contact": embedded(contact),
        "DateString": day_string(day),
        "Date": ms_date(day),
    }
    if due is not None:
        entity |= {"DueDateString": day_string(due), "DueDate": ms_date(due)}
    entity |= {
        "LineAmountTypes": str(draft.given("LineAmountTypes") or "Exclusive"),
        "LineItems": lines.entities,
    }
    entity |= {"SubTotal": lines.sub_total, "TotalTax": lines.total_tax, "Total": lines.total}
    return entity | _bank_account(draft)


def _balances(form: Form, total: Decimal) -> Entity:
    if form.kind is INVOICES:
        lists: Entity = {key: [] for key in ("Payments", "CreditNotes", "Prepayments", "Overpayments")}
        amounts = {"AmountDue": total, "AmountPaid": ZERO, "AmountCredited": ZERO}
        return lists | amounts | {"IsDiscounted": False, "HasErrors": False}
    if form.kind is CREDIT_NOTES:
        return {"RemainingCredit": total, "Allocations": [], "Payments": [], "HasErrors": False}
    return {"IsReconciled": False}


def _rate(draft: Draft) -> Decimal:
    rate = read_decimal(draft.given("CurrencyRate"), "CurrencyRate", draft.errors)
    return (rate if rate is not None else Decimal(1)).quantize(Decimal("0.000001"))


def _bank_account(draft: Draft) -> Entity:
    if draft.form.kind is not BANK_TRANSACTIONS:
        return {}
    given = draft.given("BankAccount")
    assert isinstance(given, dict)
    account = bank_account(draft.ledger, given)
    assert account is not None
    # A bank account need not have a code.
    shown = ("AccountID", "Code", "Name")
    return {"BankAccount": {key: account[key] for key in shown if key in account}}


def bank_account(ledger: Ledger, given: Any) -> Entity | None:
    """The active bank account that a request means, by id or code."""
    if not isinstance(given, dict):
        return None
    account = ledger.account(code=str(given.get("Code") or ""), account_id=str(given.get("AccountID") or ""))
    return (
        account
        if account is not None and account["Type"] == "BANK" and account["Status"] == "ACTIVE"
        else None
    )


def check_bank_account(ledger: Ledger, form: Form, raw: Entity, existing: Entity | None) -> Iterable[str]:
    """What is wrong with the account that money left or reached."""
    given = raw.get("BankAccount") or (existing or {}).get("BankAccount")
    if form.kind is BANK_TRANSACTIONS and bank_account(ledger, given) is None:
        yield "Invalid Bank Account"
