"""The shapes of texts, their versions and previews."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.communications.models import Channel, MessageTemplate
from bookme.communications.rules import LONGEST_BODY, LONGEST_LINE
from bookme.communications.segments import Encoding
from bookme.communications.selectors.texts import TextInForce
from bookme.core.http.fields import BoundedList, InstantField, MultilineText, PlainText, WholeNumber
from bookme.core.http.serializers import InputSerializer


class TemplatesQuery(serializers.Serializer[Any]):
    """Which of the texts; without any, all of them."""

    message = PlainText(required=False, help_text="The name of a message, such as `booking.confirmed`.")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    language = PlainText(required=False, max_length=8)


class TextsInput(InputSerializer):
    """What a message says, in Liquid. Only an e-mail has `subject` and `heading`.

    `version` is the one that was seen, 0 for the built-in text: if another holds by now, it is a conflict.
    """

    subject = PlainText(max_length=LONGEST_LINE, required=False, default="", allow_blank=True)
    heading = PlainText(max_length=LONGEST_LINE, required=False, default="", allow_blank=True)
    body = MultilineText(max_length=LONGEST_BODY, allow_blank=True)
    version = WholeNumber(min_value=0, required=False)


class RestoreInput(InputSerializer):
    """Which of the versions."""

    version = WholeNumber(min_value=1)


class PreviewInput(InputSerializer):
    """Of which message, and what it would say; without a `body`, what holds. `flags` are those that are on."""

    message = PlainText(max_length=50)
    channel = serializers.ChoiceField(choices=Channel.choices)
    language = PlainText(max_length=8)
    subject = PlainText(max_length=LONGEST_LINE, required=False, default="", allow_blank=True)
    heading = PlainText(max_length=LONGEST_LINE, required=False, default="", allow_blank=True)
    body = MultilineText(max_length=LONGEST_BODY, required=False, allow_blank=True)
    flags = BoundedList(child=PlainText(max_length=40), max_length=10, required=False, default=list)


class TextsOutput(serializers.Serializer[Any]):
    subject = serializers.CharField()
    heading = serializers.CharField()
    body = serializers.CharField()


class VariableOutput(serializers.Serializer[Any]):
    """`is_flag`: true or false, for `{% if … %}`; the others are texts. `always`: never empty."""

    name = serializers.CharField()
    meaning = serializers.CharField()
    is_flag = serializers.BooleanField()
    always = serializers.BooleanField()


class TemplateOutput(serializers.Serializer[TextInForce]):
    """Which text of one message holds, by one channel in one language.

    `version` is of the business's own text, 0 where the built-in one holds. `is_off`: the business does not send it.
    `category` is whose consent it needs.
    """

    message = serializers.CharField(source="place.name")
    kind = serializers.CharField(source="place.kind")
    audience = serializers.CharField(source="place.audience")
    category = serializers.CharField(source="place.category")
    channel = serializers.CharField(source="place.channel")
    language = serializers.CharField(source="place.language")
    is_own = serializers.BooleanField()
    version = serializers.IntegerField()
    is_off = serializers.BooleanField()
    changed_at = InstantField(read_only=True, allow_null=True)
    changed_by = serializers.CharField()


class OneTemplateOutput(TemplateOutput):
    """The same with what it says, what the built-in text is, and what may be said."""

    texts = TextsOutput()
    built_in = TextsOutput()
    variables = serializers.SerializerMethodField()

    @extend_schema_field(VariableOutput(many=True))
    def get_variables(self, found: TextInForce) -> list[dict[str, Any]]:
        known = found.place.vocabulary
        return [
            {"name": name, "meaning": str(meaning), "is_flag": name in known.flags, "always": name in known.always}
            for name, meaning in known.meanings.items()
        ]


class VersionOutput(serializers.ModelSerializer[MessageTemplate]):
    """A text that holds, if `is_current`, or held."""

    created_at = InstantField(read_only=True)

    class Meta:
        model = MessageTemplate
        fields = ("version", "is_current", "subject", "heading", "body", "made_by", "created_at")
        read_only_fields = fields


class SegmentsOutput(serializers.Serializer[Any]):
    """`length` in characters of the `encoding`, `count` messages with `room` for so many each.

    `unusual` are the characters for which fewer fit.
    """

    encoding = serializers.ChoiceField(choices=[each.value for each in Encoding])
    length = serializers.IntegerField()
    count = serializers.IntegerField()
    room = serializers.IntegerField()
    unusual = serializers.CharField()


class PreviewOutput(serializers.Serializer[Any]):
    """A sample as it would go out. Only an e-mail has `subject` and `html`; only an SMS has `segments`."""

    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()
    segments = SegmentsOutput(allow_null=True)


class TestSendOutput(serializers.Serializer[Any]):
    """Where it went."""

    to = serializers.CharField()
