"""Before a connection is changed or ended: is it still the person who signed in?"""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookbind.activity.services import record
from bookbind.connections.sessions import safe_path
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.confirming import carry_on, find_press, note_confirmed, take_press
from bookbind.web.forms.confirming import CodeForm, PasswordForm

_CODE = "code"


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def confirm(request: BusinessRequest) -> HttpResponseBase:
    """Ask for the password, or for a code; given, the button that was pressed before is pressed."""
    back = safe_path(request.GET.get("next", "")) or reverse("connections", args=[request.business.slug])
    has_code = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    by_code = has_code and request.GET.get("with") == _CODE
    form = _form(request, by_code=by_code)
    if form.is_valid():
        _note(request, form)
        return _go_on(request, back)
    if form.has_error("code" if by_code else "password", form.WRONG):
        _record(
            request, "access.not_confirmed", f"was asked to confirm who they are; the {_what(form)} was wrong"
        )
    context = {
        "form": form,
        "by_code": by_code,
        "back": back,
        "press": find_press(request, back),
        "minutes": settings.CONFIG.confirm_minutes,
        "has_code": has_code,
    }
    return render(request, "settings/confirm.html", context, status=422 if form.errors else 200)


def _form(request: BusinessRequest, *, by_code: bool) -> PasswordForm | CodeForm:
    kind = CodeForm if by_code else PasswordForm
    return kind(request.POST if request.method == "POST" else None, request.user)


def _what(form: PasswordForm | CodeForm) -> str:
    return "code" if isinstance(form, CodeForm) else "password"


def _note(request: BusinessRequest, form: PasswordForm | CodeForm) -> None:
    if isinstance(form, CodeForm):
        form.save()
    note_confirmed(request)
    _record(request, "access.confirmed", f"confirmed with the {_what(form)} who they are")


def _go_on(request: BusinessRequest, back: str) -> HttpResponseBase:
    """Press the button that was pressed; where it is too long ago, or none was, lead to its page."""
    token = request.POST.get("press", "")
    press = take_press(request, back, token)
    if press is not None:
        return carry_on(request, press)
    if token:
        messages.info(request, "Thank you. That took a while, so nothing was done yet: please press again.")
    else:
        messages.success(request, "Thank you. You can go on where you were.")
    return HttpResponseRedirect(back)


def _record(request: BusinessRequest, action: str, what: str) -> None:
    name = request.user.get_full_name()
    record(action, f"{name} {what}.", business_id=request.business.id, actor=request.user)
