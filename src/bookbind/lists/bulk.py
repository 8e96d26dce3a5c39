"""Inserting many rows of one model at once.

Django's bulk_create builds its statements value by value; for ten thousand contacts that takes longer than
reading them from the vendor. Here the statement is built once and the driver repeats it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models, transaction

Adapt = Callable[[Any], Any]


@transaction.atomic
def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as values of `columns`, which are names of fields; a row that exists is skipped.

    Fields that are left out have to allow NULL.
    """
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    names = ", ".join(_quoted(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    adapters = [_adapter(field) for field in fields]
    adapted = [tuple(adapt(value) for adapt, value in zip(adapters, row, strict=True)) for row in rows]
    if not adapted:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING",  # noqa: S608 - names come from the models, values are parameters
            adapted,
        )


def _quoted(name: str) -> str:
    quoted: str = connection.ops.quote_name(name)
    return quoted


def _adapter(field: Any) -> Adapt:
    """How a value of the field is handed to the driver; most values are, as they are."""
    target = field.target_field if field.is_relation else field
    if isinstance(target, models.UUIDField) and not connection.features.has_native_uuid_field:
        return lambda value: None if value is None else value.hex
    if isinstance(target, models.DateTimeField):
        # Most rows of a batch carry one and the same moment.
        return cache(lambda value: target.get_db_prep_save(value, connection))
    if isinstance(target, models.JSONField):
        return lambda value: target.get_db_prep_save(value, connection)
    return lambda value: value
