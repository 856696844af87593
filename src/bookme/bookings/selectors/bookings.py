"""Bookings as a caller may see them. Fetching is authorising: whoever gets one through here may see it."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from bookme.bookings.models import IMPORT_SOURCE, TEAM_SOURCE, Appointment, Booking, Visit
from bookme.core.actor import Actor, ActorKind
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.customers.models import Customer
from bookme.customers.selectors import own_customers
from bookme.staff.models import Staff

_BY_THE_BUSINESS = (TEAM_SOURCE, IMPORT_SOURCE)


def bookings_visible_to(actor: Actor) -> QuerySet[Booking]:
    """With visit, customer, appointment, service, staff, location and `helper_ids`, in one query.

    The team by its permissions and scopes: without `bookings.read_all` what is on their own calendar. A customer what
    is their `own`. A guest the visit of their link, and the
    series that it is of.
    """
    rows = with_all()
    if actor.may(Permission.BOOKINGS_READ):
        return rows.filter(scope_of(actor))
    if actor.kind is ActorKind.GUEST:
        if actor.visit_id is None:
            return rows.none()
        series = Visit.objects.filter(pk=actor.visit_id, series__isnull=False).values("series")
        return rows.filter(Q(visit=actor.visit_id) | Q(visit__series__in=series))
    if actor.kind is ActorKind.USER and not actor.is_team:
        return rows.filter(visit__in=Visit.objects.filter(own(actor)))
    return rows.none()


def own(actor: Actor) -> Q:
    """Which visits, and which entries of the waitlist, are somebody's who is signed in, whatever their role.

    What they asked for while signed in, what was asked for under the address that is verified to be theirs, and what
    is on a customer of theirs, unless it was asked for under another address or by somebody else who was signed in:
    customers are found by a phone as well, and a phone may be shared.
    """
    if actor.kind is not ActorKind.USER or actor.id is None:
        return Q(pk__in=[])
    nobody_else_s = Q(contact_email="") | Q(contact_email=F("customer__email")) | Q(source__in=_BY_THE_BUSINESS)
    mine = Customer.objects.filter(own_customers(actor)).values("pk")
    unclaimed = nobody_else_s & Q(customer__in=mine)
    if actor.email:
        unclaimed |= Q(contact_email=actor.email)
    return Q(user_id=actor.id) | Q(user_id=None) & unclaimed


def booking_for(actor: Actor, booking_id: UUID) -> Booking:
    """Raises NotFound, also for what exists and is not theirs to see."""
    return one(bookings_visible_to(actor), booking_id)


def on_calendars(**of_staff: Any) -> Q:
    """Bookings that take the time of such people, whether they lead or help."""
    return Q(appointment__in=_led(of_staff))


def appointments_of(**of_staff: Any) -> Q:
    """The appointments that bookings are in, and sessions, which take the time of such people."""
    return Q(pk__in=_led(of_staff))


def _led(of_staff: dict[str, Any]) -> QuerySet[Appointment, Any]:
    taken = Appointment.objects.filter(staff__in=Staff.objects.filter(**of_staff))
    return taken.order_by().values(led=Coalesce("lead", "pk"))


def with_all() -> QuerySet[Booking]:
    """Every booking, for whoever may see it already; loaded as in `bookings_visible_to`."""
    return with_appointment(Booking.objects.select_related("visit__customer"))


def with_appointment(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """With appointment, service, staff, location and `helper_ids`."""
    helpers = Appointment.objects.filter(lead=OuterRef("appointment")).order_by("staff__position", "staff_id")
    return rows.select_related("appointment__service", "appointment__staff", "appointment__location").annotate(
        helper_ids=ArraySubquery(helpers.values("staff"))
    )  # type: ignore[no-redef]


def scope_of(actor: Actor) -> Q:
    """Which bookings somebody of the team reaches; without `bookings.read_all`, those on their own calendar."""
    scope = Q()
    if not actor.may(Permission.BOOKINGS_READ_ALL):
        scope &= on_calendars(user_id=actor.id)
    if actor.location_ids is not None:
        scope &= Q(appointment__location__in=actor.location_ids)
    if actor.staff_ids is not None:
        scope &= on_calendars(pk__in=actor.staff_ids)
    return scope
