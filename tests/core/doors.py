"""A small API of its own, to try what every view of ours does (`@pytest.mark.urls` cannot: the business chooses)."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import ProtectedError
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.http.fields import (
    BoundedList,
    DateField,
    EmailField,
    InstantField,
    JsonObject,
    MoneyField,
    MultilineText,
    PhoneField,
    PlainText,
    WholeNumber,
)
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access, Permission, Role
from bookme.users.models import User


class EchoSerializer(serializers.Serializer[Any]):
    name = PlainText(required=False)
    notes = MultilineText(required=False)
    email = EmailField(required=False)
    phone = PhoneField(required=False)
    start = InstantField(required=False)
    day = DateField(required=False)
    price = MoneyField(required=False)
    party = WholeNumber(required=False)
    id = serializers.UUIDField(required=False)
    data = JsonObject(required=False)
    days = BoundedList(child=WholeNumber(max_value=6), max_length=7, required=False)


class EchoView(ApiView):
    permissions = {"GET": Access.ANYONE, "POST": Access.ANYONE}
    serializer_class = EchoSerializer

    def get(self, request: Request, word: str = "") -> Response:
        return Response({"word": word, "actor": self.actor.kind.value})

    def post(self, request: Request) -> Response:
        return Response(self.written(EchoSerializer, self.read_input()))


class KeptView(ApiView):
    permissions = {"GET": Access.ANYONE}

    def get(self, request: Request) -> Response:
        return Response({}, headers={"Cache-Control": "public, max-age=60"})


class RoleView(ApiView):
    permissions = {
        "GET": Access.SIGNED_IN,
        "POST": Permission.BOOKINGS_MANAGE,
        "PUT": Permission.CONFIG_MANAGE,
    }

    def get(self, request: Request) -> Response:
        return Response({"role": self.actor.role or Role.CUSTOMER})

    post = put = get


STATEMENTS = {
    "unique": "INSERT INTO users_user SELECT * FROM users_user LIMIT 1",
    "too_long": "UPDATE users_user SET phone = repeat('1', 30)",
    "too_large": "SELECT 3000000000::int",
    "check": "UPDATE users_user SET email = upper(email)",
    "foreign": "UPDATE users_membership SET tenant_id = gen_random_uuid(); SET CONSTRAINTS ALL IMMEDIATE",
    "timeout": "SET LOCAL statement_timeout = 20; SELECT pg_sleep(1)",
    "ours": "SELECT * FROM a_table_that_is_not_there",
}


class DatabaseView(ApiView):
    permissions = {"POST": Access.ANYONE}

    def post(self, request: Request) -> Response:
        kind = request.data["kind"]
        if kind == "protected":
            raise ProtectedError("protected", set())
        if kind == "fault":
            raise RuntimeError("SELECT secret FROM table")
        with write(), connection.cursor() as cursor:
            if kind == "nul":
                User.objects.filter(email="a\x00").exists()
            for statement in STATEMENTS[kind].split("; "):
                cursor.execute(statement)
        return Response({})


class ByIdView(ApiView):
    permissions = {"GET": Access.ANYONE}

    def get(self, request: Request, row_id: UUID) -> Response:
        return Response({"id": row_id})


urlpatterns = [
    path(
        "api/v1/",
        include(
            [
                path("echo/", EchoView.as_view()),
                path("echo/<str:word>/", EchoView.as_view()),
                path("kept/", KeptView.as_view()),
                path("role/", RoleView.as_view()),
                path("database/", DatabaseView.as_view()),
                path("rows/<uuid:row_id>/", ByIdView.as_view()),
            ]
        ),
    ),
]
handler400 = "bookme.web.errors.bad_request"
handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"
