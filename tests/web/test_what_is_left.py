"""What a visitor is told where there is little to choose: nothing found, nothing free, nothing at all."""

import datetime as dt
import re
from html import unescape
from typing import Any

from tests.factories.services import CategoryFactory, ServiceFactory
from tests.factories.staff import TimeOffFactory
from tests.web.conftest import MONDAY, NOW, Shop, Visitor, configure, draft_in, page_of

DAY = dt.timedelta(days=1)
CONTACT = {"phone": "+442079460958", "email": "hello@salon.example"}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(page_of(answer)))


def many(shop: Shop) -> None:
    """So many that they can be searched."""
    more = CategoryFactory(name="Beards")
    for number in range(12):
        ServiceFactory(name=f"Shave {number}", category=more, staff=[shop.ana])


def test_a_search_without_a_script_keeps_what_is_chosen(visitor: Visitor, shop: Shop) -> None:
    assert 'name="q"' not in page_of(visitor.get("/book/"))
    many(shop)
    assert 'name="q"' in page_of(visitor.get("/book/"))
    sent = {"service": str(shop.cut.id), f"extra-{shop.cut.id}": str(shop.massage.id), "look": "1"}
    answer = visitor.post("/book/", {**sent, "q": "  SHAVE 1 "})
    page = text_of(answer)
    assert answer.status_code == 200
    assert re.findall(r'choice-t"><b>([^<]+)</b>', page) == [
        "Cut & finish",
        "Shave 1",
        "Shave 10",
        "Shave 11",
    ]
    assert re.search(rf'value="{shop.cut.id}" checked', page)
    assert re.search(rf'value="{shop.massage.id}" checked', page)
    assert 'value="  SHAVE 1 "' in unescape(page_of(answer))
    by_category = text_of(visitor.post("/book/", {"look": "1", "q": "beards"}))
    assert "Shave 7" in by_category
    nothing = text_of(visitor.post("/book/", {"look": "1", "q": "zzz"}))
    assert '<div id="no-service">' in nothing
    assert "Nothing found" in nothing
    assert '<div id="no-service" hidden>' in page


def test_where_nothing_is_offered_it_says_how_to_get_in_touch(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, contact=CONTACT)
    for person in (shop.ana, shop.ben):
        person.staff_services.all().delete()
    page = text_of(visitor.get("/book/"))
    assert "Nothing can be booked online right now" in page
    assert "tel:+442079460958" in page
    assert "Continue" not in page
    assert "Book now" not in page_of(visitor.get("/"))


def test_where_nothing_is_ever_free_it_says_how_to_get_in_touch(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, contact=CONTACT)
    for person in (shop.ana, shop.ben):
        person.working_hours.all().delete()
    page = text_of(visitor.get("/book/time/", visitor.draft(start=None)))
    assert "Nothing is free in January 2030" in page
    assert "Nothing is free in the time that can be booked." in page
    assert "mailto:hello@salon.example" in page
    assert 'type="submit">Continue' not in page


def test_a_full_day_says_when_the_next_time_is_also_with_anyone(visitor: Visitor, shop: Shop) -> None:
    TimeOffFactory(staff=shop.ana, starts_at=NOW, ends_at=MONDAY + DAY)
    draft = visitor.draft(start=None, staff_id=shop.ana.id)
    page = text_of(visitor.get("/book/time/", draft, date="2030-01-07"))
    assert "The next free time with Ana is" in page
    assert "Go to Tue 8 Jan" in page
    link = re.search(
        r'href="(/book/time/\?d=[^"&]+&date=2030-01-07)"\s*>(?:(?!href).)*With anyone: Mon 7 Jan, 09:00', page
    )
    assert link is not None
    assert draft_in(link[1].partition("&")[0]).asks_for_somebody is False
    assert MONDAY.isoformat() in page_of(visitor.client.get(link[1]))
    for other in (visitor.draft(start=None), visitor.draft(start=None, service_id=shop.colour.id)):
        assert "With anyone" not in text_of(visitor.get("/book/time/", other, date="2030-01-07"))


def test_a_month_opens_on_its_first_free_day_and_an_empty_one_says_so(visitor: Visitor, shop: Shop) -> None:
    february = dt.datetime(2030, 2, 1, tzinfo=dt.UTC)
    for person in (shop.ana, shop.ben):
        TimeOffFactory(staff=person, starts_at=february, ends_at=february + 4 * DAY)
        TimeOffFactory(staff=person, starts_at=february + 28 * DAY, ends_at=february + 59 * DAY)
    draft = visitor.draft(start=None)
    page = text_of(visitor.get("/book/time/", draft, date="2030-01-07"))
    link = re.search(r'id="month-on"[^>]* href="([^"]+)"', page)
    assert link is not None
    assert link[1].endswith("&date=2030-02-01&month=1")
    assert "Tuesday 5 February" in text_of(visitor.client.get(link[1]))
    assert "Friday 1 February" in text_of(visitor.get("/book/time/", draft, date="2030-02-01"))
    configure(shop.tenant, policies={"max_days_ahead": 120})
    page = text_of(visitor.get("/book/time/", draft, date="2030-03-01", month="1"))
    assert "Nothing is free in March 2030" in page
    assert "Go to Mon 1 Apr" in page
