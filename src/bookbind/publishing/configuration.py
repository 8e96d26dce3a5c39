"""How a connection publishes: defaults in the vendor's own choices, kept through everything."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from bookbind.activity import services as activity
from bookbind.connections.models import Connection
from bookbind.documents.inputs import DocumentDefaults
from bookbind.kit import events
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.errors import SettingNotTaken
from bookbind.publishing.events import SettingsChanged
from bookbind.publishing.models import PublishingSettings
from bookbind.tenancy.models import User


@dataclass(frozen=True)
class SettingsInput:
    """The whole settings form."""

    publish_to: DocumentKind
    publish_as: PublishAs
    default_tax_rate_id: UUID | None = None
    tax_amounts: str = PublishingSettings.TaxAmounts.DOCUMENT
    paid_from_id: UUID | None = None
    new_suppliers: str = PublishingSettings.NewSuppliers.CREATE
    auto_publish: bool = False
    auto_publish_exception_ids: frozenset[UUID] = frozenset()
    books_closed_until: date | None = None


def get_settings(connection: Connection) -> PublishingSettings:
    """The connection's settings, made with the vendor's least final choice when it has none yet."""
    kinds = get_provider(connection.provider).kinds
    first = kinds[0] if kinds else None
    defaults: dict[str, Any] = {"business_id": connection.business_id}
    if first is not None:
        defaults |= {"publish_to": first.kind, "publish_as": first.choices[0].publish_as}
    settings, _ = PublishingSettings.objects.get_or_create(connection=connection, defaults=defaults)
    found: PublishingSettings = settings
    return found


def save_settings(connection: Connection, changes: SettingsInput, user: User) -> PublishingSettings:
    """Store the form; SettingNotTaken for a choice that the vendor or the business does not have."""
    _check(connection, changes)
    with transaction.atomic():
        settings = get_settings(connection)
        changed = _write(settings, changes)
        settings.save()
        if (
            set(settings.auto_publish_exceptions.values_list("id", flat=True))
            != changes.auto_publish_exception_ids
        ):
            settings.auto_publish_exceptions.set(
                ListItem.objects.filter(id__in=changes.auto_publish_exception_ids)
            )
            changed.append("auto_publish_exceptions")
        if changed:
            activity.record(
                "settings.saved",
                "The publishing settings were changed.",
                business_id=connection.business_id,
                actor=user,
                subject=connection,
                data={"fields": sorted(changed)},
            )
            events.announce(SettingsChanged(connection.business_id, connection.id))
    return settings


def document_defaults(connection: Connection | None) -> DocumentDefaults:
    """What a new document starts with at this connection; plain defaults without one.

    Publish-as stays empty so that the document follows the settings until somebody chooses.
    """
    if connection is None:
        return DocumentDefaults()
    settings = get_settings(connection)
    return DocumentDefaults(
        kind=DocumentKind(settings.publish_to),
        tax_rate_id=settings.default_tax_rate_id,
        paid_from_id=settings.paid_from_id,
    )


def _check(connection: Connection, changes: SettingsInput) -> None:
    choice = get_provider(connection.provider).kind_choice(changes.publish_to)
    if choice is None or changes.publish_as not in {option.publish_as for option in choice.choices}:
        raise SettingNotTaken
    wanted = {changes.default_tax_rate_id: ListName.TAX_RATES, changes.paid_from_id: ListName.BANK_ACCOUNTS}
    wanted |= dict.fromkeys(changes.auto_publish_exception_ids, ListName.SUPPLIERS)
    wanted.pop(None, None)
    found = dict(ListItem.objects.filter(id__in=list(wanted)).values_list("id", "list"))
    if any(found.get(item_id) != list_name for item_id, list_name in wanted.items()):
        raise SettingNotTaken


def _write(settings: PublishingSettings, changes: SettingsInput) -> list[str]:
    names = [field.name for field in fields(changes) if field.name != "auto_publish_exception_ids"]
    changed = [name for name in names if getattr(settings, name) != getattr(changes, name)]
    for name in changed:
        setattr(settings, name, getattr(changes, name))
    return changed
