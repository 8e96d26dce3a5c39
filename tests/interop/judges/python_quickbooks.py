"""The python-quickbooks client, unmodified, run where it is installed: lists, documents, a bill's file."""

import json
import sys
from typing import Any

from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Account,
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    Attachable,
    AttachableRef,
    Bill,
    Class,
    CompanyInfo,
    Customer,
    Department,
    Employee,
    Item,
    PaymentMethod,
    Preferences,
    Purchase,
    Ref,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
    VendorCredit,
)


def tell(**found: object) -> None:
    print(json.dumps(found), flush=True)  # noqa: T201


def reference(value: str) -> Ref:
    made = Ref()
    made.value = value
    return made


def first(kind: Any, name: str, books: QuickBooks, key: str = "Name") -> Any:
    return kind.filter(qb=books, **{key: name})[0]


def new_line(books: QuickBooks) -> AccountBasedExpenseLine:
    line = AccountBasedExpenseLine()
    line.Amount, line.Description = 100, "Diesel"
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    detail = line.AccountBasedExpenseLineDetail
    detail.AccountRef = first(Account, "Motor vehicle expenses", books).to_ref()
    detail.ClassRef = reference(first(Class, "South", books).Id)
    detail.TaxCodeRef = reference(first(TaxCode, "20.0% S", books).Id)
    return line


def new_document(kind: Any, books: QuickBooks, number: str) -> Any:
    document = kind()
    document.DocNumber, document.TxnDate = number, "2026-11-01"
    document.GlobalTaxCalculation, document.PrivateNote = "TaxExcluded", "made by python-quickbooks"
    document.CurrencyRef = reference("GBP")
    document.Line = [new_line(books)]
    return document


def new_bill(books: QuickBooks, number: str) -> Bill:
    bill = new_document(Bill, books, number)
    bill.DueDate = "2026-11-30"
    bill.VendorRef = first(Vendor, "City Fuel Limited", books, "DisplayName").to_ref()
    return bill


def new_credit(books: QuickBooks, number: str) -> VendorCredit:
    credit = new_document(VendorCredit, books, number)
    credit.VendorRef = first(Vendor, "City Fuel Limited", books, "DisplayName").to_ref()
    return credit


def new_purchase(books: QuickBooks, number: str) -> Purchase:
    purchase = new_document(Purchase, books, number)
    purchase.PaymentType = "Cash"
    purchase.AccountRef = first(Account, "Current account", books).to_ref()
    purchase.EntityRef = first(Vendor, "City Fuel Limited", books, "DisplayName").to_ref()
    return purchase


def attach(books: QuickBooks, bill: Bill, content: bytes) -> Attachable:
    file, link = Attachable(), AttachableRef()
    link.EntityRef = bill.to_ref()
    file.AttachableRef, file.FileName, file.ContentType = [link], "bill.pdf", "application/pdf"
    file._FileBytes = content
    return file.save(qb=books)


def open_books(given: dict[str, str]) -> QuickBooks:
    client = AuthClient(
        given["client_id"],
        given["secret"],
        given["redirect_uri"],
        given["discovery"],
        refresh_token=given["refresh_token"],
        realm_id=given["realm"],
    )
    QuickBooks.api_url_v3 = given["api"]
    # Without an access token it refreshes by itself.
    return QuickBooks(
        auth_client=client, refresh_token=given["refresh_token"], company_id=given["realm"], minorversion=75
    )


def read_and_write(books: QuickBooks, file: bytes, since: str) -> None:
    tell(
        accounts=[account.Name for account in Account.all(qb=books, max_results=1000)],
        vendors=[vendor.DisplayName for vendor in Vendor.all(qb=books, start_position=1, max_results=20)],
        count=Vendor.count(qb=books),
    )
    bill = new_bill(books, "PQ-1")
    bill.save(qb=books)
    attached = attach(books, bill, file)
    read = Bill.get(bill.Id, qb=books)
    detail = read.Line[0].AccountBasedExpenseLineDetail
    link = f"AttachableRef.EntityRef.Type = 'bill' and AttachableRef.EntityRef.value = '{bill.Id}'"
    tell(
        bill=bill.Id,
        total=read.TotalAmt,
        tax=read.TxnTaxDetail.TotalTax,
        supplier=read.VendorRef.name,
        tracked=detail.ClassRef.name,
        note=read.PrivateNote,
        attached=attached.Id,
        files=[one.FileName for one in Attachable.where(link, qb=books)],
    )
    batched = batch_create([new_bill(books, "PQ-2"), new_bill(books, "PQ-1")], qb=books)
    changed = change_data_capture([Bill], since, qb=books)
    read.DocNumber = "PQ-3"
    renumbered = read.save(qb=books)
    renumbered.delete(qb=books)
    tell(
        made=len(batched.successes),
        refused=[fault.Error[0].code for fault in batched.faults],
        changed=sorted(one.DocNumber for one in changed.Bill),
        renumbered=renumbered.DocNumber,
    )


def read_the_rest(books: QuickBooks) -> None:
    """The other lists, the company and its preferences, and what costs are besides bills."""
    kinds = (Class, Customer, Department, Employee, Item, PaymentMethod, TaxCode, TaxRate, Term)
    preferences, credit, purchase = (
        Preferences.get(books),
        new_credit(books, "PQ-4"),
        new_purchase(books, "PQ-5"),
    )
    credit.save(qb=books)
    purchase.save(qb=books)
    tell(
        lists=[kind.__name__ for kind in kinds if kind.all(qb=books, max_results=1000)],
        company=CompanyInfo.get(1, qb=books).CompanyName,
        currency=preferences.CurrencyPrefs.HomeCurrency.value,
        taxed=preferences.TaxPrefs.UsingSalesTax,
        credit=VendorCredit.get(credit.Id, qb=books).TotalAmt,
        purchase=Purchase.get(purchase.Id, qb=books).EntityRef.type,
    )
    vendor = Vendor()
    vendor.DisplayName = "Zebra Ltd"
    vendor.save(qb=books)
    vendor.DisplayName = "Zebra Holdings"
    renamed = vendor.save(qb=books)
    renamed.Active = False
    renamed.save(qb=books)
    everybody = Vendor.where("Active in (true, false)", qb=books, max_results=1000)
    tell(
        active=[
            one.DisplayName for one in Vendor.all(qb=books, max_results=1000) if "Zebra" in one.DisplayName
        ],
        every=[one.DisplayName for one in everybody if "Zebra" in one.DisplayName],
    )


def code_of(action: Any) -> int:
    """The code with which the vendor refuses, 0 when it does not."""
    try:
        action()
    except QuickbooksException as error:
        return int(error.error_code)
    return 0


def refusals(books: QuickBooks) -> None:
    """How the client understands a refusal of each kind."""
    closed, inactive, stale = new_bill(books, "PQ-6"), new_bill(books, "PQ-7"), Bill.filter(qb=books)[0]
    closed.TxnDate = "2025-03-31"
    inactive.VendorRef = reference("999999")
    stale.SyncToken = "99"
    found = {
        "closed": code_of(lambda: closed.save(qb=books)),
        "reference": code_of(lambda: inactive.save(qb=books)),
        "stale": code_of(lambda: stale.save(qb=books)),
        "number": code_of(lambda: new_bill(books, "PQ-2").save(qb=books)),
        "query": code_of(lambda: Vendor.where("DisplayName = 'a' or DisplayName = 'b'", qb=books)),
    }
    taken = Vendor()
    taken.DisplayName = "City Fuel Limited"
    try:
        taken.save(qb=books)
    except QuickbooksException as error:
        found["taken"] = error.error_code
    try:
        Bill.get(999_999, qb=books)
    except ObjectNotFoundException as error:
        found["missing"] = error.error_code
    books.auth_client.revoke()
    try:
        Account.all(qb=books)
    except AuthorizationException as error:
        found["revoked"] = error.error_code
    tell(**found)


def main() -> None:
    given = json.loads(sys.stdin.readline())
    books = open_books(given)
    read_and_write(books, given["file"].encode(), given["since"])
    read_the_rest(books)
    refusals(books)


if __name__ == "__main__":
    main()
