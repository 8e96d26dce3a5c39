"""How templates write what people read."""

import re
from pathlib import Path

import pytest

from tests.conventions.source import PRODUCT

TEMPLATES = sorted(PRODUCT.rglob("templates/**/*.html"))
# What a script or the browser reads of an element is no text.
FOR_MACHINES = re.compile(r'\b(?:value|max|data-[\w-]+)="\{\{[^}]*\}\}"')
COUNTED = (
    r"[\w.]*(?:count|\|length|unmatched|needs_match|creations)",
    r"\w+\.left|results\.\w+|ready",
)
COUNT = re.compile(rf"\{{\{{ ?({'|'.join(COUNTED)}) ?\}}\}}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_number_is_written_with_its_thousands_apart(path: Path) -> None:
    """By `number`, or by `counted` with its word: `1,200`, never `1200`."""
    assert not COUNT.findall(FOR_MACHINES.sub("", path.read_text(encoding="utf-8")))
