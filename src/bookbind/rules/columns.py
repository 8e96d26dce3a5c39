"""Pure: what a supplier rule says, as columns of a file; entries go by their words, never by ids."""

from bookbind.lists.columns import CellWrong, one_of
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.rules.evaluate import DueMode

ID, SUPPLIER, ACTIVE = "ID", "Supplier", "Active"
DUE, DUE_DAYS = "Due", "Due days"
KIND, PUBLISH_AS, AUTO_PUBLISH = "Type", "Publish as", "Publish by itself"
ENTRIES = {
    "Category": ("category_id", ListName.CATEGORIES),
    "VAT rate": ("tax_rate_id", ListName.TAX_RATES),
    "Project": ("tracking_1_id", ListName.TRACKING_1),
    "Project 2": ("tracking_2_id", ListName.TRACKING_2),
}
HEADINGS = (ID, SUPPLIER, *ENTRIES, DUE, DUE_DAYS, KIND, PUBLISH_AS, AUTO_PUBLISH, ACTIVE)

DUE_WORDS = {
    DueMode.DAYS_AFTER_DATE.value: "days after the date",
    DueMode.DAYS_AFTER_MONTH_END.value: "days after the end of the month",
    DueMode.DAY_OF_NEXT_MONTH.value: "day of the next month",
}
KIND_WORDS = {
    DocumentKind.BILL.value: "Invoice",
    DocumentKind.SUPPLIER_CREDIT.value: "Credit note",
    DocumentKind.EXPENSE.value: "Receipt",
}
PUBLISH_WORDS = {
    PublishAs.DRAFT.value: "Draft",
    PublishAs.AWAITING_APPROVAL.value: "Awaiting approval",
    PublishAs.AWAITING_PAYMENT.value: "Awaiting payment",
}
YES_NO = {"yes": "yes", "no": "no"}

read_due = one_of(DUE_WORDS)
read_kind = one_of(KIND_WORDS)
read_publish_as = one_of(PUBLISH_WORDS)
read_yes_no = one_of(YES_NO)


def read_days(text: str) -> int | None:
    """A number of days; nothing stays nothing."""
    digits = text.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < 5):
        raise CellWrong.instead_of(text, "Write a number of days, such as 30.")
    return int(digits)


def show_yes_no(value: bool | None) -> str:  # noqa: FBT001
    """The word of the file; nothing for what is left open."""
    return "" if value is None else "yes" if value else "no"
