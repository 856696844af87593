"""What is known of whoever is signed in: to take along, and to have it erased."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.http.serializers import InputSerializer
from bookme.core.http.views import write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.customers.selectors import require_person
from bookme.privacy.actions import erase_person
from bookme.privacy.export import PersonalExport, export_person
from bookme.privacy.selectors import subject_of
from bookme.tenants.context import require_tenant
from bookme.users.actions import demand_same_person
from bookme.users.authentication import end_session
from bookme.users.models import SignInKind
from bookme.users.serializers import SamePersonInput
from bookme.users.views.base import AccountView


class OwnExportView(AccountView):
    """All that the business and the platform know of whoever is signed in, as a JSON file."""

    permissions = {"GET": Access.PERSON}
    serializer_class = InputSerializer

    @extend_schema(operation_id="customers_me_export", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request) -> StreamingHttpResponse:
        return download(export_person(subject=subject_of(self.actor), tenant=require_tenant(), now=now()))


class OwnEraseView(AccountView):
    """Erase whoever is signed in, for good. While a booking is to come it is refused: 409 `bookings_ahead`."""

    permissions = {"POST": Access.PERSON}
    serializer_class = SamePersonInput

    @extend_schema(operation_id="customers_me_erase", request=SamePersonInput, responses={204: None})
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        require_person(self.actor)
        sign_in = self.sign_in
        demand_same_person(sign_in=sign_in, password=given["current_password"], now=at)
        with write():
            erase_person(actor=self.actor, now=at)
        if sign_in.kind == SignInKind.PAGE:
            end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


def download(file: PersonalExport) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(file.parts, content_type="application/json", headers=headers)
