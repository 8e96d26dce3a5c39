"""What a table of entries would do to a list, as pure values; and doing it, all of it or nothing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.activity.queries import list_recent
from bookbind.kit.sheets import CellError, write_sheet
from bookbind.lists.columns import CATEGORY_TYPES, SIDES, TAX_KINDS, headings_of
from bookbind.lists.combine import combine
from bookbind.lists.errors import EntryOutdated, ImportHasErrors, ImportOutdated, ListKeptElsewhere
from bookbind.lists.exchange import Entry, Plan, entry_cells, plan_import, read_entries
from bookbind.lists.models import ListItem
from bookbind.lists.own import (
    apply_entry,
    apply_import,
    digest_of,
    list_as_csv,
    plan_changes,
    plan_entry,
)
from bookbind.lists.queries import list_items
from bookbind.lists.services import archive_item, create_item
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import Business, User
from tests.support import factories

CATEGORIES, TAX_RATES = ListName.CATEGORIES, ListName.TAX_RATES
SUPPLIERS, CUSTOMERS = ListName.SUPPLIERS, ListName.CUSTOMERS


def planned(known: list[Entry], text: str, name: ListName = CATEGORIES) -> Plan:
    return plan_import(known, read_entries(text.encode(), name), name)


def write_csv(*rows: list[str]) -> str:
    return "".join(write_sheet(rows[0], rows[1:]))


def category(name: str, code: str = "", **more: Any) -> Entry:
    return Entry(uuid4(), name, code, {"account_type": "expense"}, **more)


def labels(plan: Plan) -> tuple[list[str], list[str]]:
    return [each.after.label for each in plan.new], [each.after.label for each in plan.changed]


@pytest.mark.req("LST-07")
def test_lines_are_told_apart_as_new_changed_and_unchanged() -> None:
    motor, rent = category("Motor", "449"), category("Rent", "469")
    text = f"ID,Code,Name,Type\n{motor.id},449,Vehicles,Expense\n,469,Rent,\n,400,Advertising,Direct cost\n"
    plan = planned([motor, rent], text.replace("Rent,\n", "Rent,Expense\n"))
    assert labels(plan) == (["400 Advertising"], ["449 Vehicles"])
    assert plan.changed[0].fields(CATEGORIES) == [("Name", "Motor", "Vehicles")]
    assert (plan.unchanged, plan.errors) == (1, ())
    assert plan.new[0].after.details == {"account_type": "direct_cost"}


def test_without_an_id_the_code_decides_and_then_the_name() -> None:
    motor, rent = category("Motor", "449"), category("Rent")
    plan = planned([motor, rent], "Code,Name,Type\n449,Vehicles,Expense\n,RENT,Expense\n")
    assert [(change.after.id, change.after.name) for change in plan.changed] == [
        (motor.id, "Vehicles"),
        (rent.id, "RENT"),
    ]


def test_an_id_of_another_business_means_nothing() -> None:
    plan = planned([], f"ID,Name,Type\n{uuid4()},Motor,Expense\n")
    assert labels(plan) == (["Motor"], [])
    assert plan.new[0].after.id is None


def test_a_missing_column_leaves_the_value_and_an_empty_cell_empties_it() -> None:
    known = [Entry(uuid4(), "BT", "", {"email": "a@bt.test", "tax_number": "GB1", "vendor": [1]})]
    plan = planned(known, "Name,E-mail\nBT,\n", SUPPLIERS)
    assert plan.changed[0].after.details == {"email": "", "tax_number": "GB1", "vendor": [1]}


@pytest.mark.parametrize(
    ("name", "text", "column", "words"),
    [
        (CATEGORIES, "Name,Type\n,Expense\n", "Name", "An entry needs a name."),
        (CATEGORIES, "Name\nMotor\n", "Type", "A new category needs this."),
        (CATEGORIES, "Name,Type\nMotor,Fun\n", "Type", "Write one of: Expense, Direct cost, Income,"),
        (CATEGORIES, "ID,Name,Type\nnone,Motor,Expense\n", "ID", "This is no ID of ours."),
        (CATEGORIES, f"Name,Type\n{'x' * 256},Expense\n", "Name", "longer than 255 characters"),
        (CATEGORIES, "Name,Type,Archived\nMotor,Expense,perhaps\n", "Archived", "Write yes, or leave it"),
        (TAX_RATES, "Name,Rate,Kind,Side\n20%,,Standard,Costs\n", "Rate", "A new tax rate needs this."),
        (TAX_RATES, "Name,Rate,Kind,Side\n20%,-1,Standard,Costs\n", "Rate", "Write a percentage such as"),
        (TAX_RATES, "Name,Rate,Kind,Side\n20%,NaN,Standard,Costs\n", "Rate", "Write a percentage such as"),
        (TAX_RATES, "Name,Rate,Kind,Side\n20%,20,,Costs\n", "Kind", "A new tax rate needs this."),
        (
            TAX_RATES,
            "Name,Rate,Kind,Side\n20%,20,Standard,Left\n",
            "Side",
            "Write one of: Costs, Sales, Both.",
        ),
        (SUPPLIERS, "Name,Currency\nBT,pounds\n", "Currency", "three letters"),
        (
            SUPPLIERS,
            "Name,E-mail\nBT,accounts\n",
            "E-mail",
            "“accounts” can't be used here. Write one e-mail",
        ),
        (CUSTOMERS, "Name,E-mail\nBT,a@bt.test;b@bt.test\n", "E-mail", "Write one e-mail address"),
        (SUPPLIERS, "Name\nBT\nbt\n", "Name", "Another supplier has this name."),
    ],
)
def test_what_cannot_be_used_is_said_with_its_column(
    name: ListName, text: str, column: str, words: str
) -> None:
    plan = planned([], text, name)
    assert column in {error.column for error in plan.errors}
    assert any(words in error.what for error in plan.errors)


@pytest.mark.parametrize(
    "text",
    [
        "bt",
        "a@",
        "@bt.test",
        "a@bt",
        "a b@bt.test",
        "a@bt .test",
        "a@@bt.test",
        "a@bt..test",
        ".a@bt.test",
        "a.@bt.test",
        "a..b@bt.test",
        "a@-bt.test",
        "a@bt_1.test",
        "Ann <a@bt.test>",
        "a@bt.test, b@bt.test",
        "mailto:a@bt.test",
    ],
)
def test_what_is_no_address_is_refused_as_an_e_mail(text: str) -> None:
    plan = planned([], write_csv(["Name", "E-mail"], ["BT", text]), SUPPLIERS)
    assert [(each.line, each.column, each.entry) for each in plan.errors] == [(2, "E-mail", "BT")]
    assert plan.errors[0].what.startswith(f"“{text}” can't be used here.")


@pytest.mark.parametrize(
    "text",
    [
        "a@bt.test",
        "Ann.O'Neill+bills@post.bt.co.uk",
        "zoë@bücher.test",
        "a_b@xn--bcher-kva.test",
        "1@2.test",
        "",
    ],
)
def test_an_address_is_taken_as_it_was_written(text: str) -> None:
    plan = planned([], write_csv(["Name", "E-mail"], ["BT", f" {text} "]), SUPPLIERS)
    assert plan.errors == ()
    assert plan.new[0].after.details.get("email", "") == text


def test_an_address_that_came_from_elsewhere_stays_as_it_is() -> None:
    known = [Entry(uuid4(), "BT", "", {"email": "a@bt.test, b@bt.test"})]
    plan = planned(
        known, write_csv(["Name", "E-mail", "Currency"], ["BT", "a@bt.test, b@bt.test", "GBP"]), SUPPLIERS
    )
    assert plan.errors == ()
    assert plan.changed[0].after.details == {"email": "a@bt.test, b@bt.test", "currency": "GBP"}


@pytest.mark.req("LST-07")
def test_one_entry_in_two_lines_is_an_error() -> None:
    motor = category("Motor", "449")
    text = f"ID,Code,Name,Type\n{motor.id},449,Motor,Expense\n{motor.id},449,Vehicles,Expense\n"
    plan = planned([motor], text)
    what = "Line 2 is about the same category. Remove one of the two."
    assert plan.errors == (CellError(3, "ID", what, "449 Vehicles"),)


@pytest.mark.req("LST-07", "ERR-01")
def test_a_mistake_names_the_entry_what_stands_there_and_what_can() -> None:
    motor = category("Motor", "449")
    text = (
        "ID,Code,Name,Type\n"
        ",460,Travel,Fun\n"
        ",,Rent,\n"
        f"{motor.id},,,Fun\n"
        ",,Insurance,Expense,Expense\n"
        ",449,Vehicles\u202e,Asset\n"
    )
    possible = f"Write one of: {', '.join(CATEGORY_TYPES.values())}."
    wrong = {(error.line, error.entry): error.what for error in planned([motor], text).errors}
    assert wrong[2, "460 Travel"] == f"“Fun” can't be used here. {possible}"
    assert wrong[3, "Rent"] == f"A new category needs this. {possible}"
    assert wrong[4, "449 Motor"].startswith("“Fun” can't be used here."), "known by its ID alone"
    assert wrong[5, "Insurance"].startswith("There are 5 cells for 4 columns.")
    assert wrong[6, "449 Vehicles"].startswith("“Asset” can't be used here.")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            TAX_RATES,
            "Name,Rate,Kind,Side\n20%,many,Standard,Costs\n",
            "“many” can't be used here. Write a",
        ),
        (
            TAX_RATES,
            "Name,Rate,Kind,Side\n20%,,Standard,Costs\n",
            "needs this. Write a percentage such",
        ),
        (TAX_RATES, "Name,Rate,Kind,Side\n20%,20,,Costs\n", "needs this. Write one of: Standard, Reduced"),
        (SUPPLIERS, "Name,Currency\nBT,pounds\n", "“pounds” can't be used here. Write the currency as three"),
        (
            ListName.PRODUCTS,
            "Name,Unit price\nBolt,dear\n",
            "“dear” can't be used here. Write an amount",
        ),
        (
            CATEGORIES,
            "Name,Type,Archived\nMotor,Expense,perhaps\n",
            "“perhaps” can't be used here. Write",
        ),
    ],
)
def test_every_column_says_what_stands_there_and_what_can(name: ListName, text: str, words: str) -> None:
    assert any(words in error.what for error in planned([], text, name).errors)


def test_a_name_that_several_have_asks_for_the_id() -> None:
    known = [Entry(uuid4(), "BT"), Entry(uuid4(), "bt")]
    plan = planned(known, "Name,E-mail\nBT,a@bt.test\n", SUPPLIERS)
    assert [error.what for error in plan.errors] == [
        "2 entries are called so. Export the list and give the ID of the one you mean."
    ]


def test_a_new_code_that_is_taken_is_refused_and_what_was_so_before_is_left_in_peace() -> None:
    one, two, rent = category("Motor", "449"), category("Motor", "449"), category("Rent", "469")
    text = f"ID,Code,Name\n{one.id},449,Motor\n{two.id},449,Motor\n{rent.id},449,Rent\n"
    plan = planned([one, two, rent], text)
    assert [(error.line, error.column) for error in plan.errors] == [(4, "Code")]


def test_bidirectional_marks_and_control_characters_never_reach_a_name() -> None:
    plan = planned([], "Name,Type\n\u202egnp.exe\u202c Ltd\u0007,Expense\n")
    assert plan.new[0].after.name == "gnp.exe Ltd"


def test_a_vendors_own_words_stay_while_nobody_changes_them() -> None:
    known = [Entry(uuid4(), "Motor", "449", {"account_type": "OVERHEADS"})]
    cells = entry_cells(known[0], CATEGORIES)
    text = "".join(write_sheet(list(cells), [list(cells.values())]))
    assert planned(known, text) == Plan(unchanged=1)


def test_a_kind_that_a_person_chose_is_not_guessed_any_more() -> None:
    details = {"rate": "0", "tax_kind": "other", "tax_kind_is_guessed": True, "side": "costs"}
    plan = planned([Entry(uuid4(), "0%", "", details)], "Name,Kind\n0%,Exempt\n", TAX_RATES)
    assert plan.changed[0].after.details == {"rate": "0", "tax_kind": "exempt", "side": "costs"}


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30)
CODES = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=8)
DETAILS = {
    CATEGORIES: st.fixed_dictionaries({"account_type": st.sampled_from([*CATEGORY_TYPES, "OVERHEADS"])}),
    TAX_RATES: st.fixed_dictionaries(
        {
            "rate": st.decimals(0, 100, places=2).map(str),
            "tax_kind": st.sampled_from(list(TAX_KINDS)),
            "side": st.sampled_from(list(SIDES)),
        }
    ),
    SUPPLIERS: st.dictionaries(st.sampled_from(["tax_number", "email"]), NAMES.map(str.strip)),
    ListName.TRACKING_1: st.just({}),
}


@st.composite
def lists_of_entries(draw: st.DrawFn) -> tuple[ListName, list[Entry]]:
    """Any list as it may stand: clean words, doubles, archived and combined entries among them."""
    name = draw(st.sampled_from(list(DETAILS)))
    words = NAMES.map(lambda text: " ".join(text.split())).filter(bool)
    entry = st.builds(
        Entry,
        st.uuids(),
        words,
        CODES.map(str.strip),
        DETAILS[name],
        st.booleans(),
        st.just(False),
    )
    return name, draw(st.lists(entry, max_size=6, unique_by=lambda each: each.id))


@pytest.mark.req("LST-07")
@given(lists_of_entries())
def test_an_exported_list_changes_nothing_when_it_is_imported_again(
    found: tuple[ListName, list[Entry]],
) -> None:
    name, known = found
    headings = headings_of(name)
    rows = [[entry_cells(entry, name)[heading] for heading in headings] for entry in known]
    plan = plan_import(known, read_entries("".join(write_sheet(headings, rows)).encode(), name), name)
    assert plan == Plan(unchanged=len(known))


# From here on with a database.


@pytest.fixture
def acme(db: None, scope: Callable[..., None]) -> tuple[Business, User]:
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    scope(business)
    return business, user


def run(acme: tuple[Business, User], text: str, name: ListName = CATEGORIES) -> Plan:
    """Preview and confirm."""
    business, user = acme
    sheet = read_entries(text.encode(), name)
    return apply_import(business.id, name, sheet, digest_of(plan_changes(name, sheet)), user, "file.csv")


@pytest.mark.req("LST-07")
def test_the_same_file_again_changes_nothing(acme: tuple[Business, User]) -> None:
    text = "Code,Name,Type\n400,Advertising,Expense\n449,Motor,Expense\n"
    assert len(run(acme, text).new) == 2
    before = list(ListItem.objects.order_by("id").values())
    again = run(acme, text)
    assert (again.new, again.changed, again.unchanged) == ((), (), 2)
    assert list(ListItem.objects.order_by("id").values()) == before


@pytest.mark.req("LST-07")
def test_an_export_of_everything_is_imported_without_a_change(acme: tuple[Business, User]) -> None:
    business, user = acme
    for text in ("=cmd|' /C calc'!A0", "'quoted", "Zoë, Ltd", "+44 Ltd"):
        create_item(business.id, SUPPLIERS, text, details={"email": "@x"})
    archive_item(create_item(business.id, SUPPLIERS, "Gone"), user)
    kept, absorbed = (create_item(business.id, SUPPLIERS, each) for each in ("BT", "BT plc"))
    combine(kept, absorbed, user)
    exported = "".join(list_as_csv(SUPPLIERS, list_items(SUPPLIERS, with_archived=True)))
    before = list(ListItem.objects.order_by("id").values())
    plan = run(acme, exported, SUPPLIERS)
    assert (plan.new, plan.changed, plan.unchanged) == ((), (), 6)
    assert list(ListItem.objects.order_by("id").values()) == before


def test_an_import_says_on_the_timeline_what_it_did(acme: tuple[Business, User]) -> None:
    run(acme, "Name,Type\nMotor,Expense\n")
    assert list_recent(1)[0].text == "Categories were imported from file.csv: 1 new, 0 changed, 0 as before."


@pytest.mark.req("LST-07")
def test_a_file_with_one_bad_line_writes_nothing(acme: tuple[Business, User]) -> None:
    with pytest.raises(ImportHasErrors):
        run(acme, "Name,Type\nMotor,Expense\nRent,Fun\n")
    assert not ListItem.objects.exists()


@pytest.mark.req("LST-07")
def test_a_list_that_changed_since_the_preview_is_left_alone(acme: tuple[Business, User]) -> None:
    business, user = acme
    item = create_item(business.id, CATEGORIES, "Motor", details={"account_type": "expense"})
    sheet = read_entries(f"ID,Name\n{item.id},Vehicles\n".encode(), CATEGORIES)
    digest = digest_of(plan_changes(CATEGORIES, sheet))
    ListItem.objects.filter(id=item.id).update(name="Cars")
    with pytest.raises(ImportOutdated):
        apply_import(business.id, CATEGORIES, sheet, digest, user, "file.csv")
    assert ListItem.objects.get().name == "Cars"


@pytest.mark.req("LST-07")
def test_two_who_add_one_name_by_hand_at_once_make_one_entry(acme: tuple[Business, User]) -> None:
    business, user = acme
    cells = {"Name": "Motor", "Type": "Expense"}
    seen = [plan_entry(CATEGORIES, cells), plan_entry(CATEGORIES, cells)]
    apply_entry(business.id, CATEGORIES, cells, digest_of(seen[0]), user)
    with pytest.raises(EntryOutdated):
        apply_entry(business.id, CATEGORIES, cells, digest_of(seen[1]), user)
    assert ListItem.objects.get().name == "Motor"


@pytest.mark.req("CHG-12")
def test_books_that_keep_a_list_let_nobody_write_it_here(acme: tuple[Business, User]) -> None:
    factories.make_connection(*acme)
    with pytest.raises(ListKeptElsewhere, match="keeps this list"):
        run(acme, "Name,Type\nMotor,Expense\n")
    assert len(run(acme, "Name\nBT\n", SUPPLIERS).new) == 1


def test_a_combined_entry_is_not_written_by_its_old_id(acme: tuple[Business, User]) -> None:
    business, user = acme
    kept, absorbed = (create_item(business.id, SUPPLIERS, each) for each in ("BT", "BT plc"))
    combine(kept, absorbed, user)
    plan = plan_changes(SUPPLIERS, read_entries(f"ID,Name\n{absorbed.id},Telecom\n".encode(), SUPPLIERS))
    assert [error.column for error in plan.errors] == ["ID"]


def test_thousands_of_lines_take_a_handful_of_queries(acme: tuple[Business, User]) -> None:
    lines = "".join(f"C{number},Category {number},Expense\n" for number in range(3000))
    plan = run(acme, f"Code,Name,Type\n{lines}")
    assert len(plan.new) == 3000
    ids: list[UUID] = list(ListItem.objects.values_list("id", flat=True))
    assert len(set(ids)) == 3000
