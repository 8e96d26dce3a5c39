"""Two clients for QuickBooks, unmodified and each where its own pins hold, as judges of the sandbox.

They cannot be installed together: the one pins an older release of the other.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.quickbooks_app import CALLBACK, CLIENT, allow, redeem, refresh
from tests.support.processes import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PDF = "%PDF-1.7 from another client"


class Judge:
    """A program in an environment of its own, spoken to in lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def give(self, **content: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(content) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the program ended before it answered; its own words are above"
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def judge_of(name: str) -> Iterator[Judge]:
    python = ROOT / f".venv-{name}" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        pytest.skip(f"{name} is not installed; python3 dev.py interop installs it.")
    program = Path(__file__).parent / "judges" / f"{name.replace('-', '_')}.py"
    # oauthlib's own switch for addresses without TLS, which a sandbox on this machine has.
    environment = os.environ | {"OAUTHLIB_INSECURE_TRANSPORT": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([str(python), str(program)], env=environment, text=True, **pipes) as process:
        try:
            yield Judge(process)
        finally:
            process.kill()


def given(sandbox: Sandbox) -> dict[str, str]:
    discovery = f"{sandbox.url}/quickbooks/.well-known/openid_configuration"
    app = {"client_id": CLIENT[0], "secret": CLIENT[1], "redirect_uri": CALLBACK}
    return app | {"discovery": discovery, "api": f"{sandbox.url}/quickbooks/v3"}


def test_intuits_oauth_client_signs_in_refreshes_and_revokes(sandbox: Sandbox) -> None:
    with judge_of("intuit-oauth") as judge:
        judge.give(**given(sandbox))
        wish = {"vendor": "quickbooks", "login": "ada@acme.test", "organisations": ["Acme Ltd"]}
        redirect = sandbox.control("consent", **wish, authorize_url=judge.hear()["url"])["redirect"]
        answer = dict(pair.split("=") for pair in redirect.partition("?")[2].split("&"))
        judge.give(**answer)
        assert judge.hear() == {
            "verified": True,
            "email": "ada@acme.test",
            "state": True,
            "another_access_token": True,
            "same_refresh_token": True,
            "days": 100,
            "refused_code": 400,
        }
        assert judge.hear() == {"refused_refresh": 400}
    connected = {
        row["name"]: row["connected_by"]
        for row in sandbox.read("organisations", vendor="quickbooks")["organisations"]
    }
    assert connected["Acme Ltd"] == []


def test_python_quickbooks_reads_books_and_makes_a_bill_with_its_file(sandbox: Sandbox) -> None:
    answer = allow(sandbox, "ada@acme.test", "Acme Ltd")
    tokens = redeem(sandbox, answer["code"]).json()
    now = datetime.fromisoformat(sandbox.read("clock")["now"])
    with judge_of("python-quickbooks") as judge:
        judge.give(
            **given(sandbox),
            realm=answer["realmId"],
            refresh_token=tokens["refresh_token"],
            file=PDF,
            since=(now - timedelta(hours=1)).isoformat(),
        )
        lists, bill, rest, others, vendors, refused = (judge.hear() for _ in range(6))
    assert {"Motor vehicle expenses", "Fuel", "Current account"} <= set(lists["accounts"])
    assert (lists["vendors"][0], len(lists["vendors"]), lists["count"]) == ("City Fuel Limited", 20, 21)
    assert (bill["total"], bill["tax"], bill["supplier"]) == (120.0, 20.0, "City Fuel Limited")
    assert (bill["tracked"], bill["note"]) == ("South", "made by python-quickbooks")
    assert bill["files"] == ["bill.pdf"]
    assert (rest["made"], rest["refused"]) == (1, ["6140"])
    assert (rest["changed"], rest["renumbered"]) == (["PQ-1", "PQ-2"], "PQ-3")
    kinds = ["Class", "Customer", "Department", "Employee", "Item"]
    assert others == {
        "lists": [*kinds, "PaymentMethod", "TaxCode", "TaxRate", "Term"],
        "company": "Acme Ltd",
        "currency": "GBP",
        "taxed": True,
        "credit": 120.0,
        "purchase": "Vendor",
    }
    assert vendors == {"active": [], "every": ["Zebra Holdings (deleted)"]}
    assert refused == {
        "closed": 6210,
        "reference": 2500,
        "stale": 5010,
        "number": 6140,
        "query": 4000,
        "taken": 6240,
        "missing": 610,
        "revoked": 401,
    }
    received = sandbox.received("quickbooks")["documents"]
    assert [one["reference"] for one in received] == ["PQ-2", "PQ-4", "PQ-5"]
    assert refresh(sandbox, tokens["refresh_token"]).status_code == 400
