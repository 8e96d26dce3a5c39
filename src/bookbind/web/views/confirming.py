"""Before a connection is changed or ended: is it still the person who signed in?"""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookbind.activity.services import record
from bookbind.connections.sessions import safe_path
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.confirming import note_confirmed
from bookbind.web.forms.confirming import ConfirmForm


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def confirm(request: BusinessRequest) -> HttpResponse:
    """Ask for the password; given, lead back to the page with the button, which is pressed again there."""
    back = safe_path(request.GET.get("next", "")) or reverse("connections", args=[request.business.slug])
    form = ConfirmForm(request.POST if request.method == "POST" else None, request.user)
    if form.is_valid():
        note_confirmed(request)
        _record(request, "access.confirmed", "confirmed with the password who they are")
        messages.success(request, "Thank you. You can go on where you were.")
        return HttpResponseRedirect(back)
    if form.has_error("password", ConfirmForm.WRONG):
        _record(request, "access.not_confirmed", "was asked to confirm who they are; the password was wrong")
    context = {
        "form": form,
        "back": back,
        "minutes": settings.CONFIG.confirm_minutes,
        "has_code": is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
    }
    return render(request, "settings/confirm.html", context, status=422 if form.errors else 200)


def _record(request: BusinessRequest, action: str, what: str) -> None:
    name = request.user.get_full_name()
    record(action, f"{name} {what}.", business_id=request.business.id, actor=request.user)
