"""Rules in words, and what their form offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.connections.queries import find_main_connection
from bookbind.lists.labels import TRACKING_LISTS
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.rules.evaluate import CodedField, DueMode, Problem, explain_due
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.rules.queries import RuleProblem
from bookbind.rules.services import RuleInput, values_from_json
from bookbind.tenancy.models import Business
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest
from bookbind.web.forms.costs import KIND_LABELS
from bookbind.web.forms.lists_items import item_label
from bookbind.web.forms.rules import RuleChoices
from bookbind.web.views.costs_choices import (
    FINALITY_LABELS,
    list_tax_rates,
    list_tracking,
    pick_urls,
    read_target,
)
from bookbind.web.views.costs_match import item_row_url

FIELD_WORDS = {
    CodedField.CATEGORY: "the category",
    CodedField.TAX_RATE: "the VAT rate",
    CodedField.TRACKING_1: "the project",
    CodedField.TRACKING_2: "the second project",
    CodedField.DUE_DATE: "the due date",
    CodedField.KIND: "the type",
    CodedField.PUBLISH_AS: "publish as",
    CodedField.AUTO_PUBLISH: "publishing by itself",
}
PROBLEM_WORDS = {
    Problem.NEEDS_MATCH: "needs a match",
    Problem.ARCHIVED: "is archived",
    Problem.GONE: "was deleted there",
}


@dataclass(frozen=True)
class Version:
    """One saved version of a rule, in words."""

    number: int
    words: tuple[str, ...]
    saved_at: datetime
    saved_by: str
    is_current: bool


def rule_words(rule: SupplierRule) -> tuple[str, ...]:
    """What the rule sets, one phrase for each field."""
    items = {
        item.id: item for item in (rule.category, rule.tax_rate, rule.tracking_1, rule.tracking_2) if item
    }
    values = RuleInput(
        category_id=rule.category_id,
        tax_rate_id=rule.tax_rate_id,
        tracking_1_id=rule.tracking_1_id,
        tracking_2_id=rule.tracking_2_id,
        due_mode=DueMode(rule.due_mode),
        due_days=rule.due_days,
        publish_to=rule.publish_to,
        publish_as=rule.publish_as,
        auto_publish=rule.auto_publish,
    )
    return values_in_words(values, items)


def values_in_words(values: RuleInput, items: dict[UUID, ListItem]) -> tuple[str, ...]:
    """The same for plain values; `items` are the entries that they name."""
    ids = (values.category_id, values.tax_rate_id, values.tracking_1_id, values.tracking_2_id)
    words = [item_label(items[each]) for each in ids if each is not None and each in items]
    if values.due_mode:
        words.append(f"due {explain_due(values.due_mode, values.due_days or 0)}")
    if values.publish_to:
        words.append(KIND_LABELS[DocumentKind(values.publish_to)].lower())
    if values.publish_as:
        words.append(f"as {FINALITY_LABELS[PublishAs(values.publish_as)].lower()}")
    if values.auto_publish is not None:
        words.append("published by itself" if values.auto_publish else "never published by itself")
    return tuple(words)


def version_words(rule: SupplierRule, revisions: Sequence[RuleRevision]) -> list[Version]:
    """Every version in words, in a constant number of queries."""
    values = [values_from_json(revision.values) for revision in revisions]
    ids = {
        each
        for value in values
        for each in (value.category_id, value.tax_rate_id, value.tracking_1_id, value.tracking_2_id)
        if each is not None
    }
    items = ListItem.objects.in_bulk(list(ids))
    return [
        Version(
            number=revision.version,
            words=values_in_words(value, items),
            saved_at=revision.saved_at,
            saved_by=revision.saved_by.get_full_name() if revision.saved_by else "",
            is_current=revision.version == rule.version,
        )
        for revision, value in zip(revisions, values, strict=True)
    ]


@dataclass(frozen=True)
class ProblemLink:
    """What is wrong with a rule, and where it can be put right; no address for those who may not."""

    text: str
    url: str


def problem_links(
    request: BusinessRequest, connection: Connection | None, problems: Sequence[RuleProblem]
) -> list[ProblemLink]:
    """Each problem with the way to the entry's row in Merge lists."""
    may_match = connection is not None and may(request.role, Permission.MANAGE_CONNECTIONS)
    return [
        ProblemLink(
            problem_words(problem),
            item_row_url(request.business.slug, connection.id, problem.item.list, problem.item.id)
            if may_match and connection is not None
            else "",
        )
        for problem in problems
    ]


def fate_words(problems: Sequence[RuleProblem]) -> str:
    """What becomes of documents with such values: a project is left out, all else is waited for."""
    left_out = [each for each in problems if each.item.list in TRACKING_LISTS]
    held = len(problems) - len(left_out)
    said = []
    if held:
        said.append(f"Documents keep the rule's value{'' if held == 1 else 's'} and wait.")
    if left_out:
        they = "it is" if len(left_out) == 1 else "they are"
        said.append(f"A project never holds a document: {they} left out of what is sent.")
    return " ".join(said)


def problem_words(problem: RuleProblem) -> str:
    """`Motor expenses needs a match (it was 449 Motor vehicle expenses in …)`."""
    was = f" ({problem.was})" if problem.was else ""
    return f"{problem.label} {PROBLEM_WORDS[problem.reason]}{was}"


def read_rule_choices(business: Business, rule: SupplierRule | None) -> RuleChoices:
    """What the form of a rule offers."""
    target = read_target(find_main_connection(business.id))
    kinds = [choice.kind for choice in target.provider.kinds] if target.provider else list(DocumentKind)
    finalities = dict(FINALITY_LABELS)
    if target.provider is not None:
        options = [option for choice in target.provider.kinds for option in choice.choices]
        finalities = {option.publish_as: option.label for option in reversed(options)}
    used = {rule.tax_rate_id} if rule and rule.tax_rate_id else set()
    names = list_tracking(target.connection)
    return RuleChoices(
        kinds=[(kind.value, KIND_LABELS[kind]) for kind in kinds],
        publish_as=[(each.value, finalities[each]) for each in PublishAs if each in finalities],
        tax_rates=list_tax_rates(used, target.connection),
        urls=pick_urls(business),
        tracking=(names[ListName.TRACKING_1], names[ListName.TRACKING_2]),
        tax_help="" if target.keeps_tax else f"{target.label} keeps no VAT: the rate is not sent there.",
    )
