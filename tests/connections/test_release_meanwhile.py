"""A disconnect whose news is on its way to the vendor, while somebody signs in to the same books again."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import transaction

from bookbind.connections.disconnect import GRANT_ENDED, RELEASE_JOB, disconnect_here
from bookbind.connections.elsewhere import erase_grant
from bookbind.connections.models import Connection
from bookbind.connections.outcomes import PROBE_JOB
from bookbind.connections.pending import drop
from bookbind.connections.refresh import mark_dead
from bookbind.connections.status import Action, Cause, State
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import JO, Walker, grant_of, reread, status_now
from tests.connections.test_disconnect import calls, end, still_works
from tests.support.factories import People, make_business
from tests.support.meanwhile import beside, meanwhile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("CON-06", "CON-07")]

READS_THE_GRANT = 'FROM "connections_grant"'


def end_untold(connection: Connection, walker: Walker, operation: str = "revoke") -> None:
    """Disconnect while the vendor can't be told."""
    walker.sandbox.control("faults", vendor="xero", operation=operation, fault="503", times=1)
    end(connection, walker)
    assert reread(connection).release == "pending"


def test_a_sign_in_before_the_vendor_is_told_is_not_ended_with_the_old_one(ada: Walker) -> None:
    connection = ada.connect()
    with meanwhile(READS_THE_GRANT, ada.connect):
        end(connection, ada)
    assert calls(ada.sandbox, "revocation") == []
    assert calls(ada.sandbox, "DELETE") == []
    assert (reread(connection).release, reread(connection).stage) == ("", "active")
    assert still_works(connection)


def test_an_end_is_told_although_an_earlier_one_was_overtaken(
    ada: Walker, ahead: Callable[..., None]
) -> None:
    connection = ada.connect()

    def come_and_go() -> None:
        again = ada.connect()
        with within(BusinessScope(ada.business.id)), transaction.atomic():
            disconnect_here(again, ada.user)

    with meanwhile(READS_THE_GRANT, come_and_go):
        end(connection, ada)
    assert reread(connection).release == "pending"
    ahead(minutes=1)
    run_due(kinds=[RELEASE_JOB])
    assert reread(connection).release == "done"
    assert len(calls(ada.sandbox, "revocation")) == 1


def test_whoever_is_signing_in_again_is_waited_for(ada: Walker, ahead: Callable[..., None]) -> None:
    connection = ada.connect()
    end_untold(connection, ada)
    pending = ada.sign_in()
    ahead(minutes=1)
    run_due(kinds=[RELEASE_JOB])
    assert reread(connection).release == "pending"
    again = ada.finish(pending)
    assert (again.id, calls(ada.sandbox, "DELETE")) == (connection.id, [])
    assert still_works(connection)


def test_a_sign_in_that_is_given_up_holds_back_the_end_no_longer(
    ada: Walker, ahead: Callable[..., None]
) -> None:
    connection = ada.connect()
    end_untold(connection, ada)
    pending = ada.sign_in()
    ahead(minutes=1)
    run_due(kinds=[RELEASE_JOB])
    with within(BusinessScope(ada.business.id)):
        drop(pending)
    ahead(hours=1)
    run_due(kinds=[RELEASE_JOB])
    assert reread(connection).release == "done"


def test_a_sign_in_that_a_late_revoke_ended_says_what_to_do(ada: Walker) -> None:
    connection = ada.connect()
    ada.sandbox.control("faults", vendor="xero", operation="revoke", fault="timeout", times=1, seconds=2)
    with beside(lambda: end(connection, ada)):
        while not calls(ada.sandbox, "revocation"):
            time.sleep(0.02)
        again = ada.connect()
        assert still_works(again)
        # What hung is carried out now, at the vendor's own pace.
        ada.sandbox.control("revoke", vendor="xero", login="ada@acme.test")
    run_due(kinds=[PROBE_JOB])
    status = status_now(again)
    assert (status.state, status.action) == (State.NEEDS_RECONNECT, Action.RECONNECT)
    assert still_works(ada.reconnect(again))


def test_a_finish_behind_which_the_old_sign_in_is_erased_keeps_its_own(ada: Walker) -> None:
    connection = ada.connect()
    grant = grant_of(connection)
    end_untold(connection, ada)
    pending = ada.sign_in()
    with transaction.atomic():
        ada.finish(pending)
        waiting = beside(lambda: erase_grant(grant.id, GRANT_ENDED))
        waiting.__enter__()
        time.sleep(0.5)
    waiting.__exit__(None, None, None)
    assert grant_of(connection).dead_cause == ""
    assert still_works(connection)


def test_two_organisations_of_a_sign_in_are_both_ended_at_the_vendor(
    ada: Walker, carol: Walker, people: People, ahead: Callable[..., None]
) -> None:
    birch, cole = (make_business(name, practice=people.harbour) for name in ("Birch Ltd", "Cole & Son"))
    acme = carol.connect("Acme Ltd")
    walker = Walker(carol.sandbox, people.carol, birch, people.harbour, login=JO)
    other = walker.connect("Birch & Co Ltd")
    # The same login in the business's own hands, which keeps the sign-in alive.
    Walker(carol.sandbox, people.carol, cole, None, login=JO).connect("Cole & Son Ltd")
    end_untold(acme, carol, "connections")
    end(other, walker)
    ahead(minutes=1)
    run_due(kinds=[RELEASE_JOB])
    assert (reread(acme).release, reread(other).release) == ("done", "done")
    told = [entry["status"] for entry in calls(carol.sandbox, "DELETE", "/connections/")]
    assert told == [204, 204]
    assert not Job.objects.filter(kind=RELEASE_JOB).exists()


def test_a_finish_while_the_sign_in_that_it_replaces_is_found_dead_is_whole(ada: Walker) -> None:
    connection = ada.connect()
    old = grant_of(connection)
    ada.login = JO
    pending = ada.sign_in(connection=connection)
    is_marked = threading.Event()

    def stand_still() -> None:
        is_marked.set()
        time.sleep(1)

    def find_dead() -> None:
        refusal = ProviderError(ErrorKind.NEEDS_RECONNECT, http_status=400)
        with within(SystemScope("a worker")), meanwhile('UPDATE "connections_grant"', stand_still):
            mark_dead(old, Cause.REVOKED, refusal)

    with beside(find_dead):
        assert is_marked.wait(timeout=30)
        ada.finish(pending)
    assert grant_of(connection).id != old.id
    assert status_now(connection).state is State.CONNECTED
    assert still_works(connection)
