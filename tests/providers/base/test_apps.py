"""Our app at a vendor: where its keys come from, and what is said when something is wrong."""

from pathlib import Path
from typing import Any

import pytest

from bookbind.providers.base.apps import AppNotRegistered, app_credentials, app_facts
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.errors import ErrorKind

VENDOR = Provider(
    id="vendor",
    name="Vendor Books",
    order=1,
    available=True,
    default_scopes=("books", "offline"),
    required_scopes=("offline",),
    forbidden_in_links="vendor",
)


class Production:
    """As much of a production configuration as is looked at here."""

    is_demo = False


@pytest.fixture
def production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.CONFIG = Production()
    settings.BASE_URL = "https://books.example"
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SCOPES"):
        monkeypatch.delenv(f"BOOKBIND_VENDOR_{name}", raising=False)
    return settings


def test_a_demo_has_the_app_that_the_sandbox_knows() -> None:
    app = app_credentials(VENDOR)
    assert (app.client_id, app.client_secret) == ("bookbind-demo-app", "bookbind-demo-secret")
    assert app.redirect_uri == "http://localhost:8000/connections/vendor/callback"


def test_production_has_no_app_until_the_operator_registers_one(production: Any) -> None:
    with pytest.raises(AppNotRegistered) as raised:
        app_credentials(VENDOR)
    assert raised.value.kind is ErrorKind.MISCONFIGURED
    assert "BOOKBIND_VENDOR_CLIENT_ID" in raised.value.vendor_text
    assert app_facts(VENDOR).problems == ()


def test_keys_come_from_the_environment_or_from_files(
    production: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hush-hush\n")
    monkeypatch.setenv("BOOKBIND_VENDOR_CLIENT_ID", "id-1")
    monkeypatch.setenv("BOOKBIND_VENDOR_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("BOOKBIND_VENDOR_SCOPES", "books offline  more")
    app = app_credentials(VENDOR)
    assert (app.client_id, app.client_secret) == ("id-1", "hush-hush")
    assert app.scopes == ("books", "offline", "more")
    assert app.redirect_uri == "https://books.example/connections/vendor/callback"
    assert "hush-hush" not in repr(app)


def test_each_wrong_setting_is_named(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKBIND_VENDOR_CLIENT_ID", "id-1")
    monkeypatch.setenv("BOOKBIND_VENDOR_SCOPES", "books")
    production.BASE_URL = "http://vendor-tools.example"
    facts = app_facts(VENDOR)
    assert (facts.has_client_id, facts.has_client_secret) == (True, False)
    wanted = ("CLIENT_SECRET is missing", "lacks offline", "https", "'vendor'")
    assert len(facts.problems) == len(wanted)
    assert all(word in problem for word, problem in zip(wanted, facts.problems, strict=True))
