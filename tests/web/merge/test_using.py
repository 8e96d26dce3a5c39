"""Using matches from the pages: the question, what happened, the undo, and what stands in its way."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.lists.combine import combine
from bookbind.merge.creating import CreateReport, create_chosen
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.models import Applied, Creation
from bookbind.merge.ways import choose_way
from bookbind.providers.base.types import PublishAs
from bookbind.publishing.instead import KEEP
from bookbind.publishing.resume import finish_check
from bookbind.publishing.starting import settle_started
from bookbind.web.views import merge_using
from tests.merge.conftest import SUPPLIERS, TAXES, Firm, look
from tests.support import factories
from tests.support.pages import read
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk, move

pytestmark = pytest.mark.django_db


def decide_all(desk: Desk) -> None:
    """Everything that a bill needs is chosen."""
    desk.match("Motor expenses", "n-7300")
    desk.match("20% VAT", "n-20c", use="costs", in_list=TAXES)


@pytest.mark.req("CHG-05")
def test_the_question_says_what_will_happen_before_it_does(desk: Desk) -> None:
    desk.firm.wait(desk.new)
    decide_all(desk)
    question = desk.fragment("merge_preview")
    assert "Use these" in question.text
    assert "1 rule will work in QuickBooks Online." in question.text
    assert "1 waiting document becomes ready." in question.text
    assert "1 supplier will be created when first used." in question.text
    assert "Nothing already published changes, nothing in Xero changes. You can undo this." in question.text
    page = desk.open("merge_preview")
    assert "449 Motor expenses" in page.text
    assert "7300 Vehicle and travel costs" in page.text
    assert page.has_button("Use only categories")


@pytest.mark.req("CHG-06")
def test_used_matches_release_documents_and_offer_to_publish_them(desk: Desk) -> None:
    waiting = desk.firm.wait(desk.new)
    decide_all(desk)
    page = desk.use()
    assert "Matched. 1 document became ready by it." in page.text
    assert page.has_button("Publish the 1 that waited")
    assert look(waiting).reason == "look_first"
    assert "used by Alice Admin" in page.text, "what was used stands under Earlier"
    desk.client.post(reverse("costs_publish_all", args=[desk.firm.business.slug]), {"what": "looked"})
    assert look(waiting).state == "waiting"


@pytest.mark.req("CHG-06")
def test_a_use_counts_only_the_documents_that_it_made_ready(desk: Desk) -> None:
    """One that is dated before the new books waits for a person all along, whatever is matched."""
    new = desk.new.connection
    Connection.objects.filter(id=new.id).update(documents_from=date(2026, 3, 3))
    new.refresh_from_db()
    desk.firm.wait(desk.new)
    early = desk.firm.wait(desk.new, date=date(2026, 3, 1))
    assert look(early).reason == "before_start"
    preview = desk.open("merge_preview").text
    assert "1 goes on waiting for 1 unmatched category." in preview
    assert "1 document is dated before the new books and waits until you decide about it." in preview
    decide_all(desk)
    assert "Matched. 1 document became ready by it." in desk.use().text
    desk.match("Advertising", "n-7300")
    page = desk.use()
    assert "Matched. No document became ready by it. 1 document is ready in all." in page.text
    assert page.has_button("Publish the 1 that waited")
    first = Applied.objects.earliest("used_at")
    Applied.objects.exclude(id=first.id).update(undone_at=first.used_at, undone_by=desk.firm.user)
    undone = read(desk.client.post(desk.url("merge_undo", first.id), follow=True)).text
    assert "1 rule needs a match and 1 document waits again." in undone, "the early one waited all along"


@pytest.mark.req("CHG-09")
@pytest.mark.parametrize("created", [0, 1])
def test_what_somebody_else_ticks_while_entries_are_created_is_not_used_unseen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, created: int
) -> None:
    decide_all(desk)
    bob = factories.make_member(desk.firm.business, "Bob Admin", factories.Role.BUSINESS_ADMIN)
    ads = NewChoice(desk.firm.item("Advertising").id, target=desk.new.remote("n-7300").id)

    def slowly(*args: object) -> CreateReport:
        create_chosen(*args)  # type: ignore[arg-type]
        save_choices(desk.new.connection, [ads], bob, desk.new.version)
        return CreateReport(created)

    monkeypatch.setattr(merge_using, "create_chosen", slowly)
    page = desk.use()
    assert "Bob Admin" in page.text
    assert desk.new.bound() == set()


def test_before_publishing_was_started_the_start_is_offered(desk: Desk) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    decide_all(desk)
    page = desk.use()
    assert page.link("Start publishing…").endswith("/start")
    assert not page.has_button("Publish the 0 that waited")


def test_until_publishing_is_started_every_page_offers_the_start_and_the_undo(desk: Desk) -> None:
    assert "until you press Start publishing" not in desk.open().text
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    desk.firm.wait(desk.new)
    steps = [("merge_step", step) for step in ("categories", "suppliers", "publishing")]
    for name in (*steps, ("merge_preview",), ("merge_import",)):
        page = desk.open(*name)
        assert "Nothing is sent to QuickBooks Online until you press Start publishing." in page.text
        assert page.link("Start publishing…").endswith("/start")
        assert page.link("Undo this change").endswith("/undo")
        assert "Nothing is left to match" not in page.text
    decide_all(desk)
    assert desk.use().link("Undo this change")
    desk.client.post(desk.url("merge_way"), {"key": "bill/draft", "answer": "awaiting_payment"})
    settled = desk.open()
    assert "Nothing is left to match" in settled.text
    assert settled.link("Start publishing…")


@pytest.mark.req("CHG-05", "CHG-06")
def test_the_start_leads_first_to_ticked_matches_that_would_make_documents_ready(desk: Desk) -> None:
    """The start can't be undone: nobody presses it by mistake for the use of what they ticked."""
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    choose_way(desk.new.connection, "bill/draft", PublishAs.AWAITING_PAYMENT, desk.firm.user)
    finish_check(desk.new.connection.id)
    desk.firm.wait(desk.new)
    address = reverse("start_publishing", args=[desk.firm.business.slug, desk.new.connection.id])
    before = read(desk.client.get(address))
    assert "None of the documents that wait is ready, so nothing is sent at once." in before.text
    assert "not used yet" not in before.text
    decide_all(desk)
    page = read(desk.client.get(address))
    assert page.link("Use ") == desk.url("merge_preview")
    assert "1 of these becomes ready with what is ticked in Merge lists and not used yet." in page.text
    assert page.has_button("Start publishing")
    desk.use()
    after = read(desk.client.get(address))
    assert "1 document is ready and will be sent" in after.text
    assert "not used yet" not in after.text


@pytest.mark.req("CHG-06")
def test_what_was_created_there_is_named_before_the_change_is_undone(desk: Desk) -> None:
    connection = desk.new.connection
    Connection.objects.filter(id=connection.id).update(awaits_start=True)
    Connection.objects.filter(id=desk.old.connection.id).update(stage="left")
    address = reverse("undo_change", args=[desk.firm.business.slug, connection.id])
    sent = "was sent to QuickBooks Online (Acme Ltd) since the change."
    assert f"Nothing {sent}" in read(desk.client.get(address)).text
    item = desk.firm.item("Motor expenses")
    now = clock.now()
    for number, made_at in enumerate((now - timedelta(days=9), now, None)):
        Creation.objects.create(
            business=desk.firm.business,
            connection=connection,
            list_item=item,
            list=item.list,
            name=f"Motor {number}",
            key=f"k-{number}",
            body={},
            outcome="done" if made_at else "refused",
            asked_at=now,
            sent_at=now,
            answered_at=made_at or now,
        )
    asked = read(desk.client.get(address)).text
    assert f"No document {sent} 1 entry created in QuickBooks Online stays there: Motor 1." in asked


def test_books_in_the_same_software_are_told_apart_by_their_organisations(firm: Firm, browse: Browse) -> None:
    desk = move(firm, browse, "xero", "xero")
    Connection.objects.filter(id=desk.new.connection.id).update(
        organisation={"name": "Acme Holdings Ltd"}, awaits_start=True
    )
    decide_all(desk)
    old, new = "Xero (Acme Ltd)", "Xero (Acme Holdings Ltd)"
    preview = desk.open("merge_preview").text
    assert f"1 rule will work in {new}." in preview
    assert f"nothing in {old} changes" in preview
    assert f"Suppliers {old} {new} City Fuel Ltd City Fuel Limited" in preview
    assert f"Nothing is sent to {new} until" in preview
    assert f"{old} {new} Why" in desk.open("merge_step", "categories", show="all").text
    Connection.objects.filter(id=desk.new.connection.id).update(organisation={"name": "Acme Ltd"})
    assert "nothing in Xero (Acme Ltd, before) changes" in desk.open("merge_preview").text


def test_one_list_is_used_alone(desk: Desk) -> None:
    decide_all(desk)
    desk.use(list="tax_rates")
    assert Applied.objects.get().list == "tax_rates"
    assert desk.use(list="nonsense").status == 404


@pytest.mark.req("CHG-06")
def test_an_undo_says_what_it_did(desk: Desk) -> None:
    desk.firm.wait(desk.new)
    decide_all(desk)
    desk.use()
    applied = Applied.objects.get()
    page = read(desk.client.post(desk.url("merge_undo", applied.id), follow=True))
    assert f"Undone: {applied.opened_count} of {applied.opened_count} matches." in page.text
    assert "1 rule needs a match and 1 document waits again." in page.text
    promised = f"Use {applied.opened_count} matches"
    here = (promised, desk.url("merge_preview"))
    assert page.links.count(here) == 2, "what was used is ticked again: in the message and in the bar"
    assert page.link("Show the rules").endswith("/rules/")
    assert page.link("Show the documents").endswith("/costs/?show=waiting")
    assert "what stayed" in page.text
    again = read(desk.client.post(desk.url("merge_undo", applied.id), follow=True))
    assert "taken back already" in again.text


@pytest.mark.req("CHG-06")
@pytest.mark.parametrize(("stored", "count"), [(3, 3), (25, 25), (50, 60)])
def test_of_many_documents_that_stay_published_the_first_few_stand_open(
    desk: Desk, stored: int, count: int
) -> None:
    decide_all(desk)
    desk.use()
    applied = Applied.objects.get()
    desk.client.post(desk.url("merge_undo", applied.id))
    applied.refresh_from_db()
    document = str(desk.firm.bill().id)
    published = [
        {"document_id": document, "number": f"Q-{n:02}", "url": f"https://books.example/{n}"}
        for n in range(stored)
    ]
    undone = {**applied.undone, "published": published, "published_count": count}
    Applied.objects.filter(id=applied.id).update(undone=undone)
    page = desk.open(undone=str(applied.id))
    assert f"{count} documents were already published with these codes and stay" in page.text
    assert [text for text, _ in page.links if re.fullmatch(r"Q-\d\d", text)] == [
        f"Q-{n:02}" for n in range(stored)
    ]
    opened, _, folded = page.html.partition("<details")
    assert opened.count("https://books.example/") == min(stored, 5)
    assert folded.count("https://books.example/") == max(stored - 5, 0)
    assert (f"Show all {count}" in page.text) == (stored > 5)
    assert ("and 10 more" in page.text) == (count == 60)


@pytest.mark.req("CHG-06")
def test_an_undo_keeps_what_people_had_chosen_by_hand(desk: Desk) -> None:
    decide_all(desk)
    before = desk.open("merge_step", "categories").text
    desk.use()
    desk.client.post(desk.url("merge_undo", Applied.objects.get().id))
    assert desk.uses_of("Motor expenses")["any"] == ("match", desk.new.remote("n-7300").id, True)
    promised = before[before.index("Use ") :].split(" matches")[0]
    assert f"{promised} matches" in desk.open("merge_step", "categories").text


def test_an_undo_that_a_combination_stands_on_leads_to_it(desk: Desk) -> None:
    desk.use(list="suppliers")
    combine(
        desk.firm.item("City Fuel Ltd", SUPPLIERS), desk.firm.item("Paper Mill", SUPPLIERS), desk.firm.user
    )
    page = read(desk.client.post(desk.url("merge_undo", Applied.objects.get().id), follow=True))
    assert "This match can't be undone yet." in page.text
    assert "Combine City Fuel Ltd and Paper Mill builds on it. Undo that first." in page.text
    assert page.link("Show it").endswith("/lists/suppliers/?show=combined")


@pytest.mark.req("CHG-09")
def test_a_draft_that_moved_since_it_was_shown_is_not_used(desk: Desk) -> None:
    seen = desk.new.version
    decide_all(desk)
    page = desk.use(version=str(seen))
    assert "Nothing was changed now; please look at it again." in page.text
    assert not Applied.objects.exists()


def test_nothing_ticked_is_nothing_to_use(desk: Desk) -> None:
    desk.use()
    assert desk.fragment("merge_preview").text.startswith("Nothing is ticked.")
    page = desk.open("merge_preview").text
    assert "Nothing is ticked. Tick a match, and come back. No rule works in QuickBooks Online yet." in page
    assert "You can undo this" not in page
    assert "Nothing is ticked, so there was nothing to use." in desk.use().text


def test_the_menu_offers_merge_lists_while_there_is_something_to_do(desk: Desk) -> None:
    root = reverse("connections", args=[desk.firm.business.slug])
    page = read(desk.client.get(root))
    assert page.link("Merge lists (").endswith("/merge/")


@pytest.mark.req("CHG-06")
def test_the_connection_puts_the_start_first_once_nothing_is_left_to_match(desk: Desk) -> None:
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    root = reverse("connections", args=[desk.firm.business.slug])
    primary = re.compile(r'class="button button-primary[^>]*>\s*([^<]+)')
    assert primary.findall(read(desk.client.get(root)).html) == ["Merge lists (1)"]
    Connection.objects.filter(id=desk.new.connection.id).update(organisation={"name": "Acme Holdings Ltd"})
    differs = read(desk.client.get(root))
    assert "Connected, name differs" in differs.text
    assert primary.findall(differs.html) == ["Merge lists (1)"]
    Connection.objects.filter(id=desk.new.connection.id).update(organisation={"name": "Acme Ltd"})
    decide_all(desk)
    desk.use()
    assert primary.findall(read(desk.client.get(root)).html) == ["Start publishing…"]


def test_an_address_that_names_no_use_shows_nothing_special(desk: Desk) -> None:
    for query in ({"used": "nonsense"}, {"undone": "nonsense"}, {"blocked": "nonsense"}):
        assert desk.open("merge", **query).status == 200


@pytest.mark.req("CHG-10")
def test_an_answer_given_at_the_start_shows_what_it_makes_ready_before_anything_is_sent(desk: Desk) -> None:
    waiting = desk.firm.wait(desk.new)
    Document.objects.filter(id=waiting.document_id).update(publish_as=PublishAs.DRAFT)
    Connection.objects.filter(id=desk.new.connection.id).update(awaits_start=True)
    decide_all(desk)
    desk.use()
    start = reverse("start_publishing", args=[desk.firm.business.slug, desk.new.connection.id])
    asked = read(desk.client.get(start))
    assert "What will be sent is shown here once you have answered." in asked.text
    lacking = "QuickBooks Online can't take bills as drafts."
    assert f"{lacking} Choose how such documents are published." in asked.text
    assert asked.has_button("Next")
    refused = desk.client.post(start)
    assert refused.status_code == 422
    assert "Please answer first." in read(refused).text
    answer = {"bill/draft": "awaiting_payment"}
    shown = read(desk.client.post(start, answer, follow=True))
    assert "Nothing is sent yet" in shown.text
    assert "1 document is ready and will be sent to QuickBooks Online (Acme Ltd)" in shown.text
    assert "Bill, Open bill" in shown.text
    assert f"{lacking} Answered in Merge lists: Open bill." in shown.text
    assert 'type="radio"' not in shown.html, "what was answered is not asked again"
    assert shown.link("Change it there") == desk.url("merge_step", "publishing")
    assert look(waiting).reason == "not_started"
    choose_way(desk.new.connection, "bill/draft", KEEP, desk.firm.user)
    stale = read(desk.client.post(start, {"seen-bill/draft": "awaiting_payment"}, follow=True))
    assert "An answer was changed meanwhile. Nothing is sent yet" in stale.text
    assert "Answered in Merge lists: Keep them in Bookbind." in stale.text
    choose_way(desk.new.connection, "bill/draft", "awaiting_payment", desk.firm.user)
    finish_check(desk.new.connection.id)
    started = read(desk.client.post(start, {"seen-bill/draft": "awaiting_payment"}, follow=True))
    assert "Publishing to QuickBooks Online (Acme Ltd) has started." in started.text
    settle_started(get_connection(desk.new.connection.id))
    assert look(waiting).state == "waiting"
