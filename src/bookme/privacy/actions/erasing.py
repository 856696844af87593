"""Erasing a person."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from bookme.bookings.actions import leave_waitlist
from bookme.bookings.models import Booking
from bookme.bookings.selectors.own import own_waiting, still_to_come
from bookme.communications.actions import digest_addresses
from bookme.communications.models import StoppedAddress
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict
from bookme.core.permissions import TEAM_ROLES
from bookme.customers.models import Customer
from bookme.customers.selectors import own_customers, require_person
from bookme.eventlog.actions import publish
from bookme.eventlog.models import Event
from bookme.privacy.events import Cause, CustomerErased
from bookme.privacy.export import facts_about
from bookme.privacy.facts import erased_fact
from bookme.privacy.holdings import HOLDINGS, Erasing, Holding
from bookme.privacy.selectors import Subject, subject_of
from bookme.tenants.context import public_scope, require_tenant
from bookme.users.actions import erase_account
from bookme.users.models import Membership, User
from bookme.users.selectors import belongs_elsewhere

_AT_ONCE = 500
_NAMES = ("name", "contact_name")


def erase_person(*, actor: Actor, now: dt.datetime, cause: Cause = Cause.ASKED) -> bool:
    """Forget whoever is signed in, in this business, for good; True if their account is gone with it.

    Bookings stay for the books, without a person: see HOLDINGS for what becomes of which row. The account goes where
    they belong to no other business and are no operator. Who waits leaves the line first. The caller has made sure that
    it is they (`demand_same_person`), and joins it to a transaction.

    Raises NotAllowed `people_only`; Conflict `bookings_ahead`, with how many, while something is to come, and
    `team_member` of whoever works here. Locks the account and the customer's rows. Publishes CustomerErased.
    """
    user = lock_person(actor)
    _require_no_team_member(user)
    subject = subject_of(actor)
    _require_nothing_ahead(subject, now)
    for entry in own_waiting(actor):
        leave_waitlist(entry=entry, actor=actor.for_themselves())
    whole = not user.is_staff and not belongs_elsewhere(user.pk, require_tenant().pk)
    forget(subject, account=user if whole else None, cause=cause)
    return whole


def lock_person(actor: Actor) -> User:
    """The account of whoever that is, locked with their customer's rows. Raises NotAllowed `people_only`."""
    user = User.objects.select_for_update(of=("self",)).get(pk=require_person(actor))
    mine = Customer.objects.filter(own_customers(actor))
    list(mine.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    return user


def forget(subject: Subject, *, account: User | None = None, cause: Cause) -> None:
    """Take out of the books who that was, and with an `account` that too. Joins the transaction; the rows are locked.

    Publishes CustomerErased.
    """
    _erase_facts(subject)
    for holding in HOLDINGS:
        if account is not None or not holding.of_account:
            _erase(holding, subject)
    if account is not None:
        with public_scope():
            _erase_facts(subject)
        erase_account(user=account)
    told = CustomerErased(
        customer_id=subject.customers[0] if subject.customers else None,
        customers=[str(each) for each in subject.customers],
        account=account is not None,
        cause=cause.value,
    )
    by = ActorKind.USER if cause is Cause.ASKED else ActorKind.SYSTEM
    publish(told, actor=Actor(by))


def _require_no_team_member(user: User) -> None:
    """Their membership is locked: nobody takes them into the team meanwhile."""
    here = Membership.objects.select_for_update(of=("self",)).filter(user=user, tenant=require_tenant())
    if any(each.is_active and each.role in TEAM_ROLES for each in here):
        raise Conflict("You work here: leave the team first, then ask again.", code="team_member")


def _require_nothing_ahead(subject: Subject, now: dt.datetime) -> None:
    count = Booking.objects.filter(still_to_come(now), pk__in=subject.bookings).count()
    if count:
        detail = gettext_noop("Something is still to come: cancel it, or wait until it is over.")
        raise Conflict(detail, code="bookings_ahead", extra={"bookings": count})


def _erase(holding: Holding, subject: Subject) -> None:
    rows = holding.model._default_manager.filter(holding.rows(subject))
    if holding.erasing is Erasing.DELETED:
        rows.delete()
    elif holding.erasing is Erasing.DIGESTED:
        digest_addresses(StoppedAddress.objects.filter(holding.rows(subject)))
    elif holding.erasing is Erasing.BLANKED:
        values = holding.blanks
        rows.update(**values | {name: _nobody() for name in _NAMES if name in values})


def _nobody() -> str:
    """What stands for the name, in the business's first language."""
    with override(require_tenant().config.language):
        return _("Erased customer")


def _erase_facts(subject: Subject) -> None:
    """In the schema that is entered."""
    facts: QuerySet[Event] = Event.objects.filter(facts_about(subject))
    changed = []
    for fact in facts.iterator(chunk_size=_AT_ONCE):
        for name, value in erased_fact(vars(fact), subject).items():
            setattr(fact, name, value)
        changed.append(fact)
    Event.objects.bulk_update(changed, ["payload", "actor_name"], batch_size=_AT_ONCE)
