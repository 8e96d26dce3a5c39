"""The lines of a transaction: completed from the books, with what the preferences drop dropped silently."""

from dataclasses import dataclass
from decimal import Decimal

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    Fault,
    business_rule,
    invalid_enumeration,
    invalid_line_code,
    missing,
    not_found,
)
from bookbind_sandbox.vendors.quickbooks.fields import DETAIL_FIELDS, LINE_FIELDS, check_fields
from bookbind_sandbox.vendors.quickbooks.kinds import ACCOUNT, CLASS, CUSTOMER, ITEM, TAX_CODE
from bookbind_sandbox.vendors.quickbooks.values import is_given, read_decimal, read_text, round_money
from bookbind_sandbox.vendors.quickbooks.wire import Entity, reference

ACCOUNT_LINE, ITEM_LINE = "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"
SALES_LINE, SUBTOTAL_LINE, NOTE_LINE = "SalesItemLineDetail", "SubTotalLineDetail", "DescriptionOnly"
TAX_MODES = ("TaxExcluded", "TaxInclusive", "NotApplicable")
US_CODES = ("TAX", "NON")
BILLABLE = ("Billable", "NotBillable", "HasBeenBilled")
CONTROL_ACCOUNTS = ("Accounts Payable", "Accounts Receivable")


@dataclass(frozen=True)
class Setting:
    """What the whole transaction says about its lines."""

    purchase: bool
    tax_mode: str
    taxed: bool
    american: bool


def complete_lines(books: Books, raw_lines: object, setting: Setting) -> list[Entity]:
    """The lines with ids, numbers and names; subtotals that an app sends back are worked out anew."""
    if not isinstance(raw_lines, list) or not raw_lines:
        raise missing("Line")
    rows = [raw for raw in raw_lines if isinstance(raw, dict) and raw.get("DetailType") != SUBTOTAL_LINE]
    if not rows:
        raise missing("Line")
    lines = [_complete(books, raw, number, setting) for number, raw in enumerate(rows, 1)]
    if not setting.purchase:
        total = sum((line["Amount"] for line in lines if "Amount" in line), Decimal(0))
        lines.append({"Amount": total, "DetailType": SUBTOTAL_LINE, SUBTOTAL_LINE: {}})
    return lines


def _complete(books: Books, raw: Entity, number: int, setting: Setting) -> Entity:
    kind = raw.get("DetailType")
    if not kind:
        raise missing("Line.DetailType")
    check_fields(raw, LINE_FIELDS)
    line: Entity = {"Id": str(number), "LineNum": number}
    if raw.get("Description"):
        line["Description"] = read_text(raw, "Description", 4000)
    if kind == NOTE_LINE and not setting.purchase:
        return line | {"DetailType": NOTE_LINE, "DescriptionLineDetail": {}}
    if kind not in ((ACCOUNT_LINE, ITEM_LINE) if setting.purchase else (SALES_LINE,)):
        raise invalid_enumeration(kind, "Line.DetailType")
    amount = read_decimal(raw, "Amount")
    if amount is None:
        raise missing("Line.Amount")
    given = raw.get(kind)
    detail = given if isinstance(given, dict) else {}
    check_fields(detail, DETAIL_FIELDS[kind])
    completed = (
        _account_detail(books, detail) if kind == ACCOUNT_LINE else _item_detail(books, detail, setting)
    )
    _check_product(detail, amount)
    completed |= _shared_detail(books, detail, setting)
    gross = read_decimal(detail, "TaxInclusiveAmt")
    if gross is not None and setting.tax_mode == "TaxInclusive":
        completed["TaxInclusiveAmt"] = round_money(gross)
    return line | {"Amount": round_money(amount), "DetailType": kind, kind: completed}


def _account_detail(books: Books, detail: Entity) -> Entity:
    if not is_given(detail, "AccountRef"):
        raise missing("Line.AccountBasedExpenseLineDetail.AccountRef")
    account = books.find_reference(ACCOUNT, detail["AccountRef"], "AccountRef")
    if account["AccountType"] in CONTROL_ACCOUNTS:
        raise business_rule("You can't use an Accounts Receivable or Accounts Payable account in this line")
    return {"AccountRef": reference(account["Id"], account["FullyQualifiedName"])}


def _item_detail(books: Books, detail: Entity, setting: Setting) -> Entity:
    if not is_given(detail, "ItemRef"):
        raise missing("Line.ItemRef")
    item = books.find_reference(ITEM, detail["ItemRef"], "ItemRef")
    needed = "ExpenseAccountRef" if setting.purchase else "IncomeAccountRef"
    if item["Type"] == "Category" or needed not in item:
        use = "buy" if setting.purchase else "sell"
        raise business_rule(f"The product or service {item['Name']} is not one that you {use}")
    completed: Entity = {"ItemRef": reference(item["Id"], item["Name"])}
    if not setting.purchase:
        completed["ItemAccountRef"] = item[needed]
    numbers = {name: read_decimal(detail, name) for name in ("Qty", "UnitPrice")}
    return completed | {name: number for name, number in numbers.items() if number is not None}


def _check_product(detail: Entity, amount: Decimal) -> None:
    quantity, price = read_decimal(detail, "Qty"), read_decimal(detail, "UnitPrice")
    if quantity is None or price is None or round_money(quantity * price) == round_money(amount):
        return
    detail_text = f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}"
    raise Fault("6070", "Amount calculation incorrect in the request", detail_text)


def _shared_detail(books: Books, detail: Entity, setting: Setting) -> Entity:
    completed: Entity = {}
    if is_given(detail, "CustomerRef") and setting.purchase:
        customer = books.find_reference(CUSTOMER, detail["CustomerRef"], "CustomerRef")
        completed["CustomerRef"] = reference(customer["Id"], customer["DisplayName"])
    if setting.purchase:
        billable = detail.get("BillableStatus") or "NotBillable"
        if billable not in BILLABLE:
            raise invalid_enumeration(billable, "BillableStatus")
        completed["BillableStatus"] = billable
    if is_given(detail, "ClassRef") and _tracks_classes(books):
        found = books.find_reference(CLASS, detail["ClassRef"], "ClassRef")
        completed["ClassRef"] = reference(found["Id"], found["FullyQualifiedName"])
    return completed | _tax_code(books, detail, setting)


def _tracks_classes(books: Books) -> bool:
    names = ("ClassTrackingPerTxnLine", "ClassTrackingPerTxn")
    return any(books.accounting_preference(name) for name in names)


def _tax_code(books: Books, detail: Entity, setting: Setting) -> Entity:
    if setting.tax_mode == "NotApplicable" and not setting.american:
        return {}
    given = str((detail.get("TaxCodeRef") or {}).get("value") or "")
    if setting.american:
        if given and given not in US_CODES:
            raise invalid_line_code(given)
        return {"TaxCodeRef": reference(given or "NON")}
    if not setting.taxed:
        return {}
    if not given:
        raise business_rule("Make sure all your transactions have a VAT rate before you save.")
    code = books.find_reference(TAX_CODE, {"value": given}, "TaxCodeRef")
    side = "PurchaseTaxRateList" if setting.purchase else "SalesTaxRateList"
    if not code[side]["TaxRateDetail"] and code["Taxable"]:
        word = "purchases" if setting.purchase else "sales"
        raise business_rule(f"The VAT rate {code['Name']} can't be used for {word}.")
    if code["Hidden"]:
        raise not_found()
    return {"TaxCodeRef": reference(given)}
