"""What is asked before Finish about a first day of the new books that was probably not meant."""

from dataclasses import dataclass
from datetime import date

from bookbind.connections.models import SignIn
from bookbind.kit.text import plural, show_date
from bookbind.publishing.start_date import StartDate, read_start_date
from bookbind.web.forms.connections import FinishForm


@dataclass(frozen=True)
class StartQuestion:
    """The question, the day that pressing Finish again confirms, and how many documents it holds back."""

    day: date
    held_back: int
    headline: str
    body: str


def ask_about_start(sign_in: SignIn, form: FinishForm) -> StartQuestion | None:
    """The question about the day that was typed; None where it is usual, or was confirmed."""
    if sign_in.leaves is None or not form.is_valid():
        return None
    day = form.cleaned_data["documents_from"]
    if day is None or day == form.cleaned_data["confirmed_from"]:
        return None
    start = read_start_date(sign_in.leaves, day, publish_first=sign_in.publish_first)
    return explain_start(start) if start.is_unusual else None


def explain_start(start: StartDate) -> StartQuestion:
    """`Use the new books only from 1 January 2031?`, and what would wait for how long."""
    day = show_date(start.day)
    said = []
    if start.is_far:
        said.append(f"{day} is {plural(start.ahead.days, 'day')} away, and documents dated before it wait.")
    if start.held_back:
        said.append(_held_back(start))
    said.append("Each waits until you say what becomes of it. Change the date, or press Finish again.")
    return StartQuestion(start.day, start.held_back, f"Use the new books only from {day}?", " ".join(said))


def _held_back(start: StartDate) -> str:
    if start.held_back < start.moving:
        verb = "is" if start.held_back == 1 else "are"
        count = f"{start.held_back:,} of the {plural(start.moving, 'waiting document')}"
        return f"{count} {verb} dated earlier and would not be published there."
    if start.moving == 1:
        return "The one waiting document is dated earlier and would not be published there."
    who = "Both" if start.moving == 2 else f"All {start.moving:,}"
    return f"{who} waiting documents are dated earlier and would not be published there."
