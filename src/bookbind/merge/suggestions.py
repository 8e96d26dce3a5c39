"""What is proposed for a list at a connection: kept with the read of the list that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import F, Subquery

from bookbind.connections.models import Connection
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.lists.models import ListSync
from bookbind.lists.queries import used_lists
from bookbind.merge.entries import Entry, is_income
from bookbind.merge.evidence import used_by_us, used_there
from bookbind.merge.models import Draft, Suggested
from bookbind.merge.plans import ANY, SALES
from bookbind.merge.proposals import (
    Proposal,
    Proposals,
    from_json,
    propose,
    propose_namesakes,
    propose_products,
    to_json,
)
from bookbind.merge.sold_as import sales_coded_by
from bookbind.merge.standings import Standings, read_remote, read_remote_ids, read_standings
from bookbind.providers.base.types import ListName

SUGGEST_JOB = "merge.suggest"
# Several of ours may well be one of theirs; elsewhere what is taken is not proposed again.
SHARED = frozenset({ListName.CATEGORIES, ListName.TAX_RATES})


@dataclass(frozen=True)
class Question:
    """What the matcher is asked about one list: entries of ours without a match, and the read of theirs."""

    connection: Connection
    name: ListName
    standings: Standings
    ours: tuple[Entry, ...]
    generation: int


def queue_suggestions(connection: Connection) -> None:
    """Have the suggestions made again in the background."""
    queue_job(SUGGEST_JOB, str(connection.id), business_id=connection.business_id)


@works(SUGGEST_JOB)
def suggest_everything(job: Claimed) -> Again | None:
    """Make what is proposed for every list that has something to match, so that its page need not."""
    connection = Connection.objects.filter(id=UUID(job.key)).first()
    if connection is not None:
        for name in used_lists(connection):
            read_suggestions(connection, name, keep=True)
    return None


def read_generations(connection: Connection) -> dict[ListName, int]:
    """The number of the read that each list of the books stands at."""
    rows = ListSync.objects.filter(connection=connection).values_list("list", "generation")
    return {ListName(name): generation for name, generation in rows}


def read_suggestions(
    connection: Connection,
    name: ListName,
    standings: Standings | None = None,
    generations: Mapping[ListName, int] | None = None,
    *,
    keep: bool = False,
) -> Proposals:
    """The proposals for the list's entries without a match; made now when those kept are out of date.

    `standings` and `generations` where they were read already. `keep` stores what was made; pages that only
    look do not.
    """
    generations = read_generations(connection) if generations is None else generations
    standings = standings or read_standings(connection, [name])[name]
    question = _ask(connection, name, standings, generations.get(name, 0))
    if not question.ours:
        return {}
    stored = Suggested.objects.filter(connection=connection, list=name).first()
    if stored is not None and stored.generation == question.generation:
        known = from_json(stored.proposals)
        if all(entry.id in known for entry in question.ours):
            return known
    made = make_suggestions(question)
    if keep:
        _keep(question, made, stored)
    return made


def find_proposals(connection: Connection, entry: Entry) -> list[Proposal]:
    """What is proposed for one entry; without reading what is kept of the others, unless nothing is."""
    read = ListSync.objects.filter(connection=connection, list=entry.list)
    kept = Suggested.objects.filter(
        connection=connection, list=entry.list, generation=Subquery(read.values("generation")[:1])
    )
    rows = kept.values_list(f"proposals__{entry.id}", flat=True).first()
    if rows is None:
        return read_suggestions(connection, entry.list).get(entry.id, [])
    return from_json({str(entry.id): rows})[entry.id]


def make_suggestions(question: Question) -> Proposals:
    """Ask the matcher."""
    connection, name = question.connection, question.name
    everything = [entry for entry in read_remote(connection, name) if entry.state == "active"]
    taken = question.standings.taken() if name not in SHARED else frozenset()
    theirs = [entry for entry in everything if entry.id not in taken]
    ours = question.standings.unmatched()
    if name is ListName.CATEGORIES:
        ours, theirs = _with_evidence(connection, ours, theirs)
    found = propose(name, ours, theirs)
    if name in CONTACT_LISTS:
        found |= propose_namesakes(ours, [each for each in everything if each.id in taken], found)
    if name is ListName.CATEGORIES and _sells_products(connection):
        for id_, proposals in _product_proposals(question, found).items():
            found[id_] = [*found.get(id_, []), *proposals]
    return found


def _ask(connection: Connection, name: ListName, standings: Standings, generation: int) -> Question:
    ours = standings.unmatched()
    if name is ListName.CATEGORIES and _sells_products(connection):
        asked = {entry.id for entry in ours}
        ours += [
            entry
            for id_, entry in standings.entries.items()
            if id_ not in asked and is_income(entry) and SALES not in standings.bound.get(id_, {})
        ]
    return Question(connection, name, standings, tuple(ours), generation)


@transaction.atomic
def _keep(question: Question, made: Proposals, before: Suggested | None) -> None:
    """Store the proposals; a draft that somebody looks at is another one when they differ."""
    proposals = to_json(made)
    Suggested.objects.update_or_create(
        connection=question.connection,
        list=question.name,
        defaults={
            "business_id": question.connection.business_id,
            "generation": question.generation,
            "proposals": proposals,
            "made_at": clock.now(),
        },
    )
    if before is not None and before.proposals != proposals:
        Draft.objects.filter(connection=question.connection).update(version=F("version") + 1)


def _sells_products(connection: Connection) -> bool:
    return sales_coded_by(connection) is ListName.PRODUCTS


def _with_evidence(
    connection: Connection, ours: list[Entry], theirs: list[Entry]
) -> tuple[list[Entry], list[Entry]]:
    here, there = used_by_us(), used_there(connection)
    if not there:
        # One-sided evidence compares with nothing.
        return ours, theirs
    nothing: frozenset[str] = frozenset()
    return (
        [replace(entry, used_with=here.get(entry.id, nothing)) for entry in ours],
        [replace(entry, used_with=there.get(entry.id, nothing)) for entry in theirs],
    )


def _product_proposals(question: Question, found: Proposals) -> Proposals:
    """As what income categories are sold: the account behind a product is the best evidence."""
    connection = question.connection
    accounts = _accounts(question, found)
    products = [e for e in read_remote(connection, ListName.PRODUCTS) if e.state == "active"]
    return propose_products(question.ours, products, accounts)


def _accounts(question: Question, found: Proposals) -> dict[UUID, str]:
    """For each category the vendor's id of the account that it is, or most likely is."""
    targets: dict[UUID, UUID] = {}
    for entry in question.ours:
        bound = question.standings.bound.get(entry.id, {}).get(ANY)
        proposed = next((p.target for p in found.get(entry.id, []) if p.use == ANY), None)
        target = bound.target if bound is not None and bound.is_alive else proposed
        if target is not None:
            targets[entry.id] = target
    remote_ids = read_remote_ids(question.connection, set(targets.values()))
    return {id_: remote_ids.get(target, "") for id_, target in targets.items()}
