"""The Rules pages: the list with its problems, versions, order, and a rule made from a document."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from bookbind.documents.inputs import LineInput
from bookbind.lists.models import Dimension, RemoteItem
from bookbind.providers.base.types import ListName
from bookbind.rules.evaluate import DueMode
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import RuleInput, save_supplier_rule, values_of_rule
from bookbind.web.views.costs_rule import suggest_rule
from tests.support.factories import People
from tests.support.office import Office
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db


def typed(rule: SupplierRule | None = None, **changes: Any) -> dict[str, Any]:
    """What the form of a rule posts."""
    names = ("category", "tax_rate", "due_mode", "due_days", "tracking_1", "tracking_2")
    data = dict.fromkeys((*names, "publish_to", "publish_as", "auto_publish"), "")
    if rule is not None:
        data["version"] = str(rule.version)
    return data | changes


def ruled(office: Office, name: str = "City Fuel Ltd", **values: Any) -> SupplierRule:
    return save_supplier_rule(office.supplier(name), RuleInput(**values), office.user)


def test_an_empty_page_teaches(office: Office, alice: Client) -> None:
    page = read(alice.get(office.url("rules/")))
    assert "No rules yet. Code one bill of a supplier, press Set supplier rule" in page.text


def test_the_list_says_what_each_rule_sets_and_what_is_in_its_way(office: Office, alice: Client) -> None:
    ruled(
        office,
        category_id=office.category.id,
        due_mode=DueMode.DAYS_AFTER_DATE,
        due_days=30,
        auto_publish=True,
    )
    page = read(alice.get(office.url("rules/")))
    expected = "449 Motor expenses · due 30 days after the document's date · published by itself Ready"
    assert expected in page.text
    RemoteItem.objects.update(state=RemoteItem.State.ARCHIVED)
    page = read(alice.get(office.url("rules/")))
    assert "Needs attention 449 Motor expenses is archived" in page.text


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (("tracking_1",), "A project never holds a document: it is left out of what is sent. Match it there"),
        (("categories",), "Documents keep the rule's value and wait. Match it there"),
        (
            ("categories", "tracking_1"),
            (
                "Documents keep the rule's value and wait. A project never holds a document: it is left out "
                "of what is sent. Match them there"
            ),
        ),
    ],
)
def test_a_rule_says_of_each_list_what_becomes_of_its_documents(
    office: Office, alice: Client, lists: tuple[str, ...], words: str
) -> None:
    Dimension.objects.create(
        business=office.business,
        connection=office.connection,
        remote_id="d-1",
        name="Region",
        slot="tracking_1",
    )
    values = {
        "category_id": office.unmatched(ListName.CATEGORIES, "Fuel").id if "categories" in lists else None,
        "tracking_1_id": office.unmatched(ListName.TRACKING_1, "Shop").id if "tracking_1" in lists else None,
    }
    rule = ruled(office, **values)
    assert words in read(alice.get(office.url(f"rules/{rule.id}/"))).text


def test_rules_are_found_by_supplier_and_by_entry(office: Office, alice: Client) -> None:
    ruled(office, "City Fuel Ltd", category_id=office.category.id)
    ruled(office, "Harbour Linen")
    assert "Harbour Linen" not in read(alice.get(office.url("rules/?q=city"))).text
    page = read(alice.get(office.url(f"rules/?item={office.category.id}")))
    assert "Rules that use Motor expenses." in page.text
    assert "Harbour Linen" not in page.text
    assert read(alice.get(office.url("rules/?item=nonsense"))).status == 200


def test_a_new_rule_for_a_new_supplier(office: Office, alice: Client) -> None:
    data = typed(
        supplier="",
        supplier__typed="Brand New Ltd",
        category=office.category.id,
        tax_rate=office.tax_rate.id,
        due_mode="days_after_month_end",
        due_days="10",
        publish_as="draft",
        auto_publish="no",
    )
    page = read(alice.post(office.url("rules/new/"), data, follow=True))
    assert page.heading == "Rule for Brand New Ltd"
    assert values_of_rule(SupplierRule.objects.get()) == RuleInput(
        category_id=office.category.id,
        tax_rate_id=office.tax_rate.id,
        due_mode=DueMode.DAYS_AFTER_MONTH_END,
        due_days=10,
        publish_as="draft",
        auto_publish=False,
    )


def test_a_rule_without_a_supplier_is_refused(office: Office, alice: Client) -> None:
    answer = alice.post(office.url("rules/new/"), typed(supplier="", supplier__typed=""))
    assert answer.status_code == 422
    assert "This field is required." in read(answer).text


def test_days_are_asked_for_where_the_due_date_needs_them(office: Office, alice: Client) -> None:
    rule = ruled(office)
    answer = alice.post(office.url(f"rules/{rule.id}/"), typed(rule, due_mode="days_after_date"))
    assert answer.status_code == 422
    assert "Please say how many days." in read(answer).text


def test_saving_keeps_versions_and_goes_back(office: Office, alice: Client) -> None:
    rule = ruled(office, category_id=office.category.id)
    url = office.url(f"rules/{rule.id}/")
    alice.post(url, typed(rule, due_mode="days_after_date", due_days="14"))
    page = read(alice.get(url))
    assert "Versions (2)" in page.text
    alice.post(office.url(f"rules/{rule.id}/restore"), {"version": 1})
    kept = SupplierRule.objects.get()
    assert (kept.version, kept.category, kept.due_mode) == (3, office.category, "")


def test_two_people_never_overwrite_each_others_rule(office: Office, alice: Client) -> None:
    rule = ruled(office, category_id=office.category.id)
    stale = typed(rule, tax_rate=office.tax_rate.id)
    ruled(office, due_mode=DueMode.DAYS_AFTER_DATE, due_days=7)
    answer = alice.post(office.url(f"rules/{rule.id}/"), stale)
    assert "Somebody saved this rule since you opened it." in read(answer).text
    assert SupplierRule.objects.get().due_days == 7


def test_off_and_on_again(office: Office, alice: Client) -> None:
    rule = ruled(office, category_id=office.category.id)
    page = read(alice.post(office.url(f"rules/{rule.id}/switch"), {"active": "off"}, follow=True))
    assert "This rule is switched off." in page.text
    assert "Off" in read(alice.get(office.url("rules/"))).text
    alice.post(office.url(f"rules/{rule.id}/switch"), {"active": "on"})
    assert SupplierRule.objects.get().active


def test_rules_that_overlap_are_shown_and_ordered(office: Office, alice: Client) -> None:
    first = ruled(office, category_id=office.category.id)
    other = office.item(ListName.CATEGORIES, "Advertising", "400")
    second = SupplierRule.objects.create(
        business=office.business,
        supplier=first.supplier,
        category=other,
        position=2,
        changed_at=first.changed_at,
    )
    page = read(alice.get(office.url(f"rules/{second.id}/")))
    assert "Rule 1 of this supplier also sets the category; that one is asked first." in page.text
    assert "So this rule has no effect at present." in page.text
    listed = read(alice.get(office.url("rules/")))
    assert listed.text.count("No effect An earlier rule of this supplier sets the same.") == 1
    alice.post(office.url(f"rules/{second.id}/first"))
    page = read(alice.get(office.url(f"rules/{second.id}/")))
    assert "this one is asked first." in page.text


def test_a_standard_user_reads_rules_and_changes_none(office: Office, browse: Browse, people: People) -> None:
    rule = ruled(office, category_id=office.category.id)
    document = office.bill()
    bob = browse(people.bob)
    assert "City Fuel Ltd" in read(bob.get(office.url("rules/"))).text
    for path in ("rules/new/", f"rules/{rule.id}/", f"costs/{document.id}/rule"):
        assert bob.get(office.url(path)).status_code == 403, path
    page = read(bob.get(office.url(f"costs/{document.id}/")))
    assert "Set supplier rule… Admins set rules." in page.text


def test_another_tenants_rule_is_not_there(office: Office, browse: Browse, people: People) -> None:
    rule = ruled(office)
    assert browse(people.olga).get(f"/b/{people.other.slug}/rules/{rule.id}/").status_code == 404


def test_a_document_suggests_the_rule_and_says_what_it_will_do(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    waiting = office.bill("INV-2")
    url = office.url(f"costs/{document.id}/rule")
    page = read(alice.get(url))
    assert page.heading == "Rule for City Fuel Ltd"
    assert f'<option value="{office.category.id}" selected>449 Motor expenses</option>' in page.html
    assert "and 1 other document to review get these values" in page.text
    data = typed(
        category=office.category.id, tax_rate=office.tax_rate.id, due_mode="days_after_date", due_days="30"
    )
    page = read(alice.post(url, data, follow=True))
    assert f"/costs/{document.id}/" in page.path
    assert "From now on documents of City Fuel Ltd are coded like this." in page.text
    assert SupplierRule.objects.get().category == office.category
    waiting.refresh_from_db()
    assert waiting.due_date == date(2026, 4, 2), "what somebody typed stays"


def test_a_document_without_supplier_is_asked_for_it_first(office: Office, alice: Client) -> None:
    document = office.upload()
    page = read(alice.get(office.url(f"costs/{document.id}/rule"), follow=True))
    assert "Choose the supplier first; a rule belongs to one." in page.text


def test_lines_that_differ_suggest_nothing_for_that_field(office: Office) -> None:
    other = office.item(ListName.CATEGORIES, "Advertising", "400")
    lines = (
        LineInput(net=Decimal(50), category_id=office.category.id, tax_rate_id=office.tax_rate.id),
        LineInput(net=Decimal(50), category_id=other.id, tax_rate_id=office.tax_rate.id),
    )
    document = office.bill("INV-1", lines=lines)
    suggested = suggest_rule(document, RuleInput())
    assert suggested.category_id is None
    assert suggested.tax_rate_id == office.tax_rate.id
    assert (suggested.due_mode, suggested.due_days) == (DueMode.DAYS_AFTER_DATE, 30)


def test_rules_add_no_queries(office: Office, alice: Client) -> None:
    ruled(office, "First Ltd", category_id=office.category.id)

    def add_rows() -> None:
        for number in range(12):
            ruled(office, f"Supplier {number}", category_id=office.category.id)

    assert_rows_add_no_queries(lambda: alice.get(office.url("rules/")), add_rows, most=40)
