"""The feed of facts, and what asks for it."""

from typing import Any

from rest_framework import serializers

from bookme.core.actor import ActorKind
from bookme.core.http.fields import InstantField, WholeNumber

LAST_POSITION = 2**63 - 1
MOST = 100


class FeedQuery(serializers.Serializer[Any]):
    """`after` is the cursor of the answer before this one; 0, which it is unless given, begins with the first fact."""

    after = WholeNumber(max_value=LAST_POSITION, default=0)
    limit = WholeNumber(min_value=1, max_value=MOST, default=MOST)


class FeedActorOutput(serializers.Serializer[Any]):
    """Who acted; `name` is empty for who may not read customers."""

    kind = serializers.ChoiceField(source="record.actor_kind", choices=[each.value for each in ActorKind])
    id = serializers.UUIDField(source="record.actor_id", allow_null=True)
    name = serializers.CharField(source="actor_name")


class FeedFactOutput(serializers.Serializer[Any]):
    """A fact. `name` says what became true, and so what `payload` has; `subject` is the id of what it is about."""

    position = serializers.IntegerField(source="record.position")
    id = serializers.UUIDField(source="record.id")
    name = serializers.CharField(source="record.name")
    occurred_at = InstantField(source="record.occurred_at")
    subject = serializers.UUIDField(allow_null=True)
    actor = FeedActorOutput(source="*")
    payload = serializers.DictField()


class FeedOutput(serializers.Serializer[Any]):
    """`cursor` is the `after` of the next request: of an answer without facts, the same as was asked with."""

    results = FeedFactOutput(source="facts", many=True)
    cursor = serializers.IntegerField()
    has_more = serializers.BooleanField()
