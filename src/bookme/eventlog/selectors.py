"""The facts of a business, one after another, as whoever follows them reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookme.core.actor import Actor, shown_name
from bookme.core.permissions import Permission
from bookme.eventlog import registry
from bookme.eventlog.models import Event


@dataclass(frozen=True)
class Fed:
    """A fact as it is told in the feed: `payload` without what is nobody's business, such as addresses of networks."""

    record: Event
    payload: dict[str, object]
    actor_name: str

    @property
    def subject(self) -> object:
        """The id of what it is about, as far as the payload tells it."""
        return self.payload.get(registry.event_type(self.record.name).subject)


@dataclass(frozen=True)
class Feed:
    """`cursor` is what to ask for next; `has_more` whether there is more at once."""

    facts: Sequence[Fed]
    cursor: int
    has_more: bool


def feed_for(actor: Actor, *, after: int, limit: int) -> Feed:
    """The next facts of the current business after a position, in order; none is ever before one that was told.

    Facts for the audit are left out for who may not read that; names of who acted for who may not read customers,
    since customers act, too. Raises NotAllowed, `out_of_scope` for whoever reaches a part of the business: facts are
    of all of it.
    """
    actor.demand_everywhere(Permission.EVENTS_READ)
    rows = Event.objects.filter(position__gt=after).order_by("position")
    if not actor.may(Permission.AUDIT_READ):
        rows = rows.filter(is_audit=False)
    found = list(rows[: limit + 1])
    facts = [_fed(each, names_told=actor.may(Permission.CUSTOMERS_READ)) for each in found[:limit]]
    last = facts[-1].record.position if facts else None
    return Feed(facts, cursor=after if last is None else last, has_more=len(found) > limit)


def _fed(record: Event, *, names_told: bool) -> Fed:
    payload = registry.event_type(record.name).told_in_feed(record.payload)
    return Fed(record, payload, shown_name(record.actor_kind, record.actor_name) if names_told else "")
