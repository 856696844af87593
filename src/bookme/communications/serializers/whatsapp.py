"""The shape of a text that WhatsApp has approved, or is to approve."""

from rest_framework import serializers

from bookme.communications.kinds import VARIABLES_AT_MOST, WHATSAPP_NAMES
from bookme.communications.models import ApprovalState, WhatsAppTemplate
from bookme.core.http.fields import BoundedList, InstantField, LanguageField, PlainText
from bookme.core.http.serializers import RowSerializer


class WhatsAppTemplateSerializer(RowSerializer[WhatsAppTemplate]):
    """`name` is the message's, `content_id` the provider's id of its text, as `HX` and 32 digits of base 16.

    `variables` are what is put into it, by its numbers: the first is its `{{1}}`. `state` is as the provider said when
    it was last asked.
    """

    name = serializers.ChoiceField(choices=WHATSAPP_NAMES)
    language = LanguageField()
    content_id = serializers.RegexField(r"^HX[0-9a-f]{32}\Z")
    variables = BoundedList(child=PlainText(max_length=40), max_length=VARIABLES_AT_MOST, required=False)
    state = serializers.ChoiceField(choices=ApprovalState.choices, read_only=True)
    created_at = InstantField(read_only=True)
    updated_at = InstantField(read_only=True)

    class Meta:
        model = WhatsAppTemplate
        fields = ("id", "name", "language", "content_id", "variables", "state", "created_at", "updated_at")
