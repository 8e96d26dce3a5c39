"""The source files that the conventions are checked on."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "bookbind"
SANDBOX = ROOT / "src" / "bookbind_sandbox"


def python_files(*folders: Path) -> list[Path]:
    """Every Python file of the folders that people write; migrations are written by a program."""
    found = (path for folder in folders for path in folder.rglob("*.py"))
    return sorted(
        path for path in found if "migrations" not in path.parts and "__pycache__" not in path.parts
    )


def all_python_files() -> list[Path]:
    """Every Python file of the project."""
    own = [path for path in (ROOT / "dev.py", ROOT / "manage.py") if path.exists()]
    return python_files(PRODUCT, SANDBOX, ROOT / "tests", ROOT / "bench") + own


def written_files() -> list[Path]:
    """Everything that people write for the product: Python, templates, styles and scripts."""
    kinds = ("*.py", "*.html", "*.txt", "*.css", "*.js", "*.svg")
    found = {path for kind in kinds for folder in (PRODUCT, SANDBOX) for path in folder.rglob(kind)}
    return sorted(
        path for path in found if "migrations" not in path.parts and "__pycache__" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Everything in the file, as ast.walk gives it."""
    return list(ast.walk(tree(path)))


def name_of(path: Path) -> str:
    """How a failure names the file: from the project's root, so that -k can select a folder."""
    return path.relative_to(ROOT).as_posix()
