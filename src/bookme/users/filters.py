"""What the audit is narrowed by."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django_filters.filters import ChoiceFilter, UUIDFilter

from bookme.core.http.filters import DayRange
from bookme.eventlog.events import AuditTopic
from bookme.eventlog.models import AuditRecord
from bookme.users.audit import names_of_topic, of_person


class AuditFilter(DayRange):
    """`from` and `to` are local days of the business, both inclusive; `person` is who did it, or whom it is about."""

    starts_field: ClassVar[str] = "occurred_at"
    ends_field: ClassVar[str] = "occurred_at"

    topic = ChoiceFilter(choices=[(each.value, each.value) for each in AuditTopic], method="about", empty_label=None)
    person = UUIDFilter(method="of_person")

    class Meta:
        model = AuditRecord
        fields: list[str] = []

    def about(self, rows: QuerySet[AuditRecord], name: str, value: str) -> QuerySet[AuditRecord]:
        return rows.filter(name__in=names_of_topic(AuditTopic(value)))

    def of_person(self, rows: QuerySet[AuditRecord], name: str, value: UUID) -> QuerySet[Any]:
        return of_person(rows, value)


def narrowed_audit(rows: QuerySet[AuditRecord], request: HttpRequest) -> QuerySet[AuditRecord] | None:
    """What a page's query leaves of them; None if it cannot be read."""
    found: Any = AuditFilter(request.GET, rows, request=request)
    return found.qs if found.is_valid() else None
