"""A visit of several services behind its link: shown whole, cancelled whole or in part, moved as one."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from bookme.bookings.models import Booking, Visit
from bookme.bookings.states import Status
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from tests.bookings.desk import written
from tests.web.conftest import MONDAY, Visitor, configure, page_of
from tests.web.visits import bookings_now, path_of, visit_of

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
POLICIES = {
    "cancellation": {"free_until_minutes": 1440, "late_fee_percent": 50},
    "reschedule": {"allowed_until_minutes": 240, "max_times": 1},
}
RULE = "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50% (£40)."


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    configure(visitor.shop.tenant, policies=POLICIES)
    return visit_of(visitor.shop)


def colour_of(visit: Visit) -> Booking:
    return visit.bookings.get(appointment__service__slug="colour")


def test_it_is_shown_whole(visitor: Visitor, visit: Visit) -> None:
    for path in (path_of(visit), path_of(visit).replace("/manage/", "/book/done/")):
        page = page_of(visitor.get(path))
        assert "Monday 7 January, 10:00" in page
        assert "3 h, London time" in page
        assert "2 services" in page
        for service, start, end in (("Cut &amp; finish", "10:00", "11:00"), ("Full colour", "11:00", "13:00")):
            assert f">{start}</time>–<time" in page
            assert f">{end}</time>" in page
            assert service in page
        assert "with Ana Okafor" in page
        assert page.count("£40") >= 2
        assert "£80" in page
        assert page.count(RULE) == 1


def test_what_cancelling_all_or_one_costs_is_told_first(visitor: Visitor, visit: Visit, clock: Any) -> None:
    page = page_of(visitor.get(f"{path_of(visit)}cancel/"))
    assert "The whole visit" in page
    assert "Only Full colour" in page
    clock.move_to(MONDAY - 2 * HOUR)
    page = page_of(visitor.get(f"{path_of(visit)}cancel/"))
    over = "It can no longer be cancelled for free: that was possible until Sunday 6 January at"
    assert f"{over} 10:00. Cancelling costs 50% (£40)." in page
    assert f"{over} 11:00. Cancelling costs 50% (£20)." in page  # the colour alone is an hour later
    assert 'name="fee-this" value="40.00"' in page
    assert f'name="fee-{colour_of(visit).pk}" value="20.00"' in page
    before = written()
    answer = visitor.post(f"{path_of(visit)}cancel/", {"what": "this", "fee-this": "0"})
    assert answer.status_code == 409
    assert "has changed" in page_of(answer)
    assert written() == before
    assert [status for status, _start in bookings_now(visit)] == [Status.CONFIRMED] * 2


def test_cancel_all_of_it(visitor: Visitor, visit: Visit) -> None:
    answer = visitor.post(f"{path_of(visit)}cancel/", {"what": "this", "fee-this": "0", "reason": "Ill"})
    assert answer["Location"] == path_of(visit)
    assert {(each.status, each.cancel_reason) for each in visit.bookings.all()} == {(Status.CANCELLED, "Ill")}
    assert "Book again" in page_of(visitor.get(path_of(visit)))


def test_cancel_one_service(visitor: Visitor, visit: Visit) -> None:
    colour = colour_of(visit)
    answer = visitor.post(f"{path_of(visit)}cancel/", {"what": str(colour.pk), f"fee-{colour.pk}": "0"})
    assert answer.status_code == 302
    assert [status for status, _start in bookings_now(visit)] == [Status.CONFIRMED, Status.CANCELLED]
    page = page_of(visitor.get(path_of(visit)))
    assert "1 h, London time" in page
    assert '<li class="is-gone">' in page
    assert "Cancelled" in page
    assert "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50% (£20)." in page
    assert "Only " not in page_of(visitor.get(f"{path_of(visit)}cancel/"))


@pytest.mark.parametrize("what", ["all", "following", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_offered_is_refused(visitor: Visitor, visit: Visit, what: str) -> None:
    other = visit_of(visitor.shop, visitor.shop.cut, start=MONDAY + DAY)
    theirs = str(other.bookings.get().pk)
    for key in (what, theirs):
        answer = visitor.post(f"{path_of(visit)}cancel/", {"what": key, f"fee-{key}": "0", "fee": "0"})
        assert answer.status_code == 409
        assert "Something has changed meanwhile" in page_of(answer)
    assert {status for status, _start in bookings_now(visit, other)} == {Status.CONFIRMED}


def test_it_moves_as_one(visitor: Visitor, visit: Visit) -> None:
    page = page_of(visitor.get(f"{path_of(visit)}move/", date="2030-01-07"))
    assert f'value="{(MONDAY + HOUR).isoformat()}"' in page  # it is not in its own way
    assert "Full colour" in page
    assert " checked" not in page  # to where it is already would be a move, too
    later = MONDAY + DAY
    answer = visitor.post(f"{path_of(visit)}move/", {"slot": later.isoformat()})
    assert answer["Location"] == f"{path_of(visit)}?moved=1"
    assert bookings_now(visit) == [(Status.CONFIRMED, later), (Status.CONFIRMED, later + HOUR)]
    page = page_of(visitor.get(path_of(visit)))
    assert "moved as often as it can be" in page
    assert visitor.get(f"{path_of(visit)}move/")["Location"] == path_of(visit)


def test_it_is_offered_only_where_all_of_it_fits(visitor: Visitor, visit: Visit) -> None:
    tuesday = MONDAY + DAY
    visit_of(visitor.shop, visitor.shop.colour, start=tuesday + 2 * HOUR)  # from twelve
    page = page_of(visitor.get(f"{path_of(visit)}move/", date="2030-01-08"))
    for start, is_free in ((tuesday - HOUR, True), (tuesday, False), (tuesday + HOUR, False)):
        assert (f'value="{start.isoformat()}"' in page) is is_free
    answer = visitor.post(f"{path_of(visit)}move/", {"slot": tuesday.isoformat()})
    assert answer.status_code == 422
    assert "just been taken" in page_of(answer)
    assert bookings_now(visit) == [(Status.CONFIRMED, MONDAY), (Status.CONFIRMED, MONDAY + HOUR)]


def test_its_calendar_file_has_every_service(visitor: Visitor, visit: Visit) -> None:
    events = Calendar.from_ical(visitor.get(f"{path_of(visit)}booking.ics").content).walk("VEVENT")
    assert [(str(each["summary"]), each.decoded("dtstart")) for each in events] == [
        ("Cut & finish at Salon", MONDAY),
        ("Full colour at Salon", MONDAY + HOUR),
    ]
    page = page_of(visitor.get(path_of(visit)))
    url = page.partition("https://calendar.google.com")[2].partition('"')[0].replace("&amp;", "&")
    parts = parse_qs(urlsplit(url).query)
    assert parts["dates"] == ["20300107T100000Z/20300107T130000Z"]
    assert parts["text"] == ["Cut & finish and 1 more at Salon"]


def test_two_rules_are_told_apart(visitor: Visitor, salon: Tenant) -> None:
    configure(salon, policies=POLICIES)
    Service.objects.filter(slug="colour").update(policy={"cancellation": {"free_until_minutes": 2880}})
    page = page_of(visitor.get(path_of(visit_of(visitor.shop))))
    assert "Cut &amp; finish: Cancelling is free until Sunday 6 January at 10:00." in page
    assert "Full colour: Cancelling is free until Saturday 5 January at 10:00." in page
