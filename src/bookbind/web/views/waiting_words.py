"""Pure: what becomes of the documents that wait at a connection, as Costs says it above them."""

from collections.abc import Collection, Mapping

from bookbind.kit.text import listed, within_sentence
from bookbind.publishing.messages import short_reason


def fate_in_words(reasons: Mapping[str, int], going: Collection[str], when: str) -> str:
    """`9 are coded and will be published, once each, …. The other 5 go on waiting: dated before … (5).`

    `reasons` counts the documents by what they wait for; those of `going` are published at `when`.
    """
    ready = sum(count for reason, count in reasons.items() if reason in going)
    rest = {reason: count for reason, count in reasons.items() if reason not in going}
    said = [_ready(ready, when, is_all=not rest)] if ready else []
    if rest:
        said.append(_rest(rest, is_all=not ready))
    return " ".join(said)


def _ready(count: int, when: str, *, is_all: bool) -> str:
    if count == 1:
        return f"{'It' if is_all else '1'} is coded and will be published {when}."
    return f"{'They' if is_all else f'{count:,}'} are coded and will be published, once each, {when}."


def _rest(reasons: Mapping[str, int], *, is_all: bool) -> str:
    count = sum(reasons.values())
    ordered = sorted(reasons.items(), key=lambda pair: -pair[1])
    why = [f"{_why(reason)} ({number:,})" if len(ordered) > 1 else _why(reason) for reason, number in ordered]
    if count == 1:
        who = "It goes" if is_all else "The other one goes"
    else:
        who = "They go" if is_all else f"The other {count:,} go"
    ends = "Its page says what ends that." if count == 1 else "Each says on its page what ends that."
    return f"{who} on waiting: {listed(why)}. {ends}"


def _why(reason: str) -> str:
    return within_sentence(short_reason(reason)) or "on its way"
