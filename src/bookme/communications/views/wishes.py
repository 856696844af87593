"""Which messages whoever is signed in wants: as a customer, and for the calendar that is theirs."""

from collections.abc import Mapping

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications.actions import choose_own_messages, choose_staff_messages
from bookme.communications.selectors.wishes import own_wishes, staff_wishes
from bookme.communications.serializers.wishes import WishesInput, WishesOutput
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access


class OwnMessages(ApiView):
    """What one does without as a customer: reminders, and thanks. Whoever works here is a customer here, too."""

    permissions = {"GET": Access.PERSON, "PATCH": Access.PERSON}
    serializer_class = WishesInput

    @extend_schema(operation_id="customers_me_messages", responses=WishesOutput)
    def get(self, request: Request) -> Response:
        return self._answer(own_wishes(self.actor))

    @extend_schema(operation_id="customers_me_messages_change", request=WishesInput, responses=WishesOutput)
    def patch(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            choose_own_messages(wanted=given.get("wanted", {}), actor=self.actor)
            return self._answer(own_wishes(self.actor))

    def _answer(self, wishes: Mapping[str, bool]) -> Response:
        return Response(self.written(WishesOutput, {"wanted": wishes}))


class StaffMessages(OwnMessages):
    """What one of the staff does without, of what they are told of their own calendar. Who has none is told of none."""

    @extend_schema(operation_id="staff_me_messages", responses=WishesOutput)
    def get(self, request: Request) -> Response:
        return self._answer(staff_wishes(self.actor))

    @extend_schema(operation_id="staff_me_messages_change", request=WishesInput, responses=WishesOutput)
    def patch(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            choose_staff_messages(wanted=given.get("wanted", {}), actor=self.actor)
            return self.get(request)
