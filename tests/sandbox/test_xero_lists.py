"""Xero's lists: the wire format, paging, modified-since, archived entries, filters, scopes, and speed."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from openapi_core.exceptions import OpenAPIError

from tests.sandbox.conftest import Connect
from tests.sandbox.judge import Judge
from tests.sandbox.xero_app import XeroApp
from tests.support.processes import Sandbox

MS_DATE = re.compile(r"/Date\(\d+(\+0000)?\)/")
LISTS = (
    "Accounts",
    "TaxRates",
    "Contacts",
    "TrackingCategories",
    "Items",
    "Currencies",
    "Users",
    "Organisation",
    "Organisation/Actions",
    "Invoices",
    "CreditNotes",
    "BankTransactions",
)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_answers_as_the_published_spec_says(
    acme: XeroApp, specs: Path, judge: Judge, path: str
) -> None:
    before = judge.weighed
    content = acme.get(path)
    assert content["Status"] == "OK"
    assert judge.weighed == before + 1


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({"Contacts": "City Fuel Ltd"}, {"Contacts": []}),
        ({"Contacts": [{"Name": "City Fuel Ltd"}]}, {"Contacts": [{"ContactID": "one"}]}),
        ({"Contacts": [{"Name": "City Fuel Ltd"}]}, {"Contacts": [{"IsSupplier": "yes"}]}),
    ],
)
def test_the_judge_can_say_no(specs: Path, judge: Judge, sent: Any, answered: Any) -> None:
    """A wrong request or answer would fail these tests, so a right one proves something."""
    headers = {"xero-tenant-id": "any"}
    response = httpx2.Response(200, json=answered)
    with pytest.raises(OpenAPIError):
        judge.weigh("PUT", "/Contacts", {}, headers, json.dumps(sent).encode(), "application/json", response)


def test_answers_are_pretty_json_with_crlf_and_escaped_dates(acme: XeroApp) -> None:
    text = acme.call("GET", "Accounts").text
    assert text.startswith('{\r\n  "Id": "')
    assert re.search(r'"DateTimeUTC": "\\/Date\(\d+\)\\/",\r\n', text)
    assert re.search(r'"UpdatedDateUTC": "\\/Date\(\d+\+0000\)\\/"', text)
    assert '"ProviderName": "Bookbind (demo)"' in text


def test_xml_is_the_default(acme: XeroApp) -> None:
    answer = acme.call("GET", "TaxRates", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<Response><Id>" in answer.text
    assert "<TaxRate><Name>20% (VAT on Expenses)</Name><TaxType>INPUT2</TaxType>" in answer.text


def shape(value: Any) -> Any:
    """The keys and kinds of a value, lists merged over their entries."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for entry in value:
            merged |= shape(entry) if isinstance(entry, dict) else {}
        return [merged]
    return "ms date" if isinstance(value, str) and MS_DATE.fullmatch(value) else type(value).__name__


def recorded(specs: Path, name: str, number: int = 0) -> Any:
    cassette = yaml.safe_load((specs / "wire-samples" / name).read_text(encoding="utf-8"))
    return json.loads(cassette["interactions"][number]["response"]["body"]["string"])


def differences(sample: Any, ours: Any, path: str = "") -> list[str]:
    """Where our shape lacks a key of the sample or gives it another kind."""
    if isinstance(sample, dict) and isinstance(ours, dict):
        found = [f"{path}/{key} is missing" for key in sample if key not in ours]
        for key in sample.keys() & ours.keys():
            found += differences(sample[key], ours[key], f"{path}/{key}")
        return found
    if isinstance(sample, list) and isinstance(ours, list):
        return differences(sample[0], ours[0], path) if sample[0] and ours[0] else []
    numbers = {"int", "float"}
    same = sample == ours or {sample, ours} <= numbers
    return [] if same else [f"{path} is {ours}, recorded {sample}"]


def test_an_organisation_has_the_shape_of_the_recorded_one(acme: XeroApp, specs: Path) -> None:
    sample = shape(recorded(specs, "test_get_organisations.yaml"))
    assert differences(sample, shape(acme.get("Organisation"))) == []


def test_connections_have_the_shape_of_the_recorded_ones(acme: XeroApp, specs: Path) -> None:
    sample = shape(recorded(specs, "test_get_connections.yaml"))
    assert differences(sample, shape(acme.connections())) == []


def test_a_bill_has_the_shape_of_the_recorded_ones(acme: XeroApp, specs: Path) -> None:
    acme.create()
    recording = recorded(specs, "test_invoice_attachment_upload_and_download.yaml")
    bills = [entry for entry in recording["Invoices"] if entry["Type"] == "ACCPAY" and not entry["Payments"]]
    sample = shape({"Invoices": [entry for entry in bills if not entry["HasAttachments"]][:3]})
    ours = shape(acme.get("Invoices", page=1))
    assert differences(sample, {"Invoices": ours["Invoices"]}) == []


def test_the_tenant_id_is_the_organisation_id(acme: XeroApp) -> None:
    assert acme.get("Organisation")["Organisations"][0]["OrganisationID"] == acme.tenant


def test_contacts_come_in_pages(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("grow", vendor="xero", organisation="Acme Ltd", list="contacts", count=218)
    first, last = acme.get("Contacts", page=1), acme.get("Contacts", page=3)
    assert first["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 3, "itemCount": 250}
    assert (len(first["Contacts"]), len(last["Contacts"])) == (100, 50)
    pages = [acme.get("Contacts", page=number, pageSize=60)["Contacts"] for number in range(1, 6)]
    assert len({entry["ContactID"] for page in pages for entry in page}) == 250
    assert acme.get("Contacts", page=6, pageSize=60)["Contacts"] == []
    assert len(acme.get("Contacts", page=1, pageSize=5000)["Contacts"]) == 250
    assert acme.get("Contacts", page=1, pageSize=5000)["pagination"]["pageSize"] == 1000
    assert "pagination" not in acme.get("Contacts")


def test_a_page_costs_what_it_shows_and_not_what_the_books_hold(sandbox: Sandbox, acme: XeroApp) -> None:
    """A page of 1,000 contacts out of 10,000 beside the same page while there were no others."""
    url = f"{sandbox.url}/xero/api.xro/2.0/Contacts"
    quickest = []
    for held in (1_000, 9_000):
        sandbox.control("grow", vendor="xero", organisation="Acme Ltd", list="contacts", count=held)
        timings = []
        for _ in range(5):
            began = time.perf_counter()
            answer = acme.client.get(url, params={"page": 1, "pageSize": 1000}, headers=acme.headers())
            timings.append(time.perf_counter() - began)
            assert answer.status_code == 200
            assert len(answer.json()["Contacts"]) == 1_000
        quickest.append(min(timings))
    assert quickest[1] < 6 * quickest[0]


def test_modified_since_gives_only_what_changed(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control(
        "rename", vendor="xero", organisation="Acme Ltd", list="contacts", id="City Fuel Ltd", name="City"
    )
    sandbox.control("archive", vendor="xero", organisation="Acme Ltd", list="accounts", id="449")
    since = {"If-Modified-Since": "2026-06-01T00:00:00Z"}
    changed = acme.call("GET", "Contacts", headers=since).json()["Contacts"]
    accounts = acme.call("GET", "Accounts", headers=since).json()["Accounts"]
    rates = acme.call("GET", "TaxRates", headers=since).json()["TaxRates"]
    assert [entry["Name"] for entry in changed] == ["City"]
    assert [(entry["Code"], entry["Status"]) for entry in accounts] == [("449", "ARCHIVED")]
    assert len(rates) > 10


@pytest.mark.parametrize(
    "since", ["2026-06-01T00:00:00", "Mon, 01 Jun 2026 00:00:00 GMT", "2026-06-01T02:00:00+02:00"]
)
def test_modified_since_is_read_in_every_form_that_clients_send(
    sandbox: Sandbox, acme: XeroApp, since: str
) -> None:
    sandbox.control(
        "rename", vendor="xero", organisation="Acme Ltd", list="contacts", id="BT plc", name="BT Group"
    )
    url = f"{sandbox.url}/xero/api.xro/2.0/Contacts"
    answer = acme.client.get(url, headers=acme.headers(If_Modified_Since=since))
    assert [entry["Name"] for entry in answer.json()["Contacts"]] == ["BT Group"]
    refused = acme.client.get(url, headers=acme.headers(If_Modified_Since="lately"))
    assert refused.status_code == 400


def test_archived_contacts_and_tracking_hide_unless_asked_for(sandbox: Sandbox, acme: XeroApp) -> None:
    organisation = {"vendor": "xero", "organisation": "Acme Ltd"}
    sandbox.control("archive", **organisation, list="contacts", id="City Fuel Ltd")
    sandbox.control("archive", **organisation, list="tracking", id="Region")
    assert acme.get("Contacts", where='Name=="City Fuel Ltd"')["Contacts"] == []
    shown = acme.get("Contacts", where='Name=="City Fuel Ltd"', includeArchived="true")["Contacts"]
    assert [entry["ContactStatus"] for entry in shown] == ["ARCHIVED"]
    assert [entry["Name"] for entry in acme.get("TrackingCategories")["TrackingCategories"]] == ["Department"]
    everything = acme.get("TrackingCategories", includeArchived="true")["TrackingCategories"]
    assert {entry["Name"]: entry["Status"] for entry in everything} == {
        "Region": "ARCHIVED",
        "Department": "ACTIVE",
    }


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ('Type=="BANK"', {"Business Current Account", "Business Savings Account", "Company Credit Card"}),
        ('Code=="449"', {"Motor Vehicle Expenses"}),
        ('Name.StartsWith("Travel")', {"Travel - National", "Travel - International"}),
        ('Type=="REVENUE" AND TaxType!="OUTPUT2"', {"Rental Income", "Interest Income"}),
        (
            '(Code=="400" OR Code=="401") && Status=="ACTIVE"',
            {"Advertising & Marketing", "Audit & Accountancy Fees"},
        ),
        ('SystemAccount!=null AND Class=="ASSET"', {"Accounts Receivable"}),
        ('Name.ToLower()=="rent"', {"Rent"}),
        ('Name.Contains("Loan")', {"Loan", "Directors' Loan Account"}),
        ("EnablePaymentsToAccount==true", {"Directors' Loan Account"}),
    ],
)
def test_filters_are_understood(acme: XeroApp, where: str, names: set[str]) -> None:
    assert {entry["Name"] for entry in acme.get("Accounts", where=where)["Accounts"]} == names


@pytest.mark.parametrize(
    "where", ["Type=", 'Type=="BANK" AND', "Type ~ 3", "==", '"x"', "Type==BANK", "(Type==1"]
)
def test_a_filter_that_makes_no_sense_is_refused(acme: XeroApp, where: str) -> None:
    answer = acme.call("GET", "Accounts", where=where)
    assert answer.status_code == 400
    assert answer.json()["Type"] == "QueryParseException"


def test_lists_can_be_ordered(acme: XeroApp) -> None:
    names = [entry["Name"] for entry in acme.get("Contacts", order="Name DESC")["Contacts"]]
    assert names == sorted(names, key=str.lower, reverse=True)
    rates = [entry["EffectiveRate"] for entry in acme.get("TaxRates", order="EffectiveRate DESC")["TaxRates"]]
    assert rates == sorted(rates, reverse=True)


def test_contacts_are_found_by_search_term_and_id(acme: XeroApp) -> None:
    found = acme.get("Contacts", searchTerm="fuel")["Contacts"]
    assert [entry["Name"] for entry in found] == ["City Fuel Ltd"]
    wanted = found[0]["ContactID"]
    assert acme.get(f"Contacts/{wanted}")["Contacts"][0]["Name"] == "City Fuel Ltd"
    assert [entry["ContactID"] for entry in acme.get("Contacts", IDs=wanted)["Contacts"]] == [wanted]
    assert acme.call("GET", "Contacts/00000000-0000-0000-0000-000000000000").status_code == 404


def test_every_organisation_has_full_books_of_its_own(acme: XeroApp, connect: Connect) -> None:
    other = connect("jo@harbour.test", "Hazel Interiors Ltd")
    ours = {entry["AccountID"] for entry in acme.get("Accounts")["Accounts"]}
    theirs = {entry["AccountID"] for entry in other.get("Accounts")["Accounts"]}
    assert len(ours) == len(theirs) > 55
    assert not ours & theirs
    contacts = acme.get("Contacts")["Contacts"]
    assert 25 <= len(contacts) <= 40
    assert any(entry["IsSupplier"] and entry["IsCustomer"] for entry in contacts)
    assert len(acme.get("TaxRates")["TaxRates"]) >= 12
    assert {entry["Code"] for entry in acme.get("Currencies")["Currencies"]} == {"GBP", "EUR", "USD"}


def test_the_wrong_tenant_is_403(acme: XeroApp, connect: Connect) -> None:
    acme.tenant = connect("jo@harbour.test", "Birch & Co Ltd").tenant
    answer = acme.call("GET", "Accounts")
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")


def test_a_missing_scope_is_401_and_read_is_enough_to_read(connect: Connect) -> None:
    app = connect(scope="openid accounting.contacts.read accounting.invoices")
    assert app.call("GET", "Contacts").status_code == 200
    for answer in (app.put("Contacts", {"Contacts": [{"Name": "New"}]}), app.call("GET", "Accounts")):
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_unknown_addresses_and_methods(acme: XeroApp) -> None:
    assert acme.call("GET", "Unicorns").status_code == 404
    lower = acme.client.get(f"{acme.sandbox.url}/xero/api.xro/2.0/organisation", headers=acme.headers())
    assert lower.status_code == 200
    assert acme.call("DELETE", "Contacts").status_code == 405
    assert acme.call("PUT", f"Contacts/{acme.contact_id('City Fuel Ltd')}", body={}).status_code == 405


def test_an_organisation_that_is_not_registered_says_so_and_taxes_no_account(
    sandbox: Sandbox, acme: XeroApp
) -> None:
    registered = acme.get("Organisation")["Organisations"][0]
    assert (registered["PaysTax"], registered["SalesTaxBasis"]) == (True, "ACCRUALS")
    rates = acme.get("TaxRates")["TaxRates"]
    sandbox.control("lock", vendor="xero", organisation="Acme Ltd", sales_tax=False)
    told = acme.get("Organisation")["Organisations"][0]
    assert (told["PaysTax"], told["SalesTaxBasis"], told["SalesTaxPeriod"]) == (False, "NONE", "NONE")
    assert {account["TaxType"] for account in acme.get("Accounts")["Accounts"]} == {"NONE"}
    assert acme.get("TaxRates")["TaxRates"] == rates
    sandbox.control("lock", vendor="xero", organisation="Acme Ltd", sales_tax=True)
    assert acme.get("Organisation")["Organisations"][0] == registered
