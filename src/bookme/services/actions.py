"""Keeping the catalogue. Each action demands `catalogue.manage` and publishes CatalogueChanged if anything differs.

It is the whole business's: who is bound to some places or calendars changes none of it (`out_of_scope`).

What breaks a rule of the catalogue (`rules`) is refused with Invalid, every fault at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bookme.core.actor import Actor
from bookme.core.errors import FieldError, Invalid
from bookme.core.permissions import Permission
from bookme.core.slugs import free_slug
from bookme.eventlog.changes import archive_row, change_row, make_row, publish_change_of_parent
from bookme.services.events import CatalogueChanged
from bookme.services.models import Category, Extra, Question, Service, ServiceRequirement
from bookme.services.rules import bookable_faults, price_faults, question_faults, requires_faults, seats_faults
from bookme.tenants.context import require_tenant
from bookme.tenants.rules import policy_faults


def make_category(*, values: Mapping[str, Any], actor: Actor) -> Category:
    """The slug is made from the name unless it is given."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    slug = values.get("slug") or free_slug(Category, values["name"])
    return make_row(row=Category(), values={**values, "slug": slug}, event=CatalogueChanged, actor=actor)


def change_category(*, category: Category, values: Mapping[str, Any], actor: Actor) -> Category:
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return change_row(row=category, values=values, event=CatalogueChanged, actor=actor)


def archive_category(*, category: Category, actor: Actor) -> Category:
    """The heading goes; its services stay on offer, under none."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return archive_row(row=category, event=CatalogueChanged, actor=actor)


def make_service(*, values: Mapping[str, Any], requires: Sequence[str] = (), actor: Actor) -> Service:
    """`values` are columns and `locations`; `requires` are kinds of resources, one unit of each is taken."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    Invalid.unless_good(requires_faults(requires))
    values = {**values, "slug": values.get("slug") or free_slug(Service, values["name"])}
    service = make_row(row=Service(), values=values, event=CatalogueChanged, actor=actor, rule=_service_faults)
    _set_requirements(service, requires, actor)
    return service


def change_service(
    *, service: Service, values: Mapping[str, Any], requires: Sequence[str] | None = None, actor: Actor
) -> Service:
    """Bookings that were made keep the price, the length and the policy that they were made with."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    Invalid.unless_good(requires_faults(requires or ()))
    changed = change_row(row=service, values=values, event=CatalogueChanged, actor=actor, rule=_service_faults)
    if requires is not None:
        _set_requirements(changed, requires, actor)
    return changed


def archive_service(*, service: Service, actor: Actor) -> Service:
    """No longer offered; appointments stand."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return archive_row(row=service, event=CatalogueChanged, actor=actor)


def make_extra(*, values: Mapping[str, Any], actor: Actor) -> Extra:
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return make_row(row=Extra(), values=values, event=CatalogueChanged, actor=actor, rule=_extra_faults)


def change_extra(*, extra: Extra, values: Mapping[str, Any], actor: Actor) -> Extra:
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return change_row(row=extra, values=values, event=CatalogueChanged, actor=actor, rule=_extra_faults)


def archive_extra(*, extra: Extra, actor: Actor) -> Extra:
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return archive_row(row=extra, event=CatalogueChanged, actor=actor)


def make_question(*, values: Mapping[str, Any], actor: Actor) -> Question:
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return make_row(row=Question(), values=values, event=CatalogueChanged, actor=actor, rule=question_faults)


def change_question(*, question: Question, values: Mapping[str, Any], actor: Actor) -> Question:
    """Answers that were given keep the words that they were given in."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return change_row(row=question, values=values, event=CatalogueChanged, actor=actor, rule=question_faults)


def archive_question(*, question: Question, actor: Actor) -> Question:
    """No longer asked; answers stay."""
    actor.demand_everywhere(Permission.CATALOGUE_MANAGE)
    return archive_row(row=question, event=CatalogueChanged, actor=actor)


def _service_faults(values: Mapping[str, Any]) -> Iterator[FieldError]:
    config = require_tenant().config
    yield from seats_faults(values)
    yield from bookable_faults(values)
    yield from price_faults(values["price"], config.currency)
    free_until_minutes = config.policy.cancellation.free_until_minutes
    yield from policy_faults(values["policy"], config.currency, free_until_minutes=free_until_minutes)


def _extra_faults(values: Mapping[str, Any]) -> Iterator[FieldError]:
    return price_faults(values["price"], require_tenant().config.currency)


def _set_requirements(service: Service, kinds: Sequence[str], actor: Actor) -> None:
    before = sorted(service.requirements.values_list("kind", flat=True))
    after = sorted(set(kinds))
    if before == after:
        return
    service.requirements.exclude(kind__in=after).delete()
    ServiceRequirement.objects.bulk_create(
        [ServiceRequirement(service=service, kind=kind) for kind in after if kind not in before]
    )
    publish_change_of_parent(CatalogueChanged, kind="requires", parent=service, before=before, after=after, actor=actor)
