"""The base of every API view.

    class OneBookingView(BookingView):
        permissions = {"GET": Access.ANYONE, "PATCH": Permission.BOOKINGS_MANAGE}
        serializer_class = BookingChanges

        def patch(self, request: Request, booking_id: UUID) -> Response:
            given = self.read_input()
            with write():
                booking = update_booking(booking=booking_for(self.actor, booking_id), actor=self.actor, **given)
                return Response(self.written(BookingOutput, booking))

Serializers find the business's `zone`, `currency`, `country` and first `language` in their context, and with them
`actor`; see `core.http.fields`. What a view raises (core.errors, DRF's, the database's) is answered as a problem.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import GUEST, Actor
from bookme.core.errors import Invalid, NotFound
from bookme.core.http.client import origin_of
from bookme.core.http.parsers import query_faults, unstorable
from bookme.core.http.permissions import Declaration
from bookme.core.http.serializers import AnySerializer, kept


class ApiView(generics.GenericAPIView[Any]):
    """Declared permissions, checked queries, the API's version on every answer.

    `permissions` maps each method to what it needs. `limited` are the methods that limits count, for the description:
    their answers say what is left. `actor` is the caller, GUEST if nobody is signed in. What a view
    answers is not to be kept by a cache, unless the view sets Cache-Control itself.
    """

    permissions: ClassVar[Mapping[str, Declaration]] = {}
    limited: ClassVar[frozenset[str]] = frozenset()
    metadata_class = None  # OPTIONS is for CORS alone; what DRF would tell is in the OpenAPI document

    @property
    def actor(self) -> Actor:
        return cast(Actor | None, self.request.user) or GUEST.coming_from(origin_of(self.request._request))

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """A query is UTF-8, whatever charset the body says it has: Django would read both by that."""
        request.encoding = "utf-8"
        found: Request = super().initialize_request(request, *args, **kwargs)
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if faults := query_faults(request.query_params):
            raise Invalid("The query cannot be read.", code="control_characters", errors=faults)
        if any(isinstance(each, str) and unstorable(each) for each in kwargs.values()):
            raise NotFound

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["API-Version"] = settings.API_VERSION
        response.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        tenant = getattr(self.request, "tenant", None)
        if tenant is not None:
            config = tenant.config
            context |= {
                "zone": config.zone,
                "currency": config.currency,
                "country": config.country,
                "language": config.language,
            }
        return context | {"actor": self.actor}

    def read_input(self, serializer_class: type[AnySerializer] | None = None, *, data: Any = None) -> Any:
        """The request's body (or `data`) as the serializer's checked values; raises its ValidationError.

        The serializer is the view's unless given.
        """
        given = self.request.data if data is None else data
        with kept(serializer_class or self.get_serializer_class(), self.get_serializer_context()) as serializer:
            return serializer.run_validation(given)

    def written(self, serializer_class: type[AnySerializer], row: Any, *, many: bool = False) -> Any:
        """A row (with `many`, rows) as the serializer writes it out."""
        with kept(serializer_class, self.get_serializer_context()) as serializer:
            write = serializer.to_representation
            return [write(each) for each in row] if many else write(row)

    def paged(self, rows: Any, serializer_class: type[AnySerializer]) -> Response:
        """One page of rows, filtered by the view's filter set."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.written(serializer_class, page, many=True))


def write() -> transaction.Atomic:
    """The transaction of a write: durable, so that nothing outside can undo what was answered."""
    return transaction.atomic(durable=True)
