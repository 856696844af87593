"""What is sent compressed: nothing that says again what a stranger made somebody's browser send."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from bookme.core.http.compression import CompressedPages

PAGE = b"the same again and again " * 200


def answer(request: HttpRequest, shown: str = "") -> HttpResponse:
    if shown == "session":
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "abc"
    if shown == "token":
        request.META["HTTP_AUTHORIZATION"] = "Bearer abc"
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip, br"
    return CompressedPages(lambda _request: HttpResponse(PAGE))(request)


ASK = RequestFactory()


@pytest.mark.parametrize("request_", [ASK.get("/"), ASK.get("/?q=a"), ASK.post("/", {"q": "a"})], ids=str)
def test_visitors_get_it_small(request_: HttpRequest) -> None:
    found = answer(request_)
    assert found["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in found["Vary"]
    assert len(found.content) < len(PAGE) / 10


@pytest.mark.parametrize("shown", ["session", "token"])
def test_who_shows_who_they_are_gets_small_what_says_nothing_again(shown: str) -> None:
    assert answer(ASK.get("/"), shown)["Content-Encoding"] == "gzip"
    for asked in (ASK.get("/?q=a"), ASK.post("/"), ASK.post("/", {"q": "a"})):
        found = answer(asked, shown)
        assert "Content-Encoding" not in found
        assert found.content == PAGE
