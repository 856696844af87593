"""What series take and answer."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bookme.bookings.actions.terms import MOST_SERVICES
from bookme.bookings.availability import Cause
from bookme.bookings.recurrence import MOST
from bookme.bookings.selectors.series import NO_SUCH_TIME, Scope
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.serializers.fields import ANY
from bookme.bookings.serializers.repeat import RepeatInput, RepeatOutput
from bookme.bookings.serializers.steps import ReasonInput
from bookme.bookings.serializers.visits import ItemInput, VisitInput
from bookme.bookings.wishes import COURSE_ONLY, SESSIONS_ONLY
from bookme.core.http.fields import BoundedList, InstantField, PlainText, WholeNumber
from bookme.core.http.serializers import InputSerializer

_CAUSES = [*(each.value for each in Cause), SESSIONS_ONLY, COURSE_ONLY, NO_SUCH_TIME]


class SeriesPreviewInput(InputSerializer):
    """What is to repeat, from `start` on. A class repeats in its sessions at that time."""

    start = InstantField()
    rule = RepeatInput()
    items = BoundedList(child=ItemInput(), min_length=1, max_length=MOST_SERVICES)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class SeriesInput(VisitInput):
    """The same, for somebody. With `starts`, those are booked instead of all dates of the rule."""

    rule = RepeatInput()
    starts = BoundedList(child=InstantField(), max_length=MOST, required=False, default=list)


class _ScopeInput(InputSerializer):
    """`this` or `following` name the `visit` that they are about."""

    scope = serializers.ChoiceField(choices=[each.value for each in Scope])
    visit = serializers.UUIDField(required=False, allow_null=True, default=None)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _visit_missing(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if missing := _visit_missing(attrs):
            raise serializers.ValidationError(missing)
        return attrs


def _visit_missing(data: Mapping[str, Any]) -> dict[str, Any]:
    # A tuple: what was sent may be a list, which no set can be asked for.
    if data.get("scope") in (Scope.THIS.value, Scope.FOLLOWING.value) and not data.get("visit"):
        return {"visit": [serializers.ErrorDetail("Say which visit.", code="required")]}
    return {}


class SeriesCancelInput(_ScopeInput, ReasonInput):
    """What is cancelled, and why."""


class SeriesRescheduleInput(_ScopeInput):
    """The new start of the named visit, or of the first; the others that are meant move as far, in local time.

    Or a class's session, to which it goes.
    """

    start = InstantField(required=False, allow_null=True, default=None)
    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    staff = serializers.ChoiceField(choices=[ANY], required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class SeriesDateOutput(serializers.Serializer[Any]):
    """A date of the rule. `start` is null where the clock skips the time on it."""

    date = serializers.DateField()
    start = InstantField(allow_null=True)
    end = InstantField(allow_null=True)
    free = serializers.BooleanField(source="is_free")
    causes = serializers.ListField(child=serializers.ChoiceField(choices=_CAUSES))
    alternatives = serializers.ListField(child=serializers.DictField(), help_text="As those of a refusal.")


class SeriesPreviewOutput(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    dates = SeriesDateOutput(many=True)


class SeriesBookingOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.CharField()
    start = InstantField(source="appointment.starts_at")
    end = InstantField(source="appointment.ends_at")
    service = serializers.UUIDField(source="appointment.service_id")
    staff = serializers.UUIDField(source="appointment.staff_id")
    location = serializers.UUIDField(source="appointment.location_id")


class SeriesVisitOutput(serializers.Serializer[BookedVisit]):
    """One of its visits; `GET visits/{id}/` has more."""

    id = serializers.UUIDField(source="visit.pk")
    reference = serializers.CharField(source="visit.reference")
    start = InstantField()
    end = InstantField()
    bookings = SeriesBookingOutput(many=True)


class SeriesOutput(serializers.Serializer[Any]):
    """The visits by start. Of a course `rule` is null: its visits are on its dates."""

    id = serializers.UUIDField(source="series.pk")
    rule = RepeatOutput(source="series.rule", allow_null=True)
    visits = SeriesVisitOutput(many=True)


class NewSeriesOutput(SeriesOutput):
    """`manage_token` opens it to whoever has it: as `?token=`."""

    manage_token = serializers.CharField()
