"""Looking at Merge lists: what opens first, what each step says, and what rows show."""

import pytest

from bookbind.providers.base.types import ListName
from tests.merge.conftest import TAXES
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db


def test_it_opens_on_what_is_needed_now(desk: Desk) -> None:
    page = desk.open()
    assert page.status == 200
    assert page.heading == "Merge lists"
    print(page.text)
    print(page.html[:200])
