"""What stands in Merge lists and on documents when the accounting software can't be reached, or says no."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.merge.models import Applied, DraftRow
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.tenancy.permissions import Role
from bookbind.web.templatetags.ui import moment
from bookbind.web.trouble import explain_trouble
from tests.merge.conftest import CATEGORIES, TAXES
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db
REVOKED = {"trouble_cause": "revoked", "trouble_error": {"vendor_text": "token <revoked>"}}
NOWHERE = "http://127.0.0.1:9"


def break_off(desk: Desk, **facts: Any) -> None:
    """From now on the connection can't be used."""
    Connection.objects.filter(id=desk.new.connection.id).update(**facts)


def wish(desk: Desk, name: str) -> str:
    """Say that an entry is to be created when the matches are used."""
    choice = f"{desk.firm.item(name).id}:any:create::1"
    assert desk.choose(choice).status == 200
    return choice


def create_on_document(desk: Desk) -> Page:
    """Press Create on the document that waits for Motor expenses."""
    waiting = desk.firm.wait(desk.new)
    address = reverse("cost_match", args=[desk.firm.business.slug, waiting.document_id])
    choice = f"{desk.firm.item('Motor expenses').id}:any:create::1"
    return read(desk.client.post(address, {"choice": choice}, follow=True))


@pytest.mark.req("CHG-05", "UX-01")
def test_what_cannot_be_created_is_named_and_the_other_matches_are_used(desk: Desk) -> None:
    desk.match("20% VAT", "n-20c", use="costs", in_list=TAXES)
    wish(desk, "Motor expenses")
    wish(desk, "Sales")
    break_off(desk, **REVOKED, trouble_at=clock.now())
    page = desk.use()
    assert page.status == 200
    assert "Motor expenses and Sales were not created in QuickBooks Online and stay ticked." in page.text
    removed = "Bookbind's access to Acme Ltd was removed in QuickBooks Online."
    assert f"{removed} Reconnect it, then try again." in page.text
    assert "token &lt;revoked&gt;" in page.html
    assert page.has_button("Reconnect")
    applied = Applied.objects.get()
    assert "Matched." in page.text
    bound = {item for item, _, _ in desk.new.bound()}
    assert desk.firm.item("20% VAT", TAXES).id in bound
    assert applied.created == []
    ticked = DraftRow.objects.filter(action="create", ticked=True).values_list("list_item__name", flat=True)
    assert set(ticked) == {"Motor expenses", "Sales"}
    assert desk.uses_of("Motor expenses")["any"] == ("create", None, True)


@pytest.mark.req("CHG-05")
def test_with_nothing_but_creations_the_reason_is_said_and_nothing_else(desk: Desk) -> None:
    wish(desk, "Motor expenses")
    now = clock.now()
    break_off(desk, down_since=now, next_try_at=now + timedelta(minutes=5))
    page = desk.use(list=CATEGORIES.value)
    assert "Motor expenses was not created in QuickBooks Online and stays ticked." in page.text
    assert "QuickBooks Online isn't answering" in page.text
    wish(desk, "Sales")
    desk.choose(f"{desk.firm.item('Advertising').id}:any:leave::1")
    alone = desk.use(list=CATEGORIES.value)
    assert "nothing to use" not in alone.text


@pytest.mark.req("CHG-07", "UX-01")
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (REVOKED, "was removed in QuickBooks Online. Reconnect it, then try again."),
        ({"lapsed": True}, "expired on"),
        ({"down": True}, "Try again when it answers."),
    ],
)
def test_a_document_says_why_nothing_could_be_created(desk: Desk, facts: dict[str, Any], words: str) -> None:
    now = clock.now()
    past = {"consent_expires_at": now - timedelta(days=1), "lapsed_at": now}
    then = now + timedelta(minutes=5)
    down = {"down_since": now, "next_try_at": then, "limited_until": then}
    broken = past if "lapsed" in facts else down if "down" in facts else {**facts, "trouble_at": now}
    break_off(desk, **broken)
    page = create_on_document(desk)
    assert page.status == 200
    assert words in page.text


@pytest.mark.req("CHG-07", "UX-01")
def test_while_it_is_not_asked_the_time_of_the_next_try_is_said(desk: Desk) -> None:
    now = clock.now().replace(second=20, microsecond=0)
    then = now + timedelta(minutes=5)
    break_off(desk, down_since=now, next_try_at=then, limited_until=then)
    at = moment(now + timedelta(minutes=6), desk.firm.business.time_zone).replace("today ", "")
    assert f"Try again when it answers. We ask it again at {at}; press then." in create_on_document(desk).text


@pytest.mark.req("CHG-07", "UX-01")
def test_where_a_press_was_tried_at_once_in_vain_nobody_is_told_to_wait_with_the_next(desk: Desk) -> None:
    now = clock.now().replace(second=20, microsecond=0)
    break_off(desk, down_since=now, next_try_at=now + timedelta(minutes=5))
    at = moment(now + timedelta(minutes=6), desk.firm.business.time_zone).replace("today ", "")
    error = ProviderError(ErrorKind.PROVIDER_DOWN, http_status=503)
    said = explain_trouble(error, desk.new.connection, Role.BUSINESS_ADMIN)
    assert said.text.endswith(f"Try again when it answers. We ask it again at {at}.")


@pytest.mark.req("CHG-07", "UX-01")
def test_somebody_who_may_not_reconnect_is_told_whom_to_ask(
    desk: Desk, people: People, browse: Browse
) -> None:
    error = ProviderError(ErrorKind.NEEDS_RECONNECT, "gone")
    break_off(desk, **REVOKED, trouble_at=clock.now())
    said = explain_trouble(error, desk.new.connection, Role.STANDARD)
    assert said.details == "gone"
    assert "Reconnect" not in said.text
    assert "Alice Admin" in said.text


@pytest.mark.req("CHG-05", "UX-01")
def test_a_vendor_that_does_not_answer_is_said_in_plain_words(desk: Desk, settings: Any) -> None:
    settings.SANDBOX_URL = NOWHERE
    wish(desk, "Motor expenses")
    for page in (desk.use(list=CATEGORIES.value), create_on_document(desk)):
        assert page.status == 200
        assert "HTTP" not in page.text
        assert "transient" not in page.text
        assert "QuickBooks Online" in page.text


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_no_error_is_said_by_its_code(desk: Desk, kind: ErrorKind) -> None:
    error = ProviderError(kind, "x" * 3000, http_status=503)
    said = explain_trouble(error, desk.new.connection, Role.BUSINESS_ADMIN)
    assert kind.value not in said.text
    assert "HTTP" not in said.text
    assert "QuickBooks Online" in said.text
    assert len(said.details) == 500
