"""Query budgets: how many queries a piece of code makes, and that rows do not add to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass
class Counted:
    """The queries of a block, in order."""

    queries: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many there were."""
        return len(self.queries)


@contextmanager
def counting() -> Iterator[Counted]:
    """Count the queries of the block: `with counting() as counted: …`."""
    counted = Counted()
    with CaptureQueriesContext(connection) as captured:
        yield counted
    counted.queries = [query["sql"] for query in captured.captured_queries]


def assert_rows_add_no_queries(act: Callable[[], object], add_rows: Callable[[], object], most: int) -> None:
    """`act` makes at most `most` queries, and after `add_rows` not one more than before."""
    act()  # The first call fills caches that later calls find full, such as the content types.
    with counting() as few:
        act()
    add_rows()
    with counting() as many:
        act()
    more = "\n".join(many.queries)
    assert many.number <= few.number, f"{few.number} queries became {many.number} with more rows:\n{more}"
    assert few.number <= most, f"{few.number} queries, the budget is {most}:\n{more}"
