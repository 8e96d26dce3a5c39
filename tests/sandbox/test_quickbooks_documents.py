"""Bills, expenses, credits and sales in QuickBooks: totals, and what is refused in which words."""

from typing import Any

import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import QuickBooksApp, accepted, fault
from tests.support.processes import Sandbox


def detail(entity: dict[str, Any], number: int = 0) -> dict[str, Any]:
    line = entity["Line"][number]
    found: dict[str, Any] = line[line["DetailType"]]
    return found


def test_a_bill_is_posted_at_once_with_its_tax_worked_out(sandbox: Sandbox, books: QuickBooksApp) -> None:
    line = books.line(ClassRef=books.ref("Class", "South"))
    made = books.create(Line=[line], DepartmentRef=books.ref("Department", "Workshop"))
    assert (made["TotalAmt"], made["Balance"], made["SyncToken"]) == (120.0, 120.0, "0")
    assert (made["domain"], made["sparse"]) == ("QBO", False)
    assert made["VendorRef"]["name"] == "City Fuel Limited"
    assert detail(made)["ClassRef"]["name"] == "South"
    assert detail(made)["AccountRef"]["name"] == "Motor vehicle expenses"
    assert made["DepartmentRef"]["name"] == "Workshop"
    tax = made["TxnTaxDetail"]
    assert (tax["TotalTax"], tax["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"]) == (20.0, 100.0)
    assert books.get(f"bill/{made['Id']}")["Bill"] == made
    received = sandbox.received("quickbooks")["documents"]
    assert [(one["kind"], one["reference"], one["total"], one["tax"]) for one in received] == [
        ("bill", "SUP-1", "120.00", "20.00")
    ]
    assert received[0]["lines"][0]["tracking"] == {"Class": "South"}
    assert received[0]["location"] == "Workshop"


@pytest.mark.parametrize(
    ("mode", "line", "total", "tax"),
    [
        ("TaxExcluded", {"Amount": 100.0}, 120.0, 20.0),
        ("TaxInclusive", {"Amount": 100.0, "TaxInclusiveAmt": 120.0}, 120.0, 20.0),
        # A gross amount where the net one belongs is taxed once more, as an integrator saw.
        ("TaxInclusive", {"Amount": 120.0}, 144.0, 24.0),
        ("NotApplicable", {"Amount": 100.0}, 100.0, None),
    ],
)
def test_totals_follow_what_the_amounts_mean(
    books: QuickBooksApp, mode: str, line: dict[str, float], total: float, tax: float | None
) -> None:
    made = books.create(GlobalTaxCalculation=mode, Line=[books.line(**line)])
    assert made["TotalAmt"] == total
    assert made["GlobalTaxCalculation"] == mode
    assert made.get("TxnTaxDetail", {}).get("TotalTax") == tax


def test_tax_stated_by_the_app_goes_before_tax_worked_out(books: QuickBooksApp) -> None:
    code = books.query("select * from TaxCode where Name = '20.0% S'")[0]
    rate = code["PurchaseTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]
    row = {"TaxRateRef": rate, "PercentBased": True, "TaxPercent": 20, "NetAmountTaxable": 100.0}
    stated = {"TaxLine": [{"Amount": 19.99, "DetailType": "TaxLineDetail", "TaxLineDetail": row}]}
    made = books.create(TxnTaxDetail=stated | {"TotalTax": 19.99})
    assert (made["TotalAmt"], made["TxnTaxDetail"]["TaxLine"][0]["Amount"]) == (119.99, 19.99)
    unknown = {"TaxLine": [{"Amount": 1, "TaxLineDetail": {"TaxRateRef": {"value": "999"}}}]}
    assert books.refusal(TxnTaxDetail=unknown)[0] == "2500"


def test_a_reverse_charge_gives_and_takes_the_same_tax(books: QuickBooksApp) -> None:
    made = books.create(Line=[books.line(TaxCodeRef=books.ref("TaxCode", "20.0% RC SG"))])
    assert made["TotalAmt"] == 100.0
    assert sorted(row["Amount"] for row in made["TxnTaxDetail"]["TaxLine"]) == [-20.0, 20.0]


def test_two_rates_are_two_tax_lines(books: QuickBooksApp) -> None:
    reduced = books.line(Amount=10.0, TaxCodeRef=books.ref("TaxCode", "5.0% R"))
    made = books.create(Line=[books.line(), reduced])
    assert [row["Amount"] for row in made["TxnTaxDetail"]["TaxLine"]] == [20.0, 0.5]
    assert made["TotalAmt"] == 130.5


def changes(books: QuickBooksApp, name: str) -> dict[str, Any]:
    """What makes a good bill into one that is refused."""
    made: dict[str, Any] = {
        "no supplier": {"VendorRef": None},
        "a bare reference": {"VendorRef": "1"},
        "a bare line": {"Line": ["Diesel"]},
        "a bare code": {"Line": [books.line(TaxCodeRef="20")]},
        "unknown supplier": {"VendorRef": {"value": "9999"}},
        "inactive supplier": {"VendorRef": books.ref("Vendor", "Old Quay Printers (deleted)")},
        "customer as supplier": {"VendorRef": books.ref("Customer", "Calder Homes Limited")},
        "no lines": {"Line": []},
        "unknown account": {"Line": [books.line(AccountRef={"value": "9999"})]},
        "creditors": {"Line": [books.line(AccountRef=books.ref("Account", "Creditors"))]},
        "unknown class": {"Line": [books.line(ClassRef={"value": "1"})]},
        "unknown location": {"DepartmentRef": {"value": "99"}},
        "no amount": {"Line": [books.line(Amount=None)]},
        "words for an amount": {"Line": [books.line(Amount="ten")]},
        "no VAT code": {
            "Line": [
                {
                    **books.line(),
                    "AccountBasedExpenseLineDetail": {"AccountRef": books.ref("Account", "Training")},
                }
            ]
        },
        "a code of sales": {"Line": [books.line(TaxCodeRef=books.ref("TaxCode", "0.0% ECG"))]},
        "a sales line": {"Line": [books.line() | {"DetailType": "SalesItemLineDetail"}]},
        "a negative total": {"Line": [books.line(Amount=-5)]},
        "no mode": {"GlobalTaxCalculation": None},
        "wrong mode": {"GlobalTaxCalculation": "Inclusive"},
        "closed books": {"TxnDate": "2025-03-31"},
        "no date": {"TxnDate": "soon"},
        "long number": {"DocNumber": "1" * 22},
        "long note": {"PrivateNote": "n" * 4001},
        "no currency": {"CurrencyRef": None},
        "unknown currency": {"CurrencyRef": {"value": "SEK"}},
        "another currency": {"CurrencyRef": {"value": "EUR"}},
        "tax where there is none": {
            "GlobalTaxCalculation": "NotApplicable",
            "TxnTaxDetail": {"TotalTax": 20},
        },
        "a location on a line": {"Line": [books.line(DepartmentRef=books.ref("Department", "Workshop"))]},
        "a line of its own kind": {"Line": [books.line() | {"Colour": "red"}]},
    }[name]
    return made


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("no supplier", "2020", "VendorRef"),
        ("a bare reference", "2010", "VendorRef"),
        ("a bare line", "2010", "Line"),
        ("a bare code", "2010", "TaxCodeRef"),
        ("unknown supplier", "2500", "Invalid Reference Id"),
        ("inactive supplier", "610", "made inactive"),
        ("customer as supplier", "2500", "Invalid Reference Id"),
        ("no lines", "2020", "Line"),
        ("unknown account", "2500", "Accounts element id 9999 not found"),
        ("creditors", "6000", "Accounts Payable"),
        ("unknown class", "2500", "Class"),
        ("unknown location", "2500", "Department"),
        ("no amount", "2020", "Line.Amount"),
        ("words for an amount", "2090", "ten"),
        ("no VAT code", "6000", "VAT rate"),
        ("a code of sales", "6000", "can't be used for purchases"),
        ("a sales line", "2170", "SalesItemLineDetail"),
        ("a negative total", "6000", "0 or greater"),
        ("no mode", "2020", "GlobalTaxCalculation"),
        ("wrong mode", "2170", "Inclusive"),
        ("closed books", "6210", "account period has closed"),
        ("no date", "2070", "soon"),
        ("long number", "2050", "Max:21"),
        ("long note", "2050", "Max:4000"),
        ("no currency", "2020", "CurrencyRef"),
        ("unknown currency", "2500", "SEK"),
        ("another currency", "6000", "currency"),
        ("tax where there is none", "6170", "NotApplicable"),
        ("a location on a line", "2010", "DepartmentRef"),
        ("a line of its own kind", "2010", "Colour"),
    ],
)
def test_a_wrong_bill_is_refused_in_quickbooks_words(
    sandbox: Sandbox, books: QuickBooksApp, name: str, code: str, words: str
) -> None:
    refused = books.refusal(**changes(books, name))
    assert refused[0] == code
    assert words in refused[1]
    assert sandbox.received("quickbooks")["documents"] == []


def test_a_number_is_taken_once_for_a_supplier_unless_told(sandbox: Sandbox, books: QuickBooksApp) -> None:
    first = books.create()
    code, words = books.refusal()
    assert code == "6140"
    assert f"TxnId={first['Id']}" in words
    assert books.create(VendorRef=books.ref("Vendor", "BT"))["DocNumber"] == "SUP-1"
    again = books.made("Bill", books.bill(), include="allowduplicatedocnum")
    assert again["Id"] != first["Id"]
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", warns_of_duplicates=False)
    assert books.create()["DocNumber"] == "SUP-1"


def test_classes_and_locations_that_are_off_are_dropped_in_silence(
    sandbox: Sandbox, books: QuickBooksApp
) -> None:
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", classes=False, locations=False)
    line = books.line(ClassRef=books.ref("Class", "South"))
    made = books.create(Line=[line], DepartmentRef=books.ref("Department", "Workshop"))
    assert "ClassRef" not in detail(made)
    assert "DepartmentRef" not in made


def test_a_company_of_one_currency_takes_no_currency_at_all(connect_books: ConnectBooks) -> None:
    holdings = connect_books(organisation="Acme Holdings Ltd")
    refused = ("6000", "Multi Currency should be enabled to perform this operation")
    for currency in ("GBP", "EUR"):
        bill = holdings.bill(CurrencyRef={"value": currency}, GlobalTaxCalculation=None)
        code, detail = fault(holdings.post("bill", bill))
        assert (code, refused[1] in detail) == (refused[0], True)
        vendor = {"DisplayName": f"New {currency}", "CurrencyRef": {"value": currency}}
        assert fault(holdings.post("vendor", vendor))[0] == refused[0]
        account = {"Name": f"New {currency}", "AccountType": "Expense", "CurrencyRef": {"value": currency}}
        assert fault(holdings.post("account", account))[0] == refused[0]
    assert holdings.create(CurrencyRef=None, GlobalTaxCalculation=None)["CurrencyRef"]["value"] == "GBP"
    known = holdings.query("select * from Vendor maxresults 1")[0]
    renamed = holdings.made("Vendor", known | {"DisplayName": "City Fuel of Bristol"})
    assert renamed["CurrencyRef"]["value"] == "GBP"


def test_the_same_requestid_gets_the_first_answer_again(sandbox: Sandbox, books: QuickBooksApp) -> None:
    bill = books.bill()
    first = books.post("bill", bill, requestid="r-1")
    again = books.post("bill", bill | {"DocNumber": "OTHER"}, requestid="r-1")
    assert again.content == first.content
    assert len(sandbox.received("quickbooks")["documents"]) == 1
    assert sandbox.read("log", vendor="quickbooks")["requests"][-1]["replayed"] is True
    assert fault(books.post("bill", bill, requestid="r" * 51))[0] == "2050"


def test_a_refused_requestid_can_be_used_for_the_corrected_bill(books: QuickBooksApp) -> None:
    bill = books.bill()
    assert fault(books.post("bill", bill | {"VendorRef": {"value": "9999"}}, requestid="r-1"))[0] == "2500"
    assert accepted(books.post("bill", bill, requestid="r-1"))["Bill"]["DocNumber"] == "SUP-1"


def test_a_requestid_belongs_to_one_company(books: QuickBooksApp, connect_books: ConnectBooks) -> None:
    ireland = connect_books(organisation="Acme Ireland Ltd")
    one = books.made("Vendor", {"DisplayName": "Twice"}, requestid="r-1")
    two = ireland.made("Vendor", {"DisplayName": "Once more"}, requestid="r-1")
    assert (one["DisplayName"], two["DisplayName"]) == ("Twice", "Once more")


def test_a_sparse_update_keeps_what_it_does_not_name_and_a_full_one_forgets_it(books: QuickBooksApp) -> None:
    made = books.create()
    sparse = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "DocNumber": "SUP-2"}
    changed = books.made("Bill", sparse)
    assert (changed["DocNumber"], changed["PrivateNote"], changed["SyncToken"]) == ("SUP-2", "marker-1", "1")
    full = books.bill(PrivateNote=None) | {"Id": made["Id"], "SyncToken": "1"}
    assert "PrivateNote" not in books.made("Bill", full)


def test_new_lines_are_taxed_anew_and_what_was_paid_stays_paid(books: QuickBooksApp) -> None:
    bill = books.create()
    books.made("BillPayment", payment_of(books, bill, 50.0))
    change = {"Id": bill["Id"], "SyncToken": "1", "sparse": True, "Line": [books.line(Amount=200.0)]}
    changed = books.made("Bill", change)
    assert (changed["TotalAmt"], changed["TxnTaxDetail"]["TotalTax"], changed["Balance"]) == (
        240.0,
        40.0,
        190.0,
    )
    assert len(changed["LinkedTxn"]) == 1


def test_gross_amounts_are_told_line_by_line(books: QuickBooksApp) -> None:
    lines = [books.line(), books.line(TaxCodeRef=books.ref("TaxCode", "5.0% R"))]
    made = books.create(GlobalTaxCalculation="TaxInclusive", Line=lines)
    assert [detail(made, number)["TaxInclusiveAmt"] for number in (0, 1)] == [120.0, 105.0]
    assert made["TotalAmt"] == 225.0


def test_an_old_sync_token_is_refused(books: QuickBooksApp) -> None:
    made = books.create()
    stale = {"Id": made["Id"], "SyncToken": "7", "sparse": True, "DocNumber": "SUP-2"}
    assert fault(books.post("bill", stale))[0] == "5010"
    assert fault(books.post("bill", {"Id": made["Id"], "SyncToken": "7"}, operation="delete"))[0] == "5010"
    assert fault(books.post("bill", stale | {"Id": "9999"}))[0] == "610"


def test_a_deleted_bill_is_gone_and_its_number_is_free(sandbox: Sandbox, books: QuickBooksApp) -> None:
    made = books.create()
    answer = accepted(books.post("bill", {"Id": made["Id"], "SyncToken": "0"}, operation="delete"))
    assert answer["Bill"] == {"status": "Deleted", "domain": "QBO", "Id": made["Id"]}
    assert fault(books.call("GET", f"bill/{made['Id']}"))[0] == "610"
    assert sandbox.received("quickbooks")["documents"] == []
    assert books.create()["Id"] != made["Id"]


def expense(books: QuickBooksApp, **changes: Any) -> dict[str, Any]:
    sent = books.bill(VendorRef=None, DueDate=None) | {
        "PaymentType": "Cash",
        "AccountRef": books.ref("Account", "Current account"),
        "EntityRef": books.ref("Vendor", "City Fuel Limited") | {"type": "Vendor"},
    }
    return sent | changes


@pytest.mark.parametrize(
    ("payment", "account", "code"),
    [
        ("Cash", "Current account", ""),
        ("Check", "Petty cash", ""),
        ("CreditCard", "Company credit card", ""),
        ("CreditCard", "Current account", "6000"),
        ("Cash", "Company credit card", "6000"),
        ("Cash", "Training", "6000"),
        ("Transfer", "Current account", "2170"),
    ],
)
def test_an_expense_is_paid_from_an_account_that_fits(
    sandbox: Sandbox, books: QuickBooksApp, payment: str, account: str, code: str
) -> None:
    sent = expense(books, PaymentType=payment, AccountRef=books.ref("Account", account))
    response = books.post("purchase", sent)
    if code:
        assert fault(response)[0] == code
        return
    made = accepted(response)["Purchase"]
    assert made["EntityRef"]["type"] == "Vendor"
    assert "DueDate" not in made
    received = sandbox.received("quickbooks")["documents"][0]
    assert (received["kind"], received["paid_from"]) == ("spend", account)


def test_a_refund_to_a_card_is_money_received(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sent = expense(books, Credit=True, PaymentType="CreditCard")
    sent["AccountRef"] = books.ref("Account", "Company credit card")
    assert books.made("Purchase", sent)["Credit"] is True
    assert sandbox.received("quickbooks")["documents"][0]["kind"] == "receive"


def test_a_field_that_the_entity_lacks_is_refused(books: QuickBooksApp) -> None:
    code, words = fault(books.post("vendorcredit", books.bill()))
    assert (code, "DueDate" in words) == ("2010", True)
    assert books.refusal(Status="DRAFT")[0] == "2010"


def test_a_supplier_credit_has_no_due_date(sandbox: Sandbox, books: QuickBooksApp) -> None:
    made = books.made("VendorCredit", books.bill(DueDate=None))
    assert "DueDate" not in made
    assert made["Balance"] == 120.0
    assert sandbox.received("quickbooks")["documents"][0]["kind"] == "supplier_credit"


def sale(books: QuickBooksApp, **changes: Any) -> dict[str, Any]:
    item = {
        "ItemRef": books.ref("Item", "Consultancy"),
        "Qty": 2,
        "UnitPrice": 95,
        "TaxCodeRef": books.ref("TaxCode", "20.0% S"),
    }
    line = {"Amount": 190.0, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": item}
    return {
        "CustomerRef": books.ref("Customer", "Calder Homes Limited"),
        "TxnDate": "2026-11-01",
        "DocNumber": "OUR-1",
        "CurrencyRef": {"value": "GBP"},
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [line],
    } | changes


def test_a_sale_is_coded_to_items_and_numbered_by_quickbooks(sandbox: Sandbox, books: QuickBooksApp) -> None:
    made = books.made("Invoice", sale(books))
    assert (made["DocNumber"], made["TotalAmt"]) == ("1001", 228.0)
    assert detail(made)["ItemAccountRef"]["name"] == "Services"
    assert made["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert made["Line"][-1]["Amount"] == 190.0
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", custom_numbers=True)
    assert books.made("CreditMemo", sale(books))["DocNumber"] == "OUR-1"
    kinds = [one["kind"] for one in sandbox.received("quickbooks")["documents"]]
    assert kinds == ["invoice", "customer_credit"]


def test_a_sale_takes_no_account_lines_no_unsellable_item_and_no_wrong_product(books: QuickBooksApp) -> None:
    assert fault(books.post("invoice", sale(books, Line=[books.line()])))[0] == "2170"
    no_item = sale(books)
    no_item["Line"][0]["SalesItemLineDetail"].pop("ItemRef")
    assert fault(books.post("invoice", no_item))[0] == "2020"
    wrong = sale(books)
    wrong["Line"][0]["Amount"] = 100.0
    assert fault(books.post("invoice", wrong))[0] == "6070"


def payment_of(books: QuickBooksApp, bill: dict[str, Any], amount: float) -> dict[str, Any]:
    return {
        "VendorRef": bill["VendorRef"],
        "TotalAmt": amount,
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": books.ref("Account", "Current account")},
        "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
    }


def test_paying_a_bill_closes_it_and_undoing_that_opens_it(books: QuickBooksApp) -> None:
    bill = books.create()
    payment = payment_of(books, bill, 120.0)
    paid = books.made("BillPayment", payment)
    assert books.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == 0
    assert fault(books.post("billpayment", payment))[0] == "6000"
    books.post("billpayment", {"Id": paid["Id"], "SyncToken": paid["SyncToken"]}, operation="delete")
    reopened = books.get(f"bill/{bill['Id']}")["Bill"]
    assert (reopened["Balance"], reopened["LinkedTxn"]) == (120.0, [])


def test_foreign_bills_need_a_supplier_of_that_currency(books: QuickBooksApp) -> None:
    supplier = books.ref("Vendor", "Atelier Lumière SARL")
    made = books.create(VendorRef=supplier, CurrencyRef={"value": "EUR"}, ExchangeRate=0.85)
    assert made["APAccountRef"]["name"] == "Creditors - EUR"
    assert (made["CurrencyRef"]["value"], made["ExchangeRate"]) == ("EUR", 0.85)
    assert books.refusal(VendorRef=supplier, DocNumber="X")[0] == "6000"


def test_purchases_in_the_united_states_carry_no_tax(connect_books: ConnectBooks) -> None:
    america = connect_books(organisation="Acme America Inc")
    line = america.line(
        AccountRef=america.ref("Account", "Auto Expenses"), TaxCodeRef={"value": "NON"}, Amount=80.0
    )
    sent = america.bill(
        VendorRef=america.ref("Vendor", "Bay Area Fuel"),
        Line=[line],
        GlobalTaxCalculation=None,
        CurrencyRef=None,
    )
    made = america.made("Bill", sent)
    assert (made["TotalAmt"], made["CurrencyRef"]["value"]) == (80.0, "USD")
    assert "TxnTaxDetail" not in made
    assert "GlobalTaxCalculation" not in made
    wrong_code = america.line(AccountRef=america.ref("Account", "Travel"), TaxCodeRef={"value": "20.0% S"})
    wrong = sent | {"DocNumber": "2", "Line": [wrong_code]}
    assert fault(america.post("bill", wrong))[0] == "6100"


def test_a_company_is_american_by_its_country_and_not_by_its_automated_tax(
    sandbox: Sandbox, connect_books: ConnectBooks
) -> None:
    america = connect_books(organisation="Acme America Inc")
    sandbox.control("lock", vendor="quickbooks", organisation="Acme America Inc", automated_tax=False)
    line = america.line(AccountRef=america.ref("Account", "Travel"), TaxCodeRef={"value": "NON"})
    supplier = america.ref("Vendor", "Bay Area Fuel")
    made = america.create(VendorRef=supplier, Line=[line], GlobalTaxCalculation=None, CurrencyRef=None)
    assert (made["TotalAmt"], "TxnTaxDetail" in made) == (100.0, False)


def test_an_expense_leaves_an_account_of_its_currency(books: QuickBooksApp) -> None:
    euro = {"Name": "Euro account", "AccountType": "Bank", "CurrencyRef": {"value": "EUR"}}
    account = {"value": books.made("Account", euro)["Id"]}
    paid = expense(books, AccountRef=account)
    assert fault(books.post("purchase", paid))[0] == "6000"
    supplier = books.ref("Vendor", "Atelier Lumière SARL") | {"type": "Vendor"}
    foreign = paid | {"CurrencyRef": {"value": "EUR"}, "EntityRef": supplier}
    assert books.made("Purchase", foreign)["AccountRef"]["name"] == "Euro account"
    at_home = foreign | {"AccountRef": books.ref("Account", "Current account"), "DocNumber": "E-2"}
    assert books.made("Purchase", at_home)["CurrencyRef"]["value"] == "EUR"


def test_a_company_without_vat_needs_no_codes(connect_books: ConnectBooks) -> None:
    holdings = connect_books(organisation="Acme Holdings Ltd")
    line = holdings.line()
    line["AccountBasedExpenseLineDetail"].pop("TaxCodeRef")
    made = holdings.create(Line=[line], GlobalTaxCalculation=None, CurrencyRef=None)
    assert made["TotalAmt"] == 100.0
