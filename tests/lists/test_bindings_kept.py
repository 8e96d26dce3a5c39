"""Bindings are history: elsewhere they are only added, and in their module closing is the only change."""

import ast
from pathlib import Path

import bookbind

SOURCE = Path(bookbind.__file__).parent
WRITES = {
    "update",
    "save",
    "delete",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "create",
    "bulk_create",
}


def writes_of_bindings(path: Path) -> list[str]:
    """The calls in a module that write through `Binding.objects`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            names = {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)}
            if "Binding" in names:
                found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    return found


def test_only_the_module_for_it_changes_bindings() -> None:
    writers = {path for path in SOURCE.rglob("*.py") if writes_of_bindings(path)}
    assert writers == {SOURCE / "lists" / "bindings.py"}


def test_closing_is_the_only_change() -> None:
    tree = ast.parse((SOURCE / "lists" / "bindings.py").read_text())
    updates = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
    ]
    assert updates == [{"closed_at", "closed_why", "closed_by", "closed_in"}]
