"""The style page: every component once, for those who build pages. Demo only."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookbind.kit import clock
from bookbind.web.access import public

_OPTIONS = [
    SimpleNamespace(id=str(number), text=name, hint=hint)
    for number, (name, hint) in enumerate(
        (("Acme Ltd", "GB · GBP"), ("Birch Ltd", "GB · GBP"), ("Cole & Son", "IE · EUR")), start=1
    )
]


@require_GET
@public
def components(request: HttpRequest) -> HttpResponse:
    """Draw each component in each of its forms."""
    now = clock.now()
    entries = [
        SimpleNamespace(at=now, text="Connection renewed until 22 November 2027.", actor_name="Ada Admin"),
        SimpleNamespace(at=now - timedelta(days=3), text="The connection expired.", actor_name=""),
    ]
    context = {
        "options": _OPTIONS,
        "entries": entries,
        "tones": ("ok", "info", "warn", "problem", "quiet"),
        "amount": Decimal("1234.5"),
        "today": now,
        "choices": [("1", "One"), ("2", "Two")],
    }
    return render(request, "shell/components.html", context)
