"""docs/requirements.md lists exactly the promises that tests prove."""

import ast
import re

from tests.conventions.source import ROOT, python_files, tree

PAGE = ROOT / "docs" / "requirements.md"
NUMBER = re.compile(r"^[A-Z]{2,3}-\d{2}$")


def _proven() -> dict[str, str]:
    """Every number in a `req` marker, and a file that carries it."""
    found: dict[str, str] = {}
    for path in python_files(ROOT / "tests"):
        for node in ast.walk(tree(path)):
            is_marker = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_marker and node.func.attr == "req":
                values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                found |= {str(value): path.name for value in values}
    return found


def _promised() -> list[str]:
    return re.findall(r"^\| ([A-Z]{2,3}-\d{2}) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_promise_is_proven_and_every_proof_is_explained() -> None:
    promised = _promised()
    assert len(promised) == len(set(promised)), "a number stands twice"
    assert {name: file for name, file in _proven().items() if name not in promised} == {}
    assert set(promised) - set(_proven()) == set()


def test_every_marker_is_a_number() -> None:
    assert [name for name in _proven() if not NUMBER.match(name)] == []
