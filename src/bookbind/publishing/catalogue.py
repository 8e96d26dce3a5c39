"""Every reason why a document is not in the books yet: what, why, who, what next, and when again."""

from bookbind.publishing.reasons import Reason
from bookbind.publishing.refused import REFUSED
from bookbind.publishing.wording import Button, Entry, Retried, Who, to_edit

_MATCH = ((Button.MATCH, "Match it"),)
_ANSWER = ((Button.EDIT, "Go to the field"), (Button.ANSWER, "Answer it in Merge lists"))
_ANSWERED_ONCE = "An Admin can answer it once for all such documents in Merge lists."


def _to_answer(short: str, what: str, why: str, following: str) -> Entry:
    return Entry(short, what, why, Who.YOU, f"{following} {_ANSWERED_ONCE}", _ANSWER, Retried.ON_PUBLISH)


def _to_match(short: str, what: str, why: str, following: str) -> Entry:
    return Entry(short, what, why, Who.ADMIN, following, _MATCH, Retried.WHEN_CURED)


_OWN_FIELDS: dict[Reason, Entry] = {
    Reason.SUPPLIER_MISSING: to_edit(
        "Supplier missing",
        "Who is this bill from?",
        "{provider} needs a supplier on every document.",
        "Choose the supplier, or type a new name.",
    ),
    Reason.DATE_MISSING: to_edit(
        "Date missing",
        "What date is on the document?",
        "{provider} puts it into the period of its date.",
        "Type the date that stands on the paper.",
    ),
    Reason.DUE_DATE_MISSING: to_edit(
        "Due date missing",
        "When is it due?",
        "A bill that awaits payment needs a due date in {provider}.",
        "Type the due date{instead}.",
    ),
    Reason.DUE_BEFORE_DATE: to_edit(
        "Due before its date",
        "The due date lies before the document's date.",
        "{provider} takes no document that is due before it was written.",
        "Correct one of the two dates.",
    ),
    Reason.TOTAL_MISSING: to_edit(
        "Total missing",
        "What is the total?",
        "The lines are checked against it, so that nothing is lost on the way.",
        "Type the total that stands on the paper.",
    ),
    Reason.TOTAL_NEGATIVE: to_edit(
        "Total below zero",
        "The total is below zero.",
        "{provider} takes money that comes back to you as a credit note.",
        "Turn it into a credit note with a positive total.",
    ),
    Reason.AMOUNT_MISSING: to_edit(
        "Amount missing",
        "The net amount is missing{line}.",
        "A line without an amount can't be booked.",
        "Type the amount, or remove the line.",
    ),
    Reason.CATEGORY_MISSING: to_edit(
        "Category missing",
        "Choose a category{line}.",
        "It decides where the cost appears in {organisation}'s books.",
        "Choose one; a supplier rule can do it next time.",
    ),
    Reason.TAX_RATE_MISSING: to_edit(
        "VAT rate missing",
        "Choose a VAT rate{line}.",
        "{provider} computes the VAT return from it, so nothing is assumed.",
        "Choose one; a supplier rule or the settings can do it next time.",
    ),
    Reason.TAX_WITHOUT_RATE: to_edit(
        "VAT on a document without VAT",
        "There is VAT{line}, but the document is set to have none.",
        "{provider} would drop the VAT.",
        "Remove the VAT, or set the amounts to be without or with VAT.",
    ),
    Reason.TOTALS_DISAGREE: to_edit(
        "Lines and total differ",
        "The lines come to {difference} {direction} than the total of {total}.",
        "What reaches the books must be what stands on the paper, to the penny.",
        "Correct a line, its VAT or the total.",
    ),
    Reason.PAID_FROM_MISSING: to_edit(
        "Paid from missing",
        "Which account was it paid from?",
        "{provider} books an expense against the account that paid it.",
        "Choose the bank account or card.",
    ),
    Reason.PAID_AS_BILL: to_edit(
        "Paid, but a bill",
        "It is marked as paid, but would be published as {kind}.",
        "{provider} would then ask you to pay it once more.",
        "Publish it as {expense}, or untick Paid.",
    ),
    Reason.KIND_NOT_TAKEN: _to_answer(
        "Type of document not taken",
        "{provider} does not take documents of this type.",
        "Which types there are differs from software to software.",
        "Choose one of those offered under Type, or say in Merge lists what all such documents become.",
    ),
    Reason.PUBLISH_AS_NOT_TAKEN: _to_answer(
        "Can't be published that way",
        "{provider} can't take {kind} {asked}.",
        "It offers {offered}, and nothing is ever made more final than you asked for.",
        "Choose one of these under Publish as.",
    ),
    Reason.KEPT_HERE: Entry(
        "Kept here",
        "{provider} does not take this document the way you want it, so it stays here.",
        "That was chosen for all such documents, and nothing is ever made more final than you asked for.",
        Who.YOU,
        "Choose another way under Publish as, or change the choice in Merge lists.",
        ((Button.EDIT, "Choose another way"), (Button.ANSWER, "Open Merge lists")),
        Retried.WHEN_CURED,
    ),
    Reason.TAX_MODE_NOT_TAKEN: to_edit(
        "Way of stating VAT not taken",
        "{provider} does not take a document whose VAT is stated this way.",
        "It tells amounts with, without and free of VAT apart in its own way.",
        "Choose one of those offered under VAT is, and compare the total with the paper.",
    ),
    Reason.REFERENCE_TOO_LONG: to_edit(
        "Number too long",
        "The document's number has {length} characters; {provider} takes up to {limit}.",
        "A number that is cut would be another number, so it is never cut silently.",
        "Shorten it to the part by which you would look for it.",
    ),
    Reason.TRACKING_DIFFERS: to_edit(
        "Lines disagree",
        "The lines have more than one {dimension}: {labels}.",
        "{provider} keeps one {dimension} for the whole document.",
        "Choose the same on every line, or split the document.",
    ),
    Reason.FILE_TOO_LARGE: to_edit(
        "File too large",
        "The file is {size}; {provider} takes up to {limit}.",
        "The document would arrive without its paper.",
        "Upload a smaller copy and publish that.",
    ),
    Reason.FILE_NOT_TAKEN: to_edit(
        "File type not taken",
        "{provider} takes no {extension} files.",
        "The document would arrive without its paper.",
        "Save it as a PDF, upload that and publish it.",
    ),
    Reason.ENTRY_ARCHIVED: to_edit(
        "Entry archived",
        "{label} is archived in your lists.",
        "Somebody decided that it is not used any more.",
        "Choose another, or bring it back under Lists.",
    ),
    Reason.ARCHIVED: Entry(
        "Archived",
        "This document is in the archive.",
        "Somebody decided not to publish it.",
        Who.YOU,
        "Bring it back if it is to be published.",
        ((Button.RESTORE, "Bring it back"),),
        Retried.ON_PUBLISH,
    ),
}

_BOOKS: dict[Reason, Entry] = {
    Reason.PERIOD_LOCKED: Entry(
        "Closed period",
        "The period of {date} is closed in {provider}.",
        "{organisation} locked its books up to {limit}, so nothing dated earlier is taken.",
        Who.BOOKKEEPER,
        "Have the lock date moved in {provider} and refresh the lists, or change the document's date.",
        ((Button.EDIT, "Change the date"), (Button.REFRESH_LISTS, "Refresh lists")),
        Retried.WHEN_CURED,
    ),
    Reason.BOOKS_CLOSED: Entry(
        "Closed period",
        "{date} lies in a period that you closed.",
        "The connection's settings say that the books are closed up to {limit}.",
        Who.ADMIN,
        "Change the document's date, or the date in the settings.",
        ((Button.EDIT, "Change the date"), (Button.SETTINGS, "Open the settings")),
        Retried.WHEN_CURED,
    ),
    Reason.CURRENCY_NOT_ENABLED: Entry(
        "Currency not in use",
        "{organisation} does not use {currency} in {provider}.",
        "A document's currency has to be switched on there first.",
        Who.BOOKKEEPER,
        "Have {currency} added in {provider} and refresh the lists, or change the currency.",
        ((Button.EDIT, "Change the currency"), (Button.REFRESH_LISTS, "Refresh lists")),
        Retried.WHEN_CURED,
    ),
    Reason.TAX_IN_COST: Entry(
        "VAT is part of the cost",
        "{target} keeps no VAT.",
        "The {tax} of VAT on this document becomes part of what it cost there.",
        Who.NOBODY,
        "If VAT is to be kept there, have it switched on in {provider} and refresh the lists.",
        ((Button.REFRESH_LISTS, "Refresh lists"),),
        Retried.ON_PUBLISH,
    ),
}

_MATCHES: dict[Reason, Entry] = {
    Reason.CATEGORY_UNMATCHED: _to_match(
        "Category needs a match",
        "{label} has no match in {target} yet.",
        "It is one of your categories, but nothing in {organisation} stands for it.",
        "Match it once, for all documents and rules.",
    ),
    Reason.CATEGORY_ARCHIVED: _to_match(
        "Category no longer usable",
        "{label} was archived or deleted in {provider}.",
        "{provider} books nothing to it any more, and nothing else is put in its place.",
        "Match it to another one, or choose another category.",
    ),
    Reason.TAX_RATE_UNMATCHED: _to_match(
        "VAT rate needs a match",
        "{label} has no match in {target} yet.",
        "It is one of your VAT rates, but nothing in {organisation} stands for it.",
        "Match it once, for all documents and rules.",
    ),
    Reason.TAX_RATE_ARCHIVED: _to_match(
        "VAT rate no longer usable",
        "{label} was archived or deleted in {provider}.",
        "{provider} takes nothing with it any more, and nothing else is put in its place.",
        "Match it to another one, or choose another VAT rate.",
    ),
    Reason.TAX_RATE_WRONG_SIDE: to_edit(
        "VAT rate is for sales",
        "{label} is a VAT rate for sales.",
        "{provider} takes only rates for purchases on a cost.",
        "Choose the purchase rate of the same percentage.",
    ),
    Reason.PAID_FROM_UNMATCHED: _to_match(
        "Account needs a match",
        "{label} has no match in {target} yet.",
        "It is one of your accounts, but nothing in {organisation} stands for it.",
        "Match it once, for all documents.",
    ),
    Reason.PAID_FROM_ARCHIVED: _to_match(
        "Account no longer usable",
        "{label} was archived or deleted in {provider}.",
        "Nothing can be paid from it there any more.",
        "Match it to another one, or choose another account.",
    ),
    Reason.SUPPLIER_ARCHIVED: Entry(
        "Supplier archived",
        "{label} was archived in {provider}.",
        "{provider} takes no new documents of an archived contact.",
        Who.BOOKKEEPER,
        "Have it restored in {provider} and refresh the lists, or choose another supplier.",
        ((Button.EDIT, "Choose another supplier"), (Button.REFRESH_LISTS, "Refresh lists")),
        Retried.WHEN_CURED,
    ),
    Reason.NEW_SUPPLIER: Entry(
        "New supplier",
        "{label} is new in {target}.",
        "The settings ask before a supplier is created there.",
        Who.YOU,
        "Create it there with this document, or choose a supplier that is there already.",
        ((Button.CREATE_SUPPLIER, "Create it in {provider}"), (Button.EDIT, "Choose another supplier")),
        Retried.ON_DECISION,
    ),
    Reason.TRACKING_LEFT_OUT: _to_match(
        "Project is left out",
        "{label} has no match in {target} and is left out.",
        "A project never holds a document; the rest is published as it stands.",
        "Match it if it is to appear there.",
    ),
}

_OUTSIDE: dict[Reason, Entry] = {
    Reason.CONNECTION: Entry(
        "Waiting for the connection",
        "This document waits for the connection to {target}.",
        "It is saved and coded; it was not sent and is not lost.",
        Who.ADMIN,
        "You can still edit it, take it back or export it.",
        ((Button.EXPORT, "Export"),),
        Retried.WHEN_CURED,
    ),
    Reason.LISTS: Entry(
        "Lists are being read",
        "The connection is back, and your lists are being read again.",
        "A document is sent to {target} once the lists that it names entries of are read, so that no code is "
        "out of date.",
        Who.NOBODY,
        "It takes a few seconds. If it does not end, refresh the lists to see why.",
        ((Button.REFRESH_LISTS, "Refresh lists"),),
        Retried.WHEN_CURED,
    ),
    Reason.LOOK_FIRST: Entry(
        "Ready for your look",
        "This document is ready and waits for a look.",
        "The connection to {target} is back, and somebody chose to look before anything is sent.",
        Who.YOU,
        "Press Publish here, or Publish all in Waiting.",
        ((Button.PUBLISH, "Publish"),),
        Retried.ON_PUBLISH,
    ),
    Reason.NOT_STARTED: Entry(
        "Publishing not started",
        "This document is ready for {target}, where publishing has not been started yet.",
        "After a change of software or organisation nothing is sent until somebody says so.",
        Who.ADMIN,
        "Start publishing when the lists are matched.",
        ((Button.START, "Start publishing…"),),
        Retried.WHEN_CURED,
    ),
    Reason.BEFORE_START: Entry(
        "Dated before the new books",
        "{date} lies before {limit}, the first day of {target}.",
        "That day was chosen{chosen} when the business moved there.",
        Who.YOU,
        "Publish it here anyway, archive it, or go back to the books it belongs to.",
        (
            (Button.PUBLISH_ANYWAY, "Publish anyway"),
            (Button.ARCHIVE, "Archive"),
            (Button.GO_BACK, "Go back to publish these"),
        ),
        Retried.ON_DECISION,
    ),
    Reason.TWIN: Entry(
        "Looks already there",
        "This looks already in {target}.",
        "Somebody may have entered it by hand while it waited.",
        Who.YOU,
        "Compare them: attach the paper to the one that is there, publish anyway, or archive this one.",
        (
            (Button.ATTACH, "Attach our file to that one"),
            (Button.PUBLISH_ANYWAY, "Publish anyway"),
            (Button.ARCHIVE, "Archive"),
        ),
        Retried.ON_DECISION,
    ),
    Reason.UNKNOWN: Entry(
        "Please check in the books",
        "We can't tell whether this document reached {target}.",
        "The answer was lost, and {provider} could not be searched for it since.",
        Who.YOU,
        "Look for it in {provider}: if it is not there, publish it; if it is, archive this one.",
        (
            (Button.LOOK_AGAIN, "Look again"),
            (Button.PUBLISH_ANYWAY, "It is not there: publish"),
            (Button.ARCHIVE, "It is there: archive"),
        ),
        Retried.ON_DECISION,
    ),
    Reason.TOO_MANY_TRIES: Entry(
        "Stopped after several tries",
        "{provider} did not take this document in {tries} tries.",
        "Its answers made no sense to us; nothing reached the books.",
        Who.YOU,
        "Try once more. If it stays so, tell support the reference below.",
        ((Button.PUBLISH, "Try again"),),
        Retried.ON_PUBLISH,
    ),
}

# Why it is asked while no software is connected that could be named.
ALONE: dict[Reason, str] = {
    Reason.SUPPLIER_MISSING: "Whoever keeps the books needs it on every document.",
    Reason.DATE_MISSING: "It decides into which period the document goes.",
    Reason.DUE_DATE_MISSING: "A bill that awaits payment needs a due date.",
    Reason.DUE_BEFORE_DATE: "No document is due before it was written.",
    Reason.TOTAL_NEGATIVE: "Money that comes back to you is a credit note.",
    Reason.TAX_RATE_MISSING: "The VAT return is computed from it, so nothing is assumed.",
    Reason.TAX_WITHOUT_RATE: "The VAT would be lost.",
    Reason.PAID_FROM_MISSING: "An expense is booked against the account that paid it.",
}

# Where the business keeps its books elsewhere by now, so that these can't be searched any more.
LEFT: dict[Reason, Entry] = {
    Reason.UNKNOWN: Entry(
        "Please check in the books",
        "We can't tell whether this document reached {target}.",
        "The answer was lost, and your books were moved before it could be searched for there.",
        Who.YOU,
        "Look for it in {provider}: if it is not there, it goes to the books that you use now; if it "
        "is, archive this one.",
        (
            (Button.PUBLISH_ANYWAY, "It is not there: use the present books"),
            (Button.ARCHIVE, "It is there: archive"),
        ),
        Retried.ON_DECISION,
    ),
}

CATALOGUE: dict[Reason, Entry] = _OWN_FIELDS | _BOOKS | _MATCHES | _OUTSIDE | REFUSED
