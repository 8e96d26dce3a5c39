"""What is asked about documents that the books do not take the way they are wanted, and the answer, in words.

Merge lists asks it, Start publishing repeats it, and a document that can't go for that reason names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bookbind.providers.base.contract import Provider
from bookbind.publishing.checks import FINALITY, KINDS
from bookbind.publishing.instead import KEEP, KEEP_LABEL, Question


@dataclass(frozen=True)
class Answer:
    """One answer to a question; `why` says why it is ticked already."""

    value: str
    label: str
    hint: str
    is_chosen: bool
    why: str = ""


@dataclass(frozen=True)
class Asked:
    """A question with its answers; `is_open` until somebody answered, `is_ticked` if only Save is missing.

    `problem` says what is wrong with the answer that was given last and not kept.
    """

    key: str
    title: str
    help: str
    answers: tuple[Answer, ...]
    is_open: bool
    is_ticked: bool = False
    problem: str = ""

    @property
    def answered(self) -> Answer | None:
        """The answer that holds."""
        return None if self.is_open else next((each for each in self.answers if each.is_chosen), None)


def explain_ways(questions: Sequence[Question], provider: Provider) -> list[Asked]:
    """`Software can't take bills as drafts.`, with the ways that it has."""
    return [_explain_way(question, provider) for question in questions]


def _explain_way(question: Question, provider: Provider) -> Asked:
    what = KINDS[question.kind]
    if question.publish_as is None:
        title, help_ = f"{provider.name} can't take {what}.", "Choose what such documents become there."
    else:
        title = f"{provider.name} can't take {what} {FINALITY[question.publish_as]}."
        help_ = "Choose how such documents are published."
    answers = [
        Answer(value, label, _more_final(question, value), value == question.answer)
        for value, label in question.options
    ]
    keep = Answer(KEEP, KEEP_LABEL, "They wait here until you change this.", question.answer == KEEP)
    return Asked(question.key, title, help_, (*answers, keep), not question.answer)


def _more_final(question: Question, value: str) -> str:
    return "More final than asked: it is posted at once." if value in question.is_more_final else ""
