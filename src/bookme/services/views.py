"""The catalogue: read by anyone, kept by owner and manager."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from bookme.core.http.permissions import Declaration
from bookme.core.http.rows import ArchivableRow, GrowingList
from bookme.core.permissions import Access, Permission
from bookme.eventlog.views import IdempotentView
from bookme.services import actions, selectors
from bookme.services.filters import CategoryFilters, ExtraFilters, QuestionFilters, ServiceFilters
from bookme.services.models import Category, Extra, Question, Service
from bookme.services.serializers import CategorySerializer, ExtraSerializer, QuestionSerializer, ServiceSerializer

LIST: Mapping[str, Declaration] = {"GET": Access.ANYONE, "POST": Permission.CATALOGUE_MANAGE}
ROW: Mapping[str, Declaration] = {
    "GET": Access.ANYONE,
    "PATCH": Permission.CATALOGUE_MANAGE,
    "DELETE": Permission.CATALOGUE_MANAGE,
}


class Categories(IdempotentView, GrowingList):
    """Headings of the catalogue, in the business's order."""

    serializer_class = CategorySerializer
    filterset_class = CategoryFilters
    permissions = LIST

    def rows(self) -> QuerySet[Category]:
        return selectors.categories_for(self.actor)

    def make(self, values: dict[str, Any]) -> Category:
        return actions.make_category(values=values, actor=self.actor)


class OneCategory(ArchivableRow):
    """A heading of the catalogue. Archived, its services stay on offer, under none."""

    serializer_class = CategorySerializer
    permissions = ROW
    row_kind = "category"

    def rows(self) -> QuerySet[Category]:
        return selectors.categories_for(self.actor)

    def change(self, row: Category, values: dict[str, Any]) -> Category:
        return actions.change_category(category=row, values=values, actor=self.actor)

    def archive(self, row: Category) -> Category:
        return actions.archive_category(category=row, actor=self.actor)


class Services(IdempotentView, GrowingList):
    """What can be booked, in the business's order."""

    serializer_class = ServiceSerializer
    filterset_class = ServiceFilters
    permissions = LIST

    def rows(self) -> QuerySet[Service]:
        return selectors.services_for(self.actor)

    def make(self, values: dict[str, Any]) -> Service:
        requires = _kinds(values.pop("requirements", []))
        return actions.make_service(values=values, requires=requires, actor=self.actor)


class OneService(ArchivableRow):
    """What can be booked. Bookings that were made keep their price, length and policy whatever changes here."""

    serializer_class = ServiceSerializer
    permissions = ROW
    row_kind = "service"

    def rows(self) -> QuerySet[Service]:
        return selectors.services_for(self.actor)

    def change(self, row: Service, values: dict[str, Any]) -> Service:
        requires = _kinds(values.pop("requirements")) if "requirements" in values else None
        return actions.change_service(service=row, values=values, requires=requires, actor=self.actor)

    def archive(self, row: Service) -> Service:
        return actions.archive_service(service=row, actor=self.actor)


class Extras(IdempotentView, GrowingList):
    """What can be added to a service."""

    serializer_class = ExtraSerializer
    filterset_class = ExtraFilters
    permissions = LIST

    def rows(self) -> QuerySet[Extra]:
        return selectors.extras_for(self.actor)

    def make(self, values: dict[str, Any]) -> Extra:
        return actions.make_extra(values=values, actor=self.actor)


class OneExtra(ArchivableRow):
    """What can be added to a service."""

    serializer_class = ExtraSerializer
    permissions = ROW
    row_kind = "extra"

    def rows(self) -> QuerySet[Extra]:
        return selectors.extras_for(self.actor)

    def change(self, row: Extra, values: dict[str, Any]) -> Extra:
        return actions.change_extra(extra=row, values=values, actor=self.actor)

    def archive(self, row: Extra) -> Extra:
        return actions.archive_extra(extra=row, actor=self.actor)


class Questions(IdempotentView, GrowingList):
    """What is asked when somebody books."""

    serializer_class = QuestionSerializer
    filterset_class = QuestionFilters
    permissions = LIST

    def rows(self) -> QuerySet[Question]:
        return selectors.questions_for(self.actor)

    def make(self, values: dict[str, Any]) -> Question:
        return actions.make_question(values=values, actor=self.actor)


class OneQuestion(ArchivableRow):
    """What is asked when somebody books."""

    serializer_class = QuestionSerializer
    permissions = ROW
    row_kind = "question"

    def rows(self) -> QuerySet[Question]:
        return selectors.questions_for(self.actor)

    def change(self, row: Question, values: dict[str, Any]) -> Question:
        return actions.change_question(question=row, values=values, actor=self.actor)

    def archive(self, row: Question) -> Question:
        return actions.archive_question(question=row, actor=self.actor)


def _kinds(requirements: list[dict[str, str]]) -> list[str]:
    return [each["kind"] for each in requirements]
