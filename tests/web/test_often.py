"""What repeats: how often is chosen with the time, every date is shown before, and all are booked in one go."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest

from bookme.bookings.models import Booking, Series, Visit
from bookme.web.booking.draft import Draft, Repeat
from tests.bookings.desk import written
from tests.factories.staff import TimeOffFactory
from tests.web.conftest import FORM_ID, MONDAY, NOW, Shop, Visitor, configure, draft_in, page_of

WEEK = dt.timedelta(weeks=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def weekly(shop: Shop) -> Shop:
    """A cut may be had every week, or every two; by Ana alone, so that what she does is what is free."""
    shop.cut.policy = {"repeat_weeks": [1, 2]}
    shop.cut.save()
    shop.ben.staff_services.all().delete()
    return shop


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(page_of(answer)))


def minute(at: dt.datetime) -> str:
    return str(int(at.timestamp()) // 60)


def repeating(visitor: Visitor, count: int = 3, weeks: int = 1, **more: Any) -> Draft:
    return visitor.draft(repeat=Repeat(weeks, count), **more)


def agreed(visitor: Visitor, count: int = 3) -> Draft:
    return repeating(visitor, count, starts=tuple(MONDAY + WEEK * step for step in range(count)))


def away(shop: Shop, at: dt.datetime) -> None:
    TimeOffFactory(staff=shop.ana, starts_at=at, ends_at=at + HOUR)


def test_from_how_often_to_all_of_it_booked(visitor: Visitor, weekly: Shop) -> None:
    page = text_of(visitor.get("/book/time/", visitor.draft(start=None), date="2030-01-07"))
    links = re.findall(r'<a class="chip" href="([^"]+)"(?: aria-current="true")?>(One visit|Every[^<]+)<', page)
    assert [name for _, name in links] == ["One visit", "Every week", "Every 2 weeks"]
    page = text_of(visitor.client.get(links[1][0]))
    assert re.search(r'aria-current="true">Every week<', page)
    assert f'value="{MONDAY.isoformat()}"' in page  # the day that was looked at
    step = visitor.client.post(links[1][0], {"slot": MONDAY.isoformat()})
    assert step["Location"].startswith("/book/dates/")
    page = text_of(visitor.client.get(step["Location"]))
    assert "Every week on Monday at 10:00" in page
    assert "4 visits, £40 each" in page
    assert [each for each in re.findall(r"Monday \d+ \w+", page) if "January" in each][:4] == [
        f"Monday {day} January" for day in (7, 14, 21, 28)
    ]
    assert "£160" in page
    picked = {"date": [minute(MONDAY + WEEK), minute(MONDAY + 3 * WEEK)]}
    told = visitor.client.post(step["Location"], picked, headers={"HX-Target": "sum"})
    assert (told.status_code, "3 visits, £40 each" in page_of(told), "£120" in page_of(told)) == (200, True, True)
    step = visitor.client.post(step["Location"], picked)
    assert step["Location"].startswith("/book/details/")
    page = text_of(visitor.client.get(step["Location"]))
    assert "3 visits" in page
    assert "£120" in page
    assert "Step 4 of 5" in page
    done = visitor.book(draft_in(step["Location"]))
    assert done.status_code == 302
    starts = Booking.objects.order_by("appointment__starts_at").values_list("appointment__starts_at", flat=True)
    assert list(starts) == [MONDAY, MONDAY + WEEK, MONDAY + 3 * WEEK]
    assert Series.objects.get().rule["interval"] == 1
    page = text_of(visitor.client.get(done["Location"]))
    assert "3 visits, every week on Monday at 10:00" in page
    assert "3 visits" in text_of(visitor.client.get(done["Location"].replace("/book/done/", "/manage/")))


def test_a_date_that_is_not_free_is_said_and_can_be_another(visitor: Visitor, weekly: Shop) -> None:
    away(weekly, MONDAY + WEEK)
    draft = repeating(visitor)
    page = text_of(visitor.get("/book/dates/", draft))
    assert "One date is not free: choose another time for it, or it is left out." in page
    assert "Not free then." in page
    assert "Ana is" not in page
    others = re.findall(r'<option value="(\d+)">([^<]+)<', page)
    assert (minute(MONDAY + WEEK + HOUR), "Mon 14 Jan, 11:00") in others
    last = minute(MONDAY + 2 * WEEK)
    without = draft_in(visitor.post("/book/dates/", {"date": ["", last]}, draft)["Location"])
    assert without.starts == (MONDAY, MONDAY + 2 * WEEK)
    moved = draft_in(visitor.post("/book/dates/", {"date": [minute(MONDAY + WEEK + HOUR), last]}, draft)["Location"])
    assert moved.starts == (MONDAY, MONDAY + WEEK + HOUR, MONDAY + 2 * WEEK)
    back = text_of(visitor.get("/book/dates/", moved))
    assert f'<option value="{minute(MONDAY + WEEK + HOUR)}" selected>' in back
    assert visitor.book(moved).status_code == 302
    assert Visit.objects.count() == 3


@pytest.mark.parametrize("sent", [[], [""], ["x"], ["\x00"], ["99999999999999999999"], [minute(MONDAY + 2 * HOUR)]])
def test_nothing_but_what_is_offered_is_picked(visitor: Visitor, weekly: Shop, sent: list[str]) -> None:
    answer = visitor.post("/book/dates/", {"date": sent}, repeating(visitor))
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Pick at least one more date" in page
    assert "Book just this visit" in page


def test_how_many_and_how_often_are_in_the_address(visitor: Visitor, weekly: Shop) -> None:
    page = text_of(visitor.get("/book/dates/", repeating(visitor)))
    fewer, more = (
        draft_in(re.search(rf'href="([^"]+)" aria-label="One visit {word}"', page)[1])  # type: ignore[index]
        for word in ("fewer", "more")
    )
    assert (fewer.repeat, more.repeat) == (Repeat(1, 2), Repeat(1, 4))
    two_weeks = re.search(r'<a class="chip" href="([^"]+)">Every 2 weeks<', page)
    assert two_weeks is not None
    assert "Every 2 weeks on Monday at 10:00" in text_of(visitor.client.get(two_weeks[1]))
    once = re.search(r'<a class="chip" href="([^"]+)">One visit<', page)
    assert once is not None
    assert draft_in(once[1]).repeat is None


def test_no_more_than_can_be_booked_ahead_or_had_by_a_guest(visitor: Visitor, weekly: Shop) -> None:
    assert text_of(visitor.get("/book/dates/", repeating(visitor, count=99))).count('name="date"') == 10
    configure(weekly.tenant, policies={"max_days_ahead": 20})
    page = text_of(visitor.get("/book/dates/", repeating(visitor, count=99)))
    assert page.count('name="date"') == 3
    assert "One visit more" not in page
    far = MONDAY + 2 * WEEK
    page = text_of(visitor.get("/book/dates/", repeating(visitor, start=far)))
    assert "That is as far ahead as can be booked" in page
    assert 'type="submit">Continue' not in page
    assert visitor.post("/book/dates/", {"date": minute(far)}, repeating(visitor, start=far)).status_code == 200
    configure(weekly.tenant, policies={})
    weekly.cut.policy |= {"max_per_customer": 2}
    weekly.cut.save()
    assert text_of(visitor.get("/book/dates/", repeating(visitor, count=99))).count('name="date"') == 2


def test_where_nothing_repeats_it_is_not_asked(visitor: Visitor, weekly: Shop) -> None:
    both = visitor.draft(start=None).with_lines(
        [*visitor.draft().lines, *visitor.draft(service_id=weekly.colour.id).lines]
    )
    for draft in (visitor.draft(service_id=weekly.colour.id, start=None), both):
        assert "How often?" not in page_of(visitor.get("/book/time/", draft))
    forged = repeating(visitor, service_id=weekly.colour.id)
    step = visitor.get("/book/dates/", forged)
    assert (step["Location"].startswith("/book/time/"), draft_in(step["Location"]).repeat) == (True, None)
    assert visitor.get("/book/dates/", repeating(visitor, start=None))["Location"].startswith("/book/time/")
    assert visitor.get("/book/details/", forged)["Location"].startswith("/book/dates/")


def test_of_what_is_taken_meanwhile_the_rest_can_be_booked(visitor: Visitor, weekly: Shop) -> None:
    draft = agreed(visitor)
    form = FORM_ID.search(page_of(visitor.get("/book/details/", draft)))
    assert form is not None
    away(weekly, MONDAY + WEEK)
    before = written()
    answer = visitor.book(draft, form=form[1])
    assert answer.status_code == 409
    page = text_of(answer)
    assert "No longer free: Mon 14 Jan." in page
    assert 'value="Ada Byron"' in page
    assert "£80" in page
    assert written() == before
    gone = re.findall(r'name="gone" value="([^"]+)"', page)
    assert gone == [(MONDAY + WEEK).isoformat()]
    assert visitor.book(draft, form=form[1], gone=gone).status_code == 302
    assert Visit.objects.count() == 2


def test_where_all_but_one_are_taken_it_is_one_visit(visitor: Visitor, weekly: Shop) -> None:
    draft = agreed(visitor, 2)
    away(weekly, MONDAY)
    page = text_of(visitor.book(draft))
    gone = re.findall(r'name="gone" value="([^"]+)"', page)
    assert visitor.book(draft, gone=gone).status_code == 302
    assert (Visit.objects.get().series, Booking.objects.get().appointment.starts_at) == (None, MONDAY + WEEK)


def test_where_all_are_taken_another_time_is_to_be_found(visitor: Visitor, weekly: Shop) -> None:
    TimeOffFactory(staff=weekly.ana, starts_at=NOW, ends_at=NOW + 8 * WEEK)
    answer = visitor.book(agreed(visitor, 2))
    page = text_of(answer)
    assert (answer.status_code, "These dates have just been taken" in page) == (409, True)
    assert 'href="/book/time/' in page
    assert not Visit.objects.exists()


def test_what_is_due_is_due_for_all_of_them(visitor: Visitor, weekly: Shop) -> None:
    configure(weekly.tenant, policies={"deposit": {"kind": "fixed", "value": "10.00"}})
    assert "£30" in text_of(visitor.get("/book/details/", agreed(visitor)))


def test_another_time_means_other_dates(visitor: Visitor, weekly: Shop) -> None:
    step = visitor.post("/book/time/", {"slot": (MONDAY + HOUR).isoformat()}, agreed(visitor))
    draft = draft_in(step["Location"])
    assert (draft.repeat, draft.starts, draft.start) == (Repeat(1, 3), (), MONDAY + HOUR)
    assert visitor.get("/book/details/", draft)["Location"].startswith("/book/dates/")


def test_in_arabic(visitor: Visitor, weekly: Shop) -> None:
    configure(weekly.tenant, languages=["en", "ar"])
    visitor.client.cookies["lang"] = "ar"
    page = text_of(visitor.get("/book/dates/", repeating(visitor)))
    assert "Do these dates suit you?" not in page
    assert "كل أسبوع" in page
