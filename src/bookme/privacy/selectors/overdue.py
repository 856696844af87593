"""Of whom nothing was heard for as long as the business keeps what it knows of people.

A booking, until it is over, and whenever it was made; a place in the waitlist; an answer to what they were asked to
agree to; a sign-in here; an invitation to the team; being taken down as a customer: each keeps a person for as many
months more. What the business alone does, such as a note about them or a message to them, does not.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from bookme.bookings.models import STILL_WAITS, Booking, Visit, WaitlistEntry
from bookme.core.permissions import Role
from bookme.core.time import day_bounds
from bookme.customers.models import Consent, Customer
from bookme.eventlog.models import Event
from bookme.privacy.selectors.subjects import unclaimed
from bookme.team.models import Invitation
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant
from bookme.users.events import SignedIn
from bookme.users.models import AccountRequest, Membership, SignIn

Theirs = Mapping[str, Any]  # lookups by which rows are somebody's


def kept_since(tenant: Tenant, *, now: dt.datetime) -> dt.datetime:
    """Whoever was last heard of before that is overdue: on the day, where the business is, on which the months end."""
    config = tenant.config
    last = now.astimezone(config.zone).date() - relativedelta(months=config.legal.retention_months)
    return day_bounds(last, last, config.zone)[1]


def overdue_customers(before: dt.datetime) -> QuerySet[Customer]:
    """Rows of people without an account here of whom something is left, and nothing was heard since then."""
    members = Membership.objects.filter(tenant=require_tenant(), is_active=True)
    of_row: Theirs = {"customer": OuterRef("pk")}
    said = Q(contact_email="", contact_phone="")
    left = Exists(unclaimed(Visit).filter(**of_row).exclude(said))
    left_waiting = Exists(unclaimed(WaitlistEntry).filter(**of_row).exclude(said))
    return Customer.objects.filter(
        Q(erased_at=None) | ~Q(email="", phone="") | left | left_waiting,
        ~Exists(members.filter(user=OuterRef("user_id"))),
        ~Exists(members.filter(user__email=OuterRef("email"), user__email_verified_at__isnull=False)),
        *_not_heard_of(before, asked=[of_row], customers=[of_row], email="email"),
        created_at__lt=before,
    ).order_by("pk")


def overdue_members(before: dt.datetime) -> QuerySet[Membership]:
    """Customers with an account here, also such as never booked, of whom nothing was heard since then."""
    user, email = OuterRef("user_id"), OuterRef("user__email")
    customers: list[Theirs] = [
        {"customer__user_id": user},
        {"customer__user_id": None, "customer__email": email},
    ]
    asked: list[Theirs] = [*customers, {"user_id": user}, {"contact_email": email}]
    signed_in = Event.objects.filter(name=SignedIn.name, subject_id=user, occurred_at__gte=before)
    return Membership.objects.filter(
        ~Exists(SignIn.objects.filter(user=user, tenant=OuterRef("tenant"), used_at__gte=before)),
        ~Exists(signed_in),
        ~Exists(Customer.objects.filter(user_id=user, created_at__gte=before)),
        ~Exists(Customer.objects.filter(user_id=None, email=email, created_at__gte=before)),
        *_not_heard_of(before, asked=asked, customers=customers, email="user__email"),
        tenant=require_tenant(),
        is_active=True,
        role=Role.CUSTOMER,
        created_at__lt=before,
    ).order_by("pk")


def _not_heard_of(
    before: dt.datetime, *, asked: Sequence[Theirs], customers: Sequence[Theirs], email: str
) -> list[Combinable]:
    """By each way in which something can be theirs by itself, so that the database looks it up once for all of them."""
    waits = Q(created_at__gte=before) | Q(status__in=sorted(STILL_WAITS))
    heard = [
        *(Exists(Visit.objects.filter(created_at__gte=before, **each)) for each in asked),
        *(Exists(WaitlistEntry.objects.filter(waits, **each)) for each in asked),
        *(Exists(Booking.objects.filter(appointment__ends_at__gte=before, **_of_visit(each))) for each in asked),
        *(Exists(Consent.objects.filter(created_at__gte=before, **each)) for each in customers),
        Exists(Invitation.objects.filter(email=OuterRef(email), sent_at__gte=before)),
        Exists(AccountRequest.objects.filter(email=OuterRef(email), tenant=require_tenant())),
    ]
    return [~each for each in heard]


def _of_visit(theirs: Theirs) -> dict[str, Any]:
    return {f"visit__{name}": value for name, value in theirs.items()}
