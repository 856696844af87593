"""Bookings from a file."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions.importing import import_bookings
from bookme.bookings.serializers.imports import bookings_in
from bookme.core.http.uploads import (
    UPLOAD_SCHEMA,
    CsvBody,
    CsvForm,
    ImportOutput,
    ImportQuery,
    is_dry_run,
    report_told,
    uploaded,
)
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView


class BookingsImport(IdempotentView):
    """Takes over bookings, past and to come: all of the file, or nothing. `dry_run=true` says what would come of it.

    The file is CSV in UTF-8, its first line the names of the columns, which are those of the export: `start`, `service`
    and `name`, and any of `end`, `staff`, `location`, `party_size`, `email`, `phone`, `notes`, `internal_notes`,
    `status`, `price`, `currency`, `reference`. Services, people and places are named by key, slug or name; a time
    without an offset is that of the place's clock. Hours do not count, what overlaps is refused, and nobody is told.
    What is there already is `known`. A fault points at the line and column of the file: `/lines/7/start`.
    """

    permissions = {"POST": Permission.BOOKINGS_IMPORT}
    serializer_class = ImportOutput
    parser_classes = [CsvBody, CsvForm]

    @extend_schema(
        operation_id="bookings_import",
        parameters=[ImportQuery],
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": UPLOAD_SCHEMA},
        responses=ImportOutput,
    )
    def post(self, request: Request) -> Response:
        is_dry = is_dry_run(self)
        found = bookings_in(uploaded(request), context=self.get_serializer_context())

        def act() -> dict[str, Any]:
            report = import_bookings(
                lines=found.lines,
                faults=found.faults,
                ignored=found.ignored,
                dry_run=is_dry,
                actor=self.actor,
                now=now(),
            )
            return report_told(report)

        return Response(act()) if is_dry else self.once(act)
