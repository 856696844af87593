"""Whom what is told or erased is about, and which rows are theirs."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from bookme.bookings.models import Asked, Booking, Visit, WaitlistEntry
from bookme.bookings.selectors.bookings import own
from bookme.core.actor import Actor
from bookme.core.permissions import TEAM_ROLES
from bookme.customers.models import Customer
from bookme.customers.selectors import own_customers, require_person
from bookme.tenants.context import require_tenant
from bookme.users.models import Membership, User

M = TypeVar("M", bound=Model)
A = TypeVar("A", bound=Asked)


@dataclass(frozen=True)
class Subject:
    """A person in the current business, by the ids of what is theirs; `email` is what they sign in with.

    Of who has no account `user_id` is None, and `email` what the business knows, which may be nothing. `addresses` are
    the e-mail addresses, lower case, and phones under which they, and nobody else, are known here: what somebody gives
    need not be theirs. Their own verified address is always among them.
    """

    user_id: UUID | None
    email: str
    tenant_id: UUID
    customers: tuple[UUID, ...]
    visits: tuple[UUID, ...]
    bookings: tuple[UUID, ...]
    waiting: tuple[UUID, ...]
    addresses: tuple[str, ...]

    @property
    def rows(self) -> list[UUID]:
        """All of it, and who they are themselves: what facts are about."""
        who = [self.user_id] if self.user_id else []
        return [*who, *self.customers, *self.visits, *self.bookings, *self.waiting]

    @property
    def texts(self) -> list[str]:
        """The same as texts, each as JSON and Django's log have it."""
        return [str(each) for each in self.rows]


def subject_of(actor: Actor) -> Subject:
    """Whoever is signed in. Raises NotAllowed `people_only`."""
    user = User.objects.get(pk=require_person(actor))
    return _subject(
        user_id=user.pk,
        email=user.email,
        proven=user.email if user.email_verified_at else "",
        customers=Customer.objects.filter(own_customers(actor)),
        visits=Visit.objects.filter(own(actor)),
        waiting=WaitlistEntry.objects.filter(own(actor)),
    )


def subject_of_customer(customer: Customer) -> Subject:
    """Whoever that row is of, who has no account here (any more), with all that was asked for and is no member's.

    Of somebody who was of the team once, what they did there is the business's: nothing of it is theirs here.
    """
    was_of_team = Membership.objects.filter(
        tenant=require_tenant(), user=customer.user_id, role__in=[each.value for each in TEAM_ROLES]
    ).exists()
    return _subject(
        user_id=None if was_of_team else customer.user_id,
        email="" if was_of_team else customer.email,
        proven="",
        customers=Customer.objects.filter(pk=customer.pk),
        visits=unclaimed(Visit).filter(customer=customer),
        waiting=unclaimed(WaitlistEntry).filter(customer=customer),
    )


def unclaimed(model: type[A]) -> QuerySet[A]:
    """What was asked for by nobody who has an account here, and under no address that is verified to be a member's."""
    members = Membership.objects.filter(tenant=require_tenant(), is_active=True)
    return model._default_manager.filter(
        ~Exists(members.filter(user=OuterRef("user_id"))),
        ~Exists(members.filter(user__email=OuterRef("contact_email"), user__email_verified_at__isnull=False)),
    )


def _subject(
    *,
    user_id: UUID | None,
    email: str,
    proven: str,
    customers: QuerySet[Customer],
    visits: QuerySet[Visit],
    waiting: QuerySet[WaitlistEntry],
) -> Subject:
    given = [(email, ""), *customers.values_list("email", "phone")]
    given += [pair for said in (visits, waiting) for pair in said.values_list("contact_email", "contact_phone")]
    found = Subject(
        user_id=user_id,
        email=email,
        tenant_id=require_tenant().pk,
        customers=_ids(customers.order_by("created_at", "id")),
        visits=_ids(visits),
        bookings=_ids(Booking.objects.filter(visit__in=visits.values("pk"))),
        waiting=_ids(waiting),
        addresses=(),
    )
    known = {each.lower() for pair in given for each in pair}
    only_theirs = known - _of_others(found, known) | {proven.lower()}
    return replace(found, addresses=tuple(sorted(only_theirs - {""})))


def _of_others(subject: Subject, addresses: Collection[str]) -> set[str]:
    """Which of these addresses somebody else is known by here, too."""
    others = (
        (Customer.objects.exclude(pk__in=subject.customers), "email", "phone"),
        (Visit.objects.exclude(pk__in=subject.visits), "contact_email", "contact_phone"),
        (WaitlistEntry.objects.exclude(pk__in=subject.waiting), "contact_email", "contact_phone"),
        (User.objects.filter(~Q(pk=subject.user_id), memberships__tenant=subject.tenant_id), "email", "phone"),
    )
    found: set[str] = set()
    for rows, *columns in others:
        for column in columns:
            found.update(rows.filter(**{f"{column}__in": addresses}).values_list(column, flat=True))
    return found


def _ids(rows: QuerySet[M]) -> tuple[UUID, ...]:
    return tuple(rows.values_list("pk", flat=True))
