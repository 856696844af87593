"""Who asks for what is known of them, and which rows that is about."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.bookings.selectors.bookings import own
from bookme.core.actor import Actor
from bookme.customers.models import Customer
from bookme.customers.selectors import own_customers, require_person
from bookme.tenants.context import require_tenant
from bookme.users.models import User

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Subject:
    """A person in the current business, by the ids of what is theirs; `email` is what they sign in with.

    `addresses` are all e-mail addresses, lower case, and phones under which they are known here.
    """

    user_id: UUID
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
        return [self.user_id, *self.customers, *self.visits, *self.bookings, *self.waiting]

    @property
    def texts(self) -> list[str]:
        """The same as texts, each as JSON and Django's log have it."""
        return [str(each) for each in self.rows]


def subject_of(actor: Actor) -> Subject:
    """Whoever is signed in. Raises NotAllowed `people_only`."""
    user = User.objects.get(pk=require_person(actor))
    customers = Customer.objects.filter(own_customers(actor)).order_by("created_at", "id")
    visits, waiting = Visit.objects.filter(own(actor)), WaitlistEntry.objects.filter(own(actor))
    given = [*customers.values_list("email", "phone")]
    given += [pair for said in (visits, waiting) for pair in said.values_list("contact_email", "contact_phone")]
    visit_ids = _ids(visits)
    return Subject(
        user_id=user.pk,
        email=user.email,
        tenant_id=require_tenant().pk,
        customers=_ids(customers),
        visits=visit_ids,
        bookings=_ids(Booking.objects.filter(visit__in=visit_ids)),
        waiting=_ids(waiting),
        addresses=tuple(sorted({user.email.lower()} | {each.lower() for pair in given for each in pair if each})),
    )


def _ids(rows: QuerySet[M]) -> tuple[UUID, ...]:
    return tuple(rows.values_list("pk", flat=True))
