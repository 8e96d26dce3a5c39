"""The Rules pages: all supplier rules and what is wrong with them, one rule with its versions, a new one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookbind.kit.text import listed
from bookbind.lists.models import ListItem
from bookbind.lists.queries import members_of
from bookbind.lists.services import get_or_create_supplier
from bookbind.rules import queries, services
from bookbind.rules.errors import RuleError
from bookbind.rules.evaluate import CodedField, RuleValues
from bookbind.rules.models import SupplierRule
from bookbind.rules.overlaps import WhyDead, find_dead, find_overlaps
from bookbind.rules.targets import SUPPLIER_RULE
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.asked import find_asked_item
from bookbind.web.forms.lists_items import NewName
from bookbind.web.forms.rules import RevisionForm, RuleForm, SwitchForm
from bookbind.web.views.rules_words import (
    FIELD_WORDS,
    ProblemLink,
    fate_words,
    problem_links,
    read_rule_choices,
    rule_words,
    version_words,
)

PAGE_SIZE = 50


@dataclass(frozen=True)
class RuleRow:
    """One rule of the list. `is_hidden`: an earlier rule of its supplier sets all that it would."""

    url: str
    supplier: str
    words: tuple[str, ...]
    active: bool
    is_hidden: bool
    problems: tuple[ProblemLink, ...]


@require_GET
@page(Permission.VIEW_LISTS)
def rules(request: BusinessRequest) -> HttpResponse:
    """Every supplier rule: what it sets, and what is in its way."""
    query = request.GET.get("q", "").strip()[:100]
    item = find_asked_item(request.GET.get("item", ""))
    rows = queries.list_rules(query)
    if item is not None:
        uses, named = Q(), members_of([item.id])[item.id]
        for name in SUPPLIER_RULE.columns:
            uses |= Q(**{f"{name}__in": named})
        rows = rows.filter(uses)
    found = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": _rows(request, list(found.object_list)),
        "query": query,
        "item": item,
        "page_query": urlencode(
            {key: value for key, value in (("q", query), ("item", item.id if item else "")) if value}
        ),
    }
    return render(request, "rules/list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def rule_new(request: BusinessRequest) -> HttpResponse:
    """A rule for a supplier that is chosen here."""
    choices = read_rule_choices(request.business, None)
    form = RuleForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and form.is_valid():
        supplier = form.chosen_supplier
        if isinstance(supplier, NewName):
            supplier = get_or_create_supplier(request.business.id, supplier.name, request.user)
        assert supplier is not None
        if (saved := save_rule(request, form, supplier, None)) is not None:
            return redirect("rule", request.business.slug, saved.id)
    status = 422 if form.is_bound else 200
    return render(request, "rules/edit.html", {"form": form, "title": "New supplier rule"}, status=status)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def rule(request: BusinessRequest, rule_id: UUID) -> HttpResponse:
    """One rule: its form, its problems and its versions."""
    found = queries.get_rule(rule_id)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(
        data,
        choices=read_rule_choices(request.business, found),
        values=services.values_of_rule(found),
        supplier=found.supplier,
        version=found.version,
    )
    if data is not None and form.is_valid() and save_rule(request, form, found.supplier, found) is not None:
        return redirect("rule", request.business.slug, found.id)
    status = 422 if form.is_bound else 200
    return render(request, "rules/edit.html", _context(request, found, form), status=status)


@require_POST
@page(Permission.EDIT_RULES)
def rule_switch(request: BusinessRequest, rule_id: UUID) -> HttpResponse:
    """Switch a rule on or off."""
    found = queries.get_rule(rule_id)
    form = SwitchForm(request.POST)
    if form.is_valid():
        is_on = form.cleaned_data["active"] == "on"
        services.set_active(found, is_on, request.user)
        said = "works again" if is_on else "is switched off. Its versions are kept"
        messages.success(request, f"The rule for {found.supplier.name} {said}.")
    return redirect("rule", request.business.slug, found.id)


@require_POST
@page(Permission.EDIT_RULES)
def rule_restore(request: BusinessRequest, rule_id: UUID) -> HttpResponse:
    """Go back to an earlier version, as a new one."""
    found = queries.get_rule(rule_id)
    form = RevisionForm(request.POST)
    try:
        if form.is_valid():
            services.restore_revision(found, form.cleaned_data["version"], request.user)
            messages.success(request, f"As in version {form.cleaned_data['version']} again.")
    except RuleError as error:
        messages.error(request, str(error))
    return redirect("rule", request.business.slug, found.id)


@require_POST
@page(Permission.EDIT_RULES)
def rule_first(request: BusinessRequest, rule_id: UUID) -> HttpResponse:
    """Let this rule of the supplier be asked first."""
    found = queries.get_rule(rule_id)
    ids = list(_siblings(found).values_list("id", flat=True))
    services.reorder(found.supplier, [found.id, *(each for each in ids if each != found.id)], request.user)
    messages.success(request, "This rule is asked first now.")
    return redirect("rule", request.business.slug, found.id)


def save_rule(
    request: BusinessRequest, form: RuleForm, supplier: ListItem, rule: SupplierRule | None
) -> SupplierRule | None:
    """Save what the form says; None when it can't be saved, and then the form says why."""
    version = form.cleaned_data.get("version") if rule is not None else None
    try:
        saved = services.save_supplier_rule(
            supplier, form.to_input(), request.user, rule=rule, expected_version=version
        )
    except RuleError as error:
        form.add_error("due_days" if "Due" in type(error).__name__ else None, str(error))
        return None
    messages.success(request, f"Saved. From now on documents of {supplier.name} are coded like this.")
    return saved


def _rows(request: BusinessRequest, found: list[SupplierRule]) -> list[RuleRow]:
    connection = main_connection(request)
    problems, hidden = queries.problems_of(found, connection), _hidden_rules(found)
    return [
        RuleRow(
            url=reverse("rule", args=[request.business.slug, each.id]),
            supplier=each.supplier.name,
            words=rule_words(each),
            active=each.active,
            is_hidden=each.id in hidden,
            problems=tuple(problem_links(request, connection, problems[each.id])),
        )
        for each in found
    ]


def _hidden_rules(found: list[SupplierRule]) -> set[UUID]:
    """Those of these suppliers' rules that have no effect, because an earlier one sets the same."""
    suppliers = {each.supplier_id for each in found}
    rows = SupplierRule.objects.filter(supplier__in=suppliers, active=True)
    by_supplier: dict[UUID, list[RuleValues]] = defaultdict(list)
    active = list(rows.select_related("supplier", "business").order_by("position", "id"))
    for each, values in zip(active, queries.values_of(active), strict=True):
        by_supplier[each.supplier_id].append(values)
    dead = [one for siblings in by_supplier.values() for one in find_dead(siblings)]
    return {one.rule for one in dead if one.why is WhyDead.HIDDEN}


def _context(request: BusinessRequest, found: SupplierRule, form: RuleForm) -> dict[str, Any]:
    connection = main_connection(request)
    problems = queries.rule_problems(found, connection)
    return {
        "form": form,
        "rule": found,
        "title": f"Rule for {found.supplier.name}",
        "problems": problem_links(request, connection, problems),
        "fate": fate_words(problems),
        "overlaps": _overlaps(request, found),
        "versions": version_words(found, queries.list_revisions(found)),
    }


def _siblings(found: SupplierRule) -> Any:
    return SupplierRule.objects.filter(supplier=found.supplier).order_by("position", "id")


def _overlaps(request: BusinessRequest, found: SupplierRule) -> list[dict[str, str]]:
    """What other rules of the same supplier do to this one, in sentences with links."""
    active = list(_siblings(found).filter(active=True).select_related("supplier", "business"))
    if len(active) < 2:
        return []
    values = queries.values_of(active)
    order = {each.id: number for number, each in enumerate(active, start=1)}
    said = []
    for overlap in find_overlaps(values):
        if found.id not in (overlap.first, overlap.second):
            continue
        is_first = overlap.first == found.id
        other = overlap.second if is_first else overlap.first
        names = listed([FIELD_WORDS[CodedField(name)] for name in overlap.fields])
        asked = "this one" if is_first else "that one"
        text = f"Rule {order[other]} of this supplier also sets {names}; {asked} is asked first."
        said.append({"text": text, "url": reverse("rule", args=[request.business.slug, other])})
    if any(dead.rule == found.id and dead.why is WhyDead.HIDDEN for dead in find_dead(values)):
        said.append({"text": "So this rule has no effect at present.", "url": ""})
    return said
