"""`bookbind status`, `snapshot` and `check`: what they show, and what they must never show."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import typer
from django.db.models import F
from pytest_django import Settings

from bookbind.activity.models import Entry
from bookbind.activity.services import record
from bookbind.cli.checking import check
from bookbind.cli.snapshot import as_text, snapshot, take
from bookbind.cli.status import as_table, list_rows, status
from bookbind.connections.models import Connection, Grant
from bookbind.documents.models import Document, DocumentLine
from bookbind.kit import clock
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import PublishingSettings
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.scope import SystemScope, within
from tests.support.factories import People, make_connection, make_list_item
from tests.support.queries import assert_rows_add_no_queries

CANARY = "canary-token-8Zq"


def _fill(people: People) -> Connection:
    """A business with a bit of everything that a snapshot shows."""
    connection = make_connection(people.acme, people.alice)
    supplier = make_list_item(people.acme, "City Fuel Ltd", ListName.SUPPLIERS)
    category = make_list_item(people.acme, "Motor expenses")
    with within(SystemScope("test data")):
        PublishingSettings.objects.create(business=people.acme, connection=connection)
        remote = RemoteItem.objects.create(
            business=people.acme,
            connection=connection,
            list=ListName.CATEGORIES,
            remote_type="account",
            remote_id="449",
            name="Motor expenses",
            folded_name="motor expenses",
            changed_at=clock.now(),
        )
        Binding.objects.create(
            business=people.acme,
            connection=connection,
            list_item=category,
            remote_item=remote,
            opened_at=clock.now(),
            opened_why="adopted",
        )
        SupplierRule.objects.create(
            business=people.acme, supplier=supplier, category=category, changed_at=clock.now()
        )
        document = Document.objects.create(
            business=people.acme, supplier=supplier, currency="GBP", total="120.00", captured_at=clock.now()
        )
        DocumentLine.objects.create(
            business=people.acme, document=document, position=1, net="100.00", tax="20.00", category=category
        )
    return connection


@pytest.mark.req("REC-06")
def test_a_snapshot_is_the_same_text_until_content_changes(people: People) -> None:
    _fill(people)
    before = as_text(take(people.acme))
    assert before == as_text(take(people.acme))
    content = json.loads(before)
    assert {name for name, rows in content.items() if rows} == set(content) - {"dimensions"}
    assert content["documents"][0]["total"] == "120"
    assert content["bindings"][0]["remote"] == ["categories", "account", "449"]
    with within(SystemScope("test data")):
        ListItem.objects.filter(name="Motor expenses").update(name="Car expenses")
    assert as_text(take(people.acme)) != before


@pytest.mark.req("REC-06", "TOK-13")
def test_a_new_sign_in_leaves_no_trace_in_a_snapshot(people: People) -> None:
    connection = _fill(people)
    before = as_text(take(people.acme))
    later = clock.now() + timedelta(days=365)
    with within(SystemScope("test data")):
        Grant.objects.update(tokens=CANARY, version=F("version") + 1, login_email="canary@x.test")
        Connection.objects.filter(id=connection.id).update(
            consent_expires_at=later,
            consented_at=later,
            epoch=9,
            signed_in_as="canary@x.test",
            lapsed_at=later,
        )
        SupplierRule.objects.update(changed_at=later)
    after = as_text(take(people.acme))
    assert after == before
    assert "canary" not in after


@pytest.mark.req("SEC-01")
def test_a_snapshot_holds_one_business_alone(people: People) -> None:
    _fill(people)
    make_list_item(people.other, "Their secret category")
    assert "Their secret" not in as_text(take(people.acme))


def test_a_snapshot_of_nobody_says_so(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        snapshot("nobody")
    assert "There is no business 'nobody'." in capsys.readouterr().err


def test_status_shows_every_connection_in_words(
    people: People, skip: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    connection = make_connection(people.acme, people.alice)
    make_connection(people.other, people.olga, stage="ended")
    skip(days=366)
    status(as_json=True)
    first, second = json.loads(capsys.readouterr().out)
    expires = clock.local_date(connection.consent_expires_at, "Europe/London").isoformat()
    assert first == first | {
        "business": people.acme.slug,
        "provider": "xero",
        "organisation": "Acme Ltd",
        "state": "needs_reconnect",
        "cause": "expired",
        "expires": expires,
        "waiting": 0,
    }
    assert second["state"] == "disconnected"
    table = as_table([first, second])
    assert table.splitlines()[0].split() == [
        "Business",
        "Software",
        "Organisation",
        "State",
        "Expires",
        "Waiting",
    ]
    assert "Expired" in table.splitlines()[1]


def test_status_of_nothing_is_a_sentence() -> None:
    assert as_table([]) == "No business is connected yet."


def test_status_makes_the_same_queries_for_many(people: People) -> None:
    make_connection(people.acme, people.alice)

    def add_rows() -> None:
        for number in range(5):
            make_connection(people.other, people.olga, stage="ended", organisation_id=f"o{number}")

    with within(SystemScope("test")):
        assert_rows_add_no_queries(list_rows, add_rows, most=8)


def test_check_finds_nothing_wrong_with_a_good_configuration(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    check(deploy=False)
    out = capsys.readouterr().out
    assert "Everything is in order." in out
    assert "Redirect URI to register there, exactly: http://localhost:8000/connections/xero/callback" in out


@pytest.mark.req("OPS-06")
def test_check_tells_the_operator_how_many_organisations_the_app_may_connect(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    check(deploy=False)
    assert "Starter plan for apps connects up to 5 organisations" in capsys.readouterr().out


@pytest.mark.req("AUD-02")
def test_check_finds_rewritten_history(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        record("test.done", f"Step {number}", business_id=people.acme.id)
    with within(SystemScope("test")):
        Entry.objects.filter(position=2).update(text="Nothing")
    with pytest.raises(typer.Exit):
        check(deploy=False)
    assert "was changed afterwards at 1 place, first at 2" in capsys.readouterr().err


@pytest.mark.req("OPS-06")
def test_check_notices_a_clock_that_runs_behind(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    record("test.done", "In the future", business_id=people.acme.id)
    with within(SystemScope("test")):
        Entry.objects.update(recorded_at=clock.real_now() + timedelta(days=3))
    with pytest.raises(typer.Exit):
        check(deploy=False)
    assert "clock is wrong" in capsys.readouterr().err


@pytest.mark.req("OPS-06")
def test_check_deploy_says_that_the_address_does_not_answer(
    people: People, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_URL = "http://localhost:9"
    with pytest.raises(typer.Exit):
        check(deploy=True)
    assert "http://localhost:9/healthz doesn't answer" in capsys.readouterr().err


@pytest.mark.req("OPS-06", "TOK-13")
def test_check_names_a_missing_key_and_prints_none(
    people: People, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    monkeypatch.setenv("BOOKBIND_XERO_CLIENT_SECRET", CANARY)
    monkeypatch.setenv("BOOKBIND_XERO_SCOPES", "openid")
    with pytest.raises(typer.Exit):
        check(deploy=False)
    shown = capsys.readouterr()
    assert "BOOKBIND_XERO_SCOPES lacks" in shown.err
    assert CANARY not in shown.out + shown.err
