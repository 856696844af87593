"""Programs that fill in whatever they find are kept out of public forms; people lose nothing by it."""

import re
from typing import Any

import pytest

from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.config.settings import base
from bookme.web.guarded import GuardedForm
from tests.bookings.desk import written
from tests.web.conftest import GOOD, Visitor, configure, page_of


@pytest.fixture(autouse=True)
def _two_seconds(settings: Any) -> None:
    settings.FORM_MIN_SECONDS = 2


def stamp_in(page: str) -> str:
    return re.findall(r'name="opened" value="([^"]+)"', page)[0]


def opened(visitor: Visitor) -> str:
    """The stamp of a details page that was just asked for."""
    return stamp_in(page_of(visitor.get("/book/details/", visitor.draft())))


def test_a_person_books(visitor: Visitor, clock: Any) -> None:
    stamp = opened(visitor)
    clock.shift(2)
    assert visitor.book(opened=stamp, subject="").status_code == 302
    assert Booking.objects.count() == 1


def test_who_has_it_filled_in_by_one_tap_books(visitor: Visitor, clock: Any, settings: Any) -> None:
    """By what is set if nobody sets anything."""
    settings.FORM_MIN_SECONDS = base.FORM_MIN_SECONDS
    stamp = opened(visitor)
    assert visitor.book(opened=stamp).status_code == 422
    clock.shift(0.8)
    assert visitor.book(opened=stamp).status_code == 302


def test_what_is_sent_at_once_is_asked_for_once_more(visitor: Visitor, clock: Any) -> None:
    stamp, before = opened(visitor), written()
    clock.shift(1)
    answer = visitor.book(opened=stamp)
    assert answer.status_code == 422
    page = page_of(answer)
    assert "Please send it once more." in page
    assert 'value="Ada Byron"' in page
    assert written() == before
    assert stamp_in(page) == stamp, "the time that has passed counts"
    clock.shift(1)
    assert visitor.book(opened=stamp_in(page)).status_code == 302


@pytest.mark.parametrize("stamp", [None, "", "0", "1893574800000:forged", "1893574800000", "x:y:z", "é:é", "٣:٣"])
def test_without_a_stamp_of_ours_nothing_is_booked(visitor: Visitor, clock: Any, stamp: str | None) -> None:
    before = written()
    answer = visitor.book(opened=stamp)
    assert answer.status_code == 422
    assert written() == before
    clock.shift(2)
    assert visitor.book(opened=stamp_in(page_of(answer))).status_code == 302, "a person's second try is good"


def test_a_stamp_is_good_for_a_day(visitor: Visitor, clock: Any) -> None:
    old = opened(visitor)
    clock.shift(86_401)
    answer = visitor.book(opened=old)
    assert answer.status_code == 422
    fresh = stamp_in(page_of(answer))
    assert fresh != old
    clock.shift(2)
    assert visitor.book(opened=fresh).status_code == 302


def test_whoever_fills_in_the_hidden_field_is_told_where_they_would_have_booked(visitor: Visitor, clock: Any) -> None:
    stamp, before = opened(visitor), written()
    clock.shift(60)
    answer = visitor.book(opened=stamp, subject="cheap watches")
    assert answer.status_code == 422
    page = page_of(answer)
    assert "Leave the field “Subject” empty" in page
    assert written() == before
    assert 'tabindex="-1" data-1p-ignore' not in page, "a person sees it now, and can empty it"
    assert "cheap watches" not in page
    assert visitor.book(opened=stamp, subject="").status_code == 302


def test_the_waitlist_is_guarded_alike(visitor: Visitor, clock: Any) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})
    path = f"/waitlist/join/?date=2030-01-07&d={visitor.draft(start=None).token()}"
    page = page_of(visitor.client.get(path))
    clock.shift(60)
    before = written()
    for given in ({}, {"opened": stamp_in(page), "subject": "cheap watches"}):
        assert visitor.client.post(path, GOOD | given).status_code == 422
    assert written() == before
    assert not WaitlistEntry.objects.exists()


def test_nobody_who_reads_with_ears_or_keys_comes_upon_the_field(visitor: Visitor) -> None:
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    around, field = re.findall(
        r'<div ([^>]*)>\s*<label[^>]*for="f-subject".*?(<input[^>]*name="subject"[^>]*>)', page, re.S
    )[0]
    assert 'aria-hidden="true"' in around
    assert 'tabindex="-1"' in field
    assert 'autocomplete="off"' in field


def test_without_a_shortest_time_no_stamp_is_needed(visitor: Visitor, settings: Any) -> None:
    settings.FORM_MIN_SECONDS = 0
    assert visitor.book().status_code == 302
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(("given", "trapped"), [({}, False), ({"subject": ""}, False), ({"subject": "x"}, True)])
def test_an_account_form_pretends(given: dict[str, str], trapped: bool, settings: Any) -> None:
    """It is valid for its view, which does nothing and answers as always."""
    settings.FORM_MIN_SECONDS = 0
    form = GuardedForm(given | {"opened": ""})
    assert form.is_valid()
    assert form.is_trapped is trapped
