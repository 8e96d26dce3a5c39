"""How a file may look: its size, its functions' size, its docstring, its imports and its names."""

import ast
import re
from pathlib import Path

import pytest

from tests.conventions.source import (
    PRODUCT,
    SANDBOX,
    all_python_files,
    name_of,
    nodes,
    python_files,
    tree,
    written_files,
)

LONGEST_FUNCTION = 60
LONGEST_FILE = 500
WORDS_TO_AVOID = re.compile(r"(^|_)(handle|process|manager|helper|helpers|util|utils)(_|$)")
# Django's own word for what a model is reached through.
ALLOWED_NAMES = {"base_manager_name", "_default_manager", "_base_manager"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(path: Path) -> list[Function]:
    return [node for node in nodes(path) if isinstance(node, Function)]


@pytest.mark.parametrize("path", all_python_files(), ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    too_long = {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    }
    assert not too_long


@pytest.mark.parametrize("path", [*all_python_files(), *written_files()], ids=name_of)
def test_a_file_has_one_reason_to_change(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", all_python_files(), ids=name_of)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(tree(path)) or ""
    is_empty = path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip()
    assert is_empty or said.split("\n")[0].strip(), (
        "the first line of the docstring says what the module is for"
    )


@pytest.mark.parametrize("path", python_files(PRODUCT, SANDBOX), ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [
        f"{function.name}, line {node.lineno}"
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        # Models and listeners can be imported only when every app is known.
        and not (path.name == "apps.py" and function.name == "ready")
    ]
    assert not inner


@pytest.mark.parametrize("path", python_files(PRODUCT, SANDBOX), ids=name_of)
def test_names_say_what_a_thing_does(path: Path) -> None:
    defined = [node.name for node in nodes(path) if isinstance(node, Function | ast.ClassDef)]
    vague = [name for name in [path.stem, *defined] if _is_vague(name)]
    assert not vague


def _is_vague(name: str) -> bool:
    # Django's command and form classes are called by these names.
    if name in ALLOWED_NAMES or name in {"UserManager", "ScopedManager", "handle"}:
        return False
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return bool(WORDS_TO_AVOID.search(snake))
