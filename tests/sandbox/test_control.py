"""The control API: who may use it, and what it makes happen."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.judge import Judge
from tests.sandbox.xero_app import XeroApp, allow, line, redeem, refresh
from tests.support.processes import Sandbox, start_sandbox

ACME = {"vendor": "xero", "organisation": "Acme Ltd"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        (JSON | {"Origin": "http://localhost:8000"}, 403),
        (JSON | {"Origin": "null"}, 403),
        (JSON | {"Host": "localhost"}, 403),
        (JSON | {"Host": "evil.test"}, 403),
        (JSON | {"Sec-Fetch-Site": "cross-site"}, 403),
        (JSON, 200),
    ],
)
def test_strangers_cannot_move_the_clock(sandbox: Sandbox, headers: dict[str, str], status: int) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/clock", content=b'{"skip": "30d"}', headers=headers)
    assert answer.status_code == status
    assert (sandbox.read("clock")["offset_seconds"] > 1_000_000) == (status == 200)


def test_its_own_origin_may(sandbox: Sandbox) -> None:
    headers = JSON | {"Origin": sandbox.url}
    assert (
        sandbox.client.post(f"{sandbox.url}/_control/reset", content=b"{}", headers=headers).status_code
        == 200
    )


def test_reading_is_guarded_too(sandbox: Sandbox) -> None:
    answer = sandbox.client.get(f"{sandbox.url}/_control/received", headers={"Host": "evil.test"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"skip": "soon"}', b'{"set": "never"}', b'{"skip": "9999999d"}']
)
def test_nonsense_is_refused_in_words(sandbox: Sandbox, body: bytes) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/clock", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_clock_skips_and_is_set(sandbox: Sandbox) -> None:
    sandbox.control("clock", skip="366d")
    sandbox.control("clock", skip="1d12h30m")
    assert round(sandbox.read("clock")["offset_seconds"] / 60) == (367 * 24 + 12) * 60 + 30
    assert sandbox.control("clock", set="2030-01-31T09:00:00+00:00")["now"].startswith("2030-01-31T09:00:0")
    sandbox.control("reset")
    assert sandbox.read("clock")["offset_seconds"] == 0


def test_a_reset_goes_back_to_what_was_kept(sandbox: Sandbox, acme: XeroApp) -> None:
    acme.create()
    sandbox.control("clock", skip="10m")
    before = sandbox.received()
    assert sandbox.control("keep", **{"as": "one document"}) == {"kept": "one document"}
    acme.create(InvoiceNumber="INV-2")
    sandbox.control("clock", skip="5d")
    assert len(sandbox.received()["documents"]) == 2
    sandbox.control("reset", to="one document")
    assert sandbox.received() == before
    assert round(sandbox.read("clock")["offset_seconds"]) == 600
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("call", "wish", "status"),
    [("keep", {}, 400), ("keep", {"as": "seeded"}, 400), ("reset", {"to": "never kept"}, 404)],
)
def test_what_has_no_name_or_was_not_kept_is_refused(
    sandbox: Sandbox, call: str, wish: dict[str, str], status: int
) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/{call}", json=wish)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_reset_forgets_everything_but_the_seed(sandbox: Sandbox, acme: XeroApp) -> None:
    acme.create()
    sandbox.control("faults", operation="any", fault="500")
    sandbox.control("limits", vendor="xero", minute=1)
    sandbox.control("reset")
    received = sandbox.received()
    assert (received["documents"], received["requests"], received["token_requests"]) == ([], 0, 0)
    assert sandbox.read("faults") == {"faults": []}
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == 400


def test_ids_are_the_same_in_every_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    other = start_sandbox(tmp_path)
    try:
        assert other.read("organisations") == sandbox.read("organisations")
    finally:
        other.stop()


def test_a_killed_sandbox_remembers_everything(tmp_path: Path, judge: Judge) -> None:
    first = start_sandbox(tmp_path)
    first.control("clock", skip="30d")
    app = XeroApp(first, judge, redeem(first, allow(first, "ada@acme.test", "Acme Ltd")["code"]).json())
    app.tenant = app.connections()[0]["tenantId"]
    created = app.create()
    app.call("PUT", f"Invoices/{created['InvoiceID']}/Attachments/bill.pdf", content=b"%PDF")
    before = first.received()
    first.kill()
    second = start_sandbox(tmp_path, first.port)
    try:
        assert second.received() == before
        assert second.read("clock")["offset_seconds"] == 30 * 86_400
        again = XeroApp(second, judge, app.tokens, app.tenant)
        assert again.get(f"Invoices/{created['InvoiceID']}")["Invoices"][0]["HasAttachments"] is True
        assert refresh(second, app.tokens["refresh_token"]).status_code == 200
    finally:
        second.stop()


def test_a_token_of_after_a_reset_is_still_believed_after_a_restart(tmp_path: Path, judge: Judge) -> None:
    first = start_sandbox(tmp_path)
    redeem(first, allow(first, "ada@acme.test", "Acme Ltd")["code"])
    first.control("reset")
    app = XeroApp(first, judge, redeem(first, allow(first, "ada@acme.test", "Acme Ltd")["code"]).json())
    before = app.connections()
    first.kill()
    second = start_sandbox(tmp_path, first.port)
    try:
        assert XeroApp(second, judge, app.tokens).connections() == before
    finally:
        second.stop()


def test_revoking_an_organisation_ends_its_connections_alone(sandbox: Sandbox, connect: Connect) -> None:
    acme, holdings, jo = (
        connect(),
        connect(organisation="Acme Holdings Ltd"),
        connect("jo@harbour.test", "Acme Ltd"),
    )
    assert sandbox.control("revoke", **ACME) == {"removed": 2}
    assert [app.call("GET", "Organisation").status_code for app in (acme, holdings, jo)] == [403, 200, 403]
    assert [row["tenantName"] for row in acme.connections()] == ["Acme Holdings Ltd"]
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == 200


def test_revoking_an_organisation_for_one_login(sandbox: Sandbox, connect: Connect) -> None:
    acme, jo = connect(), connect("jo@harbour.test", "Acme Ltd")
    sandbox.control("revoke", vendor="xero", organisation=acme.tenant, login="jo@harbour.test")
    assert [app.call("GET", "Organisation").status_code for app in (acme, jo)] == [200, 403]


def test_revoking_a_login_kills_its_tokens_too(sandbox: Sandbox, connect: Connect) -> None:
    acme, holdings, jo = (
        connect(),
        connect(organisation="Acme Holdings Ltd"),
        connect("jo@harbour.test", "Acme Ltd"),
    )
    assert sandbox.control("revoke", vendor="xero", login="ada@acme.test") == {"removed": 2}
    for app in (acme, holdings):
        assert refresh(sandbox, app.tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert refresh(sandbox, jo.tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("entries", "wanted", "path", "name"),
    [
        ("accounts", "449", "Accounts", "Motor Vehicle Expenses"),
        ("accounts", "Rent", "Accounts", "Rent"),
        ("contacts", "swift couriers", "Contacts", "Swift Couriers"),
        ("tax_rates", "RRINPUT", "TaxRates", "5% (VAT on Expenses)"),
        ("tracking", "Region", "TrackingCategories", "Region"),
    ],
)
def test_entries_are_archived_by_code_or_name(
    sandbox: Sandbox, acme: XeroApp, entries: str, wanted: str, path: str, name: str
) -> None:
    sandbox.control("archive", **ACME, list=entries, id=wanted)
    listed = acme.get(
        path, **({"includeArchived": "true"} if path in {"Contacts", "TrackingCategories"} else {})
    )
    archived = [
        entry["Name"]
        for entry in listed[path]
        if "ARCHIVED" in {entry.get("Status"), entry.get("ContactStatus")}
    ]
    assert archived == [name]


def test_tracking_options_are_archived_and_deleted(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("archive", **ACME, list="tracking", id="North")
    sandbox.control("delete", **ACME, list="tracking", id="South")
    region = next(
        one for one in acme.get("TrackingCategories")["TrackingCategories"] if one["Name"] == "Region"
    )
    assert {option["Name"]: option["Status"] for option in region["Options"]} == {
        "North": "ARCHIVED",
        "East": "ACTIVE",
        "West": "ACTIVE",
        "Online": "ACTIVE",
    }


def test_deleting_keeps_a_tombstone_where_the_vendor_does(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("delete", **ACME, list="tax_rates", id="RRINPUT")
    sandbox.control("delete", **ACME, list="items", id="TONER")
    rates = {rate["TaxType"]: rate["Status"] for rate in acme.get("TaxRates")["TaxRates"]}
    assert rates["RRINPUT"] == "DELETED"
    assert "TONER" not in {item["Code"] for item in acme.get("Items")["Items"]}


def test_entries_and_organisations_are_renamed(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("rename", **ACME, list="accounts", id="449", name="Vans")
    sandbox.control("rename", **ACME, name="Acme Trading Ltd")
    assert acme.get("Accounts", where='Code=="449"')["Accounts"][0]["Name"] == "Vans"
    assert acme.get("Organisation")["Organisations"][0]["Name"] == "Acme Trading Ltd"
    assert acme.connections()[0]["tenantName"] == "Acme Trading Ltd"


def test_merged_contacts_point_to_the_one_that_stays(sandbox: Sandbox, acme: XeroApp) -> None:
    gone, kept = acme.contact_id("BT plc"), acme.contact_id("BT Business")
    bill = acme.create(Contact={"ContactID": gone})
    sandbox.control("merge_contacts", **ACME, **{"from": "BT plc", "into": "BT Business"})
    merged = acme.get(f"Contacts/{gone}")["Contacts"][0]
    assert (merged["ContactStatus"], merged["MergedToContactID"]) == ("ARCHIVED", kept)
    assert acme.get(f"Invoices/{bill['InvoiceID']}")["Invoices"][0]["Contact"]["ContactID"] == kept
    assert len(acme.get("Invoices", ContactIDs=kept)["Invoices"]) == 1


def test_a_bill_entered_by_hand_is_there_and_was_not_received(sandbox: Sandbox, acme: XeroApp) -> None:
    wish = {"contact": "City Fuel Ltd", "reference": "SUP-9", "date": "2026-11-03", "total": "120.00"}
    made = sandbox.control("add_bill", **ACME, **wish)
    found = acme.get("Invoices", InvoiceNumbers="SUP-9", page=1)["Invoices"]
    assert [(one["InvoiceID"], one["Total"], one["TotalTax"]) for one in found] == [(made["id"], 120.0, 20.0)]
    assert "Url" not in found[0]
    assert acme.get("Invoices", createdByMyApp="true")["Invoices"] == []
    assert sandbox.received()["documents"] == []


def test_another_organisation_of_the_same_name_is_another(
    sandbox: Sandbox, acme: XeroApp, connect: Connect
) -> None:
    wish = {"vendor": "xero", "name": "Acme Ltd", "key": "the other Acme", "logins": ["solo@acme.test"]}
    made = sandbox.control("organisations", **wish)
    assert made["id"] != acme.tenant
    answer = redeem(sandbox, allow(sandbox, "solo@acme.test", made["id"])["code"])
    assert answer.status_code == 200
    again = sandbox.client.post(f"{sandbox.url}/_control/organisations", json=wish)
    assert again.status_code == 409


def test_a_new_organisation_has_its_own_country_and_currency(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.control(
        "organisations",
        vendor="xero",
        name="Acme GmbH",
        country="DE",
        currency="EUR",
        logins=["ada@acme.test"],
    )
    settings = connect(organisation="Acme GmbH").get("Organisation")["Organisations"][0]
    assert (settings["CountryCode"], settings["BaseCurrency"]) == ("DE", "EUR")


def test_the_log_tells_what_came_and_nothing_secret(sandbox: Sandbox, acme: XeroApp) -> None:
    acme.create()
    requests = sandbox.read("log", vendor="xero")["requests"]
    last = requests[-1]
    assert (last["method"], last["path"], last["operation"], last["status"], last["organisation"]) == (
        "PUT",
        "/xero/api.xro/2.0/Invoices",
        "create_invoice",
        200,
        acme.tenant,
    )
    assert len(last["body_sha256"]) == 64
    assert sandbox.read("log", vendor="xero", after=last["seq"]) == {"requests": []}
    assert acme.tokens["access_token"] not in json.dumps(requests)


def test_a_refused_write_counts_as_refused(sandbox: Sandbox, acme: XeroApp) -> None:
    acme.refusals(LineItems=[line(AccountCode="999")])
    totals = sandbox.received()
    assert (totals["writes"], totals["refused"], totals["refused_by_status"]) == (1, 1, {"400": 1})


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("archive", ACME | {"list": "accounts", "id": "nope"}),
        ("archive", ACME | {"list": "spoons", "id": "449"}),
        ("archive", {"vendor": "xero", "organisation": "Nobody", "list": "accounts", "id": "449"}),
        ("rename", ACME | {"list": "accounts", "id": "449"}),
        ("merge_contacts", ACME | {"from": "BT plc", "into": "BT plc"}),
        ("add_bill", ACME | {"contact": "City Fuel Ltd", "date": "2020-01-01", "total": 5}),
        ("add_bill", ACME | {"date": "2026-11-01", "total": 5}),
        ("grow", ACME | {"list": "contacts", "count": -1}),
        ("grow", ACME | {"list": "accounts", "count": 3}),
        ("lock", ACME | {"period_lock_date": "soon"}),
        ("revoke", {"vendor": "xero"}),
        ("revoke", {"vendor": "xero", "login": "nobody@acme.test"}),
        ("consent", {"vendor": "xero", "login": "nobody@acme.test"}),
        ("limits", {"vendor": "xero", "minute": "many"}),
        ("organisations", {"vendor": "xero", "name": ""}),
        ("app", {"vendor": "xero", "client_id": "stranger"}),
    ],
)
def test_wishes_that_cannot_be_granted_say_why(sandbox: Sandbox, name: str, wish: dict[str, Any]) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/{name}", json=wish)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]


def test_the_control_page_shows_what_was_received(sandbox: Sandbox, acme: XeroApp) -> None:
    acme.create(InvoiceNumber="<b>SUP</b>")
    sandbox.control("faults", operation="accounts", fault="html")
    page = httpx2.get(f"{sandbox.url}/_control").text
    for shown in (
        "City Fuel Ltd",
        "120.00 GBP",
        "&lt;b&gt;SUP&lt;/b&gt;",
        "PUT /xero/api.xro/2.0/Invoices",
        "html",
    ):
        assert shown in page
