"""Bills, expenses, credits and sales: posted as they arrive, or refused in QuickBooks' words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bookbind_sandbox.records import Condition
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    books_closed,
    business_rule,
    duplicate_number,
    invalid_enumeration,
    invalid_reference,
    missing,
    one_currency,
    tax_not_allowed,
)
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    BILL,
    CREDIT_MEMO,
    CURRENCY,
    CUSTOMER,
    DEPARTMENT,
    EMPLOYEE,
    INVOICE,
    PURCHASE,
    TERM,
    VENDOR,
    VENDOR_CREDIT,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.lines import TAX_MODES, Setting, complete_lines
from bookbind_sandbox.vendors.quickbooks.taxes import Sums, add_up
from bookbind_sandbox.vendors.quickbooks.values import (
    ZERO,
    is_given,
    read_choice,
    read_day,
    read_decimal,
    read_text,
    round_money,
)
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_entity, reference

LONGEST_NUMBER = 21
LONGEST_NOTE = 4000
WRONG_CURRENCY = "The currency of the transaction is invalid for customer / vendor / account."
PAID_FROM = {"Cash": "Bank", "Check": "Bank", "CreditCard": "Credit Card"}


@dataclass(frozen=True)
class Form:
    """How one kind of transaction differs from the others."""

    kind: Kind
    purchase: bool
    contact: Kind
    has_due_date: bool = False
    has_balance: bool = False


FORMS = {
    BILL: Form(BILL, purchase=True, contact=VENDOR, has_due_date=True, has_balance=True),
    PURCHASE: Form(PURCHASE, purchase=True, contact=VENDOR),
    VENDOR_CREDIT: Form(VENDOR_CREDIT, purchase=True, contact=VENDOR, has_balance=True),
    INVOICE: Form(INVOICE, purchase=False, contact=CUSTOMER, has_due_date=True, has_balance=True),
    CREDIT_MEMO: Form(CREDIT_MEMO, purchase=False, contact=CUSTOMER, has_balance=True),
}


@dataclass(frozen=True)
class Draft:
    """A transaction on its way in, over what was there before."""

    books: Books
    form: Form
    raw: Entity
    existing: Entity | None
    allow_duplicates: bool = False

    @property
    def today(self) -> date:
        return self.books.world.clock.now().date()


def accept_transaction(draft: Draft) -> Entity:
    """Judge one transaction and return it completed; the caller stores it."""
    day = read_day(draft.raw, "TxnDate") or draft.today
    check_open(draft.books, day)
    contact = _contact(draft)
    currency = _currency(draft, contact)
    setting = _setting(draft)
    lines = complete_lines(draft.books, draft.raw.get("Line"), setting)
    sums = add_up(draft.books, lines, setting, draft.raw.get("TxnTaxDetail"))
    if sums.total < 0:
        raise business_rule("Transaction amount must be 0 or greater.")
    entity: Entity = {"TxnDate": day.isoformat()} | currency | _number(draft, contact) | _note(draft)
    entity |= _location(draft) | {"Line": lines}
    if not setting.american and setting.taxed:
        entity["GlobalTaxCalculation"] = setting.tax_mode
    entity |= {"TxnTaxDetail": sums.detail} if sums.detail else {}
    entity |= {"TotalAmt": sums.total} | _own_fields(draft, contact, day) | _balance(draft, sums)
    if draft.existing is None:
        return entity
    links = draft.existing.get("LinkedTxn", [])
    return {"Id": draft.existing["Id"]} | entity | ({"LinkedTxn": links} if links else {})


def check_open(books: Books, day: date) -> None:
    """Refuse a day in a period that is closed."""
    closed = books.closed_until()
    if closed is not None and day <= closed:
        raise books_closed()


def _setting(draft: Draft) -> Setting:
    american = draft.books.american()
    taxed = bool(draft.books.preferences()["TaxPrefs"]["UsingSalesTax"])
    mode = draft.raw.get("GlobalTaxCalculation")
    if american:
        return Setting(draft.form.purchase, "NotApplicable", taxed=False, american=True)
    if not mode and taxed:
        raise missing("GlobalTaxCalculation")
    if mode and mode not in TAX_MODES:
        raise invalid_enumeration(mode, "GlobalTaxCalculation")
    if mode == "NotApplicable" and draft.raw.get("TxnTaxDetail"):
        raise tax_not_allowed()
    return Setting(draft.form.purchase, str(mode or "NotApplicable"), taxed=taxed, american=False)


def _contact(draft: Draft) -> Entity | None:
    """Whom the transaction is with; an expense may be with nobody, or with a customer."""
    key, kind = draft.form.kind.contact_key, draft.form.contact
    if not is_given(draft.raw, key):
        if draft.form.kind is PURCHASE:
            return None
        raise missing(key)
    if draft.form.kind is PURCHASE:
        named = draft.raw[key].get("type") or "Vendor"
        known = {"Vendor": VENDOR, "Customer": CUSTOMER, "Employee": EMPLOYEE}
        if named not in known:
            raise invalid_enumeration(named, "EntityRef.type")
        kind = known[named]
    found = draft.books.find_reference(kind, draft.raw[key], key)
    return found | {"type": kind.name}


def _currency(draft: Draft, contact: Entity | None) -> Entity:
    home = draft.books.home_currency()
    given = str((draft.raw.get("CurrencyRef") or {}).get("value") or "")
    if not draft.books.many_currencies():
        if given and (draft.existing is None or given != home):
            raise one_currency()
        return {"CurrencyRef": _named_currency(draft.books, home)}
    if not given:
        raise missing("CurrencyRef")
    active = draft.books.records.with_code(CURRENCY.name, given)
    if given != home and not any(record.status == "true" for record in active):
        raise invalid_reference("Currencies", given, "CurrencyRef")
    if contact is not None and contact["CurrencyRef"]["value"] != given:
        raise business_rule(WRONG_CURRENCY)
    rate = read_decimal(draft.raw, "ExchangeRate") or Decimal(1)
    return {"CurrencyRef": _named_currency(draft.books, given), "ExchangeRate": rate}


def _named_currency(books: Books, code: str) -> Entity:
    found = books.records.with_code(CURRENCY.name, code)
    return reference(code, found[0].name if found else code)


def _number(draft: Draft, contact: Entity | None) -> Entity:
    """The document's number: the supplier's on a purchase; a sale is counted, or numbered by the app."""
    number = read_text(draft.raw, "DocNumber", LONGEST_NUMBER)
    if not draft.form.purchase:
        own = draft.books.preferences()["SalesFormsPrefs"]["CustomTxnNumbers"]
        before = (draft.existing or {}).get("DocNumber")
        number = (number if own else str(before or "")) or str(_next_number(draft))
    if not number:
        return {}
    if draft.books.settings()["warns_of_duplicates"] and not draft.allow_duplicates:
        _check_duplicate(draft, contact, number)
    return {"DocNumber": number}


def _check_duplicate(draft: Draft, contact: Entity | None, number: str) -> None:
    """A bill's number is taken once for its supplier, a sale's once for the company."""
    kind = draft.form.kind
    conditions = [Condition("code = ? COLLATE NOCASE", (number,))]
    if draft.form.purchase:
        conditions.append(Condition("parent = ?", ((contact or {}).get("Id", ""),)))
    own_id = (draft.existing or {}).get("Id")
    for record in draft.books.records.select(kind.name, *conditions):
        if record.id != own_id:
            raise duplicate_number(number, kind.name, record.id)


def _next_number(draft: Draft) -> int:
    largest = draft.books.world.store.value(
        "SELECT max(CAST(code AS INTEGER)) FROM records WHERE vendor = ? AND organisation = ? AND kind = ?",
        draft.books.records.vendor,
        draft.books.realm,
        draft.form.kind.name,
    )
    return max(1000, int(largest or 0)) + 1


def _note(draft: Draft) -> Entity:
    note = read_text(draft.raw, "PrivateNote", LONGEST_NOTE)
    return {"PrivateNote": note} if note else {}


def _location(draft: Draft) -> Entity:
    """The location of the whole transaction, dropped without a word when the company tracks none."""
    if not is_given(draft.raw, "DepartmentRef") or not draft.books.accounting_preference("TrackDepartments"):
        return {}
    found = draft.books.find_reference(DEPARTMENT, draft.raw["DepartmentRef"], "DepartmentRef")
    return {"DepartmentRef": reference(found["Id"], found["FullyQualifiedName"])}


def _own_fields(draft: Draft, contact: Entity | None, day: date) -> Entity:
    """What only this kind of transaction has."""
    fields: Entity = {}
    if contact is not None:
        named = reference(contact["Id"], contact["DisplayName"])
        is_purchase = draft.form.kind is PURCHASE
        fields[draft.form.kind.contact_key] = named | ({"type": contact["type"]} if is_purchase else {})
    if draft.form.has_due_date:
        due = read_day(draft.raw, "DueDate") or day
        fields["DueDate"] = due.isoformat()
    if is_given(draft.raw, "SalesTermRef") and draft.form.has_due_date:
        term = draft.books.find_reference(TERM, draft.raw["SalesTermRef"], "SalesTermRef")
        fields["SalesTermRef"] = reference(term["Id"], term["Name"])
    if draft.form.kind in (BILL, VENDOR_CREDIT):
        fields["APAccountRef"] = _payable_account(draft)
    return fields | (_paid_from(draft) if draft.form.kind is PURCHASE else {})


def _payable_account(draft: Draft) -> Entity:
    """The account that the bill is owed in, which has to have its currency."""
    currency = str((draft.raw.get("CurrencyRef") or {}).get("value") or draft.books.home_currency())
    if is_given(draft.raw, "APAccountRef"):
        account = draft.books.find_reference(ACCOUNT, draft.raw["APAccountRef"], "APAccountRef")
        if account["AccountType"] != "Accounts Payable" or account["CurrencyRef"]["value"] != currency:
            raise business_rule("Select an Accounts Payable account in the currency of this transaction.")
        return reference(account["Id"], account["Name"])
    payable = Condition("detail = 'Accounts Payable'")
    accounts = [parse_entity(one.body) for one in draft.books.records.select(ACCOUNT.name, payable)]
    fitting = [account for account in accounts if account["CurrencyRef"]["value"] == currency]
    account = (fitting or accounts)[0]
    return reference(account["Id"], account["Name"])


def _paid_from(draft: Draft) -> Entity:
    """How and from which account an expense was paid; the two have to fit together."""
    paid = read_choice(draft.raw, "PaymentType", tuple(PAID_FROM))
    if not is_given(draft.raw, "AccountRef"):
        raise missing("AccountRef")
    account = draft.books.find_reference(ACCOUNT, draft.raw["AccountRef"], "AccountRef")
    if account["AccountType"] != PAID_FROM[paid]:
        wanted = "credit card" if paid == "CreditCard" else "bank"
        raise business_rule(f"Select a {wanted} account for this transaction.")
    home = draft.books.home_currency()
    currency = str((draft.raw.get("CurrencyRef") or {}).get("value") or home)
    if account["CurrencyRef"]["value"] not in {home, currency}:
        raise business_rule(WRONG_CURRENCY)
    return {
        "PaymentType": paid,
        "AccountRef": reference(account["Id"], account["Name"]),
        "Credit": bool(draft.raw.get("Credit")),
    }


def _balance(draft: Draft, sums: Sums) -> Entity:
    """What is still owed: the total without what was paid of the document before."""
    if not draft.form.has_balance:
        return {}
    before: dict[str, Any] = draft.existing or {}
    paid = before.get("TotalAmt", ZERO) - before.get("Balance", before.get("TotalAmt", ZERO))
    return {"Balance": round_money(sums.total - Decimal(str(paid)))}
