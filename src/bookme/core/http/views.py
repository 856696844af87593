"""The base of every API view."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import GUEST, Actor
from bookme.core.http.permissions import Declaration

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ApiView(generics.GenericAPIView[Any]):
    """Declared permissions, one transaction a write, the API's version on every answer.

    `permissions` maps each method to what it needs. Reads of `request.user` should go through `actor`.
    """

    permissions: ClassVar[Mapping[str, Declaration]] = {}

    @property
    def actor(self) -> Actor:
        return self.request.user or GUEST

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["API-Version"] = settings.API_VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    def read_input(self, data: Any = None) -> dict[str, Any]:
        """The request's body, checked by the view's serializer; raises its ValidationError."""
        serializer = self.get_serializer(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked

    def paged(self, rows: Any, serializer_class: Any) -> Response:
        """One page of rows, filtered by the view's filter set."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(
            serializer_class(page, many=True, context=self.get_serializer_context()).data
        )


def write() -> transaction.Atomic:
    """The transaction of a write: durable, so that nothing outside can undo what was answered."""
    return transaction.atomic(durable=True)
