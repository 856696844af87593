"""The catalogue as a caller may see it: everything for the team, what is active for everybody else."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from bookme.core.actor import Actor
from bookme.core.fetch import offered_to, one
from bookme.services.models import Category, Extra, Question, Service
from bookme.tenants.statements import columns_of, prepared_instances

# Written down, for every booking asks it: to put it together takes the ORM longer than to ask.
_OF_WHICH = "SELECT FROM services_question_services WHERE question_id = services_question.id"
_QUESTIONS = f"""SELECT {columns_of(Question)} FROM services_question
WHERE is_active AND (EXISTS ({_OF_WHICH} AND service_id = ANY(%(services)s)) OR NOT EXISTS ({_OF_WHICH}))
ORDER BY position, id"""


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


def questions_of(*services: Service) -> list[Question]:
    """What is asked when these services are booked: their own questions and those of all services, in order."""
    return prepared_instances(Question, _QUESTIONS, {"services": [service.pk for service in services]})
