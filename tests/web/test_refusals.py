"""What no view put into words: refusals become pages, and never a fault of ours."""

import threading

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.handlers.exception import response_for_exception
from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.urls import set_urlconf

from bookme.tenants.models import Tenant
from tests.bookings.desk import written
from tests.web.conftest import Shop, Visitor, page_of

URLCONFS = ["business", "platform", "switched"]


class TableHolder:
    """Another transaction that has a table to itself until it is let go."""

    def __init__(self, table: str) -> None:
        self.held, self.done = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold, args=(table,))
        self.thread.start()
        assert self.held.wait(10)

    def _hold(self, table: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            self.held.set()
            self.done.wait(10)
        connection.close()

    def let_go(self) -> None:
        self.done.set()
        self.thread.join()


@pytest.mark.parametrize("path", ["/", "/book/", "/classes/"])
def test_a_database_that_is_busy_is_a_page_that_says_so(committed: Tenant, client: Client, path: str) -> None:
    holder = TableHolder(f'"{committed.schema_name}".services_service')
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = client.get(path)
    finally:
        holder.let_go()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "no-store" in answer["Cache-Control"]
    assert "Salon" in page_of(answer)
    assert client.get(path).status_code == 200


def test_a_booking_of_what_is_gone_cannot_be_moved(visitor: Visitor, shop: Shop) -> None:
    path = visitor.book()["Location"].replace("/book/done/", "/manage/") + "move/"
    assert visitor.get(path).status_code == 200
    shop.cut.is_active = False
    shop.cut.save()
    before = written()
    for answer in (visitor.get(path), visitor.post(path, {"slot": ""})):
        assert answer.status_code == 404
        assert "There is nothing here" in page_of(answer)
        assert "no-store" in answer["Cache-Control"]
    assert written() == before


def test_a_form_with_too_many_fields(visitor: Visitor) -> None:
    before = written()
    answer = visitor.post("/book/", {f"field-{number}": "x" for number in range(1200)})
    assert answer.status_code == 400
    assert "Salon" in page_of(answer)
    assert written() == before


@pytest.mark.parametrize("path", ["/", "/book/", "/embed/", "/embed/en/book/"])
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_an_address_with_too_many_fields(visitor: Visitor, path: str, is_signed_in: bool) -> None:
    """Also in a frame, and whoever seems to be signed in; with all that pages say to browsers."""
    if is_signed_in:
        visitor.client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    query = "&".join(f"field-{number}=x" for number in range(1200))
    visitor.client.raise_request_exception = False
    answer = visitor.client.get(f"{path}?{query}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 400
    assert "frame-ancestors" in answer["Content-Security-Policy"]


def _request() -> HttpRequest:
    request = RequestFactory().get("/x/")
    request.LANGUAGE_CODE = "en"
    return request


@pytest.mark.parametrize("name", URLCONFS)
@pytest.mark.parametrize(
    ("error", "status"),
    [(BadRequest(), 400), (PermissionDenied(), 403), (Http404(), 404), (RuntimeError("broken"), 500)],
)
def test_every_handler_of_every_host_is_ours(salon: Tenant, name: str, error: Exception, status: int) -> None:
    """Django's own pages are bare: ours are known by the style sheet."""
    set_urlconf(f"bookme.config.urls.{name}")
    try:
        answer = response_for_exception(_request(), error)
    finally:
        set_urlconf(None)
    assert answer.status_code == status
    assert "<!doctype html>" in page_of(answer).lower()
    assert "/static/bm/core" in page_of(answer)


@pytest.mark.usefixtures("shop")
def test_the_address_of_a_form_that_is_opened_has_a_page() -> None:
    """Such as after a sign-in that was asked for on the way of a form."""
    browser = Client(headers={"host": "salon.localhost"})
    answer = browser.get("/team/sign-out/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is nothing here" in page_of(answer)
    api = browser.get("/api/v1/auth/login/")
    assert api["Content-Type"].startswith("application/problem+json")
    assert browser.put("/team/sign-out/").content == b""
