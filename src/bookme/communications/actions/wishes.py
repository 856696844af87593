"""What people want to be told, of what they may refuse.

All join the caller's transaction. Of a customer's answers to marketing none is changed, only followed.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from bookme.bookings.models import Visit
from bookme.communications.kinds import Audience, refusable
from bookme.communications.models import Muted, Notification
from bookme.communications.selectors.wishes import is_subscribed, may_return, own_calendar, topic_for
from bookme.communications.unsubscribing import MARKETING, Topic
from bookme.core.actor import Actor
from bookme.core.errors import FieldError, Invalid, pointer_part
from bookme.customers.actions import answer_marketing, keep_own_customers
from bookme.customers.models import Customer
from bookme.customers.selectors import require_person


def choose_own_messages(*, wanted: Mapping[str, bool], actor: Actor) -> None:
    """Which messages, by name, whoever is signed in wants as a customer; what is not named stays.

    Raises NotAllowed `people_only`, Invalid `unknown_message` for what cannot be refused.
    """
    _require_refusable(wanted, refusable(Audience.CUSTOMER))
    _choose([each.pk for each in keep_own_customers(actor=actor)], wanted)


def choose_staff_messages(*, wanted: Mapping[str, bool], actor: Actor) -> None:
    """The same of who works here, for their own calendar; who has none can refuse nothing."""
    require_person(actor)
    calendar = own_calendar(actor)
    _require_refusable(wanted, refusable(Audience.STAFF) if calendar else [])
    _choose([calendar.pk] if calendar else [], wanted)


def unsubscribe(*, topic: Topic) -> None:
    """End messages of that topic for that customer; once ended, nothing changes. Raises NotFound as `topic_for`."""
    _follow(topic, is_wanted=False)


def resubscribe(*, topic: Topic) -> None:
    """Take unsubscribing back, where its link may (`may_return`). Raises NotFound as `topic_for`."""
    if may_return(topic):
        _follow(topic, is_wanted=True)


def end_marketing(*, notification_id: UUID) -> None:
    """End all marketing for whoever got that message, by who they are and by the address that it went to.

    Their mail program or its provider said so. What they have to know still comes. Locks the customers.
    """
    told = Notification.objects.filter(pk=notification_id).exclude(to="").first()
    if told is None:  # it was of who has been erased since
        return
    theirs = Q(email=told.to.lower())
    if told.audience == Audience.CUSTOMER and told.visit_id:
        theirs |= Q(pk__in=Visit.objects.filter(pk=told.visit_id).values("customer_id"))
    for pk in Customer.objects.filter(theirs).order_by("pk").values_list("pk", flat=True):
        unsubscribe(topic=Topic(pk, MARKETING))


def _follow(topic: Topic, *, is_wanted: bool) -> None:
    customer = Customer.objects.select_for_update().get(pk=topic_for(topic).pk)
    if is_subscribed(topic) is is_wanted:
        return
    if topic.name == MARKETING:
        answer_marketing(customer=customer, granted=is_wanted, language=customer.language)
    else:
        _choose([customer.pk], {topic.name: is_wanted})


def _require_refusable(wanted: Iterable[str], known: Collection[str]) -> None:
    detail = f"You may refuse: {', '.join(known) or 'nothing'}. All else is what one has to know."
    unknown = (each for each in wanted if each not in known)
    Invalid.unless_good(FieldError(f"/wanted/{pointer_part(each)}", "unknown_message", detail) for each in unknown)


def _choose(person_ids: Collection[UUID], wanted: Mapping[str, bool]) -> None:
    back = [name for name, is_wanted in wanted.items() if is_wanted]
    gone = [name for name, is_wanted in wanted.items() if not is_wanted]
    Muted.objects.filter(person_id__in=person_ids, name__in=back).delete()
    rows = [Muted(person_id=person_id, name=name) for person_id in person_ids for name in gone]
    Muted.objects.bulk_create(rows, ignore_conflicts=True)
