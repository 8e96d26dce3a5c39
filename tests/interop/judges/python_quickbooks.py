"""The python-quickbooks client, unmodified, run where it is installed: lists, a bill, its file."""

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
    Ref,
    TaxCode,
    Vendor,
)


def tell(**found: object) -> None:
    print(json.dumps(found), flush=True)  # noqa: T201


def reference(value: str) -> Ref:
    made = Ref()
    made.value = value
    return made


def first(kind: Any, name: str, books: QuickBooks, key: str = "Name") -> Any:
    return kind.filter(qb=books, **{key: name})[0]


def new_bill(books: QuickBooks, number: str) -> Bill:
    line = AccountBasedExpenseLine()
    line.Amount, line.Description = 100, "Diesel"
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    detail = line.AccountBasedExpenseLineDetail
    detail.AccountRef = first(Account, "Motor vehicle expenses", books).to_ref()
    detail.ClassRef = reference(first(Class, "South", books).Id)
    detail.TaxCodeRef = reference(first(TaxCode, "20.0% S", books).Id)
    bill = Bill()
    bill.DocNumber, bill.TxnDate, bill.DueDate = number, "2026-11-01", "2026-11-30"
    bill.GlobalTaxCalculation, bill.PrivateNote = "TaxExcluded", "made by python-quickbooks"
    bill.CurrencyRef = reference("GBP")
    bill.VendorRef = first(Vendor, "City Fuel Limited", books, "DisplayName").to_ref()
    bill.Line = [line]
    return bill


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


def refusals(books: QuickBooks) -> None:
    """How the client understands a refusal of each kind."""
    found = {}
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
    refusals(books)


if __name__ == "__main__":
    main()
