"""Lists come in pages: `count, next, previous, results`."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from bookme.core.errors import Invalid


class Pages(PageNumberPagination):
    """25 rows a page, `page_size` at most 100. What is no number from 1 on is a 400; a page after the last a 404."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        for name in (self.page_query_param, self.page_size_query_param):
            given = request.query_params.get(name, "1")
            if not (given.isascii() and given.isdigit() and len(given) <= 9 and int(given) > 0):
                raise Invalid.field(f"/{name}", "This must be a whole number from 1 on.")
        return super().paginate_queryset(queryset, request, view)
