"""Icons, money, dates and words inside templates."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import heroicons
from django import template
from django.template.defaultfilters import stringfilter
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince

from bookbind.kit import clock
from bookbind.kit.money import show_money
from bookbind.kit.text import plural, show_date

register = template.Library()

NOTHING = "\N{EN DASH}"
_STYLES = {16: "micro", 20: "mini", 24: "outline"}
TONE_ICONS = {
    "ok": "check-circle",
    "warn": "exclamation-triangle",
    "problem": "exclamation-circle",
    "info": "information-circle",
    "quiet": "minus-circle",
    "calm": "check-circle",
}


@lru_cache(maxsize=256)
def draw_icon(name: str, size: int, label: str) -> SafeString:
    """One icon as SVG; hidden from assistive technology unless it has a label of its own."""
    meaning = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    # The library escapes attribute values; names and sizes are ours.
    return mark_safe(heroicons._render_icon(_STYLES[size], name, size, dict(meaning)))  # noqa: S308, SLF001


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """`{% icon "check" %}`: 16, 20 or 24 pixels."""
    return draw_icon(name, size, label)


@register.simple_tag
def tone_icon(tone: str, size: int = 20) -> SafeString:
    """The icon that goes with a tone: ok, warn, problem, info or quiet."""
    return draw_icon(TONE_ICONS[tone], size, "")


@register.simple_tag
def state(tone: str, word: str, icon_name: str = "") -> SafeString:
    """What `<c-state>` shows, for tables with a state in every row: a component for each would cost more
    than the rest of the row."""
    return format_html(
        '<span class="state tone-{}">{}{}</span>',
        tone,
        draw_icon(icon_name or TONE_ICONS[tone], 16, ""),
        word,
    )


@register.simple_tag
def hint(text: str, label: str) -> str:
    """What stands beside an option: apart where a script draws the list, else within the option's label."""
    return format_html(' data-hint="{}" label="{} ({})"', text, label, text) if text else ""


_LEVELS = {"success": "ok", "warning": "warn", "error": "problem", "debug": "quiet"}


@register.filter
def tone_of_level(level: str) -> str:
    """The tone of one of Django's message levels."""
    return _LEVELS.get(level, "info")


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """`{{ total|money:document.currency }}`: £1,234.50, and a dash where there is no amount."""
    return NOTHING if amount is None else show_money(amount, currency)


@register.filter
def day(value: date | datetime | None, time_zone: str = "UTC") -> str:
    """`{{ document.date|day }}` or `{{ moment|day:business.time_zone }}`: 22 November 2026."""
    if value is None:
        return NOTHING
    return show_date(clock.local_date(value, time_zone) if isinstance(value, datetime) else value)


@register.filter
def short_day(value: date | datetime | None, time_zone: str = "UTC") -> str:
    """22 Nov 2026, for tables."""
    if value is None:
        return NOTHING
    local = clock.local_date(value, time_zone) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


@register.filter
def moment(value: datetime | None, time_zone: str = "UTC") -> str:
    """Today 06:10, or 3 Mar 2027 09:12, in the given time zone."""
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(time_zone))
    today = clock.local_date(clock.now(), time_zone)
    name = "today" if local.date() == today else f"{local.day} {local:%b %Y}"
    return f"{name} {local:%H:%M}"


@register.simple_tag
def when(value: datetime | None, time_zone: str = "UTC") -> str:
    """A moment as a `time` element, exact for machines."""
    if value is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), moment(value, time_zone))


@register.filter
def ago(value: datetime | None) -> str:
    """`5 minutes ago`, by the product's clock."""
    if value is None:
        return "never"
    now = clock.now()
    is_fresh = (now - value).total_seconds() < 60
    return "just now" if is_fresh else f"{timesince(value, now, depth=1)} ago"


@register.filter
def number(count: int | str) -> str:
    """`{{ n|number }}`: 14, 1,200; what is no number, as where nothing was counted, stays as it is."""
    return f"{count:,}" if isinstance(count, int) else count


@register.filter
def counted(count: int, words: str) -> str:
    """`{{ n|counted:"document" }}`: 1 document, 14 documents; `"entry,entries"` where an s does not do."""
    one, _, many = words.partition(",")
    return plural(count, one, many)


@register.filter
@stringfilter
def initials(name: str) -> str:
    """At most two letters that stand for a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
