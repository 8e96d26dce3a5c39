"""Paying bills: a payment takes from the balance of each bill that it names."""

from decimal import Decimal

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    business_rule,
    invalid_enumeration,
    invalid_reference,
    missing,
)
from bookbind_sandbox.vendors.quickbooks.kinds import ACCOUNT, BILL, VENDOR, VENDOR_CREDIT
from bookbind_sandbox.vendors.quickbooks.transactions import LONGEST_NUMBER, check_open
from bookbind_sandbox.vendors.quickbooks.values import (
    ZERO,
    read_choice,
    read_day,
    read_decimal,
    read_text,
    round_money,
)
from bookbind_sandbox.vendors.quickbooks.wire import Entity, reference

PAYABLE = {BILL.name: BILL, VENDOR_CREDIT.name: VENDOR_CREDIT}
PAID_BY = {
    "Check": ("CheckPayment", "BankAccountRef", "Bank"),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", "Credit Card"),
}


def accept_payment(books: Books, raw: Entity, existing: Entity | None) -> Entity:
    """Judge a payment of bills; the balances move when `settle` is called."""
    if existing is not None:
        raise business_rule("A payment of bills is deleted and made anew, not changed.")
    day = read_day(raw, "TxnDate") or books.world.clock.now().date()
    check_open(books, day)
    vendor = books.find_reference(VENDOR, raw.get("VendorRef"), "VendorRef")
    paid_by = read_choice(raw, "PayType", tuple(PAID_BY))
    total = read_decimal(raw, "TotalAmt")
    if total is None:
        raise missing("TotalAmt")
    number = read_text(raw, "DocNumber", LONGEST_NUMBER)
    entity: Entity = {
        "VendorRef": reference(vendor["Id"], vendor["DisplayName"]),
        "TxnDate": day.isoformat(),
        "PayType": paid_by,
        "TotalAmt": round_money(total),
        "CurrencyRef": vendor["CurrencyRef"],
        "Line": [_line(books, line) for line in raw.get("Line") or []],
    }
    if not entity["Line"]:
        raise missing("Line")
    return entity | ({"DocNumber": number} if number else {}) | _account(books, raw, paid_by)


def _account(books: Books, raw: Entity, paid_by: str) -> Entity:
    part, key, wanted = PAID_BY[paid_by]
    account = books.find_reference(ACCOUNT, (raw.get(part) or {}).get(key), key)
    if account["AccountType"] != wanted:
        raise business_rule(f"Select a {wanted.lower()} account for this transaction.")
    return {part: {key: reference(account["Id"], account["Name"])}}


def _line(books: Books, raw: Entity) -> Entity:
    amount = read_decimal(raw, "Amount")
    if amount is None:
        raise missing("Line.Amount")
    linked = raw.get("LinkedTxn") or []
    if len(linked) != 1:
        raise missing("Line.LinkedTxn")
    kind = PAYABLE.get(str(linked[0].get("TxnType")))
    if kind is None:
        raise invalid_enumeration(linked[0].get("TxnType"), "TxnType")
    wanted = str(linked[0].get("TxnId"))
    document = books.entity(kind, wanted)
    if document is None:
        raise invalid_reference(f"{kind.name}s", wanted, "TxnId")
    if amount > document["Balance"]:
        raise business_rule("The amount is more than what is still open.")
    return {"Amount": round_money(amount), "LinkedTxn": [{"TxnId": wanted, "TxnType": kind.name}]}


def settle(books: Books, payment: Entity, *, sign: int) -> None:
    """Take the payment from what it pays (1), or give it back (-1)."""
    for line in payment["Line"]:
        linked = line["LinkedTxn"][0]
        kind = PAYABLE[linked["TxnType"]]
        document = books.entity(kind, linked["TxnId"])
        if document is None:
            continue
        mark = {"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}
        links = [one for one in document.get("LinkedTxn", []) if one != mark]
        document["LinkedTxn"] = [*links, mark] if sign > 0 else links
        document["Balance"] = max(ZERO, document["Balance"] - Decimal(sign) * line["Amount"])
        books.save(kind, document)
