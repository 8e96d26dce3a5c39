"""Every message has every part, names the vendor only through words, and never blames."""

import string
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bookbind.providers.base.errors import RejectedReason
from bookbind.publishing.catalogue import CATALOGUE
from bookbind.publishing.messages import explain_problem, explain_publication, short_reason
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import REFUSALS, Problem, Reason
from bookbind.publishing.wording import Words

WORDS = Words("Xero", "Acme Ltd", "City Fuel Ltd")
KNOWN_WORDS = {
    "provider", "organisation", "target", "label", "line", "difference", "direction", "total", "size",
    "limit", "extension", "length", "dimension", "labels",
    "kind", "expense", "asked", "offered", "instead", "date", "chosen", "currency", "tries", "tax",
}  # fmt: skip
AVOIDED = ("fail", "error", "invalid", "held", "rejected", "binding", "grant", "oops", "sorry")


def test_every_reason_has_a_message() -> None:
    assert set(CATALOGUE) == set(Reason)
    assert set(REFUSALS) == set(RejectedReason)


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.req("ERR-01")
def test_no_message_lacks_a_part(reason: Reason) -> None:
    entry = CATALOGUE[reason]
    assert all((entry.short, entry.what, entry.why, entry.who, entry.next, entry.buttons, entry.retried))
    assert len(entry.short) <= 40
    for text in (entry.what, entry.why, entry.next, *(label for _, label in entry.buttons)):
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert fields <= KNOWN_WORDS
    for text in (entry.what, entry.why, entry.next):
        assert text[0].isupper() or text[0] == "{"
        assert text.endswith((".", "?"))
    said = f"{entry.short} {entry.what} {entry.why} {entry.next}".lower()
    assert not [word for word in AVOIDED if word in said.split()]


@pytest.mark.parametrize(
    ("reason", "short"),
    [
        (Reason.KIND_NOT_TAKEN, "Type of document not taken"),
        (Reason.PUBLISH_AS_NOT_TAKEN, "Can't be published that way"),
        (Reason.TAX_MODE_NOT_TAKEN, "Way of stating VAT not taken"),
        (Reason.FILE_NOT_TAKEN, "File type not taken"),
    ],
)
@pytest.mark.req("ERR-01")
def test_what_the_books_do_not_take_is_named_in_plain_words(reason: Reason, short: str) -> None:
    assert short_reason(reason.value) == short


def test_a_problem_is_filled_with_its_words() -> None:
    problem = Problem("lines.1.category", Reason.CATEGORY_UNMATCHED, data={"label": "449 Motor expenses"})
    message = explain_problem(problem, WORDS)
    assert message.headline == "449 Motor expenses has no match in Xero (Acme Ltd) yet."
    assert message.field == "lines.1.category"
    assert "{" not in message.text


def test_a_refusal_keeps_the_vendors_text_and_reference_apart() -> None:
    publication = SimpleNamespace(
        id="p-1",
        reason=Reason.REFUSED_CATEGORY.value,
        reason_data={"field": "category"},
        error={
            "vendor_text": "whole answer",
            "correlation_id": "c-1",
            "fields": [
                {"field": "category", "reason": "category_unusable", "vendor_text": "<b>Account 449</b>"}
            ],
        },
    )
    message = explain_publication(cast("Publication", publication), WORDS)
    assert message is not None
    assert (message.details, message.reference, message.field) == ("<b>Account 449</b>", "c-1", "category")
    assert "449" not in message.text


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    publication: Any = SimpleNamespace(reason="")
    assert explain_publication(publication, WORDS) is None
    assert short_reason("") == ""
