"""Logs are JSON lines without a secret in them, whoever writes them and however."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit.logs import REMOVED, clean_line, logging_settings, remove_secrets

CANARY = "canary-Kq7xZ2mP9w"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-canary"

LINES = [
    f"Authorization: Bearer {CANARY}",
    f"GET /connections/x/callback?code={CANARY}&state=s-{CANARY}",
    f"code%3D{CANARY}",
    f'{{"access_token": "{CANARY}", "n": 1}}',
    f"{{'refresh_token': '{CANARY}'}}",
    f'"{{\\"id_token\\": \\"{CANARY}\\"}}"',
    f"client_secret={CANARY}",
    f"postgresql://bookbind:{CANARY}@db.example/bookbind",
    f"Basic {CANARY}==",
    f"refused {JWT} as a token",
]


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the product's own logging writes, parsed."""
    logging.config.dictConfig(logging_settings())
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.config.dictConfig(settings.LOGGING)


Written = Callable[[], list[dict[str, Any]]]


@pytest.mark.req("TOK-13", "AUD-03")
@pytest.mark.parametrize("line", LINES)
def test_a_secret_in_a_text_is_removed(line: str) -> None:
    cleaned = clean_line(line)
    assert "canary" not in cleaned
    assert REMOVED in cleaned


@pytest.mark.parametrize(
    "line",
    [
        "Job lists.sync 42 failed",
        "answered 404",
        "state of Texas",
        "the code: 404",
        "https://x.test/b/acme/costs/?show=waiting",
    ],
)
def test_ordinary_text_stays_as_it_is(line: str) -> None:
    assert clean_line(line) == line


@pytest.mark.req("TOK-13")
def test_a_field_named_like_a_secret_never_shows_its_value() -> None:
    names = (
        "Authorization",
        "cookie",
        "code",
        "state",
        "access_token",
        "tokens",
        "password",
        "client_secret",
        "Set-Cookie",
    )
    event = dict.fromkeys(names, CANARY) | {
        "inner": {"refresh_token": [CANARY]},
        "kept": "yes",
        "body": b"x" * 7,
    }
    cleaned = remove_secrets(None, "info", dict(event))
    assert CANARY not in json.dumps(cleaned)
    assert (cleaned["kept"], cleaned["body"]) == ("yes", "7 bytes")


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.text() | st.integers() | st.none(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
        ),
    )
)
def test_whatever_is_logged_comes_out_as_json(event: dict[str, Any]) -> None:
    cleaned = remove_secrets(None, "info", event)
    assert set(json.loads(json.dumps(cleaned))) == set(event)


@pytest.mark.req("AUD-03")
def test_both_kinds_of_logger_write_one_json_object_a_line(written: Written) -> None:
    logging.getLogger("some.module").warning(
        "Line\nbreak %s", f"Bearer {CANARY}", extra={"reference": "AB12", "secretive": CANARY}
    )
    structlog.get_logger("other.module").info("called", status=200, access_token=CANARY)
    first, second = written()
    assert first["event"] == f"Line\nbreak Bearer {REMOVED}"
    assert (first["level"], first["logger"], first["reference"]) == ("warning", "some.module", "AB12")
    assert (second["event"], second["status"], second["access_token"]) == ("called", 200, REMOVED)
    assert CANARY not in json.dumps([first, second])


@pytest.mark.req("TOK-13", "ERR-06")
def test_a_traceback_is_written_without_the_secrets_in_it(written: Written) -> None:
    try:
        raise ValueError(f"refresh_token={CANARY}")
    except ValueError:
        logging.getLogger("some.module").exception("It failed")
    (line,) = written()
    assert "ValueError" in line["exception"]
    assert CANARY not in json.dumps(line)
