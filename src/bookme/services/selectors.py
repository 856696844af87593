"""The catalogue as a caller may see it: everything for the team, what is active for everybody else."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from bookme.core.actor import Actor
from bookme.core.fetch import offered_to, one
from bookme.services.models import Category, Extra, Question, Service


def categories_for(actor: Actor) -> QuerySet[Category]:
    return offered_to(actor, Category.objects.all())


def services_for(actor: Actor) -> QuerySet[Service]:
    """Services with category, places, needed resources and extras, in a fixed number of queries."""
    return offered_to(
        actor,
        Service.objects.select_related("category").prefetch_related(
            "locations", "requirements", Prefetch("extras", extras_for(actor), to_attr="offered_extras")
        ),
    )


def service_for(actor: Actor, service_id: UUID) -> Service:
    """Raises NotFound."""
    return one(services_for(actor), service_id)


def extras_for(actor: Actor) -> QuerySet[Extra]:
    return offered_to(actor, Extra.objects.prefetch_related("services"))


def questions_for(actor: Actor) -> QuerySet[Question]:
    return offered_to(actor, Question.objects.prefetch_related("services"))


def questions_of(*services: Service) -> QuerySet[Question]:
    """What is asked when these services are booked: their own questions and those of all services, in order."""
    return Question.objects.filter(Q(services__in=services) | Q(services=None), is_active=True).distinct()
