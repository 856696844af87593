"""Bookings from a file."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from bookme.bookings.actions.importing import ImportedBooking, import_bookings
from bookme.bookings.serializers.imports import bookings_in
from bookme.core.imports import FileLines, ImportReport
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import ImportView


@extend_schema_view(post=extend_schema(operation_id="bookings_import"))
class BookingsImport(ImportView):
    """Takes over bookings, past and to come: all of the file, or nothing. `dry_run=true` says what would come of it.

    The file is CSV in UTF-8, its first line the names of the columns, which are those of the export: `start`, `service`
    and `name`, and any of `end`, `staff`, `location`, `party_size`, `email`, `phone`, `notes`, `internal_notes`,
    `status`, `price`, `currency`, `reference`. Services, people and places are named by key, slug or name; a time
    without an offset is that of the place's clock. Hours do not count, what overlaps is refused, and nobody is told.
    What is there already is `known`. A fault points at the line and column of the file: `/lines/7/start`.
    """

    permissions = {"POST": Permission.BOOKINGS_IMPORT}

    def lines_in(self, data: bytes) -> FileLines[ImportedBooking]:
        return bookings_in(data, context=self.get_serializer_context())

    def taken_over(self, file: FileLines[ImportedBooking], *, dry_run: bool) -> ImportReport:
        return import_bookings(file=file, dry_run=dry_run, actor=self.actor, now=now())
