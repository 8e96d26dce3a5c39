"""Of one business one transaction writes at a time, so no two ever wait for each other; others go on."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection as database
from django.db import transaction

from bookbind.activity.services import record
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(*acts: tuple[Business, Callable[[], None]]) -> list[BaseException]:
    """Let each act run in a transaction and a thread of its own, at the same moment; what they raised."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def run(business: Business, act: Callable[[], None]) -> None:
        try:
            with within(BusinessScope(business.id)):
                barrier.wait(timeout=30)
                with transaction.atomic():
                    act()
        except Exception as error:  # noqa: BLE001 - whatever it was is compared
            raised.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_that_take_the_same_rows_in_other_orders_are_served_one_after_the_other() -> None:
    business = factories.make_business("Acme Ltd")
    record("test.began", "It began.", business_id=business.id)

    def tell() -> None:
        record("test.told", "It was told.", business_id=business.id)

    def rename() -> None:
        Business.objects.filter(id=business.id).update(name="Renamed Ltd")

    def in_order(*steps: Callable[[], None]) -> None:
        for step in steps:
            step()
            time.sleep(0.3)

    both = (lambda: in_order(tell, rename)), (lambda: in_order(rename, tell))
    assert in_threads(*((business, act) for act in both)) == []


@pytest.mark.skipif(database.vendor == "sqlite", reason="a file has one writer, whatever it writes")
def test_another_business_is_not_waited_for() -> None:
    first, second = factories.make_business("Acme Ltd"), factories.make_business("Other Ltd")
    is_done = threading.Event()

    def wait_for_the_other() -> None:
        record("test.told", "It was told.", business_id=first.id)
        assert is_done.wait(timeout=20), "the other went on"

    def go_on() -> None:
        record("test.told", "It was told.", business_id=second.id)
        is_done.set()

    assert in_threads((first, wait_for_the_other), (second, go_on)) == []
