"""Bookings as files to take along."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from bookme.bookings.export import ExportFormat, export_of
from bookme.bookings.filters import BookingFilter
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.serializers.bookings import BookingOutput
from bookme.core.errors import Invalid
from bookme.core.http.views import ApiView
from bookme.core.permissions import Permission
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url


class CsvFile(BaseRenderer):
    """So that whoever accepts only this is answered; the view writes it itself."""

    media_type, format = "text/csv", "csv"


class CalendarFile(BaseRenderer):
    """As CsvFile."""

    media_type, format = "text/calendar", "ics"


class BookingExportView(ApiView):
    """All bookings that the list's filters leave, by start: as CSV, or as one calendar (RFC 5545) of many events."""

    permissions = {"GET": Permission.BOOKINGS_EXPORT}
    serializer_class = BookingOutput
    renderer_classes = [JSONRenderer, CsvFile, CalendarFile]
    filterset_class = BookingFilter
    queryset = Booking.objects.none()

    @extend_schema(
        operation_id="bookings_export",
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=[*ExportFormat], required=True)],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "text/calendar"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        try:
            wanted = ExportFormat(request.query_params.get("format", ""))
        except ValueError as error:
            raise Invalid.field("/format", "The formats are csv and ics.", code="invalid_choice") from error
        return exported(self.filter_queryset(bookings_visible_to(self.actor)), wanted)


def exported(bookings: QuerySet[Booking], wanted: ExportFormat) -> StreamingHttpResponse:
    """The file as a download, read from the database as it is sent."""
    tenant = require_tenant()
    team = business_url(tenant, "/team/bookings/")
    file = export_of(
        bookings.order_by("appointment__starts_at", "id"),
        wanted=wanted,
        tz=tenant.config.zone,
        url_of=lambda booking: f"{team}{booking.pk}/",
    )
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return StreamingHttpResponse(file.parts, content_type=file.content_type, headers=headers)
