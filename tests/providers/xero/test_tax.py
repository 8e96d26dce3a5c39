"""What tax rates mean; several share 0 % and are all different."""

from decimal import Decimal

import pytest

from bookbind.providers.base.types import Side, TaxKind
from bookbind.providers.xero.tax import guess_tax_kind, side_of

KNOWN = [
    ("INPUT2", "20% (VAT on Expenses)", "20", TaxKind.STANDARD),
    ("OUTPUT2", "20% (VAT on Income)", "20", TaxKind.STANDARD),
    ("OUTPUT", "15% (VAT on Income)", "15", TaxKind.STANDARD),
    ("CAPEXINPUT2", "20% (VAT on Capital Purchases)", "20", TaxKind.STANDARD),
    ("SRINPUT", "17.5% (VAT on Expenses)", "17.5", TaxKind.STANDARD),
    ("RRINPUT", "5% (VAT on Expenses)", "5", TaxKind.REDUCED),
    ("RROUTPUT", "5% (VAT on Income)", "5", TaxKind.REDUCED),
    ("ZERORATEDINPUT", "Zero Rated Expenses", "0", TaxKind.ZERO_RATED),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "0", TaxKind.ZERO_RATED),
    ("EXEMPTINPUT", "Exempt Expenses", "0", TaxKind.EXEMPT),
    ("EXEMPTOUTPUT", "Exempt Income", "0", TaxKind.EXEMPT),
    ("NONE", "No VAT", "0", TaxKind.NO_VAT),
    ("REVERSECHARGES", "Reverse Charge Expenses (20%)", "0", TaxKind.REVERSE_CHARGE),
    ("DRCHARGESUPPLY20", "Domestic Reverse Charge @ 20% (VAT on Income)", "0", TaxKind.REVERSE_CHARGE),
    ("ECZRINPUT", "Zero Rated EC Expenses", "0", TaxKind.EC),
    ("ECACQUISITIONS", "EC Acquisitions (20%)", "0", TaxKind.EC),
    ("GSTONIMPORTS", "VAT on Imports", "0", TaxKind.IMPORT),
]
GUESSED = [
    ("TAX001", "Standard rate", "21", TaxKind.STANDARD),
    ("TAX002", "VAT 21%", "21", TaxKind.STANDARD),
    ("TAX003", "VAT 6%", "6", TaxKind.REDUCED),
    ("TAX004", "Exempt from VAT", "0", TaxKind.EXEMPT),
    ("TAX005", "Outside the scope of VAT", "0", TaxKind.NO_VAT),
    ("TAX006", "Postponed import VAT", "0", TaxKind.IMPORT),
    ("TAX007", "Reverse charge (EU services)", "0", TaxKind.REVERSE_CHARGE),
    ("TAX008", "EU purchases", "0", TaxKind.EC),
    ("TAX009", "Insurance premium tax", "12", TaxKind.OTHER),
    ("TAX010", "Reduced (hospitality)", "12.5", TaxKind.REDUCED),
    ("TAX011", "Decorations", "0", TaxKind.OTHER),
]


@pytest.mark.parametrize(("tax_type", "name", "rate", "kind"), KNOWN)
def test_xeros_own_types_are_known(tax_type: str, name: str, rate: str, kind: TaxKind) -> None:
    assert guess_tax_kind(tax_type, name, Decimal(rate)) == (kind, False)


@pytest.mark.parametrize(("tax_type", "name", "rate", "kind"), GUESSED)
def test_a_users_own_rate_is_guessed_and_says_so(tax_type: str, name: str, rate: str, kind: TaxKind) -> None:
    assert guess_tax_kind(tax_type, name, Decimal(rate)) == (kind, True)


@pytest.mark.parametrize(
    ("row", "side"),
    [
        ({"CanApplyToExpenses": True, "CanApplyToRevenue": False}, Side.COSTS),
        ({"CanApplyToExpenses": False, "CanApplyToRevenue": True}, Side.SALES),
        ({"CanApplyToExpenses": True, "CanApplyToRevenue": True, "TaxType": "INPUT2"}, Side.BOTH),
        ({"TaxType": "RRINPUT"}, Side.COSTS),
        ({"TaxType": "OUTPUT2"}, Side.SALES),
        ({"TaxType": "NONE"}, Side.BOTH),
    ],
)
def test_a_rate_serves_the_side_it_may_be_applied_to(row: dict[str, object], side: Side) -> None:
    assert side_of(row) is side
