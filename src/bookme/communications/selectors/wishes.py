"""Which of the messages that they may refuse somebody wants."""

from collections.abc import Collection
from uuid import UUID

from bookme.communications.kinds import Audience, refusable
from bookme.communications.models import Muted
from bookme.communications.unsubscribing import MARKETING, Topic
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotFound
from bookme.customers.models import Consent, ConsentKind, Customer
from bookme.customers.selectors import marketing_answer, own_customers, require_person
from bookme.staff.models import Staff


def wishes_of(audience: Audience, person_ids: Collection[UUID]) -> dict[str, bool]:
    """By name, each that this audience may refuse, and whether it is wanted: nobody of these refused it."""
    refused = set(Muted.objects.filter(person_id__in=person_ids).values_list("name", flat=True))
    return {name: name not in refused for name in refusable(audience)}


def own_wishes(actor: Actor) -> dict[str, bool]:
    """What whoever is signed in wants as a customer. Raises NotAllowed `people_only`."""
    require_person(actor)
    mine = Customer.objects.filter(own_customers(actor)).values_list("pk", flat=True)
    return wishes_of(Audience.CUSTOMER, list(mine))


def staff_wishes(actor: Actor) -> dict[str, bool]:
    """What they want to be told of their own calendar; nothing for who has none. Raises NotAllowed `people_only`."""
    require_person(actor)
    calendar = own_calendar(actor)
    return wishes_of(Audience.STAFF, [calendar.pk]) if calendar else {}


def own_calendar(actor: Actor) -> Staff | None:
    """That of who works here, if they have one."""
    if not actor.is_team or actor.kind is not ActorKind.USER:
        return None
    return Staff.objects.filter(user_id=actor.id, is_active=True).first()


def topic_for(topic: Topic) -> Customer:
    """Whom an unsubscribe link is about; raises NotFound where there is no such customer, or nothing of that name."""
    found = Customer.objects.filter(pk=topic.customer_id).first()
    if found is None or topic.name not in {MARKETING, *refusable(Audience.CUSTOMER)}:
        raise NotFound
    return found


def is_subscribed(topic: Topic) -> bool:
    """Whether messages of that topic go to that customer; raises NotFound as `topic_for`."""
    customer = topic_for(topic)
    if topic.name == MARKETING:
        return bool(marketing_answer(customer))
    return not Muted.objects.filter(person_id=customer.pk, name=topic.name).exists()


def may_return(topic: Topic) -> bool:
    """Whether its link takes unsubscribing back: never to offers and news to which they had not agreed themselves."""
    if topic.name != MARKETING:
        return True
    agreed = Consent.objects.filter(customer=topic.customer_id, kind=ConsentKind.MARKETING, granted=True)
    return agreed.exists()
