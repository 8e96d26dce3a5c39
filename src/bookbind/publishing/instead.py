"""Pure: what is done with documents that the books do not take the way they were asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bookbind.providers.base.contract import KindChoice
from bookbind.providers.base.types import DocumentKind, PublishAs

# The answer that leaves such documents here.
KEEP = "keep"
KEEP_LABEL = "Keep them in Bookbind"


@dataclass(frozen=True)
class Way:
    """How a document goes: as which kind, how final, or not at all because somebody chose to keep it here."""

    kind: DocumentKind
    publish_as: PublishAs
    kept: bool = False


@dataclass(frozen=True)
class Question:
    """Something asked for that the books lack. `publish_as` is None where the whole kind is missing.

    `options` are (value, label) in the vendor's words, without *keep here*; `answer` is what was chosen, or
    "". `is_more_final` names the options that make more of a document than was asked.
    """

    kind: DocumentKind
    publish_as: PublishAs | None
    options: tuple[tuple[str, str], ...]
    answer: str
    is_more_final: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Under which name the answer is kept."""
        return question_key(self.kind, self.publish_as)


def question_key(kind: DocumentKind, publish_as: PublishAs | None) -> str:
    """`expense`, or `bill/draft`."""
    return kind.value if publish_as is None else f"{kind.value}/{publish_as.value}"


def is_kept(kind: DocumentKind, publish_as: PublishAs, answers: Mapping[str, str]) -> bool:
    """Whether somebody chose to keep such documents here."""
    return answers.get(question_key(kind, publish_as)) == KEEP


def find_way(
    kind: DocumentKind, publish_as: PublishAs, kinds: Iterable[KindChoice], answers: Mapping[str, str]
) -> Way:
    """What was asked for, or what somebody chose once in its place; without an answer it stays as asked."""
    taken = {choice.kind: choice for choice in kinds}
    if kind not in taken:
        answer = answers.get(question_key(kind, None), "")
        if answer == KEEP:
            return Way(kind, publish_as, kept=True)
        if answer not in {each.value for each in taken}:
            return Way(kind, publish_as)
        kind = DocumentKind(answer)
    offered = {option.publish_as for option in taken[kind].choices}
    if publish_as in offered:
        return Way(kind, publish_as)
    answer = answers.get(question_key(kind, publish_as), "")
    if answer in {each.value for each in offered}:
        return Way(kind, PublishAs(answer))
    return Way(kind, publish_as, kept=answer == KEEP)


def list_questions(
    asked: Iterable[tuple[DocumentKind, PublishAs]], kinds: Iterable[KindChoice], answers: Mapping[str, str]
) -> list[Question]:
    """What is asked for by documents, rules and settings and lacks a way, each once."""
    kinds = tuple(kinds)
    taken = {choice.kind: choice for choice in kinds}
    found: dict[str, Question] = {}
    for kind, publish_as in asked:
        effective = kind
        if kind not in taken:
            question = Question(kind, None, _kind_options(kinds), answers.get(kind.value, ""))
            found[question.key] = question
            if question.answer not in {each.value for each in taken}:
                continue
            effective = DocumentKind(question.answer)
        choice = taken[effective]
        if publish_as not in {option.publish_as for option in choice.choices}:
            question = _finality_question(choice, publish_as, answers)
            found[question.key] = question
    order = list(DocumentKind)
    return sorted(found.values(), key=lambda each: (order.index(each.kind), each.key))


def _kind_options(kinds: Iterable[KindChoice]) -> tuple[tuple[str, str], ...]:
    return tuple((choice.kind.value, choice.label) for choice in kinds)


def _finality_question(choice: KindChoice, publish_as: PublishAs, answers: Mapping[str, str]) -> Question:
    order = list(PublishAs)
    options = tuple((option.publish_as.value, option.label) for option in choice.choices)
    more = frozenset(value for value, _ in options if order.index(PublishAs(value)) > order.index(publish_as))
    answer = answers.get(question_key(choice.kind, publish_as), "")
    return Question(choice.kind, publish_as, options, answer, more)
