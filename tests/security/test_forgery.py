"""What a browser does by itself, because another site makes it: nothing by a cookie without the form's token.

Read from the URL table: a new page or operation is in here by itself.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bookme.bookings.models import WaitlistEntry
from tests.bookings.desk import written
from tests.factories.users import Person, UserFactory
from tests.urltable import operations
from tests.web.conftest import GOOD, Visitor, configure, shop, visitor

__all__ = ["shop", "visitor"]

# Pages that act on the signed token in their address and read no session, so that there is nothing to be forged. Where
# one of them is for members alone, what books is protected by itself (`test_who_books_as_a_member_is_protected`).
BY_THEIR_ADDRESS = {
    "book/",
    "book/dates/",
    "book/details/",
    "book/professional/",
    "book/time/",
    "book/where/",
    "classes/{}/book/",
    "classes/{}/course/",
    "classes/{}/wait/",
    "manage/{}/cancel/",
    "manage/{}/move/",
    "unsubscribe/{}/",
    "waitlist/join/",
    "w/{}/",
    "waitlist/{}/",
}
# What providers tell is signed by them (`tests/communications/test_twilio_callbacks.py`, `test_mail_callbacks.py`).
BY_THEIR_SIGNATURE = {
    "webhooks/messages/twilio/",
    "webhooks/messages/twilio/{}/{}/{}/",
    *(f"webhooks/messages/{each}/" for each in ("sendgrid", "mailgun", "ses")),
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def _pages(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        path = before + re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "{}", str(each.pattern)).replace("^", "").replace(
            "$", ""
        )
        if isinstance(each, URLResolver):
            yield from _pages(each, path)
        elif isinstance(each, URLPattern) and not path.startswith("api/"):
            yield path, each.callback


def _paths(urlconf: str) -> list[str]:
    return sorted({path for path, _callback in _pages(get_resolver(urlconf)) if "\\" not in path})


def test_no_page_of_a_business_takes_a_post_without_a_token(owner: Person) -> None:
    page, found = owner.page, {}
    page.handler.enforce_csrf_checks = True
    for path in sorted(set(_paths(settings.BUSINESS_URLCONF)) - BY_THEIR_ADDRESS - BY_THEIR_SIGNATURE):
        answer = page.post("/" + path.format(*[str(uuid4())] * 3), {"email": "a@mail.example", "password": "x"})
        if answer.status_code != 405 and not _is_refused(answer):
            found[path] = answer.status_code
    assert found == {}
    assert page.get("/team/").status_code == 200, "nothing came of it: they are signed in"


def test_with_the_token_it_is_taken(owner: Person) -> None:
    """The control."""
    page = owner.page
    page.handler.enforce_csrf_checks = True
    page.get("/account/security/password/")
    given = {"csrfmiddlewaretoken": page.cookies[settings.CSRF_COOKIE_NAME].value, "password": "x"}
    assert page.post("/account/security/password/", given).status_code == 422
    assert page.post("/team/sign-out/", given).status_code == 302


def _is_refused(answer: HttpResponse) -> bool:
    return answer.status_code == 403 and "errors/csrf.html" in {each.name for each in answer.templates}  # type: ignore[attr-defined]


def test_the_pages_that_need_no_token_are_those_that_read_no_session(owner: Person) -> None:
    exempt = {
        path
        for path, callback in _pages(get_resolver(settings.BUSINESS_URLCONF))
        if getattr(callback, "csrf_exempt", False)
    }
    assert exempt == BY_THEIR_ADDRESS | BY_THEIR_SIGNATURE


@pytest.mark.parametrize("path", ["book/details/?", "waitlist/join/?date=2030-01-07&"])
def test_who_books_as_a_member_is_protected(visitor: Visitor, customer: Person, path: str) -> None:
    configure(visitor.shop.tenant, policies={"guest_booking": False}, features={"waitlist": True})
    page, before = customer.page, written()
    page.handler.enforce_csrf_checks = True
    draft = visitor.draft() if path.startswith("book") else visitor.draft(start=None)
    answer = page.post(f"/{path}d={draft.token()}", GOOD)
    assert _is_refused(answer)
    assert written() == before
    assert not WaitlistEntry.objects.exists()


def test_no_page_of_the_platform_takes_a_post_without_a_token(db: None) -> None:
    page, found = Client(headers={"host": "localhost"}, enforce_csrf_checks=True), {}
    page.force_login(UserFactory(is_staff=True, is_superuser=True))
    for path in _paths(settings.ROOT_URLCONF):
        answer = page.post("/" + path.format(*["1"] * 4), {"username": "a@mail.example", "password": "x"})
        if answer.status_code not in {404, 405} and not _is_refused(answer):
            found[path] = answer.status_code
    assert found == {}
    assert page.get("/admin/").status_code == 200


def test_no_operation_takes_a_session_without_a_token(owner: Person) -> None:
    page, found = owner.page, {}
    page.handler.enforce_csrf_checks = True
    for each in operations():
        if each.method in UNSAFE and each.view.authentication_classes:
            answer = page.generic(each.method, each.url(ids=uuid4()), "{}", "application/json")
            if (answer.status_code, answer.json()["code"]) != (403, "csrf_failed"):
                found[str(each)] = answer.status_code
    assert found == {}
    assert page.get("/api/v1/auth/me/").status_code == 200
