"""How a connection publishes: defaults in the vendor's own choices, kept through everything."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from bookbind.activity import services as activity
from bookbind.connections.models import Connection
from bookbind.documents.inputs import DocumentDefaults
from bookbind.kit import events
from bookbind.lists.models import ListItem
from bookbind.providers.base.contract import KindChoice
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.errors import SettingNotTaken
from bookbind.publishing.events import SettingsChanged
from bookbind.publishing.instead import KEEP, is_kept
from bookbind.publishing.models import PublishingSettings
from bookbind.tenancy.models import User

_CARRIED = (
    "publish_to",
    "publish_as",
    "default_tax_rate_id",
    "tax_amounts",
    "paid_from_id",
    "new_suppliers",
    "auto_publish",
    "books_closed_until",
)


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
    """The connection's settings; new ones are as in the business's books before, if it had any.

    Else they are made with the vendor's least final choice.
    """
    found: PublishingSettings | None = PublishingSettings.objects.filter(connection=connection).first()
    return found or _make_settings(connection)


def save_instead(connection: Connection, answers: dict[str, str], user: User) -> PublishingSettings:
    """Store what is to happen with documents that the books do not take as asked; "" takes an answer back.

    SettingNotTaken for an answer that the vendor does not have. What becomes complete waits for a look.
    """
    kinds = get_provider(connection.provider).kinds
    with transaction.atomic():
        settings = get_settings(connection)
        merged = {key: value for key, value in {**settings.instead, **answers}.items() if value}
        if any(not _is_answer(key, value, kinds) for key, value in answers.items() if value):
            raise SettingNotTaken
        if merged != settings.instead:
            settings.instead = merged
            settings.save(update_fields=["instead"])
            activity.record(
                "settings.instead_chosen",
                "It was chosen what happens with documents that the books do not take as asked.",
                business_id=connection.business_id,
                actor=user,
                subject=connection,
                data={"instead": merged},
            )
            events.announce(SettingsChanged(connection.business_id, connection.id, may_go=False))
    return settings


def save_settings(connection: Connection, changes: SettingsInput, user: User) -> PublishingSettings:
    """Store the form; SettingNotTaken for a choice that the vendor or the business does not have."""
    with transaction.atomic():
        settings = get_settings(connection)
        _check(settings, changes)
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


def _make_settings(connection: Connection) -> PublishingSettings:
    kinds = get_provider(connection.provider).kinds
    values: dict[str, Any] = {"business_id": connection.business_id}
    if kinds:
        values |= {"publish_to": kinds[0].kind, "publish_as": kinds[0].choices[0].publish_as}
    earlier = _find_earlier(connection)
    if earlier is not None:
        values |= {name: getattr(earlier, name) for name in _CARRIED}
        # How final documents are is kept even where the vendor lacks it: then somebody is asked, once.
        if kinds and earlier.publish_to not in {choice.kind for choice in kinds}:
            values["publish_to"] = kinds[0].kind
    with transaction.atomic():
        settings, made = PublishingSettings.objects.get_or_create(connection=connection, defaults=values)
        if made and earlier is not None:
            settings.auto_publish_exceptions.set(earlier.auto_publish_exceptions.all())
    found: PublishingSettings = settings
    return found


def _find_earlier(connection: Connection) -> PublishingSettings | None:
    """The settings of the books in the same place that the business was at last."""
    rows = PublishingSettings.objects.filter(
        connection__business_id=connection.business_id, connection__place=connection.place
    ).exclude(connection=connection)
    latest = rows.annotate(since=Max("connection__stays__started_at")).order_by("-since", "-id")
    found: PublishingSettings | None = latest.first()
    return found


def _is_answer(key: str, value: str, kinds: Sequence[KindChoice]) -> bool:
    kind, _, publish_as = key.partition("/")
    if kind not in set(DocumentKind) or (publish_as and publish_as not in set(PublishAs)):
        return False
    if value == KEEP:
        return True
    if not publish_as:
        return value in {choice.kind for choice in kinds}
    return any(
        value == option.publish_as for choice in kinds if choice.kind == kind for option in choice.choices
    )


def _check(settings: PublishingSettings, changes: SettingsInput) -> None:
    if not _is_taken(settings, changes.publish_to, changes.publish_as):
        raise SettingNotTaken
    wanted = {changes.default_tax_rate_id: ListName.TAX_RATES, changes.paid_from_id: ListName.BANK_ACCOUNTS}
    wanted |= dict.fromkeys(changes.auto_publish_exception_ids, ListName.SUPPLIERS)
    wanted.pop(None, None)
    found = dict(ListItem.objects.filter(id__in=list(wanted)).values_list("id", "list"))
    if any(found.get(item_id) != list_name for item_id, list_name in wanted.items()):
        raise SettingNotTaken


def _is_taken(settings: PublishingSettings, kind: DocumentKind, publish_as: PublishAs) -> bool:
    """Whether the vendor has this way, or it is the way as before whose documents are kept here."""
    choice = get_provider(settings.connection.provider).kind_choice(kind)
    if choice is None:
        return False
    if publish_as in {option.publish_as for option in choice.choices}:
        return True
    before = (settings.publish_to, settings.publish_as)
    return before == (kind, publish_as) and is_kept(kind, publish_as, settings.instead)


def _write(settings: PublishingSettings, changes: SettingsInput) -> list[str]:
    names = [field.name for field in fields(changes) if field.name != "auto_publish_exception_ids"]
    changed = [name for name in names if getattr(settings, name) != getattr(changes, name)]
    for name in changed:
        setattr(settings, name, getattr(changes, name))
    return changed
