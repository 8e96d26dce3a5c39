"""What a Xero tax rate means, from its type, and from its name only where the type is the user's own."""

import re
from decimal import Decimal

from bookbind.providers.base.shapes import Row, text_of
from bookbind.providers.base.types import Side, TaxKind

# Types of the UK, Irish and global editions (2026-11); rates that a user made have types such as TAX001.
_TYPES: tuple[tuple[str, TaxKind], ...] = (
    (r"^(NONE|BASEXCLUDED)$", TaxKind.NO_VAT),
    (r"^(ZERORATED|ZRINPUT|ZROUTPUT)", TaxKind.ZERO_RATED),
    (r"^EXEMPT", TaxKind.EXEMPT),
    (r"^RR(INPUT|OUTPUT)", TaxKind.REDUCED),
    (r"^(REVERSECHARGES|DRCHARGE|RCH)", TaxKind.REVERSE_CHARGE),
    (r"^(EC|MOSS|OSS)", TaxKind.EC),
    (r"^(GSTONIMPORTS|IM(INPUT|OUTPUT|N)|POSTPONED)", TaxKind.IMPORT),
    (r"^(CAPEX)?(SR)?(INPUT|OUTPUT)\d*$", TaxKind.STANDARD),
)
_NAMES: tuple[tuple[str, TaxKind], ...] = (
    (r"reverse charge", TaxKind.REVERSE_CHARGE),
    (r"import|postponed", TaxKind.IMPORT),
    (r"\b(ec|eu)\b|intra-?community", TaxKind.EC),
    (r"exempt", TaxKind.EXEMPT),
    (r"zero", TaxKind.ZERO_RATED),
    (r"no (vat|tax|gst)|outside|out of scope|non-?vat", TaxKind.NO_VAT),
    (r"reduced|lower rate", TaxKind.REDUCED),
    (r"standard", TaxKind.STANDARD),
)


def guess_tax_kind(tax_type: str, name: str, rate: Decimal) -> tuple[TaxKind, bool]:
    """The kind, and whether it was only guessed from the name or the rate."""
    by_type = next((kind for pattern, kind in _TYPES if re.search(pattern, tax_type)), None)
    if by_type is not None:
        return by_type, False
    by_name = next((kind for pattern, kind in _NAMES if re.search(pattern, name, re.IGNORECASE)), None)
    if by_name is not None:
        return by_name, True
    if re.search(r"\b(vat|gst|sales tax)\b", name, re.IGNORECASE) and rate > 0:
        return TaxKind.STANDARD if rate >= 10 else TaxKind.REDUCED, True
    return TaxKind.OTHER, True


def side_of(row: Row) -> Side:
    """Which side a rate serves: what it may be applied to, else what its type says."""
    costs, sales = bool(row.get("CanApplyToExpenses")), bool(row.get("CanApplyToRevenue"))
    if costs != sales:
        return Side.COSTS if costs else Side.SALES
    if costs:
        return Side.BOTH
    tax_type = text_of(row, "TaxType")
    if "INPUT" in tax_type:
        return Side.COSTS
    return Side.SALES if "OUTPUT" in tax_type else Side.BOTH
