"""Reach 0: a vendor's name stands in its own folder, the sandbox, demo data, tests and docs alone."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from bookbind.providers.registry import list_providers
from tests.conventions.source import PRODUCT, ROOT, name_of, written_files

OPEN_FOLDERS = (PRODUCT / "demo",)
# "bill" is a kind of document before it is a vendor; that one is recognised by its name.
EVERYDAY_WORDS = {"bill"}


@cache
def _words() -> re.Pattern[str]:
    names = {name for provider in list_providers() for name in (provider.id, provider.name)} - EVERYDAY_WORDS
    firsts = {name.split()[0] for name in names if len(name.split()) > 1} - {"Bill"}
    return re.compile(
        r"\b(" + "|".join(re.escape(word) for word in sorted(names | firsts)) + r")\b", re.IGNORECASE
    )


def _vendor_of(path: Path) -> str:
    parts = path.relative_to(PRODUCT).parts
    return parts[1] if parts[0] == "providers" and len(parts) > 2 and parts[1] != "base" else ""


def _core_files() -> list[Path]:
    product = (path for path in written_files() if path.is_relative_to(PRODUCT))
    return [
        path
        for path in product
        if not any(path.is_relative_to(folder) for folder in OPEN_FOLDERS) and not _vendor_of(path)
    ]


@pytest.mark.parametrize("path", _core_files(), ids=name_of)
def test_the_core_knows_no_vendor(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [
        f"line {number}: {line.strip()}" for number, line in enumerate(lines, 1) if _words().search(line)
    ]
    assert not named


def test_a_vendors_folder_names_no_other_vendor() -> None:
    wrong = []
    for provider in list_providers():
        others = {other.name for other in list_providers() if other is not provider}
        pattern = re.compile(r"\b(" + "|".join(re.escape(name) for name in others) + r")\b")
        for path in (PRODUCT / "providers" / provider.id).rglob("*.py"):
            wrong += [name_of(path) for _ in pattern.findall(path.read_text(encoding="utf-8"))]
    assert not wrong


def test_the_import_contract_names_every_vendor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    vendors = next(contract["modules"] for contract in contracts if contract["id"] == "vendors")
    assert {module.rsplit(".", 1)[-1] for module in vendors} == {provider.id for provider in list_providers()}


def test_the_search_would_find_a_vendor() -> None:
    # A pattern that matches nothing would let everything pass.
    assert {provider.name for provider in list_providers()} >= {"Xero", "KashFlow"}
    for line in (
        'if provider == "xero":',
        "# as QuickBooks does",
        "the Sage tax code",
        "published to Bill.com",
    ):
        assert _words().search(line), line
    for line in ("a message about usage", "one bill", "kind = bill"):
        assert not _words().search(line), line
    assert (ROOT / "src/bookbind/kit/clock.py") in _core_files()
