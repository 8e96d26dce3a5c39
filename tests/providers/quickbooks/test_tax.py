"""What each tax code means, and the tax of a document by rate."""

import copy
from decimal import Decimal
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.components import find_components, list_components
from bookbind.providers.base.types import OutgoingLine, RemoteEntry, Side, TaxComponent, TaxKind
from bookbind.providers.quickbooks.client import expected_shape
from bookbind.providers.quickbooks.tax import parse_tax_codes, tax_kind
from bookbind.providers.quickbooks.tax_lines import split_tax, sum_by_rate
from tests.providers.quickbooks.payload import rows


def codes() -> dict[str, RemoteEntry]:
    found = parse_tax_codes(rows("tax_codes", "TaxCode"), rows("tax_rates", "TaxRate"))
    return {entry.name: entry for entry in found}


def test_a_code_for_both_sides_is_one_entry_with_the_rates_of_each() -> None:
    assert codes()["20.0% S"] == RemoteEntry(
        remote_id="10",
        remote_type="TaxCode",
        name="20.0% S",
        details={
            "rate": "20",
            "tax_kind": "standard",
            "tax_kind_is_guessed": False,
            "side": "both",
            "cost_components": [["15", "20"]],
            "sales_components": [["14", "20"]],
            "sales_rate": "20",
            "description": "Standard rate",
        },
    )


@pytest.mark.parametrize(
    ("name", "rate", "kind", "guessed", "side", "archived"),
    [
        ("0.0% Z", "0", TaxKind.ZERO_RATED, False, Side.BOTH, False),
        ("20.0% RC SG", "0", TaxKind.REVERSE_CHARGE, False, Side.BOTH, False),
        ("0.0% ECG", "0", TaxKind.EC, True, Side.SALES, False),
        ("No VAT", "0", TaxKind.NO_VAT, False, Side.BOTH, False),
        ("17.5% S", "17.5", TaxKind.STANDARD, False, Side.BOTH, True),
        ("TAX", "", TaxKind.OTHER, True, Side.BOTH, False),
    ],
)
def test_each_code_says_what_it_means(
    name: str, rate: str, kind: TaxKind, side: Side, *, guessed: bool, archived: bool
) -> None:
    entry = codes()[name]
    told = (entry.details["rate"], entry.details["tax_kind"], entry.details["side"], entry.archived)
    assert told == (rate, kind, side, archived)
    assert entry.details["tax_kind_is_guessed"] is guessed


def test_a_reverse_charge_keeps_the_rate_that_gives_and_the_one_that_takes() -> None:
    details = codes()["20.0% RC SG"].details
    given, taken = find_components(details, Side.COSTS)
    assert (given, taken) == (TaxComponent("18", Decimal(20)), TaxComponent("19", Decimal(-20)))
    assert find_components(details, Side.SALES) == (TaxComponent("17", Decimal(0)),)


@pytest.mark.parametrize(
    ("name", "special", "percent", "expected"),
    [
        ("20.0% PVA", "FOREIGN_TAX", 20, (TaxKind.IMPORT, True)),
        ("20.0% ECS", "FOREIGN_TAX", 20, (TaxKind.EC, False)),
        ("20.0% RC CIS", "NONE", 20, (TaxKind.REVERSE_CHARGE, True)),
        ("Exempt", "NONE", 0, (TaxKind.EXEMPT, True)),
        ("5.0% R", "NONE", 5, (TaxKind.REDUCED, False)),
        ("Out of scope", "NONE", 0, (TaxKind.NO_VAT, True)),
        ("Zero", "NONE", 0, (TaxKind.ZERO_RATED, True)),
        ("My own", "NONE", 23, (TaxKind.STANDARD, False)),
        ("My own", "NONE", 9, (TaxKind.REDUCED, False)),
        ("Import 20%", "NONE", 20, (TaxKind.IMPORT, True)),
        ("My own", "NONE", 0, (TaxKind.OTHER, True)),
    ],
)
def test_a_kind_is_guessed_only_where_nothing_says_it(
    name: str, special: str, percent: int, expected: tuple[TaxKind, bool]
) -> None:
    rates = {"1": {"Id": "1", "RateValue": percent, "SpecialTaxType": special}}
    row = {"Name": name, "PurchaseTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": "1"}}]}}
    assert tax_kind(row, rates) == expected


def test_a_code_whose_rate_is_missing_is_a_changed_shape() -> None:
    with pytest.raises(Exception, match="changed_shape"), expected_shape():
        parse_tax_codes(rows("tax_codes", "TaxCode"), [])


@pytest.mark.parametrize("name", ["Id", "Name"])
def test_a_code_without_what_it_must_have_is_refused(name: str) -> None:
    sample = copy.deepcopy(rows("tax_codes", "TaxCode"))
    del sample[0][name]
    with pytest.raises(ValueError, match=name):
        parse_tax_codes(sample, rows("tax_rates", "TaxRate"))


def test_every_known_field_is_used_or_ignored_on_purpose() -> None:
    codes_sample, rates_sample = rows("tax_codes", "TaxCode"), rows("tax_rates", "TaxRate")
    with structlog.testing.capture_logs() as logged:
        parse_tax_codes(codes_sample, rates_sample)
        parse_tax_codes(
            [codes_sample[0] | {"Brand new code": 1}], [*rates_sample, rates_sample[0] | {"New rate": 1}]
        )
    assert sorted(entry["fields"] for entry in logged) == [["Brand new code"], ["New rate"]]


cents = st.decimals(-99_999, 999_999, places=2, allow_nan=False, allow_infinity=False)
percents = st.sampled_from([Decimal(text) for text in ("0", "5", "-5", "7", "9.975", "20", "-20")])
components = st.lists(
    st.builds(TaxComponent, st.sampled_from(["15", "18", "19"]), percents),
    min_size=1,
    max_size=3,
    unique_by=lambda part: part.rate_id,
).map(tuple)


def line(net: str, tax: str, *parts: TaxComponent) -> OutgoingLine:
    amount = Decimal(net)
    return OutgoingLine("x", Decimal(1), amount, amount, Decimal(tax), "7", "", "10", tax_components=parts)


def lines() -> st.SearchStrategy[OutgoingLine]:
    def made(net: Decimal, tax: Decimal, parts: tuple[TaxComponent, ...]) -> OutgoingLine:
        return line(str(net), str(tax), *parts)

    return st.builds(made, cents, cents, components)


@given(st.lists(lines(), min_size=1, max_size=5))
@pytest.mark.req("PUB-09")
def test_the_tax_by_rate_adds_up_to_ours_to_the_penny(documents_lines: list[OutgoingLine]) -> None:
    by_rate = sum_by_rate(documents_lines)
    assert by_rate is not None
    assert sum(tax for _, tax in by_rate.values()) == sum(each.tax for each in documents_lines)


def test_what_rounding_leaves_over_goes_to_the_largest_rate() -> None:
    gst, pst = TaxComponent("1", Decimal(5)), TaxComponent("2", Decimal("9.975"))
    assert split_tax(line("8.33", "1.24", gst, pst)) == {gst: Decimal("0.42"), pst: Decimal("0.82")}


def test_lines_of_one_rate_are_one_sum() -> None:
    vat = TaxComponent("15", Decimal(20))
    assert sum_by_rate([line("100", "20", vat), line("8.33", "1.66", vat)]) == {
        vat: (Decimal("108.33"), Decimal("21.66"))
    }


def test_tax_without_a_known_rate_leaves_the_sums_to_quickbooks() -> None:
    vat = TaxComponent("15", Decimal(20))
    assert sum_by_rate([line("100", "20", vat), line("8", "1.60")]) is None
    assert sum_by_rate([line("100", "20", vat), line("8", "0")]) == {vat: (Decimal(100), Decimal(20))}


@given(components)
def test_rates_come_back_from_an_entrys_details_as_they_went_in(parts: tuple[TaxComponent, ...]) -> None:
    details: dict[str, Any] = {"cost_components": list_components(parts)}
    assert find_components(details, Side.COSTS) == parts
    assert find_components(details, Side.SALES) == ()
