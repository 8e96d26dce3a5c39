"""Changes of a connection's facts that nobody asked the vendor for, each told on the timeline."""

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.events import ConnectionActivated, ConnectionExpiring, ConnectionLapsed, tell
from bookbind.connections.models import Connection, Stay
from bookbind.connections.queries import LIVE_STAGES, facts_of, label_of, organisation_name
from bookbind.connections.status import derive_status, expected_end, has_lapsed, reached_warning
from bookbind.kit import clock
from bookbind.kit.text import clean_text, plural
from bookbind.providers.base.types import Organisation
from bookbind.tenancy.models import User

LONGEST_NAME = 255
_TAX_KEPT = "keeps VAT from now on: documents are sent with their VAT rates."
_TAX_DROPPED = "keeps no VAT any more: the VAT of what is published from now on is part of its cost."


def activate(connection: Connection) -> bool:
    """Put to use what was being set up, once its lists are complete; False when it is in use already."""
    with transaction.atomic():
        waiting = Connection.objects.filter(id=connection.id, stage=Connection.Stage.SETTING_UP)
        if waiting.update(stage=Connection.Stage.ACTIVE) == 0:
            return False
        connection.stage = Connection.Stage.ACTIVE
        begin_stay(connection, connection.consented_by, "connected")
        record(
            "connection.activated",
            f"{label_of(connection)} is in use: its lists are complete.",
            business_id=connection.business_id,
            subject=connection,
        )
        tell(ConnectionActivated(connection.business_id, connection.id))
    return True


def pause_until_started(connection: Connection) -> None:
    """Nothing is sent over the connection until somebody presses Start publishing."""
    Connection.objects.filter(id=connection.id).update(awaits_start=True)
    connection.awaits_start = True


def begin_stay(connection: Connection, user: User | None, why: str) -> None:
    """The business is at the connection from now on."""
    Stay.objects.create(
        business_id=connection.business_id,
        connection=connection,
        started_at=clock.now(),
        started_by=user,
        why=why,
    )


def mark_lapsed(connection: Connection) -> bool:
    """Store that the year is over, the first time anything sees it; False when it is not or is known."""
    now = clock.now()
    if connection.lapsed_at is not None or not has_lapsed(facts_of(connection), now):
        return False
    with transaction.atomic():
        unseen = Connection.objects.filter(id=connection.id, lapsed_at=None, consent_expires_at__lt=now)
        if unseen.filter(stage__in=LIVE_STAGES).update(lapsed_at=now) == 0:
            return False
        connection.lapsed_at = now
        record(
            "connection.lapsed",
            f"The connection to {label_of(connection)} expired: a year has passed since the sign-in.",
            business_id=connection.business_id,
            subject=connection,
            data={"consent_expires_at": connection.consent_expires_at},
        )
        tell(ConnectionLapsed(connection.business_id, connection.id))
    return True


def warn_if_due(connection: Connection) -> bool:
    """Announce the closest warning threshold that was reached and not told yet in this consent."""
    now = clock.now()
    facts = facts_of(connection)
    deadline, _ = expected_end(facts, now)
    days = reached_warning(deadline, now)
    if days is None or not derive_status(facts, now).can_call:
        return False
    with transaction.atomic():
        untold = Connection.objects.filter(id=connection.id, consent_expires_at=connection.consent_expires_at)
        later = untold.filter(warned_days=None) | untold.filter(warned_days__gt=days)
        if later.update(warned_days=days) == 0:
            return False
        connection.warned_days = days
        record(
            "connection.expiring",
            f"The connection to {label_of(connection)} ends in {plural(days, 'day')} or less.",
            business_id=connection.business_id,
            subject=connection,
            data={"days": days, "deadline": deadline},
        )
        tell(ConnectionExpiring(connection.business_id, connection.id, days))
    return True


def note_organisation(connection: Connection, seen: Organisation) -> None:
    """Keep what the vendor now says about the organisation; a new name is told on the timeline.

    So is that its books keep tax from now on, or keep none any more, for it changes what is sent.
    """
    before, kept_tax = organisation_name(connection), connection.organisation.get("keeps_tax")
    told = {name: value for name, value in stored_organisation(seen).items() if value != ""}
    stored = {**connection.organisation, **told}
    if stored == connection.organisation:
        return
    with transaction.atomic():
        Connection.objects.filter(id=connection.id).update(organisation=stored)
        connection.organisation = stored
        if organisation_name(connection) != before:
            record(
                "connection.renamed",
                f"{before} is now called {organisation_name(connection)}.",
                business_id=connection.business_id,
                subject=connection,
                data={"before": before, "after": organisation_name(connection)},
            )
        if kept_tax not in (None, seen.keeps_tax):
            record(
                "connection.tax_kept" if seen.keeps_tax else "connection.tax_dropped",
                f"{label_of(connection)} {_TAX_KEPT if seen.keeps_tax else _TAX_DROPPED}",
                business_id=connection.business_id,
                subject=connection,
                data={"keeps_tax": seen.keeps_tax},
            )


def confirm_name(connection: Connection, user: User) -> None:
    """Somebody looked: this is the right organisation although it goes by another name than the business."""
    name = organisation_name(connection)
    with transaction.atomic():
        Connection.objects.filter(id=connection.id).update(name_checked=name)
        connection.name_checked = name
        record(
            "connection.name_confirmed",
            f"{user.get_full_name()} confirmed that {name} is the right organisation.",
            business_id=connection.business_id,
            actor=user,
            subject=connection,
        )


def stored_organisation(organisation: Organisation) -> dict[str, object]:
    """An organisation as the connection's row keeps it: plain values, the vendor's text made harmless."""
    return {
        "id": organisation.id,
        "name": clean_text(organisation.name, LONGEST_NAME),
        "id_is_strong": organisation.id_is_strong,
        "route": organisation.route,
        "legal_name": clean_text(organisation.legal_name, LONGEST_NAME),
        "country": clean_text(organisation.country, 20),
        "currency": clean_text(organisation.currency, 20),
        "tax_number": clean_text(organisation.tax_number, 60),
        "link_code": organisation.link_code,
        "connection_ref": organisation.connection_ref,
        "keeps_tax": organisation.keeps_tax,
        "many_currencies": organisation.many_currencies,
    }
