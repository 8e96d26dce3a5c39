"""Clock, ids, text, events and checkpoints."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint
from bookbind.kit.events import Event, announce, subscribe
from bookbind.kit.ids import keyed_hash, new_id, new_token
from bookbind.kit.text import clean_text, fold_name, listed, plural, possessive, show_date

ZONES = st.sampled_from(["Europe/London", "Pacific/Auckland", "America/Los_Angeles", "UTC", "Asia/Kolkata"])
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_skipping_moves_product_time_and_never_real_time(skip: Callable[..., None]) -> None:
    skip(days=335)
    ahead = clock.now() - clock.real_now()
    assert timedelta(days=334, hours=23) < ahead < timedelta(days=335, hours=1)
    assert abs(clock.real_now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.req("REC-02")
@given(DAYS, ZONES)
def test_the_end_of_a_day_is_its_last_second_there(day: date, zone: str) -> None:
    end = clock.end_of_day(day, zone)
    assert end.tzinfo is UTC
    assert clock.local_date(end, zone) == day
    assert clock.local_date(end + timedelta(seconds=1), zone) == day + timedelta(days=1)
    assert end.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") == "23:59:59"


def test_ids_are_version_7_unique_and_sorted_by_age() -> None:
    ids = [new_id() for _ in range(3000)]
    assert len(set(ids)) == 3000
    assert all(made.version == 7 and made.variant == uuid.RFC_4122 for made in ids)
    first, last = ids[0].int >> 80, ids[-1].int >> 80
    assert first <= last
    assert abs(first / 1000 - datetime.now(UTC).timestamp()) < 60


@pytest.mark.req("OAU-02")
def test_tokens_hold_at_least_128_bits_and_their_hash_depends_on_all_that_went_in() -> None:
    assert len(new_token()) >= 43
    hashes = {
        keyed_hash(key, purpose, value)
        for key in (b"k1", b"k2")
        for purpose in ("state", "session")
        for value in ("v1", "v2")
    }
    assert len(hashes) == 8
    assert keyed_hash(b"k", "a", "b") == keyed_hash(b"k", "a", "b")


def test_words_agree_with_their_numbers() -> None:
    assert (plural(1, "document"), plural(1440, "document"), plural(2, "entry", "entries")) == (
        "1 document",
        "1,440 documents",
        "2 entries",
    )
    assert (listed([]), listed(["Ada"]), listed(["Ada", "Jo"]), listed(["Ada", "Jo", "Sam"], "or")) == (
        "",
        "Ada",
        "Ada and Jo",
        "Ada, Jo or Sam",
    )
    assert show_date(date(2026, 11, 2)) == "2 November 2026"
    names = ("Projects", "Projects 2", "Class")
    assert [possessive(name) for name in names] == ["Projects'", "Projects 2's", "Class's"]


@pytest.mark.req("ERR-07")
@given(st.text(), st.integers(0, 50))
def test_cleaned_text_is_one_visible_line(text: str, longest: int) -> None:
    cleaned = clean_text(text, longest)
    assert len(cleaned) <= longest
    assert not set(cleaned) & set("\r\n\t\x00\u202e\u2066\u200b")
    assert clean_text(cleaned, longest) == cleaned.strip()


def test_names_compare_without_case_accents_and_spaces() -> None:
    assert fold_name("  Café   RENÉ ") == fold_name("cafe rené") == "cafe rene"
    assert fold_name("Straße") == fold_name("STRASSE")


def test_news_reaches_every_listener_of_its_own_kind_and_stops_at_the_first_failure() -> None:
    @dataclass(frozen=True)
    class Happened(Event):
        number: int

    @dataclass(frozen=True)
    class Unrelated(Event):
        pass

    heard: list[str] = []
    subscribe(Happened)(lambda event: heard.append(f"first {event.number}"))
    subscribe(Happened)(lambda event: heard.append(f"second {event.number / event.number}"))
    announce(Unrelated())
    announce(Happened(1))
    assert heard == ["first 1", "second 1.0"]
    with pytest.raises(ZeroDivisionError):
        announce(Happened(0))


@pytest.mark.parametrize(("named", "ends"), [("after_sent", -signal.SIGKILL), ("after_attach", 0), ("", 0)])
def test_a_checkpoint_kills_the_process_that_it_is_named_to(named: str, ends: int) -> None:
    code = "from bookbind.kit.checkpoints import Checkpoint, reach; reach(Checkpoint.AFTER_SENT)"
    environment = dict(
        os.environ, BOOKBIND_CRASH_AT=named, PYTHONPATH=os.pathsep.join(filter(None, sys.path))
    )
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == ends
    assert Checkpoint.AFTER_SENT.value == "after_sent"
