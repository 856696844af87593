"""Views of rows: a list that can be added to or replaced, and one row that is read, changed, archived or removed.

A view names its serializer, its filters and its permissions, and answers `rows()` with a selector; what it can do is
the class that it is made from, and each of those calls one action.
"""

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import GUEST
from bookme.core.fetch import one
from bookme.core.http.serializers import ArchivedSerializer
from bookme.core.http.views import ApiView, write
from bookme.core.standing import standing_bookings
from bookme.core.time import now

PUBLIC_SECONDS = 30


class CachedRead(ApiView):
    """GET carries an ETag. A stranger's answer may be kept for a moment by anybody, that to a person by nobody."""

    def get_serializer_context(self) -> dict[str, Any]:
        tenant = getattr(self.request, "tenant", None)
        languages = tenant.config.languages if tenant else ()
        return {**super().get_serializer_context(), "languages": languages}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and answer.status_code == status.HTTP_200_OK:
            patch_vary_headers(answer, ("Host", "Accept-Language", "Authorization"))
            is_public = self.actor == GUEST
            answer["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-cache"
            answer.add_post_render_callback(lambda rendered: _unless_known(request, rendered))
        return answer


def _unless_known(request: Request, rendered: Any) -> Any:
    """The answer with its ETag, or a 304 if the caller has it already."""
    rendered["ETag"] = f'"{hashlib.blake2b(rendered.content, digest_size=16).hexdigest()}"'
    answer: Any = get_conditional_response(request._request, etag=rendered["ETag"], response=rendered)
    answer["API-Version"] = rendered["API-Version"]
    return answer


class RowsOf(CachedRead):
    """What all views of rows have: `rows()`, a selector's answer."""

    lookup_field = "id"

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        """What drf-spectacular asks of a view that answers no request."""
        serializer_class: Any = self.serializer_class
        rows: QuerySet[Any] = serializer_class.Meta.model._default_manager.none()
        return rows

    def row(self) -> Any:
        """The row that the path names; raises NotFound."""
        return one(self.rows(), self.kwargs[self.lookup_field])

    def shown(self, row_id: UUID) -> Any:
        """A row as the API answers it, read again after a write."""
        return self.get_serializer(one(self.rows(), row_id)).data


class RowList(RowsOf):
    """`GET`: rows, filtered and paged."""

    lists_rows: ClassVar[bool] = True

    def get(self, request: Request, **path: Any) -> Response:
        return self.paged(self.rows(), self.get_serializer_class())


class GrowingList(RowList):
    """And `POST` makes one: `make()` is given checked values."""

    def make(self, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def once(self, act: Callable[[], Any], *, status: int = 200) -> Response:
        """In a transaction of its own. A class before this one may answer a repeated request instead."""
        with write():
            return Response(act(), status=status)

    def post(self, request: Request, **path: Any) -> Response:
        return self.once(self._made, status=status.HTTP_201_CREATED)

    def _made(self) -> Any:
        return self.shown(self.make(self.read_input()).pk)


class ReplaceableMixin(RowList):
    """And `PUT` replaces all: `replace()` is given a list of checked values."""

    most: ClassVar[int] = 1000

    def replace(self, values: list[dict[str, Any]]) -> None:
        raise NotImplementedError

    def put(self, request: Request, **path: Any) -> Response:
        serializer = self.get_serializer(data=request.data, many=True, max_length=self.most)
        with write():
            serializer.is_valid(raise_exception=True)
            self.replace(serializer.validated_data)
            return self.paged(self.rows(), self.get_serializer_class())


class ReplaceableList(ReplaceableMixin, GrowingList):
    """A list that grows by `POST` and is replaced by `PUT`."""


class OneRow(RowsOf):
    """`GET` answers the row of the path, `PATCH` changes it: `change()` is given checked values."""

    def change(self, row: Any, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def get(self, request: Request, **path: Any) -> Response:
        return Response(self.get_serializer(self.row()).data)

    def patch(self, request: Request, **path: Any) -> Response:
        with write():
            self._lock()
            row = self.row()
            serializer = self.get_serializer(row, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            self.change(row, serializer.validated_data)
            return Response(self.shown(row.pk))

    def _lock(self) -> None:
        """What is checked against the row's other columns is still so when it is written."""
        rows = self.get_queryset().model._default_manager.select_for_update()
        rows.filter(pk=self.kwargs[self.lookup_field]).first()


class ArchivableRow(OneRow):
    """And `DELETE` archives: the answer lists the bookings to come that still stand."""

    row_kind: ClassVar[str]

    def archive(self, row: Any) -> Any:
        raise NotImplementedError

    @extend_schema(responses={200: ArchivedSerializer})
    def delete(self, request: Request, **path: Any) -> Response:
        with write():
            row = self.row()
            self.archive(row)
            found = standing_bookings(self.row_kind, row.pk, self.actor, now())
        answer = {"id": row.pk, "is_active": False, "standing_bookings": found}
        return Response(ArchivedSerializer(answer, context=self.get_serializer_context()).data)


class RemovableMixin(RowsOf):
    """`DELETE` removes the row for good."""

    def remove(self, row: Any) -> None:
        raise NotImplementedError

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **path: Any) -> Response:
        with write():
            self.remove(self.row())
        return Response(status=status.HTTP_204_NO_CONTENT)


class RemovableRow(RemovableMixin, OneRow):
    """A row that is read, changed and removed."""
