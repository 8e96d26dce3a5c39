"""Capture, saving with rules and versions, tabs, search and neighbours."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookbind.activity.queries import list_entries
from bookbind.documents import queries, services
from bookbind.documents.capture import capture_file
from bookbind.documents.errors import DocumentFrozen, EditedMeanwhile, FileRefused, ItemUnknown
from bookbind.documents.inputs import DocumentDefaults, LineInput
from bookbind.documents.models import Document, StoredFile
from bookbind.documents.queries import Tab
from bookbind.documents.storage import PaperMissing, read_content
from bookbind.lists.services import create_item
from bookbind.providers.base.types import DocumentKind, ListName
from bookbind.rules.evaluate import DueMode
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.scope import BusinessScope, within
from tests.documents.conftest import Office
from tests.support import factories, papers
from tests.support.meanwhile import meanwhile


def test_a_captured_file_is_kept_byte_for_byte_under_a_generated_name(office: Office) -> None:
    content = papers.pdf("Bill", pages=2)
    document = office.upload("../../etc/passwd\n.pdf", content)
    file = document.file
    assert file is not None
    assert read_content(file) == content
    assert (file.name, file.page_count, file.size_bytes) == ("passwd .pdf", 2, len(content))
    assert "passwd" not in file.path
    assert queries.tab_of(document) is Tab.REVIEW


def test_a_changed_file_in_storage_is_noticed(office: Office) -> None:
    file = office.upload().file
    assert file is not None
    (Path(settings.MEDIA_ROOT) / file.path).write_bytes(b"other")
    with pytest.raises(PaperMissing):
        read_content(file)


def test_a_refused_file_leaves_nothing_behind(office: Office) -> None:
    with pytest.raises(FileRefused):
        office.upload("x.pdf", b"nothing")
    assert not StoredFile.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.pdf"))


@pytest.mark.django_db(transaction=True)
def test_a_paper_whose_document_is_stored_stays_whatever_ends_the_upload(office: Office) -> None:
    content = papers.pdf("Bill")

    def die() -> None:
        raise KeyboardInterrupt

    with (
        meanwhile('INSERT INTO "documents_document"', lambda: transaction.on_commit(die)),
        pytest.raises(KeyboardInterrupt),
    ):
        office.upload("a.pdf", content)
    assert read_content(StoredFile.objects.get()) == content


def test_the_same_paper_again_is_taken_and_told(office: Office) -> None:
    content = papers.pdf("Bill")
    first = office.upload("a.pdf", content)
    second = office.upload("b.pdf", content)
    assert [found.id for found in queries.list_same_paper(second)] == [first.id]
    assert queries.list_same_paper(office.upload("c.pdf", papers.pdf("Other"))) == []


def test_a_new_document_starts_with_the_defaults(office: Office) -> None:
    rate = office.item(ListName.TAX_RATES, "20%")
    defaults = DocumentDefaults(kind=DocumentKind.EXPENSE, tax_rate_id=rate.id)
    document = capture_file(office.business, office.user, "a.pdf", papers.pdf(), defaults)
    assert document.kind == DocumentKind.EXPENSE
    assert document.lines.get().tax_rate_id == rate.id
    assert document.field_sources == {"kind": "default", "lines.1.tax_rate": "default"}


def test_two_people_who_save_at_once_lose_nothing(office: Office) -> None:
    document = office.upload()
    services.save_document(document.id, office.values(), 1, office.user)
    with pytest.raises(EditedMeanwhile):
        services.save_document(document.id, office.values(reference="INV-2"), 1, office.user)
    assert queries.get_document(document.id).reference == "INV-1"


def test_a_save_does_not_undo_a_move_that_came_in_between(office: Office) -> None:
    document = office.upload()
    moved: list[str] = []

    def move_after_the_first_look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "documents_document"') and not moved:
            moved.append(sql)
            services.place(document.id, Document.Stage.WAITING)
        return execute(sql, *rest)

    with connection.execute_wrapper(move_after_the_first_look):
        services.save_document(document.id, office.values(), 1, office.user)
    assert moved
    assert queries.get_document(document.id).stage == Document.Stage.WAITING


def test_a_frozen_document_is_not_saved(office: Office) -> None:
    document = office.upload()
    assert services.freeze(document.id, 1)
    assert not services.freeze(document.id, 1)
    with pytest.raises(DocumentFrozen):
        office.save(document)
    services.unfreeze(document.id)
    office.save(document)


def test_an_edit_between_check_and_freeze_is_noticed(office: Office) -> None:
    document = office.upload()
    office.save(document)
    assert not services.freeze(document.id, 1)


@pytest.mark.parametrize("wrong", ["unknown", "other list", "other tenant"])
def test_entries_of_other_lists_or_tenants_are_refused(office: Office, wrong: str) -> None:
    other = factories.make_business("Other Ltd")
    with within(BusinessScope(other.id)):
        foreign = create_item(other.id, ListName.SUPPLIERS, "Foreign")
    ids = {
        "unknown": uuid4(),
        "other list": office.item(ListName.CATEGORIES, "Fuel").id,
        "other tenant": foreign.id,
    }
    document = office.upload()
    with pytest.raises(ItemUnknown):
        office.save(document, supplier_id=ids[wrong])


def rule(office: Office, supplier: Any, **values: Any) -> None:
    save_supplier_rule(supplier, RuleInput(**values), office.user)


def test_the_suppliers_rule_fills_what_nobody_typed_and_says_so(office: Office) -> None:
    supplier, fuel = office.supplier("City Fuel Ltd"), office.item(ListName.CATEGORIES, "Fuel")
    rule(office, supplier, category_id=fuel.id, due_mode=DueMode.DAYS_AFTER_DATE, due_days=30)
    document = office.save(office.upload(), supplier_id=supplier.id)
    assert document.due_date == date(2027, 4, 2)
    assert document.lines.get().category_id == fuel.id
    assert document.field_sources["lines.1.category"].startswith("rule:")
    assert document.field_sources["reference"] == "typed"


def test_a_typed_value_outlives_every_rule(office: Office) -> None:
    supplier, fuel = office.supplier("City Fuel Ltd"), office.item(ListName.CATEGORIES, "Fuel")
    own = office.item(ListName.CATEGORIES, "Own choice")
    document = office.save(office.upload(), supplier_id=supplier.id, line={"category_id": own.id})
    rule(office, supplier, category_id=fuel.id)
    document = queries.get_document(document.id)
    assert document.lines.get().category_id == own.id


def test_a_saved_rule_codes_what_is_in_review(office: Office) -> None:
    supplier, fuel = office.supplier("City Fuel Ltd"), office.item(ListName.CATEGORIES, "Fuel")
    document = office.save(office.upload(), supplier_id=supplier.id)
    waiting = office.save(office.upload("w.pdf"), supplier_id=supplier.id)
    services.place(waiting.id, Document.Stage.WAITING)
    rule(office, supplier, category_id=fuel.id)
    assert queries.get_document(document.id).lines.get().category_id == fuel.id
    assert queries.get_document(waiting.id).lines.get().category_id is None


def test_another_supplier_takes_the_values_of_the_old_ones_rule_away(office: Office) -> None:
    fuel = office.item(ListName.CATEGORIES, "Fuel")
    first, second = office.supplier("City Fuel Ltd"), office.supplier("Kettle Ltd")
    rule(office, first, category_id=fuel.id, due_mode=DueMode.DAYS_AFTER_DATE, due_days=30)
    document = office.save(office.upload(), supplier_id=first.id)
    line = {"category_id": fuel.id}
    document = office.save(document, supplier_id=second.id, due_date=document.due_date, line=line)
    assert document.lines.get().category_id is None
    assert document.due_date is None


def test_emptying_a_ruled_field_is_a_decision(office: Office) -> None:
    supplier, leeds = office.supplier("City Fuel Ltd"), office.item(ListName.TRACKING_1, "Leeds")
    rule(office, supplier, tracking_1_id=leeds.id)
    document = office.save(office.upload(), supplier_id=supplier.id)
    document = office.save(document, supplier_id=supplier.id)
    assert document.lines.get().tracking_1_id is None
    document = office.save(document, supplier_id=supplier.id, note="saved once more")
    assert document.lines.get().tracking_1_id is None
    other = office.supplier("Kettle Ltd")
    rule(office, other, tracking_1_id=leeds.id)
    document = office.save(document, supplier_id=other.id)
    assert document.lines.get().tracking_1_id == leeds.id


def test_lines_are_replaced_as_a_whole(office: Office) -> None:
    document = office.upload()
    lines = tuple(LineInput(description=str(n), net=Decimal(n)) for n in range(1, 4))
    document = office.save(document, lines=lines)
    assert [line.description for line in document.lines.all()] == ["1", "2", "3"]
    document = office.save(document, lines=lines[:1])
    assert document.lines.count() == 1


def test_tabs_count_what_they_list(office: Office) -> None:
    documents = [office.upload(f"{n}.pdf") for n in range(5)]
    services.place(documents[0].id, Document.Stage.WAITING)
    services.place(documents[1].id, Document.Stage.PUBLISHED)
    services.archive(documents[2].id, "already there", office.user)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        counts = queries.count_tabs()
    assert len(counted) == 1
    assert {tab: count for tab, count in counts.items() if count} == {
        Tab.REVIEW: 2,
        Tab.WAITING: 1,
        Tab.PUBLISHED: 1,
        Tab.ARCHIVE: 1,
    }
    assert {tab: queries.list_documents(tab).count() for tab in Tab} == counts


def test_archive_and_restore_are_told_once_each(office: Office) -> None:
    document = office.upload()
    for _ in range(2):
        services.archive(document.id, "not ours", office.user)
    for _ in range(2):
        services.restore(document.id, office.user)
    actions = [entry.action for entry in list_entries(document)]
    assert sorted(actions) == ["document.archived", "document.captured", "document.restored"]


@pytest.mark.parametrize("search", ["fuel", "FÜEL", "inv-22", "120", "bill", "city inv"])
def test_search_finds_by_supplier_number_amount_and_file(office: Office, search: str) -> None:
    document = office.save(
        office.upload("bill.pdf"), supplier_id=office.supplier("City Füel Ltd").id, reference="INV-2231"
    )
    office.save(office.upload("other.pdf"), reference="X", total=Decimal(7))
    assert [found.id for found in queries.list_documents(Tab.REVIEW, search)] == [document.id]


def test_neighbours_walk_the_list_in_order(office: Office) -> None:
    for number in range(4):
        office.upload(f"{number}.pdf")
    listed = list(queries.list_documents(Tab.REVIEW))
    for position, document in enumerate(listed, start=1):
        found = queries.find_neighbours(document, Tab.REVIEW)
        assert found is not None
        assert (found.position, found.count) == (position, 4)
        assert found.previous_id == (listed[position - 2].id if position > 1 else None)
        assert found.next_id == (listed[position].id if position < 4 else None)
    assert queries.find_neighbours(listed[0], Tab.ARCHIVE) is None


def test_a_list_takes_the_same_queries_however_long(office: Office) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as counted:
            documents = list(queries.list_documents(Tab.REVIEW))
            lines = queries.lines_of(document.id for document in documents)
            for document in documents:
                assert document.supplier is None or document.supplier.name
                assert document.file is None or document.file.name
                assert [(line.category_id, line.tax_rate) for line in lines[document.id]]
        return len(counted)

    office.upload("a.pdf")
    few = count()
    for number in range(5):
        office.save(office.upload(f"{number}.pdf"), supplier_id=office.supplier(f"S {number}").id)
    assert count() <= few + 1


def test_another_tenants_document_does_not_exist(office: Office) -> None:
    document = office.upload()
    with within(BusinessScope(factories.make_business("Other Ltd").id)), pytest.raises(Document.DoesNotExist):
        queries.get_document(document.id)
