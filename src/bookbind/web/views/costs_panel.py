"""What stands above a tab of Costs: how many documents wait or are ready, how much, and what helps."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Sum
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, status_of
from bookbind.connections.status import Action, State, Status
from bookbind.documents.queries import Exported, Tab, count_exported, count_lacking, list_documents, owed
from bookbind.kit.money import show_money
from bookbind.kit.text import listed, plural, show_date, within_sentence
from bookbind.merge.steps import PUBLISHING
from bookbind.publishing.messages import short_reason
from bookbind.publishing.queries import count_by_reason, list_left_behind, waiting_summary
from bookbind.publishing.reasons import MATCH_REASONS, Reason
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, refusal_text
from bookbind.web.change_words import Away, find_away
from bookbind.web.notices import notice_for, totals_in_words, whom_in_words
from bookbind.web.views.costs_buttons import Button, from_notice
from bookbind.web.views.costs_filters import LACKING, FilterLink, Filters, list_url
from bookbind.web.views.waiting_words import fate_in_words

_MOST_NAMED = 500
CUT_OFF = frozenset({Action.RECONNECT, Action.CONNECT})
# Merge lists asks once what becomes of all such documents.
_ASKED_ONCE = frozenset({Reason.KIND_NOT_TAKEN, Reason.PUBLISH_AS_NOT_TAKEN})
_NEEDS_MATCH = MATCH_REASONS - {Reason.LOOK_FIRST, Reason.NOT_STARTED, Reason.NEW_SUPPLIER}


@dataclass(frozen=True)
class Panel:
    """The message of a tab. `exports` are the buttons that give a file."""

    headline: str
    body: str
    tone: str
    button: Button | None = None
    others: tuple[Button, ...] = ()
    exports: tuple[Button, ...] = ()


def tab_panel(request: BusinessRequest, connection: Connection | None, filters: Filters) -> Panel | None:
    """What stands above a tab that holds something; None where nothing has to be said."""
    if filters.tab is Tab.READY:
        return _ready_panel(request, connection)
    if filters.tab is Tab.REVIEW:
        return _lacking_panel(request, connection, filters) if connection else None
    if filters.tab is not Tab.WAITING:
        return None
    return waiting_panel(request, connection, filters) if connection else _left_panel(request)


def export_links(request: BusinessRequest, current: Exported) -> tuple[FilterLink, ...]:
    """The filter of the Ready tab; it is there once something left as a file."""
    exported, everything = count_exported(Tab.READY), list_documents(Tab.READY).count()
    if not exported and current is Exported.ANY:
        return ()
    counts = {
        Exported.ANY: ("All", everything),
        Exported.NO: ("Not exported", everything - exported),
        Exported.YES: ("Exported", exported),
    }
    base = f"{reverse('costs', args=[request.business.slug])}?show={Tab.READY.value}"
    return tuple(
        FilterLink(
            label,
            f"{base}&exported={each.value}" if each.value else base,
            count,
            "yes" if each is current else "",
        )
        for each, (label, count) in counts.items()
    )


def waiting_panel(request: BusinessRequest, connection: Connection, filters: Filters) -> Panel:
    """`14 documents are waiting for Software (Organisation), oldest 3 March, £4,210.50. …`"""
    summary = waiting_summary(connection)
    if not summary.count:
        return _unclear_panel(request, connection)
    status = status_of(connection)
    reasons = count_by_reason(connection)
    held_for_look = reasons.get(Reason.LOOK_FIRST, 0)
    is_one = summary.count == 1
    away = find_away(connection)
    # Books that only a person can bring back are not waited for where everything goes to other ones.
    goes_away = away is not None and away.takes_all and not status.can_publish and status.action in CUT_OFF
    there = "" if goes_away else f" for {label_of(connection)}"
    facts = [f"{plural(summary.count, 'document')} {'is' if is_one else 'are'} waiting{there}"]
    if summary.oldest is not None:
        facts.append(f"{'dated' if is_one else 'oldest'} {show_date(summary.oldest)}")
    facts.append(totals_in_words(summary))
    whom = whom_in_words(connection, request.role) if _is_for_admins(connection, status) else ""
    fate = fate_in_words(reasons, _going(connection, status), _when(connection, status, held_for_look))
    if goes_away:
        fate, whom = "", ""
    going = away.say(_what_goes(summary.count, all_go=goes_away)) if away else ""
    them = "it" if is_one else "them"
    return Panel(
        headline=f"{', '.join(filter(None, facts))}.",
        body=f"{fate} {going}".strip()
        + f" You can still edit, remove or export {them}.{_elsewhere(summary.count)} {whom}".rstrip(),
        tone="info" if status.can_publish else "warn",
        button=None if goes_away else _ending_button(request, connection, status, held_for_look),
        others=(
            *_see_change(request, away),
            *_decide_early(request, reasons.get(Reason.BEFORE_START, 0), filters),
            *(_merge(request, connection) if _NEEDS_MATCH & reasons.keys() else ()),
        ),
        exports=(_export(request, "Export waiting (CSV)", Tab.WAITING),),
    )


def _what_goes(count: int, *, all_go: bool) -> str:
    if not all_go:
        return "what still waits then goes there"
    return "this document goes there" if count == 1 else "these documents go there"


def _see_change(request: BusinessRequest, away: Away | None) -> tuple[Button, ...]:
    """Where the change that is being set up is watched, for those who may."""
    if away is None or not may(request.role, Permission.MANAGE_CONNECTIONS):
        return ()
    return (Button("See the change", away.url),)


def _merge(request: BusinessRequest, connection: Connection) -> tuple[Button, ...]:
    """Where what needs a match or an answer gets it, for those who may give it."""
    if not may(request.role, Permission.MANAGE_CONNECTIONS):
        return ()
    return (Button("Merge lists", reverse("merge", args=[request.business.slug, connection.id])),)


def _decide_early(request: BusinessRequest, count: int, filters: Filters) -> tuple[Button, ...]:
    """Where one decision is made about all that is dated before these books."""
    group = Filters(Tab.WAITING, why=Reason.BEFORE_START.value)
    if not count or filters == group:
        return ()
    label = f"Decide about {plural(count, 'document')} dated before the new books"
    return (Button(label, list_url(request, group)),)


def _elsewhere(here: int) -> str:
    """The tab also holds what may have reached books that were left, until somebody has looked."""
    count = list_documents(Tab.WAITING).count() - here
    if count < 1:
        return ""
    verb = "waits" if count == 1 else "wait"
    return f" {plural(count, 'other document')} in this list {verb} for a look into books that were left."


def _unclear_panel(request: BusinessRequest, connection: Connection | None) -> Panel:
    """Nothing waits to be sent, and what the tab holds may have reached books that were left."""
    count = list_documents(Tab.WAITING).count()
    verb, them = ("waits", "it") if count == 1 else ("wait", "each of them")
    nothing = f"Nothing waits for {label_of(connection)}" if connection else "Nothing else waits"
    return Panel(
        headline=f"{plural(count, 'document')} {verb} for a look into books that were left.",
        body=f"{nothing}. Open {them}, look there, and say what becomes of it.",
        tone="warn",
        exports=(_export(request, "Export waiting (CSV)", Tab.WAITING),),
    )


def _left_panel(request: BusinessRequest) -> Panel:
    """What waited when the business was disconnected: it goes on there, or is taken home."""
    count = list_left_behind(request.business.id).count()
    if not count:
        return _unclear_panel(request, None)
    is_one = count == 1
    labels = sorted(
        {label_of(each.connection) for each in list_left_behind(request.business.id)[:_MOST_NAMED]}
    )
    take_home = Button(
        "Make it ready here" if is_one else f"Make all {count:,} ready here",
        reverse("costs_ready", args=[request.business.slug]),
        is_post=True,
        is_primary=True,
        values={"what": "left"},
    )
    headline = f"{plural(count, 'document')} {'waits' if is_one else 'wait'} for {listed(labels)}"
    return Panel(
        headline=f"{headline}, which is disconnected.",
        body="Connect it again and they are published, once each. Or make them ready here: then you can "
        f"export them, or publish them to whatever you connect next.{_who_connects(request)}",
        tone="warn",
        button=take_home,
        others=_connect(request),
        exports=(_export(request, "Export waiting (CSV)", Tab.WAITING),),
    )


def _ready_panel(request: BusinessRequest, connection: Connection | None) -> Panel:
    everything = list_documents(Tab.READY)
    count, exported = everything.count(), count_exported(Tab.READY)
    lacking = sum(count_lacking().values())
    fresh = count - exported
    totals = everything.order_by().values_list("currency").annotate(sum=Sum(owed())).order_by("currency")
    amounts = listed([show_money(amount, currency) for currency, amount in totals])
    headline = f"{plural(count, 'document')} {'is' if count == 1 else 'are'} ready, {amounts}."
    is_one = count == 1
    exports = [_export(request, "Export it (CSV)" if is_one else f"Export all {count:,} (CSV)", Tab.READY)]
    if exported and fresh:
        exports.insert(0, _export(request, f"Export {fresh:,} not exported (CSV)", Tab.READY, Exported.NO))
    if connection is None:
        they = "It is complete and adds up. It waits" if is_one else "They are complete and add up. They wait"
        body = f"{they} for accounting software or export."
        return Panel(headline, body, "ok", None, _connect(request), tuple(exports))
    body = f"They were coded while nothing was connected. {label_of(connection)} can have them now."
    if lacking:
        body += f" {plural(lacking, 'other document')} {'needs' if lacking == 1 else 'need'} something first."
    if exported:
        body += (
            f" {plural(exported, 'document')} left as a file and may stand in your books already. "
            "What is published all the same is looked up there first."
        )
    buttons = [
        Button(
            f"Publish {number:,} {what}to {label_of(connection)}",
            reverse("costs_publish_all", args=[request.business.slug]),
            is_post=True,
            is_primary=which is not Exported.YES,
            values={"what": "ready", "exported": which.value},
        )
        for number, what, which in (
            (fresh, "", Exported.NO if exported else Exported.ANY),
            (exported, "exported ", Exported.YES),
        )
        if number
    ]
    main = buttons.pop(0) if fresh else None
    others = (*buttons, *_show_lacking(request, lacking))
    return Panel(headline, body, "info", main, others, tuple(exports))


def _lacking_panel(request: BusinessRequest, connection: Connection, filters: Filters) -> Panel | None:
    """`3 documents that were ready need something for Software (Organisation).`, and what that is."""
    reasons = count_lacking()
    count = sum(reasons.values())
    if not count:
        return None
    verbs = "was ready needs" if count == 1 else "were ready need"
    buttons = () if filters.why else _show_lacking(request, count)
    if _ASKED_ONCE & reasons.keys() and may(request.role, Permission.MANAGE_CONNECTIONS):
        url = reverse("merge_step", args=[request.business.slug, connection.id, PUBLISHING])
        buttons = (*buttons, Button("Answer it once in Merge lists", url))
    return Panel(
        headline=f"{plural(count, 'document')} that {verbs} something for {label_of(connection)}.",
        body=f"{_counted_reasons(reasons)}. {_how_it_is_cured(reasons, count)}",
        tone="warn",
        others=buttons,
    )


def _how_it_is_cured(reasons: Mapping[str, int], count: int) -> str:
    which = "it" if count == 1 else "each"
    if reasons.keys() <= _ASKED_ONCE:
        whole = "it is" if count == 1 else "all are"
        return f"Once Merge lists has an answer {whole} ready again; or choose another way on {which}."
    return f"Open {which} and fill it in: it is ready again as soon as that is saved."


def _counted_reasons(reasons: Mapping[str, int]) -> str:
    """`Due date missing (2) and can't be published that way (1)`."""
    ordered = sorted(reasons.items(), key=lambda pair: -pair[1])
    words = [f"{short_reason(reason)} ({count:,})" for reason, count in ordered]
    said = listed([words[0], *map(within_sentence, words[1:])])
    return short_reason(ordered[0][0]) if len(ordered) == 1 else said


def _show_lacking(request: BusinessRequest, count: int) -> tuple[Button, ...]:
    if not count:
        return ()
    label = "Show it" if count == 1 else f"Show the {count:,}"
    return (Button(label, list_url(request, Filters(Tab.REVIEW, why=LACKING))),)


def _export(request: BusinessRequest, label: str, tab: Tab, exported: Exported = Exported.ANY) -> Button:
    values = {"show": tab.value, "exported": exported.value}
    url = reverse("costs_export", args=[request.business.slug])
    return Button(label, url, is_post=True, values=values, downloads=True)


def _connect(request: BusinessRequest) -> tuple[Button, ...]:
    if not may(request.role, Permission.MANAGE_CONNECTIONS):
        return ()
    return (Button("Connect accounting software", reverse("connections", args=[request.business.slug])),)


def _who_connects(request: BusinessRequest) -> str:
    if may(request.role, Permission.MANAGE_CONNECTIONS):
        return ""
    return f" {refusal_text(Permission.MANAGE_CONNECTIONS, request.business)}"


def _awaits_start(connection: Connection, status: Status) -> bool:
    return connection.awaits_start and status.state is State.CONNECTED


def _is_for_admins(connection: Connection, status: Status) -> bool:
    """Whether only somebody who manages connections can end the wait."""
    return (
        _awaits_start(connection, status)
        or status.state is State.SETTING_UP
        or (not status.can_publish and status.action in CUT_OFF)
    )


def _when(connection: Connection, status: Status, held_for_look: int) -> str:
    if _awaits_start(connection, status):
        return "when somebody presses Start publishing"
    if status.state is State.SETTING_UP:
        then = " and somebody presses Start publishing" if connection.awaits_start else ""
        return f"when its lists are read{then}"
    if not status.can_publish:
        return (
            "when the connection is back" if status.action in CUT_OFF else "when the software answers again"
        )
    return "when you press Publish" if held_for_look else "without another press"


def _going(connection: Connection, status: Status) -> frozenset[str]:
    """What the end of the wait, as `_when` names it, lets go: the rest waits for something of its own."""
    if _awaits_start(connection, status):
        return frozenset({Reason.NOT_STARTED})
    if status.can_publish:
        return frozenset({"", Reason.LOOK_FIRST})
    if status.state is not State.SETTING_UP and status.action not in CUT_OFF:
        # The vendor's answer sends what is queued; who wanted to look first is still waited for.
        return frozenset({""})
    return frozenset({"", Reason.CONNECTION, Reason.LOOK_FIRST, Reason.NOT_STARTED})


def _ending_button(
    request: BusinessRequest, connection: Connection, status: Status, held_for_look: int
) -> Button | None:
    if _is_for_admins(connection, status) and not may(request.role, Permission.MANAGE_CONNECTIONS):
        return _helping_button(request, connection, status)
    if _awaits_start(connection, status):
        url = reverse("start_publishing", args=[request.business.slug, connection.id])
        return Button("Start publishing…", url, is_primary=True)
    if status.can_publish and held_for_look:
        url = reverse("costs_publish_all", args=[request.business.slug])
        label = f"Publish all {held_for_look}" if held_for_look > 1 else "Publish it"
        return Button(label, url, is_post=True, is_primary=True, values={"what": "looked"})
    if status.can_publish or status.action not in CUT_OFF:
        return None
    return _helping_button(request, connection, status)


def _helping_button(request: BusinessRequest, connection: Connection, status: Status) -> Button | None:
    """What the connection's message offers this visitor first: to reconnect, or to ask those who may."""
    main = notice_for(connection, request.role, status=status).main_button
    return from_notice(main, is_primary=True, back_to=request.get_full_path()) if main else None
