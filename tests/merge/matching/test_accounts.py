"""Categories: what accounts stand for, in the words of one chart and of another."""

import pytest

from bookbind.merge.matching import Item, Kind, Suggestion, compatible, match
from bookbind.merge.matching.account_types import shared_type

# A suggestion of this confidence stands at the bottom of the page, as one among many.
HARDLY = 0.1
CHART = (
    ("Directors' Remuneration", "OVERHEADS"),
    ("Salaries", "OVERHEADS"),
    ("Employers National Insurance", "OVERHEADS"),
    ("Corporation Tax", "OVERHEADS"),
    ("Corporation Tax Payable", "CURRLIAB"),
    ("Accounts Receivable", "CURRENT"),
    ("Accounts Payable", "CURRLIAB"),
    ("Sales", "REVENUE"),
    ("Interest Income", "REVENUE"),
    ("Interest Paid", "OVERHEADS"),
    ("Bank Fees", "OVERHEADS"),
    ("Light, Power, Heating", "OVERHEADS"),
    ("Travel - National", "OVERHEADS"),
    ("Motor Vehicle Expenses", "OVERHEADS"),
    ("Motor Vehicles", "FIXED"),
    ("Less Accumulated Depreciation on Motor Vehicles", "FIXED"),
    ("Depreciation Expense", "DEPRECIATN"),
    ("Telephone & Internet", "OVERHEADS"),
    ("Printing & Stationery", "OVERHEADS"),
    ("VAT", "CURRLIAB"),
    ("PAYE Payable", "CURRLIAB"),
    ("Inventory", "CURRENT"),
    ("Retained Earnings", "EQUITY"),
)


def _match(name: str, type_: str, chart: tuple[tuple[str, str], ...] = CHART) -> Suggestion:
    new = [Item(name, name, type=kind) for name, kind in chart]
    return match([Item("old", name, type=type_)], new, Kind.CATEGORIES)[0]


@pytest.mark.parametrize(
    ("name", "type_", "right"),
    [
        ("Wages", "Expense", "Salaries"),
        ("Officer's salaries", "Expense", "Directors' Remuneration"),
        ("Employer's N.I.", "Expense", "Employers National Insurance"),
        ("Debtors Control Account", "Asset", "Accounts Receivable"),
        ("Creditors", "Liability", "Accounts Payable"),
        ("Turnover", "Income", "Sales"),
        ("Bank interest received", "Income", "Interest Income"),
        ("Bank interest paid", "Expense", "Interest Paid"),
        ("Bank charges", "Expense", "Bank Fees"),
        ("Gas and electricity", "Expense", "Light, Power, Heating"),
        ("Car expenses", "Expense", "Motor Vehicle Expenses"),
        ("Company cars", "asset_fixed", "Motor Vehicles"),
        ("Vehicles depreciation", "asset_fixed", "Less Accumulated Depreciation on Motor Vehicles"),
        ("Depreciation", "Expense", "Depreciation Expense"),
        ("Phone", "Expense", "Telephone & Internet"),
        ("Office stationery", "Expense", "Printing & Stationery"),
        ("P.A.Y.E.", "Liability", "PAYE Payable"),
        ("Stock", "Asset", "Inventory"),
        ("Profit and loss account", "Equity", "Retained Earnings"),
    ],
)
def test_another_name_for_the_same_is_found(name: str, type_: str, right: str) -> None:
    assert _match(name, type_).new == right


@pytest.mark.parametrize(
    ("type_", "right"), [("Expense", "Corporation Tax"), ("Liability", "Corporation Tax Payable")]
)
def test_the_type_tells_a_cost_from_a_debt_of_one_name(type_: str, right: str) -> None:
    assert _match("Corporation tax", type_).new == right


@pytest.mark.parametrize(
    ("name", "type_", "wrong"),
    [
        ("Staff wages", "Expense", "Directors' Remuneration"),
        ("Tax penalties", "Expense", "Corporation Tax"),
        ("Sundry debtors", "Asset", "Accounts Payable"),
        ("Depreciation", "Expense", "Less Accumulated Depreciation on Motor Vehicles"),
        ("Sales ledger control", "Asset", "Sales"),
    ],
)
def test_accounts_that_share_words_are_not_confused(name: str, type_: str, wrong: str) -> None:
    suggestion = _match(name, type_)
    assert suggestion.new != wrong or suggestion.confidence < HARDLY


def test_an_exact_name_is_accepted_with_its_reason() -> None:
    suggestion = _match("Bank Fees", "Expense")
    assert suggestion.auto
    assert suggestion.reasons == ("same name, both expense",)


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("DIRECTCOSTS", "Cost of Goods Sold", "cost of sales"),
        ("OVERHEADS", "Expense", "expense"),
        ("DIRECTCOSTS", "Expense", "expense"),
        ("FIXED", "Fixed Asset", "fixed asset"),
        ("BANK", "Bank", "bank"),
        ("Asset", "Stock", "asset"),
        ("Income", "Expense", ""),
        ("nonsense", "nonsense", ""),
        ("", "Expense", ""),
    ],
)
def test_the_reason_names_the_type_that_both_have(old: str, new: str, words: str) -> None:
    assert shared_type(old, new) == words


def test_a_broader_account_is_proposed_but_not_accepted() -> None:
    chart = (("Insurance", "OVERHEADS"), ("Rent", "OVERHEADS"))
    suggestion = _match("Public liability insurance for the workshop", "Expense", chart)
    assert suggestion.new == "Insurance"
    assert not suggestion.auto


def test_the_same_name_with_a_type_of_another_kind_is_never_proposed() -> None:
    suggestion = _match("Motor Vehicles", "Fixed Asset", (("Motor Vehicles", "OVERHEADS"),))
    assert suggestion.new is None


@pytest.mark.parametrize(
    ("old", "new"), [("Fixed Asset", "OVERHEADS"), ("Income", "CURRLIAB"), ("Equity", "EXPENSE")]
)
def test_types_of_different_kinds_are_refused(old: str, new: str) -> None:
    refusal = compatible(Item("a", "Tools", type=old), Item("b", "Tools", type=new), Kind.CATEGORIES)
    assert refusal is not None
    assert " is not " in refusal.reason


def test_accounts_that_stand_on_either_side_may_cross_it() -> None:
    vat = compatible(Item("a", "VAT", type="Asset"), Item("b", "VAT", type="CURRLIAB"), Kind.CATEGORIES)
    rent = compatible(Item("a", "Rent", type="Income"), Item("b", "Rent", type="OVERHEADS"), Kind.CATEGORIES)
    assert vat is None
    assert rent is not None


def test_an_equal_code_alone_proposes_nothing() -> None:
    old = [Item("a", "Carriage", "200", "Expense")]
    new = [Item("b", "Dividends", "200", "EXPENSE")]
    suggestion = match(old, new, Kind.CATEGORIES)[0]
    assert not suggestion.auto
    assert suggestion.confidence < 0.2


def test_what_an_account_was_used_with_decides_between_two() -> None:
    used = frozenset({"supplier 1", "supplier 2", "supplier 3"})
    old = [Item("a", "Workshop running costs", type="Expense", used_with=used)]
    new = [
        Item("b", "Workshop costs 1", type="OVERHEADS"),
        Item("c", "Workshop costs 2", type="OVERHEADS", used_with=used),
    ]
    assert match(old, new, Kind.CATEGORIES)[0].new == "c"


def test_several_old_accounts_may_meet_on_one() -> None:
    old = [Item("a", "Bank charges", type="Expense"), Item("b", "Bank fees", type="Expense")]
    new = [Item("c", "Bank Charges and Fees", type="OVERHEADS")]
    assert [suggestion.new for suggestion in match(old, new, Kind.CATEGORIES)] == ["c", "c"]


def test_the_account_for_all_the_rest_is_among_the_proposals() -> None:
    old = [Item("a", "Charitable contributions", type="Expense")]
    new = [Item("b", "General Expenses", type="Expense"), Item("c", "Sales", type="Income")]
    suggestion = match(old, new, Kind.CATEGORIES)[0]
    assert "b" in {suggestion.new, *(other for other, _ in suggestion.alternatives)}
    assert not suggestion.auto


@pytest.mark.parametrize(
    ("old_names", "right"),
    [
        (("Salaries", "Staff pay"), ("Wages", "Staff salaries")),
        (("Salaries", "Wages"), ("Office salaries", "Staff wages")),
    ],
)
def test_accounts_that_could_be_either_are_accepted_where_each_has_its_own(
    old_names: tuple[str, str], right: tuple[str, str]
) -> None:
    old = [Item(name, name, type="OVERHEADS") for name in old_names]
    new = [Item(name, name, type="Expense") for name in sorted(right)]
    assert [each.auto for each in match(old[:1], new, Kind.CATEGORIES)] == [False]
    together = match(old, new, Kind.CATEGORIES)
    assert [(each.new, each.auto) for each in together] == [(name, True) for name in right]


@pytest.mark.parametrize(
    ("name", "type_", "right"),
    [
        ("Furniture and Fixtures", "Fixed Assets", "Office equipment"),
        ("Student loans", "Current Liability", "Payroll liabilities"),
        ("Packaging", "Purchases", "Cost of sales"),
        ("H.P. interest", "Overheads", "Finance costs"),
        ("Undistributed reserves", "Capital & Reserves", "Retained earnings"),
        ("Fuel", "Expenditure", "Motor expenses"),
        ("Employer NICs", "Overheads", "Staff costs"),
    ],
)
def test_where_the_same_account_is_missing_a_broader_one_is_proposed(
    name: str, type_: str, right: str
) -> None:
    chart = (
        ("Office equipment", "Fixed Asset"),
        ("Payroll liabilities", "Other Current Liability"),
        ("Other creditors", "Other Current Liability"),
        ("Cost of sales", "Cost of Goods Sold"),
        ("Finance costs", "Expense"),
        ("Motor expenses", "Expense"),
        ("Staff costs", "Expense"),
        ("General expenses", "Expense"),
        ("Retained earnings", "Equity"),
    )
    suggestion = _match(name, type_, chart)
    assert suggestion.new == right
    assert not suggestion.auto


@pytest.mark.parametrize(
    ("type_", "right"),
    [
        ("Purchases", "Cost of sales"),
        ("Overheads", "General expenses"),
        ("Other income", "Sundry income"),
        ("Current Liability", "Other creditors"),
        ("Creditors due < 1 year", "Other creditors"),
    ],
)
def test_the_account_for_all_the_rest_is_that_of_the_same_family(type_: str, right: str) -> None:
    chart = (
        ("General expenses", "Expense"),
        ("Cost of sales", "Cost of Goods Sold"),
        ("Sundry income", "Other Income"),
        ("Other creditors", "Other Current Liability"),
    )
    suggestion = _match("Zebra crossing", type_, chart)
    assert suggestion.new == right
    assert not suggestion.auto


@pytest.mark.parametrize(
    ("name", "chart"),
    [
        ("Excavator - depn to date", (("Plant and machinery", "Fixed Asset"),)),
        ("Plant and machinery", (("Plant and machinery depreciation", "Fixed Asset"),)),
        ("Capital Asset Depreciation: Vans", (("Vans", "Fixed Asset"),)),
    ],
)
def test_an_asset_is_never_proposed_for_what_was_written_off_of_it(
    name: str, chart: tuple[tuple[str, str], ...]
) -> None:
    assert _match(name, "Fixed Assets", chart).new is None


def test_what_stands_below_a_heading_is_read_alone() -> None:
    chart = (("Motor vehicles", "FIXED"), ("Motor vehicles depreciation", "FIXED"), ("Buildings", "FIXED"))
    assert _match("Capital Asset: Motor Vehicles", "general", chart).new == "Motor vehicles"
    assert _match("Capital Asset Depreciation: Vans", "general", chart).new == "Motor vehicles depreciation"


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        ("Current Asset/Liability", ("Rent", "Expense")),
        ("Current Asset/Liability", ("Rent", "Income")),
        ("general", ("Rent", "Income")),
        ("Suspense", ("Rent", "Cost of Goods Sold")),
    ],
)
def test_a_type_that_leaves_the_side_open_is_still_of_the_balance_sheet(
    type_: str, wrong: tuple[str, str]
) -> None:
    refusal = compatible(Item("a", "Rent", type=type_), Item("b", wrong[0], type=wrong[1]), Kind.CATEGORIES)
    assert refusal is not None
    assert refusal.reason.startswith("A balance sheet account is not")


@pytest.mark.parametrize("side", ["Other Current Asset", "CURRLIAB", "general"])
def test_a_type_that_leaves_the_side_open_goes_with_either(side: str) -> None:
    suggestion = _match("Directors loan", "Current Asset/Liability", (("Directors loan", side),))
    assert suggestion.new == "Directors loan"


def test_a_cost_of_an_open_type_is_proposed_but_not_accepted() -> None:
    suggestion = _match("Corporation Tax", "general", (("Corporation Tax", "OVERHEADS"),))
    assert suggestion.new == "Corporation Tax"
    assert not suggestion.auto


def test_an_account_for_all_the_rest_is_accepted_only_in_its_own_family() -> None:
    assert not _match("Other expense", "Overheads", (("Other Expense", "Other Expense"),)).auto
    assert _match("Other expense", "Overheads", (("Other Expense", "Expense"),)).auto
