"""Bills, invoices, credit notes, bank transactions: computed, kept, changed, refused as Xero words it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import XeroApp, line, messages
from tests.support.processes import Sandbox


def money(text: str) -> float:
    return float(Decimal(text))


def test_a_bill_comes_back_whole_and_is_kept(sandbox: Sandbox, acme: XeroApp) -> None:
    region = acme.get("TrackingCategories")["TrackingCategories"][0]
    option = region["Options"][0]
    ids = {"TrackingCategoryID": region["TrackingCategoryID"], "TrackingOptionID": option["TrackingOptionID"]}
    created = acme.create(LineItems=[line(Quantity=3, UnitAmount=12.5, Tracking=[ids])])
    assert {key: created[key] for key in ("SubTotal", "TotalTax", "Total", "AmountDue", "Status")} == {
        "SubTotal": 37.5,
        "TotalTax": 7.5,
        "Total": 45.0,
        "AmountDue": 45.0,
        "Status": "AUTHORISED",
    }
    assert (created["DateString"], created["DueDateString"]) == ("2026-11-01T00:00:00", "2026-11-30T00:00:00")
    assert created["LineItems"][0]["Tracking"] == [ids | {"Name": region["Name"], "Option": option["Name"]}]
    assert created["CurrencyCode"] == "GBP"
    read = acme.get(f"Invoices/{created['InvoiceID']}")["Invoices"][0]
    assert read == created
    assert read["Url"] == "http://localhost:8000/documents/1"
    received = sandbox.received()["documents"]
    assert [
        (one["kind"], one["reference"], one["contact"], one["total"], one["status"]) for one in received
    ] == [("bill", "SUP-1", "City Fuel Ltd", "45.00", "AUTHORISED")]
    assert received[0]["organisation"] == acme.tenant
    assert received[0]["lines"][0]["tracking"] == {"Region": "North"}


@pytest.mark.parametrize(
    ("kind", "lines", "sub_total", "tax", "total"),
    [
        ("Exclusive", [line(UnitAmount=0.33, Quantity=3)], "0.99", "0.20", "1.19"),
        ("Inclusive", [line(UnitAmount=120)], "100.00", "20.00", "120.00"),
        ("Inclusive", [line(UnitAmount=9.99)], "8.32", "1.67", "9.99"),
        ("NoTax", [line(UnitAmount=120)], "120.00", "0.00", "120.00"),
        ("Exclusive", [line(UnitAmount=0.03), line(UnitAmount=0.03)], "0.06", "0.02", "0.08"),
        ("Exclusive", [line(TaxType="RRINPUT")], "100.00", "5.00", "105.00"),
        ("Exclusive", [line(TaxAmount=19.98)], "100.00", "19.98", "119.98"),
        ("Inclusive", [line(UnitAmount=120, TaxAmount=19)], "101.00", "19.00", "120.00"),
        ("Exclusive", [line(TaxType=None)], "100.00", "20.00", "120.00"),
        ("Exclusive", [line(TaxType=None, AccountCode="404")], "100.00", "0.00", "100.00"),
        ("Exclusive", [line(UnitAmount=None, Quantity=4, LineAmount=10)], "10.00", "2.00", "12.00"),
        ("Exclusive", [line(Quantity=None, UnitAmount=8)], "8.00", "1.60", "9.60"),
        ("Exclusive", [line(UnitAmount=0.125)], "0.13", "0.03", "0.16"),
    ],
)
def test_tax_is_computed_by_line_and_rounded(
    acme: XeroApp, kind: str, lines: list[dict[str, Any]], sub_total: str, tax: str, total: str
) -> None:
    created = acme.create(LineAmountTypes=kind, LineItems=lines)
    found = (created["SubTotal"], created["TotalTax"], created["Total"])
    assert found == (money(sub_total), money(tax), money(total))


def test_four_decimal_prices_need_unitdp(acme: XeroApp) -> None:
    bill = acme.bill(LineItems=[line(UnitAmount=1.2345, Quantity=100)])
    fine = acme.put("Invoices", {"Invoices": [bill]}, unitdp=4).json()["Invoices"][0]
    coarse = acme.put("Invoices", {"Invoices": [bill]}).json()["Invoices"][0]
    assert (fine["LineItems"][0]["UnitAmount"], fine["SubTotal"]) == (1.2345, 123.45)
    assert (coarse["LineItems"][0]["UnitAmount"], coarse["SubTotal"]) == (1.23, 123.0)


NO_CONTACT = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"LineItems": [line(AccountCode="999")]},
            "Account code '999' is not a valid code for this document.",
        ),
        (
            {"LineItems": [line(AccountCode="610")]},
            "Account code '610' is not a valid code for this document.",
        ),
        (
            {"LineItems": [line(AccountCode="090")]},
            "Account code '090' is not a valid code for this document.",
        ),
        (
            {"LineItems": [line(TaxType="OUTPUT2")]},
            "The TaxType code 'OUTPUT2' cannot be used with account code '449'.",
        ),
        (
            {"LineItems": [line(TaxType="MADEUP")]},
            "The TaxType code 'MADEUP' does not exist or cannot be used for this type of transaction.",
        ),
        ({"DueDate": None}, "The document DueDate field must be specified."),
        ({"CurrencyCode": "CHF"}, "Organisation is not subscribed to currency CHF"),
        (
            {"LineItems": [line(LineAmount=90)]},
            "The line total 90.00 does not match the expected line total 100.00",
        ),
        ({"Contact": {}}, NO_CONTACT),
        ({"Contact": None}, NO_CONTACT),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"LineItems": [line(AccountCode=None)]}, "Account code must be specified"),
        ({"LineItems": [line(Description=None)]}, "Description is a required field for line items"),
        ({"Type": "BILL"}, "A valid Type must be specified"),
        ({"Date": "yesterday"}, "The Date field is not a valid date"),
        (
            {"Date": "2025-03-31"},
            "The document date cannot be before the period lock date, currently set at 31-Mar-2025",
        ),
        ({"LineAmountTypes": "Sometimes"}, "The LineAmountTypes field is not valid"),
        (
            {"InvoiceNumber": "x" * 256},
            "The InvoiceNumber field exceeds the maximum length of 255 characters",
        ),
        (
            {"LineItems": [line(Tracking=[{"Name": "Project", "Option": "A"}])]},
            "There is no ACTIVE tracking category with the name 'Project'",
        ),
        (
            {"LineItems": [line(Tracking=[{"Name": "Region", "Option": "Moon"}])]},
            "The tracking option 'Moon' could not be found or is not ACTIVE in the tracking category 'Region'",  # noqa: E501
        ),
    ],
)
def test_a_bill_is_refused_in_the_vendors_words(
    sandbox: Sandbox, acme: XeroApp, changes: dict[str, Any], message: str
) -> None:
    assert acme.refusals(**changes) == [message]
    received = sandbox.received()
    assert received["documents"] == []
    assert received["refused"] == 1


def test_archived_accounts_contacts_rates_and_options_are_refused(sandbox: Sandbox, acme: XeroApp) -> None:
    organisation = {"vendor": "xero", "organisation": "Acme Ltd"}
    contact = acme.contact_id("City Fuel Ltd")
    for entries, wanted in (("accounts", "449"), ("contacts", "City Fuel Ltd"), ("tax_rates", "RRINPUT")):
        sandbox.control("archive", **organisation, list=entries, id=wanted)
    sandbox.control("archive", **organisation, list="tracking", id="North")
    other = {"ContactID": acme.contact_id("Swift Couriers")}
    assert acme.refusals(Contact=other) == [
        "Account code '449' has been archived, or has been deleted. Each line item must reference a valid account."  # noqa: E501
    ]
    refused = acme.put("Invoices", {"Invoices": [acme_bill(contact)]})
    assert messages(refused)[0].startswith(
        "The contact with the specified contact details has been archived."
    )
    rate = acme.refusals(Contact=other, LineItems=[line(AccountCode="400", TaxType="RRINPUT")])
    assert "'RRINPUT' does not exist" in rate[0]
    tracking = [{"Name": "Region", "Option": "North"}]
    assert (
        "not ACTIVE"
        in acme.refusals(Contact=other, LineItems=[line(AccountCode="400", Tracking=tracking)])[0]
    )


def acme_bill(contact_id: str) -> dict[str, Any]:
    return {
        "Type": "ACCPAY",
        "Contact": {"ContactID": contact_id},
        "Date": "2026-11-01",
        "DueDate": "2026-11-30",
        "LineItems": [line(AccountCode="400")],
        "Status": "AUTHORISED",
    }


def test_lock_dates_can_be_moved(sandbox: Sandbox, acme: XeroApp) -> None:
    wish = {"vendor": "xero", "organisation": "Acme Ltd"}
    sandbox.control("lock", **wish, period_lock_date="2026-11-01", end_of_year_lock_date="2026-12-31")
    assert acme.refusals() == [
        "The document date cannot be before the period lock date, currently set at 01-Nov-2026",
        "The document date cannot be before the end of year lock date, currently set at 31-Dec-2026",
    ]
    sandbox.control("lock", **wish, period_lock_date=None, end_of_year_lock_date=None)
    assert "PeriodLockDate" not in acme.get("Organisation")["Organisations"][0]
    acme.create()


def test_one_bad_bill_refuses_all_unless_errors_are_not_summarised(sandbox: Sandbox, acme: XeroApp) -> None:
    both = {"Invoices": [acme.bill(InvoiceNumber="good"), acme.bill(InvoiceNumber="bad", CurrencyCode="CHF")]}
    assert acme.put("Invoices", both).status_code == 400
    assert sandbox.received()["documents"] == []
    answer = acme.put("Invoices", both, summarizeErrors="false")
    good, bad = answer.json()["Invoices"]
    assert answer.status_code == 200
    assert (good["StatusAttributeString"], bad["StatusAttributeString"]) == ("OK", "ERROR")
    assert bad["ValidationErrors"] == [{"Message": "Organisation is not subscribed to currency CHF"}]
    assert [one["reference"] for one in sandbox.received()["documents"]] == ["good"]


def test_drafts_may_be_incomplete(acme: XeroApp) -> None:
    created = acme.create(Status="DRAFT", DueDate=None, LineItems=[line(AccountCode=None, TaxType=None)])
    assert created["Status"] == "DRAFT"
    assert "DueDate" not in created


def test_bills_may_share_a_number_and_sales_may_not(acme: XeroApp) -> None:
    acme.create(InvoiceNumber="7")
    acme.create(InvoiceNumber="7")
    sale = {
        "Type": "ACCREC",
        "InvoiceNumber": "INV-7",
        "LineItems": [line(AccountCode="200", TaxType="OUTPUT2")],
    }
    acme.create(**sale)
    assert acme.refusals(**sale) == ["Invoice # must be unique."]
    unnumbered = acme.create(**(sale | {"InvoiceNumber": None}))
    assert unnumbered["InvoiceNumber"] == "INV-0008"


def test_post_updates_and_put_does_not(sandbox: Sandbox, acme: XeroApp) -> None:
    created = acme.create(Status="DRAFT")
    change = {
        "InvoiceID": created["InvoiceID"],
        "InvoiceNumber": "SUP-1a",
        "LineItems": [line(UnitAmount=50)],
    }
    updated = acme.call("POST", "Invoices", body={"Invoices": [change]}).json()["Invoices"][0]
    assert (updated["InvoiceID"], updated["Total"]) == (created["InvoiceID"], 60.0)
    assert updated["LineItems"][0]["LineItemID"] != created["LineItems"][0]["LineItemID"]
    assert [one["reference"] for one in sandbox.received()["documents"]] == ["SUP-1a"]


def test_statuses_move_only_as_documented(acme: XeroApp) -> None:
    created = acme.create(Status="DRAFT")
    address = f"Invoices/{created['InvoiceID']}"
    for status in ("SUBMITTED", "AUTHORISED", "VOIDED"):
        moved = acme.call("POST", address, body={"Invoices": [{"Status": status}]})
        assert moved.json()["Invoices"][0]["Status"] == status
    refused = acme.call("POST", address, body={"Invoices": [{"Status": "DRAFT"}]})
    assert messages(refused) == ["Invoice not of valid status for modification"]


def test_invoices_are_found_in_every_way_that_a_lookup_needs(sandbox: Sandbox, acme: XeroApp) -> None:
    first = acme.create(InvoiceNumber="SUP-1", Date="2026-11-01")
    swift = acme.contact_id("Swift Couriers")
    acme.create(InvoiceNumber="SUP-2", Date="2026-11-05", Status="DRAFT", Contact={"ContactID": swift})

    def numbers(**query: Any) -> list[str]:
        return [entry["InvoiceNumber"] for entry in acme.get("Invoices", **query)["Invoices"]]

    assert numbers(InvoiceNumbers="SUP-1") == ["SUP-1"]
    assert numbers(InvoiceNumbers="SUP-1,SUP-2") == ["SUP-1", "SUP-2"]
    assert numbers(ContactIDs=swift) == ["SUP-2"]
    assert numbers(Statuses="DRAFT") == ["SUP-2"]
    assert numbers(searchTerm="swift") == ["SUP-2"]
    assert numbers(where="Date>=DateTime(2026,11,02)") == ["SUP-2"]
    assert numbers(where=f'Contact.ContactID==guid("{swift}") AND Type=="ACCPAY"') == ["SUP-2"]
    assert numbers(where='Contact.Name=="City Fuel Ltd" AND Total==120.00') == ["SUP-1"]
    assert numbers(where='InvoiceNumber=="sup-2"', page=1) == ["SUP-2"]
    assert numbers(IDs=first["InvoiceID"]) == ["SUP-1"]
    assert numbers(order="Date DESC") == ["SUP-2", "SUP-1"]
    assert numbers(createdByMyApp="true") == ["SUP-1", "SUP-2"]
    assert numbers(searchTerm="nothing like it") == []


def test_unpaged_lists_leave_the_lines_out(acme: XeroApp) -> None:
    acme.create()
    assert acme.get("Invoices")["Invoices"][0]["LineItems"] == []
    assert len(acme.get("Invoices", page=1)["Invoices"][0]["LineItems"]) == 1
    assert acme.get("Invoices", page=1, summaryOnly="true")["Invoices"][0]["LineItems"] == []


def test_a_bill_for_a_new_name_makes_the_contact(acme: XeroApp) -> None:
    created = acme.create(Contact={"Name": "Brand New Supplies"})
    contact = acme.get(f"Contacts/{created['Contact']['ContactID']}")["Contacts"][0]
    assert (contact["Name"], contact["IsSupplier"], contact["IsCustomer"]) == (
        "Brand New Supplies",
        True,
        False,
    )
    again = acme.create(Contact={"Name": "brand new supplies"})
    assert again["Contact"]["ContactID"] == created["Contact"]["ContactID"]


def test_becoming_a_supplier_does_not_touch_the_modified_date(sandbox: Sandbox, acme: XeroApp) -> None:
    customer = acme.get("Contacts", where='Name=="Meadow Vets"')["Contacts"][0]
    acme.create(Contact={"ContactID": customer["ContactID"]})
    after = acme.get(f"Contacts/{customer['ContactID']}")["Contacts"][0]
    assert after["IsSupplier"]
    assert after["UpdatedDateUTC"] == customer["UpdatedDateUTC"]


def test_items_bring_their_account_price_and_tax(acme: XeroApp) -> None:
    created = acme.create(LineItems=[{"ItemCode": "TONER", "Quantity": 2}])["LineItems"][0]
    assert (created["AccountCode"], created["UnitAmount"], created["TaxType"]) == ("461", 64.0, "INPUT2")
    assert acme.refusals(LineItems=[line(ItemCode="NOPE")]) == ["Item code 'NOPE' is not valid"]


def test_credit_notes_are_documents_of_their_own(sandbox: Sandbox, acme: XeroApp) -> None:
    note = acme.bill(Type="ACCPAYCREDIT", InvoiceNumber=None, DueDate=None, Url=None)
    answer = acme.put("CreditNotes", {"CreditNotes": [note | {"CreditNoteNumber": "CR-1"}]})
    created = answer.json()["CreditNotes"][0]
    assert (created["Total"], created["RemainingCredit"], created["CreditNoteNumber"]) == (
        120.0,
        120.0,
        "CR-1",
    )
    assert acme.get(f"CreditNotes/{created['CreditNoteID']}")["CreditNotes"][0] == created
    assert [one["kind"] for one in sandbox.received()["documents"]] == ["supplier_credit"]


def test_money_spent_needs_a_bank_account_and_has_no_draft(sandbox: Sandbox, acme: XeroApp) -> None:
    bank = acme.get("Accounts", where='Type=="BANK"')["Accounts"][0]["AccountID"]
    spent = acme.bill(Type="SPEND", InvoiceNumber=None, DueDate=None, Reference="CARD 1")
    created = acme.put(
        "BankTransactions", {"BankTransactions": [spent | {"BankAccount": {"AccountID": bank}}]}
    )
    assert created.json()["BankTransactions"][0]["BankAccount"]["AccountID"] == bank
    refused = acme.put("BankTransactions", {"BankTransactions": [spent | {"BankAccount": {"Code": "449"}}]})
    assert messages(refused) == ["Invalid Bank Account"]
    draft = spent | {"BankAccount": {"AccountID": bank}, "Status": "DRAFT"}
    refused = acme.put("BankTransactions", {"BankTransactions": [draft]})
    assert messages(refused) == ["DRAFT is not a valid status for a new document"]
    assert [one["kind"] for one in sandbox.received()["documents"]] == ["spend"]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"Invoices": "x"}', b'{"Invoices": [1]}', b"\xff"])
def test_unreadable_bodies_are_error_17(acme: XeroApp, content: bytes) -> None:
    answer = acme.call("PUT", "Invoices", content=content)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 17)


def test_contacts_are_made_changed_and_kept_unique(acme: XeroApp) -> None:
    sent = {"Name": "Fresh Ltd", "EmailAddress": "a@fresh.test", "TaxNumber": "GB111"}
    created = acme.put("Contacts", {"Contacts": [sent]}).json()["Contacts"][0]
    assert {key: created[key] for key in sent} == sent
    taken = acme.put("Contacts", {"Contacts": [{"Name": "FRESH LTD"}]})
    assert messages(taken)[0].startswith("The contact name FRESH LTD is already assigned to another contact.")
    change = {"ContactID": created["ContactID"], "EmailAddress": "b@fresh.test"}
    changed = acme.call("POST", "Contacts", body={"Contacts": [change]}).json()["Contacts"][0]
    assert (changed["Name"], changed["EmailAddress"]) == ("Fresh Ltd", "b@fresh.test")
    by_name = acme.call("POST", "Contacts", body={"Name": "Fresh Ltd", "TaxNumber": "GB222"}).json()[
        "Contacts"
    ][0]
    assert (by_name["ContactID"], by_name["TaxNumber"]) == (created["ContactID"], "GB222")
    for wrong in ({"Name": ""}, {"Name": "x" * 256}, {"Name": "Y", "EmailAddress": "nobody"}):
        assert acme.put("Contacts", {"Contacts": [wrong]}).status_code == 400


def test_an_archived_contacts_name_is_free_again(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("archive", vendor="xero", organisation="Acme Ltd", list="contacts", id="City Fuel Ltd")
    assert acme.put("Contacts", {"Contacts": [{"Name": "City Fuel Ltd"}]}).status_code == 200


def test_documents_of_one_organisation_are_unseen_in_another(acme: XeroApp, connect: Connect) -> None:
    created = acme.create()
    other = connect("ada@acme.test", "Acme Holdings Ltd")
    assert other.get("Invoices")["Invoices"] == []
    assert other.call("GET", f"Invoices/{created['InvoiceID']}").status_code == 404
