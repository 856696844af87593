"""Which messages somebody wants."""

from typing import Any

from rest_framework import serializers

from bookme.core.http.serializers import InputSerializer

_OF_MESSAGES = "By the names of messages that one may refuse."


class WishesInput(InputSerializer):
    """What is not named stays."""

    wanted = serializers.DictField(child=serializers.BooleanField(), help_text=_OF_MESSAGES)


class WishesOutput(serializers.Serializer[Any]):
    """Every message that one may refuse; all others tell what one has to know, and always come."""

    wanted = serializers.DictField(child=serializers.BooleanField(), help_text=_OF_MESSAGES)
