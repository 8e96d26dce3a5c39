"""Lists and rules of a business without accounting software: by hand, and as files."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bookbind.activity.queries import list_recent
from bookbind.kit import sheets
from bookbind.lists.models import ImportDraft, ListItem
from bookbind.lists.queries import pick_items
from bookbind.providers.base.types import ListName
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.support.factories import People, make_connection
from tests.support.office import Office
from tests.support.pages import Page, read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse

pytestmark = [pytest.mark.django_db, pytest.mark.req("CHG-12")]

RATE = {"name": "20% VAT", "code": "", "rate": "20 %", "tax_kind": "Standard", "side": "Costs"}


def add(client: Client, office: Office, into: str, **values: str) -> Page:
    return read(client.post(office.url(f"lists/{into}/new"), values, follow=True))


def choose(client: Client, office: Office, path: str, content: str | bytes, name: str = "list.csv") -> Page:
    """Choose a file on the import page."""
    body = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, body, "text/csv")
    return read(client.post(office.url(f"{path}/import"), {"file": file}, follow=True))


def confirm(client: Client, page: Page, **changes: str) -> Page:
    """Press Import on the preview."""
    digest = page.html.partition('name="digest" value="')[2].partition('"')[0]
    return read(client.post(page.path, {"digest": digest} | changes, follow=True))


def rows() -> list[dict[str, Any]]:
    return list(ListItem.objects.order_by("id").values())


def test_every_list_is_there_to_be_filled(office: Office, alice: Client) -> None:
    page = read(alice.get(office.url("lists/")))
    for label in ("Categories 0", "Tax rates 0", "Suppliers 0", "Projects 0", "Payment methods 0"):
        assert label in page.text
    page = read(alice.get(office.url("lists/categories/")))
    assert page.link("Add")
    assert "Add the first one, import a CSV file" in page.text


def test_an_entry_is_added_offered_and_said_on_the_timeline(office: Office, alice: Client) -> None:
    page = add(alice, office, "categories", name="Motor expenses", code="449", account_type="Expense")
    assert "Saved: 449 Motor expenses." in page.text
    assert "Motor expenses Expense 449" in page.text
    assert [item.label for item in pick_items(ListName.CATEGORIES)] == ["449 Motor expenses"]
    assert list_recent(1)[0].text == "New category: 449 Motor expenses."


def test_a_tax_rate_needs_rate_kind_and_side(office: Office, alice: Client) -> None:
    page = add(alice, office, "tax_rates", name="20% VAT")
    assert (page.status, page.text.count("This field is required.")) == (422, 3)
    page = add(alice, office, "tax_rates", **RATE | {"rate": "a fifth"})
    assert "Write a percentage such as 20 or 17.5." in page.text
    assert "20% · Standard · Costs" in add(alice, office, "tax_rates", **RATE).text
    assert ListItem.objects.get().details == {"rate": "20", "tax_kind": "standard", "side": "costs"}


@pytest.mark.parametrize("into", ["suppliers", "customers"])
def test_an_e_mail_that_is_no_address_is_said_at_its_field(office: Office, alice: Client, into: str) -> None:
    page = add(alice, office, into, name="City Fuel", email="city fuel at fuel.test")
    advice = (
        "“city fuel at fuel.test” can't be used here. Write one e-mail address, such as name@example.com."
    )
    assert (page.status, ListItem.objects.count()) == (422, 0)
    assert advice in page.text
    said = page.html.index("Write one e-mail")
    assert page.html.index('name="email"') < said < page.html.index('name="currency"')
    add(alice, office, into, name="City Fuel", email="bills@fuel.test")
    assert ListItem.objects.get().details["email"] == "bills@fuel.test"


def test_the_same_name_is_not_added_twice(office: Office, alice: Client) -> None:
    add(alice, office, "suppliers", name="City Fuel Ltd")
    page = add(alice, office, "suppliers", name="CITY  FUEL ltd")
    assert "There is a supplier of this name already: City Fuel Ltd." in page.text
    alice.post(office.url(f"lists/suppliers/{ListItem.objects.get().id}/archive"), {"archived": "on"})
    page = add(alice, office, "suppliers", name="City Fuel Ltd")
    assert "An archived supplier is called so." in page.text
    assert ListItem.objects.count() == 1


def test_a_name_that_several_have_asks_for_a_code_where_one_is_typed(office: Office, alice: Client) -> None:
    for code in ("400", "401"):
        add(alice, office, "categories", code=code, name="Advertising", account_type="Expense")
    page = add(alice, office, "categories", name="advertising", account_type="Expense")
    assert page.status == 422
    assert (
        "Several are called so already: 400 Advertising and 401 Advertising. Give this one a code of its own."
    ) in page.text
    assert "Export the list" not in page.text
    assert len(rows()) == 2


def test_a_code_that_is_taken_is_said_at_the_code_and_names_who_has_it(office: Office, alice: Client) -> None:
    add(alice, office, "categories", name="Motor", code="449", account_type="Expense")
    page = add(alice, office, "categories", name="Fuel", code="449", account_type="Expense")
    assert "There is a category of this code already: 449 Motor." in page.text
    said = page.html.index("of this code already")
    assert page.html.index('name="code"') < said < page.html.index('name="name"')
    same = add(alice, office, "categories", name="Motor", code="449", account_type="Expense")
    assert "There is a category of this name already: 449 Motor." in same.text
    other = add(alice, office, "categories", name="Fuel", code="450", account_type="Expense")
    assert "Saved: 450 Fuel." in other.text
    fuel = office.url(f"lists/categories/{ListItem.objects.get(name='Fuel').id}/")
    page = read(alice.post(fuel, {"name": "Fuel", "code": "449", "account_type": "Expense"}))
    assert "Another category has this code. It is 449 Motor. Give one of them another." in page.text
    item = ListItem.objects.get(name="Motor")
    alice.post(office.url(f"lists/categories/{item.id}/archive"), {"archived": "on"})
    page = add(alice, office, "categories", name="Tolls", code="449", account_type="Expense")
    assert "An archived category has this code: 449 Motor." in page.text


def test_an_entry_is_renamed_archived_and_brought_back(office: Office, alice: Client) -> None:
    add(alice, office, "categories", name="Motor", code="449", account_type="Expense")
    item = ListItem.objects.get()
    here = office.url(f"lists/categories/{item.id}/")
    values = {"name": "Vehicles", "code": "450", "account_type": "Direct cost"}
    assert "Saved: 450 Vehicles." in read(alice.post(here, values, follow=True)).text
    said = list_recent(1)[0].text
    assert (
        said
        == "449 Motor: Code 449 became 450, Name Motor became Vehicles and Type Expense became Direct cost."
    )
    alice.post(f"{here}archive", {"archived": "on"})
    assert pick_items(ListName.CATEGORIES) == []
    page = read(alice.get(office.url("lists/categories/?show=archived")))
    assert page.has_button("Bring back")
    alice.post(f"{here}archive", {"archived": "off"})
    assert [each.name for each in pick_items(ListName.CATEGORIES)] == ["Vehicles"]


def test_books_that_keep_the_list_are_named_instead(office: Office, alice: Client, people: People) -> None:
    item = office.unmatched(ListName.CATEGORIES, "Motor")
    make_connection(people.acme, people.alice)
    page = read(alice.get(office.url("lists/categories/")))
    assert "Xero (Acme Ltd) keeps this list. Change it there" in page.text
    assert not any(text == "Add" for text, _ in page.links)
    for path in ("new", "import", f"{item.id}/"):
        page = read(alice.get(office.url(f"lists/categories/{path}"), follow=True))
        assert page.path == office.url("lists/categories/")
    alice.post(office.url(f"lists/categories/{item.id}/archive"), {"archived": "on"})
    item.refresh_from_db()
    assert item.archived_at is None
    assert "Saved: BT." in add(alice, office, "suppliers", name="BT").text


def test_an_entry_of_another_business_is_not_there(
    office: Office, alice: Client, people: People, browse: Browse
) -> None:
    item = office.unmatched(ListName.CATEGORIES, "Motor")
    olga = browse(people.olga)
    assert olga.get(f"/b/{people.other.slug}/lists/categories/{item.id}/").status_code == 404
    assert alice.get(office.url(f"lists/suppliers/{item.id}/")).status_code == 404


@pytest.mark.req("LST-07")
def test_a_file_is_looked_at_before_anything_is_written(office: Office, alice: Client) -> None:
    motor = office.unmatched(ListName.CATEGORIES, "Motor", "449", account_type="expense")
    text = f"ID,Code,Name,Type,Mood\n{motor.id},449,Vehicles,Expense,x\n,400,Advertising,Expense,y\n"
    before = rows()
    page = choose(alice, office, "lists/categories", text)
    assert "list.csv: 1 new, 1 changed, 0 as before." in page.text
    assert "449 Motor Changed Name: Motor → Vehicles" in page.text
    assert "Left aside: Mood." in page.text
    assert page.has_button("Import 2 changes")
    assert rows() == before
    page = confirm(alice, page)
    assert "list.csv is imported. 1 added, 1 changed." in page.text
    assert sorted(ListItem.objects.values_list("name", flat=True)) == ["Advertising", "Vehicles"]
    assert not ImportDraft.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_written_over(
    office: Office, alice: Client, people: People, browse: Browse
) -> None:
    add(alice, office, "suppliers", name="City Fuel", email="old@fuel.test")
    item = ListItem.objects.get(name="City Fuel")
    address = office.url(f"lists/suppliers/{item.id}/")

    def fields(html: str, **changes: str) -> dict[str, str]:
        shown = dict(re.findall(r'<input type="(?:text|hidden)" name="(\w+)" value="([^"]*)"', html))
        shown.pop("csrfmiddlewaretoken", None)
        return shown | changes

    opened = alice.get(address).content.decode()
    other = browse(people.ursula)
    other.post(address, fields(other.get(address).content.decode(), email="new@fuel.test"))
    refused = read(alice.post(address, fields(opened, name="City Fuel Ltd")))
    assert refused.status == 409
    assert "Somebody changed this entry since you opened it, so nothing was saved." in refused.text
    assert "E-mail is new@fuel.test now" in refused.text
    assert 'value="City Fuel Ltd"' in refused.html, "what was typed is kept"
    item.refresh_from_db()
    assert (item.name, item.details["email"]) == ("City Fuel", "new@fuel.test")
    alice.post(address, fields(refused.html))
    item.refresh_from_db()
    assert (item.name, item.details["email"]) == ("City Fuel Ltd", "old@fuel.test")


@pytest.mark.req("LST-07")
def test_a_file_that_was_imported_in_another_window_says_so_instead_of_nothing_here(
    office: Office, alice: Client
) -> None:
    page = choose(alice, office, "lists/categories", "Code,Name,Type\n400,Advertising,Expense\n")
    confirm(alice, page)
    again = confirm(alice, page)
    assert again.status == 404
    assert "This file is not kept any more, so nothing was imported now." in again.text
    assert "It was imported already, or another one was chosen since." in again.text
    assert again.has_button("Look at it")
    assert ListItem.objects.count() == 1


@pytest.mark.req("LST-07")
@pytest.mark.parametrize("path", ["lists/categories", "rules"])
def test_a_file_without_a_line_is_not_called_known(office: Office, alice: Client, path: str) -> None:
    headings = "Code,Name,Type\n" if path != "rules" else "Supplier,Category\n"
    page = choose(alice, office, path, headings)
    assert "This file has no line below its headings." in page.text
    assert "Everything in it is there already." not in page.text


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ("match", "Nothing needs a match. No accounting software is connected"),
        ("archived", "Nothing is archived. What you archive is kept here and can be brought back."),
    ],
)
def test_an_empty_tab_says_what_it_is_for(office: Office, alice: Client, show: str, said: str) -> None:
    page = read(alice.get(office.url(f"lists/categories/?show={show}")))
    assert said in page.text
    assert "Add the first one" not in page.text


@pytest.mark.req("LST-07")
def test_an_exported_list_comes_back_unchanged(office: Office, alice: Client) -> None:
    for name in ("=cmd|' /C calc'!A0", "@sum", "-1", "Zoë, Ltd", "\u202eevil"):
        add(alice, office, "suppliers", name=name, email="a@b.test")
    before = rows()
    content = b"".join(alice.get(office.url("lists/suppliers/export")).streaming_content)  # type: ignore[attr-defined]
    names = [row["Name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    assert "'=cmd|' /C calc'!A0" in names
    assert not any(name.startswith(("=", "+", "-", "@", "\u202e")) for name in names)
    page = choose(alice, office, "lists/suppliers", content)
    assert "This file changes nothing." in page.text
    assert not page.has_button("Import 0 changes")
    assert rows() == before


@pytest.mark.req("LST-07")
def test_a_file_with_errors_names_line_and_column_and_has_no_import_button(
    office: Office, alice: Client
) -> None:
    page = choose(alice, office, "lists/tax_rates", "Name,Rate,Kind,Side\n20%,20,Standard,Costs\n5%,x,Fun,\n")
    assert "Nothing can be imported yet: 3 places in the file need attention." in page.text
    assert "1 line to be put right." in page.text
    assert "Put them right in the file" in page.text
    assert "Line Entry Column What to do" in page.text
    assert "3 5% Rate “x” can't be used here. Write a percentage such as 20 or 17.5." in page.text
    assert "3 5% Kind “Fun” can't be used here. Write one of: Standard, Reduced" in page.text
    assert "3 5% Side A new tax rate needs this. Write one of: Costs, Sales, Both." in page.text
    assert not any(text.startswith("Import") for text, _ in page.buttons)
    assert confirm(alice, page).status == 409
    assert not ListItem.objects.exists()


@pytest.mark.req("LST-07")
def test_one_place_is_spoken_of_as_one(office: Office, alice: Client) -> None:
    page = choose(alice, office, "lists/tax_rates", "Name,Rate,Kind,Side\n5%,x,Standard,Costs\n")
    assert "1 place in the file needs attention. Put it right in the file" in page.text


@pytest.mark.req("LST-07")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04", "This is an Excel workbook, not CSV."),
        (b"ID|Name\n|BT\n", "separated by bars; commas are needed."),
        ("Name\nZoë\n".encode("latin-1"), "Line 2 has letters that are not saved as UTF-8."),
        (b"Code\n1\n", "1 column is missing: Name."),
        (b"<script>alert(1)</script>\n", "The first line names none of the columns"),
    ],
)
def test_a_wrong_file_is_refused_in_words(office: Office, alice: Client, content: bytes, words: str) -> None:
    page = choose(alice, office, "lists/suppliers", content)
    assert (page.status, words in page.text) == (422, True), page.text
    assert "<script>alert" not in page.html
    assert not ImportDraft.objects.exists()


@pytest.mark.req("LST-07")
def test_a_file_that_is_too_large_is_refused(
    office: Office, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose a file first." in read(alice.post(office.url("lists/suppliers/import"))).text
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    page = choose(alice, office, "lists/suppliers", "Name\na\nb\nc\n")
    assert "This file has more than 2 lines." in page.text


@pytest.mark.req("LST-07")
def test_what_changed_since_the_preview_is_shown_anew(office: Office, alice: Client) -> None:
    motor = office.unmatched(ListName.CATEGORIES, "Motor", account_type="expense")
    page = choose(alice, office, "lists/categories", f"ID,Name\n{motor.id},Vehicles\n")
    ListItem.objects.filter(id=motor.id).update(name="Cars")
    again = confirm(alice, page)
    assert again.status == 409
    assert "Something changed since you looked" in again.text
    assert "Name: Cars → Vehicles" in again.text
    assert "list.csv is imported." in confirm(alice, again).text


@pytest.mark.req("LST-07")
def test_a_file_belongs_to_the_one_who_chose_it(
    office: Office, alice: Client, people: People, browse: Browse
) -> None:
    page = choose(alice, office, "lists/suppliers", "Name\nBT\n")
    assert browse(people.ursula).get(page.path).status_code == 404
    assert alice.get(page.path.replace("suppliers", "customers")).status_code == 404
    assert alice.get(page.path).status_code == 200


@pytest.mark.req("LST-07")
def test_hostile_text_is_shown_as_text(office: Office, alice: Client) -> None:
    page = choose(
        alice, office, "lists/suppliers", "Name,E-mail\n<script>boom</script>,\u202ex@y.test\n", "<b>.csv"
    )
    assert "<script>boom" not in page.html
    assert "<b>.csv" not in page.html
    confirm(alice, page)
    assert ListItem.objects.get().details == {"email": "x@y.test"}


def test_a_preview_shows_the_first_changes_and_counts_the_rest(office: Office, alice: Client) -> None:
    page = choose(alice, office, "lists/suppliers", "Name\n" + "".join(f"S{n}\n" for n in range(250)))
    assert "And 50 more." in page.text
    assert page.has_button("Import 250 changes")


@pytest.mark.req("LST-07")
def test_rules_leave_and_come_back_as_a_file(office: Office, alice: Client) -> None:
    save_supplier_rule(office.supplier("BT"), RuleInput(publish_as="draft"), office.user)
    content = b"".join(alice.get(office.url("rules/export")).streaming_content)  # type: ignore[attr-defined]
    assert "This file changes nothing." in choose(alice, office, "rules", content).text
    office.item(ListName.CATEGORIES, "Telephone", "489")
    text = content.decode().replace("Draft", "Awaiting payment") + ",Kestrel,489 Telephone,,,,,,,,,yes\r\n"
    page = choose(alice, office, "rules", text)
    assert "1 new, 1 changed, 0 as before." in page.text
    assert SupplierRule.objects.count() == 1
    page = confirm(alice, page)
    assert page.path == office.url("rules/")
    assert "Kestrel 489 Telephone" in page.text
    page = choose(alice, office, "rules", "Supplier,Category\nBT,Nothing\n")
    assert "2 BT Category There is no category Nothing here." in page.text


def test_standard_users_see_lists_and_change_none(office: Office, people: People, browse: Browse) -> None:
    item = office.unmatched(ListName.CATEGORIES, "Motor")
    bob = browse(people.bob)
    page = read(bob.get(office.url("lists/categories/")))
    assert "Motor" in page.text
    assert not page.has_button("Archive")
    for path in (
        "lists/categories/new",
        f"lists/categories/{item.id}/",
        "lists/categories/import",
        "rules/import",
    ):
        assert bob.get(office.url(path)).status_code == 403, path


def test_a_long_list_takes_no_more_queries(office: Office, alice: Client) -> None:
    def more() -> None:
        for number in range(30):
            office.unmatched(ListName.CATEGORIES, f"Category {number}", str(number))

    office.unmatched(ListName.CATEGORIES, "Motor")
    assert_rows_add_no_queries(lambda: alice.get(office.url("lists/categories/")), more, most=30)
