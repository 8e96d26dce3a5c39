"""Pages that exist only in the demo: skip ahead, the mails that were sent, sample bills."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from bookbind.demo.bills import draw_bill
from bookbind.demo.models import DemoClock
from bookbind.demo.skip import SkipInvalid, parse_skip, queue_walk
from bookbind.demo.world import SAMPLE_BILLS
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.notifications.models import Mail
from bookbind.web.access import signed_in

_MAILS_SHOWN = 100


@require_POST
@signed_in
def skip(request: HttpRequest) -> HttpResponse:
    """Begin to walk ahead, and return to where the person was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    try:
        length = parse_skip(request.POST.get("length", ""))
    except SkipInvalid as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(back)
    queue_walk(length)
    return HttpResponseRedirect(back)


@require_GET
@signed_in
def clock_fragment(request: HttpRequest) -> HttpResponse:
    """The demo's date, and how far a walk under way has come."""
    row = DemoClock.objects.filter(id=1).first()
    walking = row is not None and row.walk_to is not None
    percent = _walked_percent(row) if row is not None and walking else 100
    answer = render(
        request, "demo/_clock.html", {"now": clock.now(), "walking": walking, "percent": percent, "row": row}
    )
    if "following" in request.GET and not walking:
        # The walk has arrived: the page around still shows the day it was loaded on.
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@signed_in
def mails(request: HttpRequest) -> HttpResponse:
    """What Bookbind would have mailed, newest first."""
    sent = Mail.objects.order_by("-queued_at")[:_MAILS_SHOWN]
    return render(request, "demo/mails.html", {"mails": sent})


@require_GET
@signed_in
def samples(request: HttpRequest) -> HttpResponse:
    """Sample bills to download and to drop onto Costs."""
    return render(
        request, "demo/samples.html", {"bills": list(enumerate(SAMPLE_BILLS)), "today": clock.now()}
    )


@require_GET
@signed_in
def sample(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - the route's signature
    """One sample bill as a PDF."""
    if number >= len(SAMPLE_BILLS):
        raise Http404
    bill = SAMPLE_BILLS[number]
    on = (clock.now() - timedelta(days=bill.days_ago)).date()
    response = HttpResponse(draw_bill(bill, "Acme Ltd", on), content_type="application/pdf")
    name = f"{bill.supplier} {bill.reference} {show_date(on)}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _walked_percent(row: DemoClock) -> int:
    if row.walk_from is None or row.walk_to is None:
        return 100
    whole = (row.walk_to - row.walk_from).total_seconds()
    done = (clock.now() - row.walk_from).total_seconds()
    return max(1, min(99, round(100 * done / whole))) if whole > 0 else 100
