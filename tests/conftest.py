"""What every test may use: tenant scopes, a product clock that moves, and no network but this machine."""

import gc
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from xdist.scheduler import LoadFileScheduling

from bookbind.kit import clock
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories
from tests.support.processes import Sandbox, running_sandbox
from tests.support.worlds import world

# A slow machine is no failure; the number of examples is what bounds a property test.
hypothesis.settings.register_profile("bookbind", deadline=None)
hypothesis.settings.load_profile("bookbind")

# Each emptying of the database would write Django's own rights anew; the product reads none of them.
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
post_migrate.disconnect(create_contenttypes)

# How many ordinary tests take as long as one that is marked slow.
SLOW = 50
# How many new objects bring a search for garbage; Python's own 700 suit a program of fewer.
GARBAGE = 20_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_connect = socket.socket.connect


class OutsideWorldRefused(RuntimeError):
    """A test tried to reach another machine."""


def _connect_to_this_machine(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and address[0] not in _LOOPBACK:
        raise OutsideWorldRefused(address[0])
    _connect(self, address)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--req REC-01` runs the tests that prove one promise of docs/requirements.md."""
    parser.addoption("--req", metavar="NUMBER", help="run only the tests that prove this requirement")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not prove the wanted requirement; several processes begin with the longest."""
    wanted = config.getoption("--req")
    if wanted:
        proves = [item for item in items if any(wanted in mark.args for mark in item.iter_markers("req"))]
        config.hook.pytest_deselected(items=[item for item in items if item not in proves])
        items[:] = proves
    if hasattr(config, "workerinput"):
        weights: Counter[str] = Counter()
        for item in items:
            weights[_scope_of(item.nodeid)] += SLOW if item.get_closest_marker("slow") else 1
        items.sort(key=lambda item: -weights[_scope_of(item.nodeid)])


def pytest_collection_finish() -> None:
    """What is here before the first test stays to the end, so nothing need look through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _scope_of(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return "tests/browser" if file.startswith("tests/browser/") else file


class _FileByFile(LoadFileScheduling):  # type: ignore[misc]
    """Hands files to the processes that share the work; all that look at one demo go to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """How the tests are shared out where several processes run them (`-n`), in the order collected."""
    config.option.loadscopereorder = False
    return _FileByFile(config, log)


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _connect_to_this_machine)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The one sandbox of this process; whoever uses it resets it first."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def scope() -> Iterator[Callable[[Business], None]]:
    """Open the scope of a business until the test ends: `scope(business)`."""
    with ExitStack() as stack:

        def enter(business: Business) -> None:
            stack.enter_context(within(BusinessScope(business.id)))

        yield enter


@pytest.fixture
def skip() -> Iterator[Callable[..., None]]:
    """Move product time ahead: `skip(days=335)`; real time, and so leases and sessions, stay."""
    ahead = timedelta(0)
    before = clock._offset

    def move(**duration: float) -> None:
        nonlocal ahead
        ahead += timedelta(**duration)

    clock.use_offset(lambda: ahead)
    yield move
    clock.use_offset(before)


@pytest.fixture
def people(db: None) -> factories.People:
    """Two tenants with everybody in them: see factories.People."""
    return world("people", factories.make_people)
