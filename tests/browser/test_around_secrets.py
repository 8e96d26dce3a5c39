"""What opens a door is seen nowhere outside the database: not in files, logs, pages, exports."""

import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from urllib.parse import urldefrag, urljoin

import httpx2
import pytest

from tests.browser.conftest import Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MOST_PAGES = 150
CLIENTS = ("cole-son", "elm-street-dental", "fern-catering", "hazel-interiors")
READ_SECRETS = """
import json
import django
django.setup()
from bookbind.connections.models import Grant
from bookbind.connections.secrets import grant_row, open_tokens
from bookbind.tenancy.scope import SystemScope, within
with within(SystemScope("a test looks for leaks")):
    opened = [open_tokens(each.tokens, grant_row(each.id)) for each in Grant.objects.exclude(tokens="")]
print(json.dumps([text for each in opened for text in (each.access_token, each.refresh_token) if text]))
"""

READ_ROWS = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for table in connection.introspection.table_names():
        cursor.execute(f'SELECT * FROM "{table}"')
        for row in cursor:
            print(table, [bytes(each) if isinstance(each, memoryview) else each for each in row])
"""


def _run(demo: Demo, program: str) -> str:
    """What a program prints that runs on the demo's database, with its keys."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def secrets(demo: Demo) -> list[str]:
    """The live tokens, opened with the demo's own key."""
    found: list[str] = json.loads(_run(demo, READ_SECRETS))
    assert len(found) >= 4
    assert all(len(each) > 20 for each in found)
    return found


def _leaks(secrets: list[str], text: str) -> list[str]:
    """The beginnings of the secrets that stand in the text; signatures too, since a token may be cut."""
    return [each[:6] for each in secrets if each in text or each[-24:] in text]


@pytest.mark.req("TOK-13")
def test_no_file_beside_the_database_holds_a_token(demo: Demo, secrets: list[str]) -> None:
    files = [
        path
        for path in demo.data.rglob("*")
        if path.is_file() and ".sqlite3" not in path.name and path.name != "demo-keys.json"
    ]
    assert {"web.log", "worker.log", "sandbox.log"} <= {path.name for path in files}
    leaks = [(path.name, found) for path in files if (found := _leaks(secrets, path.read_text("latin-1")))]
    assert leaks == []


@pytest.mark.req("TOK-13")
def test_logs_hold_no_authorization_code(demo: Demo) -> None:
    for path in (demo.data / "logs").iterdir():
        assert not re.search(
            r"[?&](code|state|refresh_token|client_secret)=[^&\s\"]", path.read_text("latin-1")
        )


@pytest.mark.req("TOK-13")
def test_the_database_itself_holds_them_sealed(demo: Demo, secrets: list[str]) -> None:
    rows = _run(demo, READ_ROWS)
    assert "connections_grant" in rows
    assert _leaks(secrets, rows) == []
    # The files of SQLite hold what was deleted or replaced too.
    for path in demo.data.glob("bookbind.sqlite3*"):
        assert _leaks(secrets, path.read_bytes().decode("latin-1")) == []


@pytest.mark.req("TOK-13")
def test_no_page_mail_or_export_shows_a_token(
    visit: Callable[..., Visitor], demo: Demo, secrets: list[str]
) -> None:
    request = visit("Jo Harbour").page.context.request
    waiting = deque(f"{demo.url}/b/{slug}/settings/connections/" for slug in CLIENTS)
    waiting.extend(demo.url + path for path in ("/clients/?show=all", "/demo/mail", "/demo/samples/"))
    waiting.extend(f"{demo.url}/b/{slug}/rules/export" for slug in CLIENTS)
    seen: set[str] = set(waiting)
    leaks, looked = [], 0
    while waiting and looked < MOST_PAGES:
        address = waiting.popleft()
        answer = request.get(address)
        text = answer.body().decode("latin-1")
        leaks += [(address, found) for found in [_leaks(secrets, text)] if found]
        looked += 1
        for href in re.findall(r'href="([^"#]+)"', text) if "html" in answer.headers["content-type"] else []:
            target = urldefrag(urljoin(address, href.replace("&amp;", "&"))).url
            if target.startswith(demo.url) and "/static/" not in target and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert looked > 40
    assert leaks == []


@pytest.mark.req("TOK-13")
def test_no_command_prints_a_token(demo: Demo, secrets: list[str]) -> None:
    said = [demo.command("snapshot", "cole-son"), demo.command("status", "--json"), demo.command("status")]
    assert "Cole & Son" in said[1]
    assert _leaks(secrets, "".join(said)) == []


@pytest.mark.req("TOK-13")
def test_the_sandbox_shows_no_token(demo: Demo, secrets: list[str]) -> None:
    for page in ("_control", "_control/log", "_control/received?vendor=xero", "_control/faults"):
        answer = httpx2.get(f"{demo.sandbox_url}/{page}")
        assert answer.status_code == 200
        assert _leaks(secrets, answer.text) == []
