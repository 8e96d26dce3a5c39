"""Which modules may look at every tenant's rows, and why; the list is meant to stay short."""

import ast
from pathlib import Path

from tests.conventions.source import PRODUCT, python_files, tree

MAY_SEE_EVERYTHING = {
    "activity/services.py": "an entry that belongs to no tenant, such as a refused sign-in",
    "cli": "the operator's own commands",
    "connections/elsewhere.py": "who else uses a sign-in or an organisation, before anything of it is ended",
    "connections/refresh.py": "one sign-in may serve several businesses",
    "connections/sign_in.py": "the callback's state alone says which business it belongs to",
    "demo": "builds the demo world",
    "jobs/runner.py": "a job without a business",
    "publishing/links.py": "an address in the books names no business",
}
NAME = "SystemScope"


def _opens_system_scope(path: Path) -> bool:
    calls = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id == NAME for call in calls)


def _is_listed(path: Path) -> bool:
    name = path.relative_to(PRODUCT).as_posix()
    return name in MAY_SEE_EVERYTHING or name.split("/")[0] in MAY_SEE_EVERYTHING


def test_only_listed_modules_open_the_system_scope() -> None:
    opening = {path for path in python_files(PRODUCT) if _opens_system_scope(path)}
    assert {path.relative_to(PRODUCT).as_posix() for path in opening if not _is_listed(path)} == set()


def test_the_list_names_no_module_that_does_not_need_it() -> None:
    opening = {
        path.relative_to(PRODUCT).as_posix() for path in python_files(PRODUCT) if _opens_system_scope(path)
    }
    needed = opening | {name.split("/")[0] for name in opening}
    assert set(MAY_SEE_EVERYTHING) - needed == set()


def test_the_search_finds_an_opened_system_scope() -> None:
    assert _opens_system_scope(PRODUCT / "jobs" / "runner.py")
    assert not _opens_system_scope(PRODUCT / "tenancy" / "permissions.py")
