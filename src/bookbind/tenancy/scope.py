"""The scope that every query of tenant data runs in; without one, a query raises."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.sql.query import Query


class ScopeMissing(RuntimeError):
    """Tenant data was asked for outside a scope. Open one with `within(...)`; this is a bug in the caller."""


@dataclass(frozen=True)
class BusinessScope:
    """Only this business's rows."""

    business_id: UUID


@dataclass(frozen=True)
class PracticeScope:
    """Only rows of this practice and its clients."""

    practice_id: UUID


@dataclass(frozen=True)
class SystemScope:
    """Every row, for a reason; only the modules that tests/conventions lists may open it."""

    reason: str


Scope = BusinessScope | PracticeScope | SystemScope
_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Run the block with `scope` in force; the scope before it returns afterwards."""
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


def current_scope() -> Scope:
    """The scope in force; ScopeMissing when there is none."""
    scope = _current.get()
    if scope is None:
        raise ScopeMissing(str(ScopeMissing.__doc__))
    return scope


def find_business() -> UUID | None:
    """The business that the scope in force is limited to; None in any other, and without one."""
    scope = _current.get()
    return scope.business_id if isinstance(scope, BusinessScope) else None


Row = TypeVar("Row", bound=models.Model)


class ScopedManager(models.Manager[Any]):
    """Gives only the rows that the scope in force reaches.

    A model may define `scope_filter(scope) -> Q` when its rows are reached otherwise than by `business`.
    """

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[Any]:
        """All rows of the scope; ScopeMissing outside one."""
        scope = current_scope()
        rows = super().get_queryset()
        if isinstance(scope, SystemScope):
            return rows
        # Mypy takes no class for hashable.
        rows.query = _query_within(self.model, scope).clone()  # type: ignore[arg-type]
        return rows


# Every query begins with one of these; to put it together costs more than most questions themselves.
@lru_cache(maxsize=1_024)
def _query_within(model: type[models.Model], scope: BusinessScope | PracticeScope) -> Query:
    own_filter = getattr(model, "scope_filter", business_filter)
    return models.QuerySet(model).filter(own_filter(scope)).query


def business_filter(scope: Scope) -> Q:
    """Rows whose `business` the scope reaches."""
    if isinstance(scope, BusinessScope):
        return Q(business_id=scope.business_id)
    if isinstance(scope, PracticeScope):
        return Q(business__practice_id=scope.practice_id)
    return Q()
