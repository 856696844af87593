"""From the link of a mail to that message not coming any more, in a real browser on the real product."""

import datetime as dt
import re
import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.customer_steps import mails_to
from tests.browser.product import Product
from tests.browser.team_steps import OWNERS

SLUG, API = "house-of-hair", "/t/house-of-hair/api/v1/"
SECONDS_TO_PLAN, SECONDS_TO_REMIND = 20, 150


class Owner:
    """Works by the API."""

    def __init__(self, page: Page, product: Product) -> None:
        self._page, self._product = page, product
        given = {"email": OWNERS[SLUG], "password": "bookme-demo"}
        self._token = self.asked("POST", "auth/login/", given)["access"]

    def asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        token = getattr(self, "_token", "")
        answer = self._page.request.fetch(
            self._product.url(path=API + path),
            method=method,
            data=body,
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        assert answer.ok, answer.text()
        found: dict[str, Any] = answer.json()
        return found

    def reminder_to(self, email: str) -> dict[str, Any]:
        """What is on record of it."""
        found = self.asked("GET", f"communications/notifications/?kind=booking.reminder&search={email}")["results"]
        return found[0] if found else {}

    def sends_again(self, email: str) -> dict[str, Any]:
        """How it stands once that is over."""
        self.asked("POST", f"communications/notifications/{self.reminder_to(email)['id']}/send-again/")
        return self.settled_reminder_to(email)

    def settled_reminder_to(self, email: str, *, seconds: float = 30) -> dict[str, Any]:
        """Once it has gone out, or is not going to."""
        return _soon(
            lambda: self.reminder_to(email),
            until=lambda told: told.get("status", "queued") != "queued",
            seconds=seconds,
        )


def _soon(look: Any, *, until: Any, seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not until(found := look()) and time.monotonic() < end:
        time.sleep(0.3)
    return found


def _booked(owner: Owner, email: str) -> dt.datetime:
    """A dry trim some days ahead; when it begins."""
    services = owner.asked("GET", "services/?page_size=100")["results"]
    trim = next(each["id"] for each in services if each["key"] == "dry-trim")
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
    span = f"from={first}&to={first + dt.timedelta(days=20)}"
    days = owner.asked("GET", f"bookings/available-slots/?service={trim}&{span}")["days"]
    start: str = next(slot["start"] for day in days for slot in day["slots"])
    body = {"service": trim, "start": start, "customer": {"name": "Nora Vale", "email": email}}
    owner.asked("POST", "bookings/", body | {"consents": {"terms": True, "privacy": True}})
    return dt.datetime.fromisoformat(start)


def _remind_soon(owner: Owner, start: dt.datetime) -> None:
    """At the next full minute that the worker still plans ahead of."""
    minutes = (start - dt.datetime.now(dt.UTC) - dt.timedelta(seconds=SECONDS_TO_PLAN)) // dt.timedelta(minutes=1)
    reminder = {"channel": "email", "minutes_before": minutes}
    owner.asked("PATCH", "config/", {"reminders": [reminder], "messages": {"quiet_from": None, "quiet_to": None}})


def test_who_unsubscribes_from_a_reminder_gets_it_no_more(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(390), "reminded@mail.example"
    owner = Owner(page, product)
    before = owner.asked("GET", "config/")
    start = _booked(owner, email)
    _remind_soon(owner, start)
    owner.settled_reminder_to(email, seconds=SECONDS_TO_REMIND)
    usual = {name: before["messages"][name] for name in ("quiet_from", "quiet_to")}
    owner.asked("PATCH", "config/", {"reminders": before["reminders"], "messages": usual})
    assert owner.sends_again(email)["status"] == "sent", "the control: until they unsubscribe, it goes out"
    mails = mails_to(page, product, email, count=3)
    assert [each["subject"].partition(":")[0] for each in mails] == ["See you soon", "See you soon", "You're booked"]

    link = re.search(r"http://\S+/unsubscribe/\S+/", mails[0]["text"])
    assert link is not None
    page.goto(link[0])
    heading(page, "Unsubscribe?")
    expect(page.get_by_role("main")).to_contain_text("Reminder")
    check(page)
    page.get_by_role("button", name="Unsubscribe").click()
    heading(page, "You are unsubscribed")
    check(page)

    told = owner.sends_again(email)
    assert (told["status"], told["reason"]) == ("skipped", "not_wanted")
    assert len(mails_to(page, product, email, count=3)) == 3
