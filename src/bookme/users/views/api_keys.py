"""Keys of the business: listed, made, revoked. No key may do any of it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.fetch import one
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView
from bookme.tenants.context import require_tenant
from bookme.users.actions import make_api_key, revoke_api_key
from bookme.users.models import ApiKey
from bookme.users.selectors import api_keys_of
from bookme.users.serializers import ApiKeyInput, ApiKeyOutput, MadeApiKeyOutput


def _keys() -> QuerySet[ApiKey]:
    return api_keys_of(require_tenant().pk)


class ApiKeysView(IdempotentView):
    """Keys by which programs act for this business, the newest first; also those that were revoked or expired."""

    permissions = {"GET": Permission.API_KEYS_MANAGE, "POST": Permission.API_KEYS_MANAGE}
    serializer_class = ApiKeyOutput
    secrets = frozenset({"key"})

    @extend_schema(operation_id="api_keys_list", responses=ApiKeyOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(_keys(), ApiKeyOutput)

    @extend_schema(operation_id="api_keys_create", request=ApiKeyInput, responses={201: MadeApiKeyOutput})
    def post(self, request: Request) -> Response:
        """Make a key. It is answered here and never again: only a digest of it is kept."""
        given = self.read_input(ApiKeyInput)

        def act() -> dict[str, Any]:
            made = make_api_key(**given, tenant=require_tenant(), actor=self.actor, now=now())
            row: dict[str, Any] = self.written(ApiKeyOutput, one(_keys(), made.row.pk))
            return row | {"key": made.text}

        return self.once(act, status=status.HTTP_201_CREATED)

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Nobody has the key any more but who was told it."""
        return answer | {"key": None}


class OneApiKeyView(ApiView):
    """One of them."""

    permissions = {"GET": Permission.API_KEYS_MANAGE, "DELETE": Permission.API_KEYS_MANAGE}
    serializer_class = ApiKeyOutput

    @extend_schema(operation_id="api_keys_retrieve", responses=ApiKeyOutput)
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's name
        return Response(self.written(ApiKeyOutput, one(_keys(), id)))

    @extend_schema(operation_id="api_keys_revoke", responses={204: None})
    def delete(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's name
        """Revoke it: it is refused from now on, and stays in the list."""
        key = one(_keys(), id)
        with write():
            revoke_api_key(key=key, actor=self.actor, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)
