"""A visit as it is: just booked, later on, and for calendar programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookme.bookings.ics import calendar_file
from bookme.bookings.models import Booking
from bookme.communications.calendar import calendar_entry as entry_of
from bookme.communications.kinds import Kind
from bookme.communications.selectors.facts import facts_of, sender_of
from bookme.communications.selectors.ways import way_of_booking
from bookme.tenants.context import require_tenant
from bookme.web.manage.managed import Managed, page_context, with_visit

# By whether it waits for a yes.
_TOLD_NOW = {True: Kind.REQUESTED, False: Kind.CONFIRMED}


@never_cache
@require_safe
@with_visit
def booking_done(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The last step: it is booked, or asked for."""
    way, answer = (
        way_of_booking(each, managed.booking, now=managed.at)
        for each in (_TOLD_NOW[managed.is_pending], Kind.CONFIRMED)
    )
    return render(request, "booking/done.html", {**page_context(request, managed), "way": way, "answer": answer})


@never_cache
@require_safe
@with_visit
def manage(request: HttpRequest, managed: Managed) -> HttpResponse:
    return render(request, "manage/show.html", page_context(request, managed))


@never_cache
@require_safe
@with_visit
def calendar_entry(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The visit as an .ics file with an event for each service; with `?series=1`, all visits of its series."""
    tenant = require_tenant()
    sender = sender_of(tenant)
    told = [(facts_of(each, language=request.LANGUAGE_CODE), each.updated_at) for each in _wanted(request, managed)]
    entries = [entry_of(sender=sender, booking=each, now=at, url=each.manage_url) for each, at in told]
    name = f"{tenant.slug}-{managed.booked.visit.reference}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(calendar_file(*entries), content_type="text/calendar; charset=utf-8", headers=headers)


def _wanted(request: HttpRequest, managed: Managed) -> list[Booking]:
    if "series" in request.GET and managed.dates:
        return [booking for visit in managed.dates for booking in visit.bookings]
    return managed.bookings
