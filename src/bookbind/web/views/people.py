"""Who belongs to the business: the list, add, change role, remove."""

from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.practice.people import (
    LastAdmin,
    MemberAlready,
    add_person,
    change_role,
    get_member,
    list_members,
    may_hand_link,
    remove_person,
)
from bookbind.tenancy.models import User
from bookbind.tenancy.permissions import Permission, Role
from bookbind.tenancy.queries import list_accountants
from bookbind.web.access import BusinessRequest, page
from bookbind.web.forms.people import AddPersonForm, RoleForm


@require_GET
@page(Permission.MANAGE_PEOPLE)
def people(request: BusinessRequest) -> HttpResponse:
    """The people and a form to add one."""
    return _show(request, AddPersonForm())


@require_POST
@page(Permission.MANAGE_PEOPLE)
def add(request: BusinessRequest) -> HttpResponse:
    """Add somebody; a new person's link to set a password is shown once, to be handed over."""
    form = AddPersonForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    values = form.cleaned_data
    try:
        added = add_person(
            request.business, values["email"], values["name"], Role(values["role"]), request.user
        )
    except MemberAlready as error:
        form.add_error("email", str(error.__doc__))
        return _show(request, form, status=422)
    user = added.membership.user
    if added.needs_link:
        return render(request, "settings/person_added.html", {"person": user, "link": _password_link(user)})
    messages.success(request, f"{user.get_full_name()} can open {request.business.name} now.")
    return HttpResponseRedirect(reverse("people", args=[request.business.slug]))


@require_POST
@page(Permission.MANAGE_PEOPLE)
def new_link(request: BusinessRequest, membership_id: UUID) -> HttpResponse:
    """Another link for somebody who has not set a password yet; nobody can reset another's password here."""
    person = get_member(request.business, membership_id).user
    if not may_hand_link(request.business, person):
        messages.info(
            request,
            f"{person.get_full_name()} sets a password through “Forgotten your password?” at sign-in.",
        )
        return HttpResponseRedirect(reverse("people", args=[request.business.slug]))
    return render(request, "settings/person_added.html", {"person": person, "link": _password_link(person)})


@require_POST
@page(Permission.MANAGE_PEOPLE)
def role(request: BusinessRequest, membership_id: UUID) -> HttpResponse:
    """Change somebody's role; the last Business Admin keeps theirs."""
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            member = change_role(
                request.business, membership_id, Role(form.cleaned_data["role"]), request.user
            )
            messages.success(request, f"{member.user.get_full_name()} is {Role(member.role).label} now.")
        except LastAdmin as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people", args=[request.business.slug]))


@require_POST
@page(Permission.MANAGE_PEOPLE)
def remove(request: BusinessRequest, membership_id: UUID) -> HttpResponse:
    """Remove somebody from the business; the last Business Admin stays."""
    try:
        person = remove_person(request.business, membership_id, request.user)
        messages.success(request, f"{person.get_full_name()} can no longer open {request.business.name}.")
        if person == request.user:
            return HttpResponseRedirect(reverse("home"))
    except LastAdmin as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people", args=[request.business.slug]))


def _show(request: BusinessRequest, form: AddPersonForm, status: int = 200) -> HttpResponse:
    members = list_members(request.business)
    admins = [member for member in members if member.role == Role.BUSINESS_ADMIN]
    context = {
        "members": members,
        "last_admin": admins[0] if len(admins) == 1 else None,
        "accountants": list_accountants(request.business),
        "roles": [(choice.value, choice.label) for choice in Role if choice is not Role.ACCOUNTANT],
        "form": form,
    }
    return render(request, "settings/people.html", context, status=status)


def _password_link(user: User) -> str:
    """The address under which a person who has no password sets their first one; good for three days."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.BASE_URL}{path}"
