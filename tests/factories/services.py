"""What can be booked: an hour for one person, at 40, everywhere and by nobody yet."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from bookme.services.models import Category, Extra, Question, QuestionKind, Service, ServiceKind, ServiceRequirement


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class ServiceFactory(DjangoModelFactory[Service]):
    """`staff=[…]`, `locations=[…]` and `requires=["room"]` set what is around it."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    class Params:
        group = factory.Trait(kind=ServiceKind.GROUP, capacity=4)
        of_class = factory.Trait(kind=ServiceKind.CLASS, capacity=8)

    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.Sequence(lambda n: f"service-{n}")
    duration_minutes = 60
    price = Decimal("40.000")

    @factory.post_generation
    def staff(self: Any, create: bool, given: Any) -> None:
        if given:
            self.staff.set(given)

    @factory.post_generation
    def locations(self: Any, create: bool, given: Any) -> None:
        if given:
            self.locations.set(given)

    @factory.post_generation
    def requires(self: Any, create: bool, given: Any) -> None:
        for kind in given or ():
            ServiceRequirement.objects.create(service=self, kind=kind)


class ExtraFactory(DjangoModelFactory[Extra]):
    """An add-on at 5 and ten minutes; `services=[…]` says of which."""

    class Meta:
        model = Extra
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Extra {n}")
    price = Decimal("5.000")
    duration_minutes = 10

    @factory.post_generation
    def services(self: Any, create: bool, given: Any) -> None:
        if given:
            self.services.set(given)


class QuestionFactory(DjangoModelFactory[Question]):
    """A text that nobody has to give; `services=[…]` says where it is asked, else everywhere."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    key = factory.Sequence(lambda n: f"question-{n}")
    label = factory.Sequence(lambda n: f"Question {n}?")
    kind = QuestionKind.TEXT

    @factory.post_generation
    def services(self: Any, create: bool, given: Any) -> None:
        if given:
            self.services.set(given)


class ServiceRequirementFactory(DjangoModelFactory[ServiceRequirement]):
    class Meta:
        model = ServiceRequirement

    service = factory.SubFactory(ServiceFactory)
    kind = "room"
