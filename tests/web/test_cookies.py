"""Visitors get no cookie: what is said on the privacy page, and why no banner asks."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Visit
from bookme.services.models import ServiceKind
from tests.factories.bookings import AppointmentFactory, WaitlistEntryFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import PASSWORD, Person
from tests.web.conftest import GOOD, MONDAY, Shop, Visitor, configure, page_of

OF_VISITORS = (
    *(
        "/",
        "/classes/",
        "/privacy/",
        "/terms/",
        "/robots.txt",
        "/sitemap.xml",
        "/manifest.webmanifest",
        "/icon-192.png",
    ),
    *("/card.png", "/worker.js", "/offline/", "/embed.js", "/book/", "/book/?service=cut", "/nowhere/"),
    *("/embed/en/book/", "/embed/en/classes/", "/account/erased/", "/api/v1/services/"),
)


def allowed(answer: HttpResponse) -> HttpResponse:
    assert answer.cookies == {}, answer.cookies
    assert "Set-Cookie" not in answer
    return answer


@pytest.mark.parametrize("path", OF_VISITORS)
def test_looking_around_sets_none(visitor: Visitor, path: str) -> None:
    configure(visitor.shop.tenant, allowed_origins=["https://other.example"])
    answer = allowed(visitor.get(path))
    assert answer.status_code < 400 or path == "/nowhere/"


def test_a_whole_booking_sets_none(visitor: Visitor) -> None:
    """From the services to the calendar file, moved and cancelled, with each answer of the way looked at."""
    shop = visitor.shop
    answer = allowed(visitor.post("/book/", {"service": str(shop.cut.pk)}))
    for step in ("/book/professional/", "/book/time/"):
        assert answer["Location"].startswith(step)
        allowed(visitor.get(answer["Location"]))
        data = {"slot": MONDAY.isoformat()} if step == "/book/time/" else {"staff": "any"}
        answer = allowed(visitor.client.post(answer["Location"], data))
    allowed(visitor.get(answer["Location"]))
    assert allowed(visitor.client.post(answer["Location"], GOOD | {"name": ""})).status_code == 422
    done = allowed(visitor.client.post(answer["Location"], GOOD))
    allowed(visitor.get(done["Location"]))
    token = manage_token(Visit.objects.get())
    for page in ("", "booking.ics", "move/", "again/", "cancel/"):
        allowed(visitor.get(f"/manage/{token}/{page}"))
    later = MONDAY.replace(hour=12).isoformat()
    assert allowed(visitor.post(f"/manage/{token}/move/", {"slot": later})).status_code == 302
    assert allowed(visitor.post(f"/manage/{token}/cancel/", {"what": "this", "fee": "0"})).status_code in {302, 409}
    assert not visitor.client.cookies


def test_a_class_and_its_waitlist_set_none(visitor: Visitor) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})
    yoga = ServiceFactory(name="Yoga", slug="yoga", kind=ServiceKind.CLASS, capacity=1)
    teacher = StaffFactory(hours=EVERY_DAY, does=[yoga])
    session = AppointmentFactory(
        service=yoga, staff=teacher, location=visitor.shop.place, starts_at=MONDAY, published=True, capacity=1
    )
    for page in ("", "book/", "wait/"):
        allowed(visitor.get(f"/classes/{session.pk}/{page}"))
    entry = WaitlistEntryFactory(session=session, service=yoga)
    allowed(visitor.get(f"/waitlist/{waitlist_token(entry)}/"))
    assert not visitor.client.cookies


class TestWhatIsSet:
    """The controls: each cookie that the privacy page names, by what it names it for, and no other."""

    def test_signing_in_and_choosing_a_language_set_those_that_are_named(self, shop: Shop, customer: Person) -> None:
        configure(shop.tenant, languages=["en", "fr"])
        browser = Client(headers={"host": customer.host})
        seen = set(browser.get("/account/sign-in/").cookies)
        assert seen == {settings.CSRF_COOKIE_NAME}
        answer = browser.post("/account/sign-in/", {"email": customer.user.email, "password": PASSWORD})
        seen |= set(answer.cookies)
        assert settings.SESSION_COOKIE_NAME in seen
        seen |= set(browser.post("/account/profile/", {"name": "Ada", "language": "fr"}).cookies)
        seen |= set(browser.get("/account/?lang=en").cookies)
        named = set(re.findall(r'<code dir="ltr">([^<]+)</code>', page_of(browser.get("/privacy/"))))
        assert seen == named

    def test_with_one_language_none_is_kept(self, visitor: Visitor) -> None:
        page = page_of(visitor.get("/privacy/"))
        assert '<code dir="ltr">lang</code>' not in page
        allowed(visitor.get("/?lang=fr"))

    def test_how_long_they_are_kept_is_said_as_it_is(self, visitor: Visitor) -> None:
        page = page_of(visitor.get("/privacy/"))
        assert f"while you are signed in ({settings.SESSION_COOKIE_AGE // 86400} days)" in page
        assert settings.CSRF_COOKIE_AGE // 86400 in {364, 365}
        assert "where you sign in (a year)" in page


def test_every_page_of_the_business_that_needs_nothing_is_looked_at() -> None:
    """A new page without anything in its address is in the list above, or one of the account's or the team's."""
    own = ("account/", "team/", "api/", "admin/", "ui/", "mailbox/", "_", "static/", "webhooks/")
    looked_at = {path.split("?")[0].lstrip("/") for path in OF_VISITORS}
    by_draft = {f"book/{each}/" for each in ("where", "professional", "time", "dates", "details")} | {"waitlist/join/"}
    plain = {path for path in _paths(get_resolver(settings.BUSINESS_URLCONF)) if "<" not in path}
    assert {"book/", "privacy/"} <= plain
    missing = {each for each in plain - looked_at - by_draft if not each.startswith(own)}
    assert {each for each in missing if not each.startswith("icon-")} == set()


def _paths(resolver: Any, before: str = "") -> set[str]:
    found = set()
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        found |= _paths(each, path) if hasattr(each, "url_patterns") else {path}
    return found
