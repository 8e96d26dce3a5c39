"""Many at once: fifty presses on Publish make one publication and one bill."""

import threading

import pytest
from django.db import close_old_connections, connection

from bookbind.documents.queries import get_document
from bookbind.publishing.models import Publication
from bookbind.publishing.services import request_publish
from bookbind.publishing.states import State
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import Desk

PRESSES = 50


@pytest.mark.req("PUB-04")
def test_fifty_presses_at_once_publish_one_bill(desk: Desk) -> None:
    document = desk.bill("INV-1")
    barrier = threading.Barrier(PRESSES)
    answers: list[object] = []

    def press() -> None:
        try:
            with within(BusinessScope(desk.business.id)):
                fresh = get_document(document.id)
                barrier.wait(timeout=60)
                answers.append(request_publish(fresh, desk.user).id)
        except Exception as error:  # noqa: BLE001 - whatever it was is compared below
            answers.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {Publication.objects.get().id}
    desk.work()
    desk.publish(document)
    desk.work()
    assert len(desk.bills()) == 1
    assert Publication.objects.get().state == State.PUBLISHED
