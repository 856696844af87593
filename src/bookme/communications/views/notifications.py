"""What was sent, for the team."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications import actions
from bookme.communications.filters import NotificationFilters
from bookme.communications.models import Notification
from bookme.communications.selectors.notifications import notification_visible_to, notifications_visible_to
from bookme.communications.serializers.notifications import NotificationDetailSerializer, NotificationSerializer
from bookme.core.http.views import ApiView
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView


class Notifications(ApiView):
    """Messages on record, newest first."""

    permissions = {"GET": Permission.NOTIFICATIONS_READ}
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilters
    queryset = Notification.objects.none()

    @extend_schema(responses=NotificationSerializer(many=True), summary="What was sent")
    def get(self, request: Request) -> Response:
        return self.paged(notifications_visible_to(self.actor), NotificationSerializer)


class OneNotification(ApiView):
    """One message on record, with each try of it."""

    permissions = {"GET": Permission.NOTIFICATIONS_READ}
    serializer_class = NotificationDetailSerializer

    @extend_schema(summary="One message, and each try of it")
    def get(self, request: Request, notification_id: UUID) -> Response:
        return Response(
            self.written(NotificationDetailSerializer, notification_visible_to(self.actor, notification_id))
        )


class SendAgain(IdempotentView):
    """Lets a message go out once more, with what is true now. What is kept for a repeat has no words of it."""

    permissions = {"POST": Permission.NOTIFICATIONS_SEND}
    serializer_class = NotificationSerializer
    secrets = frozenset({"to", "subject", "text", "error"})

    @extend_schema(request=None, responses={202: NotificationSerializer}, summary="Send a message again")
    def post(self, request: Request, notification_id: UUID) -> Response:
        return self.once(lambda: self._sent(notification_id), status=202)

    def _sent(self, notification_id: UUID) -> dict[str, Any]:
        notification = notification_visible_to(self.actor, notification_id)
        sent = actions.send_again(notification=notification, actor=self.actor, now=now())
        return dict(self.written(NotificationSerializer, sent))

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        notification = notification_visible_to(self.actor, UUID(answer["id"]))
        return dict(self.written(NotificationSerializer, notification))
