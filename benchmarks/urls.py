"""A business's addresses, and two views that do next to nothing: what everything else is compared with."""

from typing import Any, ClassVar

from django.db import connection
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookme.config.urls.business import urlpatterns as business


class Empty(APIView):
    """An empty DRF view behind the tenant middleware."""

    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []

    def get(self, request: Request) -> Response:
        return Response({})


class OneQuery(Empty):
    """The same with one query."""

    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM locations_location LIMIT 1")
            return Response({"id": str(cursor.fetchone()[0])})


urlpatterns = [path("floor/empty/", Empty.as_view()), path("floor/query/", OneQuery.as_view()), *business]
