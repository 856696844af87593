"""Addresses to which nothing goes, for the team."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications import actions
from bookme.communications.filters import StoppedFilters
from bookme.communications.models import Channel, StoppedAddress
from bookme.communications.selectors.stopped import stopped_visible_to
from bookme.communications.serializers.stopped import StoppedSerializer
from bookme.core.http.rows import RemovableMixin, RowList
from bookme.core.permissions import Permission


class StoppedAddresses(RowList):
    """Addresses to which nothing more goes by a channel: what came back, STOP, or a complaint. Newest first."""

    permissions = {"GET": Permission.MESSAGES_MANAGE}
    serializer_class = StoppedSerializer
    filterset_class = StoppedFilters

    def rows(self) -> QuerySet[StoppedAddress]:
        return stopped_visible_to(self.actor)

    @extend_schema(summary="Addresses to which nothing goes")
    def get(self, request: Request, **path: object) -> Response:
        return super().get(request)


class OneStoppedAddress(RemovableMixin):
    """Removed from the list, messages go there again."""

    permissions = {"DELETE": Permission.MESSAGES_MANAGE}
    serializer_class = StoppedSerializer

    def rows(self) -> QuerySet[StoppedAddress]:
        return stopped_visible_to(self.actor)

    def remove(self, row: StoppedAddress) -> None:
        actions.lift_stop(channel=Channel(row.channel), address=row.address, actor=self.actor)
