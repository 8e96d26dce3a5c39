"""Books that keep no tax, on every page on which somebody meets them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.documents.inputs import LineInput
from bookbind.lists.models import ListItem
from bookbind.merge.using import match_one
from bookbind.providers.base.types import ListName
from bookbind.publishing.queries import find_publication
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.merge.conftest import TAXES, Firm
from tests.support.pages import Page, read
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk, move

LABEL = "QuickBooks Online (Acme Ltd)"


@pytest.fixture
def desk(firm: Firm, browse: Browse) -> Desk:
    """After the move from Xero to books in QuickBooks that keep no tax, with a rule that sets a rate."""
    desk = move(firm, browse, "xero", "quickbooks")
    desk.new.books.settings = replace(desk.new.books.settings, keeps_tax=False)
    desk.new.read()
    values = RuleInput(tax_rate_id=firm.item("20% VAT", TAXES).id)
    save_supplier_rule(firm.supplier("Paper Mill"), values, firm.user)
    return desk


def look(desk: Desk, name: str, *parts: object, **query: str) -> Page:
    return read(desk.client.get(reverse(name, args=[desk.firm.business.slug, *parts]), query))


@pytest.mark.req("CHG-05")
def test_the_step_of_rates_says_in_one_sentence_why_nothing_is_asked(desk: Desk) -> None:
    page = desk.open("merge_step", "tax_rates")
    assert "These books keep no VAT, so no rate is asked for" in page.text
    assert "Nothing has to be done: nothing waits for your 3 entries in tax rates." in page.text
    assert not page.has_button("Finish tax rates")
    assert "left out" in page.text
    rate = desk.firm.item("20% VAT", TAXES)
    assert desk.fragment("merge_step", "tax_rates", item=str(rate.id)).status == 404
    finished = desk.client.post(desk.url("merge_finish", "tax_rates"))
    assert (finished.status_code, ListItem.objects.filter(list=TAXES).count()) == (404, 3)


@pytest.mark.req("CHG-05")
def test_no_page_of_rules_asks_for_a_match_of_a_rate(desk: Desk) -> None:
    rules = look(desk, "rules")
    assert "20% VAT" in rules.text
    assert "20% VAT needs a match" not in rules.text
    rule = save_supplier_rule(
        desk.firm.supplier("Paper Mill"),
        RuleInput(tax_rate_id=desk.firm.item("5% VAT", TAXES).id),
        desk.firm.user,
    )
    page = look(desk, "rule", rule.id)
    assert "can't be used as it stands" not in page.text
    assert f"{LABEL} keeps no VAT: the rate is not sent there." in page.text
    for rate in ("20% VAT", "5% VAT", "Zero rated"):
        assert rate in page.text, "every rate of the business can be chosen"


def test_the_lists_ask_for_no_match_of_a_rate(desk: Desk) -> None:
    page = look(desk, "list", "tax_rates")
    assert "Not sent" in page.text
    assert "Needs a match" not in page.text
    assert "Matched" not in page.text


def test_the_settings_say_what_becomes_of_vat_and_keep_the_usual_rate(desk: Desk) -> None:
    rate = desk.firm.item("20% VAT", TAXES)
    page = read(desk.client.get(desk.url("connection_settings")))
    assert f"{LABEL} keeps no VAT: it is part of the cost" in page.text
    assert f'value="{rate.id}"' in page.html


@pytest.mark.req("CHG-06")
def test_the_move_and_its_start_say_that_vat_is_part_of_the_cost(desk: Desk) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    said = "These books keep no VAT, so what is published there has it as part of the cost."
    assert said in read(desk.client.get(desk.url("confirmed"))).text
    assert said in desk.open(moved="yes").text
    started = read(desk.client.get(desk.url("start_publishing")))
    assert f"{LABEL} keeps no VAT: what is published there has its VAT as part of the cost" in started.text


@pytest.mark.req("CHG-06")
def test_books_that_keep_tax_are_told_nothing_of_it(firm: Firm, browse: Browse) -> None:
    desk = move(firm, browse, "xero", "quickbooks")
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    pages = [
        read(desk.client.get(desk.url("confirmed"))),
        desk.open(),
        read(desk.client.get(desk.url("start_publishing"))),
    ]
    pages.append(read(desk.client.get(desk.url("connection_settings"))))
    assert not [page.path for page in pages if "no VAT" in page.text]


@pytest.mark.req("PUB-09")
def test_a_document_says_before_what_becomes_of_its_vat(desk: Desk) -> None:
    document = desk.firm.bill(category="Advertising")
    page = look(desk, "cost", document.id)
    assert f"{LABEL} keeps no VAT." in page.text
    assert "The £20.00 of VAT on this document becomes part of what it cost there." in page.text


def test_the_picker_of_rates_offers_our_own(desk: Desk) -> None:
    page = look(desk, "list_pick", ListName.TAX_RATES.value)
    assert "20% VAT" in page.text


def test_a_document_without_a_rate_is_complete_there_and_goes_with_the_others(desk: Desk) -> None:
    category = desk.firm.item("Advertising")
    match_one(desk.new.connection, category.id, desk.new.remote("n-6200").id, desk.firm.user)
    line = LineInput("Leaflets", net=Decimal(100), tax=Decimal(20), category_id=category.id)
    document = desk.firm.bill(lines=(line,))
    page = look(desk, "costs", show="review")
    assert "Complete" in page.text
    assert "VAT rate missing" not in page.text
    published = read(
        desk.client.post(reverse("costs_publish_all", args=[desk.firm.business.slug]), follow=True)
    )
    assert published.status == 200
    assert find_publication(document.id) is not None
    desk.new.books.settings = replace(desk.new.books.settings, keeps_tax=True)
    desk.new.read()
    desk.firm.bill(lines=(line,))
    assert "VAT rate missing" in look(desk, "costs", show="review").text
