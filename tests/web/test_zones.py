"""What is given online is told in two zones: the business's, and where the visitor is."""

import datetime as dt
import re
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookme.bookings.models import Booking
from bookme.web.booking.loading import load_choice
from bookme.web.booking.zones import Abroad
from tests.web.conftest import MONDAY, Shop, Visitor, configure, draft_in, page_of

HELSINKI, AUCKLAND = "Europe/Helsinki", "Pacific/Auckland"


@pytest.fixture
def online(shop: Shop) -> Shop:
    shop.place.online = True
    shop.place.name = "By video"
    shop.place.save()
    return shop


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(page_of(answer)))


def slots(page: str) -> dict[str, tuple[str, str]]:
    """Of each offered instant the visitor's time and the place's, where it is told too."""
    found = re.findall(
        r'name="slot" value="([^"]+)".*?<time[^>]*>([^<]+)</time>(?:<small><time[^>]*>([^<]+)</time><span)?',
        page,
    )
    return {dt.datetime.fromisoformat(at).astimezone(dt.UTC).isoformat(): (own, there) for at, own, there in found}


def test_first_it_is_the_business_s_zone_with_all_others_to_pick_from(visitor: Visitor, online: Shop) -> None:
    page = text_of(visitor.get("/book/time/", visitor.draft(start=None), date="2030-01-07"))
    assert slots(page)[MONDAY.isoformat()] == ("10:00", "")
    assert "London time (GMT)" in page
    assert 'data-zone="Europe/London">' in page
    assert '<option value="Europe/London" selected>London' in page
    assert f'<option value="{HELSINKI}">Helsinki' in page
    form = re.search(r'<form id="zone-form" method="get" action="(/book/time/)">', page)
    assert form is not None
    draft = re.search(r'name="d" value="([^"]+)" form="zone-form"', page)
    assert draft is not None
    page = text_of(visitor.client.get(form[1], {"d": draft[1], "zone": HELSINKI, "date": "2030-01-07"}))
    assert slots(page)[MONDAY.isoformat()] == ("12:00", "10:00")
    assert "Your time: Helsinki time (EET). Below each, the time in London." in page
    assert f'data-zone="{HELSINKI}" data-zone-known' in page


def test_a_zone_by_another_of_its_names_is_the_one_that_is_chosen(visitor: Visitor, online: Shop) -> None:
    """As browsers say it that do not know its new name."""
    draft = visitor.draft(start=None)
    page = text_of(visitor.get("/book/time/", draft, date="2030-01-07", zone="Asia/Calcutta"))
    assert '<option value="Asia/Calcutta" selected>Kolkata' in page
    assert "Asia/Kolkata" not in page


def test_the_zone_goes_on_to_the_details_and_the_confirmation(visitor: Visitor, online: Shop) -> None:
    step = visitor.client.post(
        f"/book/time/?d={visitor.draft(start=None).token()}&zone={HELSINKI}", {"slot": MONDAY.isoformat()}
    )
    draft = draft_in(step["Location"])
    assert draft.zone == HELSINKI
    assert "10:00 in London · 12:00 for you (Helsinki)" in text_of(visitor.client.get(step["Location"]))
    done = visitor.book(draft)
    page = text_of(visitor.client.get(done["Location"]))
    assert "10:00 in London · 12:00 for you (Helsinki)" in page
    assert Booking.objects.get().appointment.starts_at == MONDAY
    path = done["Location"].partition("?")[0]
    for shown in (path, path.replace("/book/done/", "/manage/")):
        page = text_of(visitor.client.get(shown))
        assert "10:00 in London · 12:00 for you (Helsinki)" in page, "as was said when it was booked"
        assert f'data-zone="{HELSINKI}">' in page, "and the browser of who reads it is asked"
        far = text_of(visitor.client.get(shown, {"zone": AUCKLAND}))
        assert "Mon 7 Jan, 10:00 in London · Mon 7 Jan, 23:00 for you (Auckland)" not in far
        assert "10:00 in London · 23:00 for you (Auckland)" in far
        assert f'data-zone="{AUCKLAND}" data-zone-known' in far


def test_of_days_beside_those_that_are_asked_for_nothing_is_said(visitor: Visitor, online: Shop) -> None:
    """A day that is over is not full."""
    choice, monday = load_choice(visitor.draft(start=None)), MONDAY.date()
    found = Abroad(choice, ZoneInfo(HELSINKI)).openings(monday, monday, MONDAY - dt.timedelta(days=3))
    assert (set(found.days), found.worked) == ({monday}, {monday})


def test_days_are_those_of_the_visitor(visitor: Visitor, online: Shop) -> None:
    """From 9 to 17 in London is from 22 to 6 in Auckland: a day there has the end of one and the start of the next."""
    draft = visitor.draft(start=None, zone=AUCKLAND)
    page = text_of(visitor.get("/book/time/", draft, date="2030-01-08"))
    found = slots(page)
    sunday_noon, monday_morning = dt.datetime(2030, 1, 7, 11, tzinfo=dt.UTC), dt.datetime(2030, 1, 8, 9, tzinfo=dt.UTC)
    assert found[sunday_noon.isoformat()] == ("00:00", "11:00")
    assert found[monday_morning.isoformat()] == ("22:00", "09:00")
    assert MONDAY.isoformat() not in found
    assert "Tuesday 8 January" in page
    # The last day that can be booked is one of the place, and the last of them here is no error.
    configure(online.tenant, policies={"max_days_ahead": 6})
    assert visitor.get("/book/time/", draft, date="2030-01-31").status_code == 200
    step = visitor.post("/book/time/", {"slot": sunday_noon.isoformat()}, draft)
    page = text_of(visitor.client.get(step["Location"]))
    assert "Mon 7 Jan, 11:00 in London · Tue 8 Jan, 00:00 for you (Auckland)" in page


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "picker"}], ids=["page", "swap"])
def test_a_zone_is_named_as_it_is_on_the_day_that_is_looked_at(
    visitor: Visitor, online: Shop, headers: dict[str, str]
) -> None:
    """Newfoundland's clocks go forward two weeks before London's."""
    configure(online.tenant, policies={"max_days_ahead": 120})
    draft = visitor.draft(start=None).token()
    days = {"2030-03-04": ("NST", "GMT"), "2030-03-18": ("NDT", "GMT"), "2030-04-01": ("NDT", "BST")}

    def shown(day: str, **more: str) -> str:
        return text_of(visitor.client.get("/book/time/", {"d": draft, "date": day, **more}, headers=headers))

    for day, (own, _) in days.items():
        assert f"St John’s time ({own})" in shown(day, zone="America/St_Johns")
    online.place.online = False
    online.place.save()
    for day, (_, there) in days.items():
        assert shown(day).count(f"London time ({there})") == 2


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd", "\x00", "x" * 500, "Europe/London"])
def test_a_zone_that_is_none_or_the_same_changes_nothing(visitor: Visitor, online: Shop, zone: str) -> None:
    page = text_of(visitor.get("/book/time/", visitor.draft(start=None), zone=zone, date="2030-01-07"))
    assert slots(page)[MONDAY.isoformat()] == ("10:00", "")


def test_the_same_wall_clock_is_told_once(visitor: Visitor, online: Shop) -> None:
    page = text_of(visitor.get("/book/details/", visitor.draft(zone="Europe/Lisbon")))
    assert "for you" not in page


def test_who_said_no_zone_has_the_business_s(visitor: Visitor, online: Shop) -> None:
    done = visitor.book()
    path = done["Location"].partition("?")[0]
    page = text_of(visitor.client.get(path))
    assert ('data-zone="Europe/London">' in page, "for you" in page) == (True, False)
    assert Booking.objects.get().visit.timezone == ""


def test_what_is_at_a_place_is_told_in_its_zone_alone(visitor: Visitor, shop: Shop) -> None:
    page = text_of(visitor.get("/book/time/", visitor.draft(start=None), zone=HELSINKI, date="2030-01-07"))
    assert slots(page)[MONDAY.isoformat()] == ("10:00", "")
    assert "data-zone" not in page
    assert "Helsinki time" not in page
    visitor.book(visitor.draft(zone=HELSINKI))
    assert Booking.objects.get().visit.timezone == ""


def test_in_arabic(visitor: Visitor, online: Shop) -> None:
    configure(online.tenant, languages=["en", "ar"])
    visitor.client.cookies["lang"] = "ar"
    page = text_of(visitor.get("/book/details/", visitor.draft(zone=HELSINKI)))
    assert "هلسنكي" in page
