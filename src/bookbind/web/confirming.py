"""Whether the person of a session gave a password or a code just now, and the way to the page that asks.

A button that was pressed before is kept in the session while that page asks, and is pressed by the answer.
"""

from copy import copy
from dataclasses import asdict, dataclass
from secrets import token_urlsafe
from urllib.parse import urlencode

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import resolve, reverse

from bookbind.kit import clock
from bookbind.web.access import BusinessRequest

_CONFIRMED_AT = "confirmed_at"
_MINUTE = 60
_PRESSED = "pressed"
_PRESS_MINUTES = 10
_FORM_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 # The name of a field.


@dataclass(frozen=True)
class Press:
    """A button of ours that waits for the answer: what it does, and the post that it sent.

    `token` ties it to the page that asked about it, `back` is the page that the button stands on, `fields`
    are the post's, encoded as in a form, `at` is in seconds of real time.
    """

    token: str
    user_id: str
    business_id: str
    at: float
    path: str
    fields: str
    back: str
    what: str


def note_confirmed(request: HttpRequest) -> None:
    """The person of the session has just shown who they are."""
    request.session[_CONFIRMED_AT] = clock.real_now().timestamp()


def is_confirmed(request: HttpRequest) -> bool:
    """Whether that is fresh enough to change or end a connection; a session that never did is not."""
    limit = settings.CONFIG.confirm_minutes * _MINUTE
    return not limit or 0 <= _age(request.session.get(_CONFIRMED_AT, 0)) < limit


def ask_to_confirm(request: BusinessRequest, back: str, what: str) -> HttpResponse:
    """Keep what was posted and lead to the page that asks; Cancel there leads to the page at `back`.

    `what` says what the button does, as in `Confirm and disconnect Acme Ltd`.
    """
    fields = request.POST.copy()
    fields.pop(_FORM_TOKEN, None)
    press = Press(
        token=token_urlsafe(),
        user_id=str(request.user.pk),
        business_id=str(request.business.id),
        at=clock.real_now().timestamp(),
        path=request.path,
        fields=fields.urlencode(),
        back=back,
        what=what,
    )
    request.session[_PRESSED] = asdict(press)
    asked = reverse("confirm", args=[request.business.slug])
    return HttpResponseRedirect(f"{asked}?{urlencode({'next': back})}")


def find_press(request: BusinessRequest, back: str) -> Press | None:
    """The button on the page at `back` that this person pressed moments ago in this business."""
    kept = request.session.get(_PRESSED)
    press = Press(**kept) if kept else None
    if press is None or (press.user_id, press.business_id, press.back) != (
        str(request.user.pk),
        str(request.business.id),
        back,
    ):
        return None
    return press if 0 <= _age(press.at) < _PRESS_MINUTES * _MINUTE else None


def take_press(request: BusinessRequest, back: str, token: str) -> Press | None:
    """The same, once, for the page that asked about this very press: another tab may have pressed since."""
    press = find_press(request, back)
    if press is None or press.token != token:
        return None
    del request.session[_PRESSED]
    return press


def carry_on(request: BusinessRequest, press: Press) -> HttpResponseBase:
    """What the button's own view answers, which asks for every right anew.

    The form that was pressed and the form that confirmed it have both shown their token.
    """
    view = resolve(press.path)
    pressed = copy(request)
    pressed.method, pressed.path, pressed.path_info = "POST", press.path, press.path
    pressed.GET, pressed.POST = QueryDict(), QueryDict(press.fields)
    pressed.META = {**request.META, "QUERY_STRING": ""}
    pressed.resolver_match = view
    return view.func(pressed, *view.args, **view.kwargs)  # type: ignore[no-any-return] # Views answer.


def _age(seconds: float) -> float:
    return clock.real_now().timestamp() - seconds


def _note_sign_in(request: HttpRequest | None, **_: object) -> None:
    if request is not None:
        note_confirmed(request)


def _note_step(request: HttpRequest, *, reauthenticated: bool = False, **_: object) -> None:
    """A step of a sign-in that may still fail at the next one is no confirmation."""
    if reauthenticated:
        note_confirmed(request)


user_logged_in.connect(_note_sign_in, dispatch_uid="bookbind.web.confirming")
authentication_step_completed.connect(_note_step, dispatch_uid="bookbind.web.confirming")
