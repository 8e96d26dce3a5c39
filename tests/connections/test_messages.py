"""What people read, word for word, for every cause and both kinds of reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bookbind.connections.messages import explain, short_state
from bookbind.connections.status import Action, Cause, Facts, Stage, State, Status, derive_status
from bookbind.connections.wording import ActionName, ConnectionWords, Tone, Viewer, whom_to_ask

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=UTC)
WORDS = ConnectionWords(
    "Xero",
    "Acme Ltd",
    "Acme Ltd",
    signed_in_as="jo@harbour.test",
    waiting_count=14,
    queued_count=14,
    waiting_total="£4,210.50",
)
NONE_WAITING = replace(WORDS, waiting_count=0, waiting_total="")
ADMIN = Viewer(may_manage=True)
STANDARD = Viewer(may_manage=False, admins=(("Ada Admin", "ada@acme.test"),), practice="Harbour & Co")
END = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 11, 22, 23, 59, 59, tzinfo=UTC)
FINE = Facts(consent_expires_at=NEXT_YEAR, refreshed_at=NOW)
WAITING = "14 documents (£4,210.50) are waiting; none was sent, none is lost. "


def status(**changes: object) -> Status:
    return derive_status(replace(FINE, **changes), NOW)  # type: ignore[arg-type]


EXPIRED = derive_status(Facts(consent_expires_at=END, lapsed_at=END + timedelta(seconds=1)), NEXT_YEAR)
UNUSED = status(refreshed_at=NOW - timedelta(days=48), idle_ends_at=NOW + timedelta(days=12))
DOWN = status(down_since=NOW - timedelta(minutes=4), next_try_at=NOW + timedelta(minutes=5))
CLOSED = status(
    down_since=NOW - timedelta(minutes=4), next_try_at=NOW + timedelta(minutes=5), organisation_closed=True
)


@pytest.mark.req("REC-01", "REC-16", "ERR-01")
@pytest.mark.parametrize(
    ("shown", "headline", "body", "buttons"),
    [
        (
            EXPIRED,
            "Your connection to Xero (Acme Ltd) expired on 22 November 2026.",
            (
                f"Connections last one year. {WAITING}Any Xero user who can open Acme Ltd can "
                "reconnect it, in about "
                "a minute. Your rules and settings stay as they are."
            ),
            ["Reconnect", "I can't sign in to Xero"],
        ),
        (
            status(grant_dead_cause="revoked", grant_dead_at=datetime(2027, 3, 3, 9, 12, tzinfo=UTC)),
            "Bookbind's access to Acme Ltd was removed in Xero.",
            (
                f"We noticed on 3 March at 09:12; Xero doesn't say who did it. {WAITING}If it was a mistake, "
                "reconnect. If not, leave it; nothing will be sent."
            ),
            ["Reconnect", "Who could have done this?"],
        ),
        (
            status(grant_dead_cause="token_lost", grant_dead_at=NOW),
            "The sign-in to Xero (Acme Ltd) was lost.",
            (
                "Xero renewed it, but its answer never arrived, and it is given only once. "
                f"{WAITING}Reconnect to go on; nothing else changes."
            ),
            ["Reconnect"],
        ),
        (
            status(grant_dead_cause="idle", grant_dead_at=NOW),
            "Xero ended the sign-in for Acme Ltd because it was not used.",
            (
                f"That happens when this Bookbind was switched off for weeks. {WAITING}Reconnect to go "
                "on; your rules "
                "and settings stay as they are."
            ),
            ["Reconnect"],
        ),
        (
            status(trouble_cause="scope_missing"),
            "Bookbind isn't allowed everything that it needs in Xero (Acme Ltd).",
            f"{WAITING}Reconnect, and leave every permission ticked that Xero shows.",
            ["Reconnect"],
        ),
        (
            status(trouble_cause="permission_changed"),
            "jo@harbour.test may no longer do this in Xero (Acme Ltd).",
            (
                f"Their permissions in Xero changed. {WAITING}Ask for them back, or reconnect as "
                "somebody who may "
                "enter bills in Acme Ltd."
            ),
            ["Reconnect"],
        ),
        (
            status(trouble_cause="wrong_organisation"),
            "Xero answered for another organisation than Acme Ltd.",
            f"Bookbind stopped at once, so nothing was sent there. {WAITING}Reconnect and choose Acme Ltd.",
            ["Reconnect"],
        ),
        (
            DOWN,
            "Xero isn't answering (since 09:36).",
            (
                "Your connection is fine and there is nothing to do. We try again at 09:45 and then "
                "send the 14 "
                "waiting documents. Please don't enter them in Xero meanwhile; they would be there twice."
            ),
            ["Export waiting"],
        ),
        (
            CLOSED,
            "Xero takes nothing for Acme Ltd at the moment (since 09:36).",
            (
                "Its subscription there is over, or it is locked; what Xero said stands under Details. "
                "Your connection is fine, and signing in again would not help. Whoever looks after "
                "Acme Ltd in Xero can put it right there. We try again at 09:45 and then send the 14 "
                "waiting documents. Please don't enter them in Xero meanwhile; they would be there twice."
            ),
            ["Export waiting"],
        ),
        (
            status(limited_until=NOW + timedelta(minutes=5)),
            "Xero asks us to slow down.",
            (
                "It limits how often it may be asked in a given time. We go on at 09:45 and then send "
                "the 14 waiting "
                "documents; there is nothing to do."
            ),
            [],
        ),
        (
            status(app_refused_since=NOW),
            "Xero doesn't accept Bookbind itself at the moment.",
            "Your connection to Acme Ltd is fine and signing in again would not help. Whoever "
            "runs this Bookbind "
            f"has been told. {WAITING}".strip(),
            [],
        ),
        (
            status(secrets_readable=False),
            "Bookbind can't read its stored sign-in for Xero (Acme Ltd).",
            (
                "Its encryption key is missing or was changed; nothing was erased. Whoever runs this "
                "Bookbind can put "
                f"the key back, and everything goes on. {WAITING}Only if the key is lost for good, reconnect."
            ),
            [],
        ),
        (
            status(name_differs=True),
            "Acme Ltd is connected to an organisation of another name: Acme Ltd.",
            "Publishing works. Please check that this is the right one in Xero.",
            ["It is the right one"],
        ),
        (
            status(missing_optional_scopes=True),
            "Some things are switched off at Xero (Acme Ltd).",
            (
                "Publishing works, but not every permission that Bookbind asks for was given. "
                "Reconnect and leave "
                "every permission ticked."
            ),
            ["Reconnect"],
        ),
        (
            status(consent_expires_at=NOW + timedelta(days=12)),
            "Your connection to Xero (Acme Ltd) expires on 4 December 2026.",
            (
                "Until then everything is published as usual. Reconnect whenever it suits you, in "
                "about a minute; the "
                "new year counts from that day, and nothing has to be set up again."
            ),
            ["Reconnect"],
        ),
        (status(), "Xero (Acme Ltd) is connected until 22 November 2027.", "", []),
        (
            status(stage=Stage.SETTING_UP),
            "Xero (Acme Ltd) is being set up.",
            "Its lists are being read. You can leave this page; it goes on by itself.",
            [],
        ),
        (
            status(stage=Stage.ENDED),
            "Xero (Acme Ltd) is disconnected.",
            f"Your documents, rules and lists are kept. {WAITING}You can connect again at any time.",
            ["Connect Xero"],
        ),
    ],
)
def test_golden_texts_for_those_who_may_act(
    shown: Status, headline: str, body: str, buttons: list[str]
) -> None:
    message = explain(shown, WORDS, ADMIN)
    assert message.headline == headline
    assert message.body == body
    assert [button.label for button in message.actions] == buttons


@pytest.mark.req("CON-01", "REC-16")
def test_a_standard_user_reads_whom_to_ask_and_asks_once() -> None:
    message = explain(EXPIRED, WORDS, STANDARD)
    assert message.text == (
        "Publishing to Xero is paused. Your documents are saved and will be sent once the "
        "connection is back; "
        "you don't need to do anything or upload them again. Ada Admin or Harbour & Co (your accountant) can "
        "reconnect it."
    )
    assert [button.name for button in message.actions] == [ActionName.ASK]
    asked = explain(EXPIRED, WORDS, replace(STANDARD, asked_at=datetime(2026, 11, 23, 9, 14, tzinfo=UTC)))
    assert asked.text.endswith("can reconnect it. Asked on 23 November at 09:14.")
    assert asked.actions == ()
    assert whom_to_ask(STANDARD) == (
        "Connections are managed by Admins: Ada Admin (ada@acme.test), Harbour & Co. Please ask one of them."
    )
    assert "Please ask the person" in whom_to_ask(Viewer(may_manage=False))


@pytest.mark.req("REC-16", "ERR-04")
def test_a_reconnect_is_offered_only_to_those_who_may_and_only_where_it_helps() -> None:
    for cause in Cause:
        shown = replace(status(), cause=cause, state=State.NEEDS_RECONNECT, action=Action.RECONNECT)
        names = {button.name for button in explain(shown, WORDS, STANDARD).actions}
        assert ActionName.RECONNECT not in names
    for shown in (DOWN, status(limited_until=NEXT_YEAR), status(app_refused_since=NOW), status()):
        assert ActionName.RECONNECT not in {button.name for button in explain(shown, WORDS, ADMIN).actions}


def test_with_nothing_waiting_nothing_is_said_of_documents() -> None:
    for shown in (EXPIRED, DOWN, status(stage=Stage.ENDED), status(trouble_cause="scope_missing")):
        message = explain(shown, NONE_WAITING, ADMIN)
        assert "waiting" not in message.text
        assert "  " not in message.text
    assert explain(DOWN, NONE_WAITING, ADMIN).actions == ()


def test_an_end_that_only_comes_near_is_no_end_yet() -> None:
    message = explain(UNUSED, WORDS, ADMIN)
    assert message.headline == "Your connection to Xero (Acme Ltd) expires on 4 December 2026."


@pytest.mark.req("CON-01")
def test_a_standard_user_is_told_of_every_trouble_without_a_button() -> None:
    expiring = status(consent_expires_at=NOW + timedelta(days=12))
    assert explain(expiring, WORDS, STANDARD).text == (
        "The connection to Xero (Acme Ltd) expires on 4 December 2026. Until then everything is published as "
        "usual. Ada Admin or Harbour & Co (your accountant) can renew it."
    )
    assert explain(status(stage=Stage.ENDED), WORDS, STANDARD).body.endswith(whom_to_ask(STANDARD))
    assert explain(status(missing_optional_scopes=True), WORDS, STANDARD).body.endswith(whom_to_ask(STANDARD))
    for shown in (expiring, status(stage=Stage.ENDED), status(missing_optional_scopes=True)):
        assert explain(shown, WORDS, STANDARD).actions == ()


def test_one_document_is_spoken_of_as_one() -> None:
    one = replace(WORDS, waiting_count=1, waiting_total="£12.00")
    assert (
        "1 document (£12.00) is waiting; it was not sent and is not lost. "
        in explain(EXPIRED, one, ADMIN).body
    )
    assert "send the 1 waiting document. Please don't enter it in Xero meanwhile; it would" in (
        explain(DOWN, one, ADMIN).body
    )


def test_an_outage_since_another_day_says_the_day() -> None:
    long_down = status(down_since=NOW - timedelta(days=2), next_try_at=NOW + timedelta(minutes=15))
    assert explain(long_down, WORDS, ADMIN).headline == "Xero isn't answering (since 20 November at 09:40)."


def test_moments_are_where_the_business_is() -> None:
    there = replace(WORDS, time_zone="America/New_York")
    assert "again at 04:45" in explain(DOWN, there, ADMIN).body
    assert "expired on 22 November 2026" in explain(EXPIRED, there, ADMIN).headline


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (EXPIRED, "Expired 22 Nov 2026"),
        (status(), "Connected until 22 November 2027"),
        (UNUSED, "Expires in 12 days (4 December)"),
        (status(consent_expires_at=NOW + timedelta(days=12)), "Expires in 12 days (4 December)"),
        (status(consent_expires_at=NOW + timedelta(days=1)), "Expires in 1 day (23 November)"),
        (status(consent_expires_at=END), "Expires today (22 November)"),
        (status(grant_dead_cause="revoked"), "Removed in Xero"),
        (DOWN, "Xero isn't answering"),
        (CLOSED, "Takes nothing in Xero"),
        (status(name_differs=True), "Connected, name differs"),
        (status(stage=Stage.SETTING_UP), "Setting up"),
        (status(stage=Stage.ENDED, ended_at=NOW), "Disconnected 22 Nov 2026"),
        (status(consent_expires_at=None), "Connected"),
    ],
)
def test_short_states(shown: Status, words: str) -> None:
    assert short_state(shown, WORDS, NOW) == words


@pytest.mark.req("CON-04")
def test_every_cause_has_a_short_state_and_a_message_in_words() -> None:
    for cause in Cause:
        shown = replace(status(), cause=cause, state=State.NEEDS_RECONNECT)
        if cause is not Cause.NONE:
            assert short_state(shown, WORDS, NOW)
            message = explain(shown, WORDS, ADMIN)
            assert message.tone is not Tone.CALM
            assert message.headline.endswith(".")


@pytest.mark.parametrize("change", [{"name_differs": True}, {"missing_optional_scopes": True}])
def test_publishing_that_was_not_started_is_not_said_to_work(change: dict[str, bool]) -> None:
    assert "Publishing works" in explain(status(**change), WORDS, ADMIN).body
    assert "Publishing works" not in explain(status(**change, awaits_start=True), WORDS, ADMIN).body


def test_the_vendors_words_stay_behind_details() -> None:
    words = replace(WORDS, vendor_text="<b>invalid_grant</b>")
    message = explain(status(grant_dead_cause="revoked"), words, ADMIN)
    assert message.details == "<b>invalid_grant</b>"
    assert "invalid_grant" not in message.text


@pytest.mark.parametrize(
    ("queued", "said"),
    [(14, " and then send the 14 waiting documents."), (9, " and then send 9 of the 14 waiting documents.")],
)
def test_only_what_goes_by_itself_is_said_to_be_sent_when_the_vendor_answers(queued: int, said: str) -> None:
    assert said in explain(DOWN, replace(WORDS, queued_count=queued), ADMIN).body
    assert "send" not in explain(DOWN, replace(WORDS, queued_count=0), ADMIN).body.split("Please")[0]
