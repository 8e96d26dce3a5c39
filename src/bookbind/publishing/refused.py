"""What people read about a document that the vendor did not take."""

from bookbind.publishing.reasons import Reason
from bookbind.publishing.wording import Button, Entry, Retried, Who, to_edit

REFUSED: dict[Reason, Entry] = {
    Reason.REFUSED_CATEGORY: to_edit(
        "Category refused",
        "{provider} did not take the category.",
        "It was archived, deleted or changed there since the lists were read.",
        "Choose another category, or refresh the lists, and publish again.",
    ),
    Reason.REFUSED_TAX_RATE: to_edit(
        "VAT rate refused",
        "{provider} did not take the VAT rate.",
        "It was changed there since the lists were read.",
        "Choose another VAT rate, or refresh the lists, and publish again.",
    ),
    Reason.REFUSED_TAX_FOR_CATEGORY: to_edit(
        "VAT rate doesn't suit the category",
        "{provider} does not allow this VAT rate with this category.",
        "Each of its categories takes only some VAT rates.",
        "Choose another VAT rate or category and publish again.",
    ),
    Reason.REFUSED_SUPPLIER_ARCHIVED: to_edit(
        "Supplier archived",
        "The supplier was archived in {provider}.",
        "{provider} takes no new documents of an archived contact.",
        "Have it restored there, or choose another supplier, and publish again.",
    ),
    Reason.REFUSED_SUPPLIER_NAME: to_edit(
        "Supplier's name is taken",
        "{provider} could not create the supplier: the name is taken.",
        "An archived contact, a customer or an employee there has the same name.",
        "Choose that one after a refresh of the lists, or change the name, and publish again.",
    ),
    Reason.REFUSED_SUPPLIER_CURRENCY: to_edit(
        "Supplier has another currency",
        "{provider} keeps the supplier, or the account it was paid from, in another currency.",
        "There each of them has one currency, which can't be changed.",
        "Change the document's currency if it is wrong. If it is right, type a new supplier, such as the "
        "same name with the currency behind it: it is created there in that currency. Then publish again.",
    ),
    Reason.REFUSED_PERIOD: to_edit(
        "Closed period",
        "The document's period is closed in {provider}.",
        "{organisation} locked its books since the lists were read.",
        "Change the date, or have the lock date moved, and publish again.",
    ),
    Reason.REFUSED_NUMBER: to_edit(
        "Number is taken",
        "{provider} has another document with this number.",
        "It demands that numbers differ.",
        "Publish again to see the two side by side, or change the number if it was read wrongly.",
    ),
    Reason.REFUSED_CURRENCY: to_edit(
        "Currency not in use",
        "{organisation} does not use this currency in {provider}.",
        "A document's currency has to be switched on there first.",
        "Have it added there, or change the currency, and publish again.",
    ),
    Reason.REFUSED_TRACKING: to_edit(
        "Project refused",
        "{provider} did not take the project.",
        "It was archived or changed there since the lists were read.",
        "Choose another one or none, and publish again.",
    ),
    Reason.REFUSED_AMOUNTS: to_edit(
        "Amounts refused",
        "{provider} comes to other amounts than the document.",
        "Its own sums of the lines and their VAT differ from ours.",
        "Check the amounts and the VAT of each line, and publish again.",
    ),
    Reason.REFUSED_PLAN_LIMIT: Entry(
        "The plan's limit is reached",
        "{organisation}'s {provider} plan takes no more documents now.",
        "The plan allows a number of documents in a month.",
        Who.BOOKKEEPER,
        "Publish again when the plan was changed or the month is over.",
        ((Button.PUBLISH, "Publish again"),),
        Retried.ON_PUBLISH,
    ),
    Reason.REFUSED_FILE: to_edit(
        "File refused",
        "{provider} did not take the file.",
        "Its name, type or size was not accepted.",
        "Upload another copy and publish that.",
    ),
    Reason.REFUSED_OTHER: to_edit(
        "Refused",
        "{provider} did not take this document.",
        "What it said stands under Details.",
        "Correct what it names and publish again.",
    ),
    Reason.UNSUPPORTED: Entry(
        "Not possible there",
        "{provider} can't take this document as it is.",
        "Something on it has no place there; it is never dropped silently.",
        Who.YOU,
        "Change what is named under Details, or export the document.",
        ((Button.EDIT, "Go to the document"), (Button.EXPORT, "Export")),
        Retried.ON_PUBLISH,
    ),
}
