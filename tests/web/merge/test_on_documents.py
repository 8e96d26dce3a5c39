"""An entry without a match, on the document that waits for it and on the rules that use it."""

from dataclasses import replace

import pytest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.merge.models import Suggested
from bookbind.merge.proposals import to_json
from bookbind.merge.suggestions import read_suggestions
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from tests.merge.conftest import CATEGORIES, TAXES, look
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(desk: Desk) -> Publication:
    """A bill that waits for its category alone, and another one beside it."""
    desk.match("20% VAT", "n-20c", use="costs", in_list=TAXES)
    desk.use(list="tax_rates")
    desk.firm.wait(desk.new)
    return desk.firm.wait(desk.new)


def document_page(desk: Desk, publication: Publication) -> Page:
    """The document's page, as Alice sees it."""
    return read(desk.client.get(reverse("cost", args=[desk.firm.business.slug, publication.document_id])))


def match(desk: Desk, publication: Publication, choice: str) -> Page:
    """Press Match on the document."""
    address = reverse("cost_match", args=[desk.firm.business.slug, publication.document_id])
    return read(desk.client.post(address, {"choice": choice}, follow=True))


def test_the_document_says_what_it_was_and_who_else_waits(desk: Desk, waiting: Publication) -> None:
    page = document_page(desk, waiting)
    assert "449 Motor expenses has no match in QuickBooks Online (Acme Ltd) yet." in page.text
    assert "It was 449 Motor expenses in Xero." in page.text
    assert "This bill and 1 other wait for it; 1 rule uses it." in page.text
    assert page.has_button("Match")
    assert page.has_button("Create “Motor expenses” in QuickBooks Online")
    assert "?item=" in page.link("See it in Merge lists")


@pytest.mark.req("CHG-04", "CHG-07")
@pytest.mark.parametrize(
    ("confidence", "said", "chosen"),
    [
        (0.97, "Suggested: ", " selected"),
        (0.7, "Suggested, please check: ", " selected"),
        (0.31, "7300 Vehicle and travel costs is only a guess: ", ""),
    ],
)
def test_a_guess_is_offered_on_the_document_and_not_chosen_for_anybody(
    desk: Desk, waiting: Publication, confidence: float, said: str, chosen: str
) -> None:
    """One press releases every document that waits for the entry."""
    motor = desk.firm.item("Motor expenses")
    [proposal] = read_suggestions(desk.new.connection, CATEGORIES)[motor.id]
    stored = Suggested.objects.get(connection=desk.new.connection, list=CATEGORIES)
    stored.proposals |= to_json({motor.id: [replace(proposal, confidence=confidence, auto=confidence > 0.9)]})
    stored.save()
    page = document_page(desk, waiting)
    assert said in page.text
    offered = page.html.split(f'value="{motor.id}:any:match:{proposal.target}:1"')[1].split(">")[0]
    assert offered.endswith(chosen or '"')
    assert "Choose what it is first." in match(desk, waiting, "").text


def test_a_document_that_waits_for_something_else_is_not_counted_beside_it(
    desk: Desk, waiting: Publication
) -> None:
    Publication.objects.exclude(id=waiting.id).update(reason=Reason.BEFORE_START)
    assert "This bill waits for it; 1 rule uses it." in document_page(desk, waiting).text


@pytest.mark.req("CHG-07")
def test_one_press_matches_and_releases_every_document_that_waited(desk: Desk, waiting: Publication) -> None:
    motor = desk.firm.item("Motor expenses")
    page = match(desk, waiting, f"{motor.id}:any:match:{desk.new.remote('n-7300').id}:1")
    assert "Matched. 2 documents are being published." in page.text
    assert look(waiting).state == "waiting"


def test_before_the_start_matching_sends_nothing(desk: Desk, waiting: Publication) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    motor = desk.firm.item("Motor expenses")
    page = match(desk, waiting, f"{motor.id}:any:match:{desk.new.remote('n-7300').id}:1")
    assert "Matched. Nothing is sent until you press Start publishing." in page.text
    assert look(waiting).state == "held"


def test_a_match_that_cannot_be_is_refused_in_words(desk: Desk, waiting: Publication) -> None:
    motor = desk.firm.item("Motor expenses")
    assert "Choose what it is first." in match(desk, waiting, "").text
    page = match(desk, waiting, f"{motor.id}:any:match:{desk.new.remote('n-4000').id}:1")
    assert "449 Motor expenses can't be 4000 Sales" in page.text
    assert look(waiting).state == "held"


@pytest.mark.req("CHG-08")
def test_a_rate_that_serves_one_side_is_matched_on_it_and_that_is_said(desk: Desk) -> None:
    waiting = desk.firm.wait(desk.new)
    rate = desk.firm.item("20% VAT", TAXES)
    page = match(desk, waiting, f"{rate.id}:any:match:{desk.new.remote('n-20c', TAXES).id}:1")
    assert (
        "Matched. 20.0% S on purchases is for costs only, so 20% VAT is matched to it on costs." in page.text
    )
    assert (rate.id, "costs", "n-20c") in desk.new.bound()


def test_a_standard_user_sees_who_matches(
    desk: Desk, waiting: Publication, people: People, browse: Browse
) -> None:
    bob = browse(people.bob)
    page = read(bob.get(reverse("cost", args=[desk.firm.business.slug, waiting.document_id])))
    assert "has no match in" in page.text
    assert not page.has_button("Match")
    assert "An Admin or your accountant can do this." in page.text


def test_numbers_open_what_they_count(desk: Desk, waiting: Publication) -> None:
    row = desk.open("merge_step", "categories")
    shown = read(desk.client.get(row.link("2 waiting")))
    assert "Documents that use Motor expenses." in shown.text
    assert shown.text.count("Needs a match") + shown.text.count("needs a match") >= 2


@pytest.mark.req("CHG-07")
def test_rules_that_need_a_match_lead_to_the_row(desk: Desk) -> None:
    page = read(desk.client.get(reverse("rules", args=[desk.firm.business.slug])))
    link = page.link("449 Motor expenses needs a match (it was 449 Motor expenses in Xero)")
    assert "Only 449 Motor expenses." in read(desk.client.get(link)).text
