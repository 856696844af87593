"""Texts that WhatsApp has approved, for who looks after messages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications import actions
from bookme.communications.models import WhatsAppTemplate
from bookme.communications.selectors.whatsapp import whatsapp_templates_for
from bookme.communications.serializers.whatsapp import WhatsAppTemplateSerializer
from bookme.core.http.rows import GrowingList, RemovableRow
from bookme.core.http.views import ApiView
from bookme.core.permissions import Permission
from bookme.eventlog.views import IdempotentView

MANAGE = Permission.MESSAGES_MANAGE


class WhatsAppTemplates(IdempotentView, GrowingList):
    """What may be said by WhatsApp at any time: of each message one text in each language."""

    serializer_class = WhatsAppTemplateSerializer
    permissions = {"GET": MANAGE, "POST": MANAGE}

    def rows(self) -> QuerySet[WhatsAppTemplate]:
        return whatsapp_templates_for(self.actor)

    def make(self, values: dict[str, Any]) -> WhatsAppTemplate:
        return actions.make_whatsapp_template(values=values, actor=self.actor)


class OneWhatsAppTemplate(RemovableRow):
    """One of them. With another `content_id` it waits for its approval again."""

    serializer_class = WhatsAppTemplateSerializer
    permissions = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    def rows(self) -> QuerySet[WhatsAppTemplate]:
        return whatsapp_templates_for(self.actor)

    def change(self, row: WhatsAppTemplate, values: dict[str, Any]) -> WhatsAppTemplate:
        return actions.change_whatsapp_template(template=row, values=values, actor=self.actor)

    def remove(self, row: WhatsAppTemplate) -> None:
        actions.remove_whatsapp_template(template=row, actor=self.actor)


class RefreshWhatsAppTemplates(ApiView):
    """Asks the provider what was approved."""

    serializer_class = WhatsAppTemplateSerializer
    permissions = {"POST": MANAGE}
    limited = frozenset({"POST"})
    queryset = WhatsAppTemplate.objects.none()

    @extend_schema(
        request=None, responses=WhatsAppTemplateSerializer(many=True), summary="Ask what WhatsApp has approved"
    )
    def post(self, request: Request) -> Response:
        actions.refresh_whatsapp_templates(actor=self.actor)
        return self.paged(whatsapp_templates_for(self.actor), WhatsAppTemplateSerializer)
