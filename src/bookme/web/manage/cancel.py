"""Cancelling by the link: one service, the visit, or more of its series. What it costs is told first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.bookings.actions.cancelling import cancel_booking, cancel_visits
from bookme.core.errors import DomainError
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.web.booking.flow import guest_page
from bookme.web.manage.managed import Managed, managed_visit, page_context, with_visit
from bookme.web.reach import THIS, Reach, asked_reach
from bookme.web.wording import told


@guest_page
@with_visit
def manage_cancel(request: HttpRequest, managed: Managed) -> HttpResponse:
    """GET says what each way of it costs, `?what=` has one chosen; POST cancels, unless it has become dearer since."""
    error, key = "", request.POST.get("what", request.GET.get("what", THIS))
    if request.method == "POST":
        error = _cancelled(request, managed, key)
        if not error:
            return redirect(reverse("manage", args=[managed.token]))
        managed = managed_visit(managed.token, now())
    chosen = asked_reach(managed.can_cancel, key) or next(iter(managed.can_cancel), None)
    context = page_context(request, managed) | {"error": error, "chosen": chosen}
    return render(request, "manage/cancel.html", context, status=409 if error else 200)


def _cancelled(request: HttpRequest, managed: Managed, key: str) -> str:
    """Cancels what was asked for; else why not."""
    reach = asked_reach(managed.reaches, key)
    if reach is None:
        return _("Something has changed meanwhile. Look again before you cancel.")
    asked = request.POST.get(f"fee-{key}", request.POST.get("fee"))
    if asked != str(reach.cancel.fee):
        return _("What cancelling costs has changed. Look again before you cancel.")
    try:
        with write():
            _cancel(managed, reach, reason=_reason(request))
    except DomainError as refused:
        return told(refused)
    return ""


def _cancel(managed: Managed, reach: Reach, *, reason: str) -> None:
    actor, at = managed.actor, now()
    if reach.is_one_service:
        cancel_booking(booking=reach.first, actor=actor, now=at, reason=reason)
        return
    cancel_visits(bookings=reach.bookings, actor=actor, now=at, reason=reason)


def _reason(request: HttpRequest) -> str:
    """One line of what was written, without what cannot be shown."""
    text = request.POST.get("reason", "")[:500]
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
