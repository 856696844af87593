"""Several services booked as one visit, one after another."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest

from bookme.bookings.models import Booking, Visit
from bookme.services.models import ServiceKind
from bookme.staff.models import StaffService
from bookme.web.booking.draft import Draft, Line
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory, TimeOffFactory
from tests.web.conftest import MONDAY, Shop, Visitor, configure, draft_in, page_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def both(visitor: Visitor, shop: Shop) -> Draft:
    """A cut, then a colour, without a time."""
    return visitor.draft(lines=(Line(shop.cut.id), Line(shop.colour.id)), start=None)


def test_several_services_go_to_one_visit(visitor: Visitor, shop: Shop) -> None:
    step = visitor.post("/book/", {"service": [str(shop.cut.id), str(shop.colour.id)]})
    assert step["Location"].startswith("/book/professional/")
    step = visitor.post("/book/professional/", {"staff": "any"}, draft_in(step["Location"]))
    page = page_of(visitor.get("/book/time/", draft_in(step["Location"]), date="2030-01-07"))
    assert "£80" in page
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, draft_in(step["Location"]))
    page = page_of(visitor.client.get(step["Location"]))
    assert "Cut &amp; finish" in page
    assert "Full colour" in page
    done = visitor.book(draft_in(step["Location"]))
    assert done.status_code == 302
    bookings = Booking.objects.order_by("position").select_related("appointment")
    assert [each.appointment.service_id for each in bookings] == [shop.cut.id, shop.colour.id]
    first, second = (each.appointment for each in bookings)
    assert (first.starts_at, second.starts_at) == (MONDAY, first.ends_at)
    assert Visit.objects.count() == 1
    page = page_of(visitor.client.get(done["Location"]))
    assert "Cut &amp; finish" in page
    assert "Full colour" in page


def test_only_times_at_which_all_of_it_fits_are_offered(visitor: Visitor, shop: Shop, both: Draft) -> None:
    page = page_of(visitor.get("/book/time/", both, date="2030-01-07"))
    # Colour takes two hours by Ana alone, after a cut of one: nothing from 14:15 on, as she leaves at five.
    assert 'value="2030-01-07T14:00:00+00:00"' in page
    assert 'value="2030-01-07T14:15:00+00:00"' not in page
    late = visitor.post("/book/time/", {"slot": (MONDAY + 5 * HOUR).isoformat()}, both)
    assert late.status_code == 422
    alone = visitor.draft(start=None)
    assert 'value="2030-01-07T16:00:00+00:00"' in page_of(visitor.get("/book/time/", alone, date="2030-01-07"))


def test_what_is_taken_in_the_meantime_books_nothing_and_offers_what_is_near(
    visitor: Visitor, shop: Shop, both: Draft
) -> None:
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, both)
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY + HOUR, ends_at=MONDAY + 2 * HOUR)
    answer = visitor.book(draft_in(step["Location"]))
    assert answer.status_code == 409
    page = page_of(answer)
    assert "has just been taken" in page
    assert 'name="start"' in page
    assert Booking.objects.count() == 0
    again = visitor.book(draft_in(step["Location"]), start=(MONDAY + HOUR).isoformat())
    assert again.status_code == 302
    assert [each.appointment.starts_at for each in Booking.objects.order_by("position")] == [
        MONDAY + HOUR,
        MONDAY + 2 * HOUR,
    ]


def test_who_does_all_of_it_is_offered_and_others_for_each(visitor: Visitor, shop: Shop, both: Draft) -> None:
    page = page_of(visitor.get("/book/professional/", both))
    assert f'name="staff" value="{shop.ana.id}"' in page
    assert f'name="staff" value="{shop.ben.id}"' not in page
    assert "Choose for each service" in page
    assert "Choose for each service" not in page_of(visitor.get("/book/professional/", visitor.draft(start=None)))
    sent = {"staff": "each", "staff-0": str(shop.ben.id), "staff-1": str(shop.ana.id)}
    found = draft_in(visitor.post("/book/professional/", sent, both)["Location"])
    assert [line.staff_id for line in found.lines] == [shop.ben.id, shop.ana.id]
    page = page_of(visitor.get("/book/professional/", found))
    assert 'value="each" checked' in page
    assert "As you chose" in page_of(visitor.get("/book/time/", found))
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, found)
    assert visitor.book(draft_in(step["Location"])).status_code == 302
    led = [each.appointment.staff_id for each in Booking.objects.order_by("position")]
    assert led == [shop.ben.id, shop.ana.id]


def test_what_each_costs_is_said_where_it_is_not_the_same_with_all(visitor: Visitor, shop: Shop, both: Draft) -> None:
    page = page_of(visitor.get("/book/professional/", both))
    assert ">Ben Ruiz</option>" in page
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000", duration_minutes=75)
    page = page_of(visitor.get("/book/professional/", both))
    assert ">Anyone available · from £40</option>" in page
    assert ">Ana Okafor · £40 · 1 h</option>" in page
    assert ">Ben Ruiz · £72 · 1 h 15 min</option>" in page
    assert ">Ana Okafor</option>" in page  # nobody else does the colour


def test_somebody_who_does_not_do_it_is_not_asked_for(visitor: Visitor, shop: Shop, both: Draft) -> None:
    sent = {"staff": "each", "staff-0": str(shop.ben.id), "staff-1": str(shop.ben.id)}
    found = draft_in(visitor.post("/book/professional/", sent, both)["Location"])
    assert [line.staff_id for line in found.lines] == [shop.ben.id, None]


def test_each_is_settled_where_people_differ_in_price(visitor: Visitor, shop: Shop, both: Draft) -> None:
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY, ends_at=MONDAY + HOUR)
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, both)
    settled = draft_in(step["Location"])
    assert [(line.staff_id, line.chosen_for_them) for line in settled.lines] == [(shop.ben.id, True), (None, False)]
    assert "£112" in page_of(visitor.client.get(step["Location"]))
    visitor.book(settled)
    assert sum(each.price for each in Booking.objects.all()) == Decimal(112)


def test_what_had_a_place_in_the_cart_keeps_it(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(lines=(Line(shop.colour.id, staff_id=shop.ana.id),), start=MONDAY)
    found = draft_in(visitor.post("/book/", {"service": [str(shop.cut.id), str(shop.colour.id)]}, draft)["Location"])
    assert found.lines == (Line(shop.colour.id, staff_id=shop.ana.id), Line(shop.cut.id))
    assert found.start is None


def test_extras_are_of_their_own_service(visitor: Visitor, shop: Shop) -> None:
    shop.massage.services.add(shop.colour)
    sent = {"service": [str(shop.cut.id), str(shop.colour.id)], f"extra-{shop.colour.id}": str(shop.massage.id)}
    found = draft_in(visitor.post("/book/", sent)["Location"])
    assert [line.extra_ids for line in found.lines] == [(), (shop.massage.id,)]
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, found)
    visitor.book(draft_in(step["Location"]))
    assert [len(each.extras) for each in Booking.objects.order_by("position")] == [0, 1]


def test_the_sum_follows_what_is_ticked(visitor: Visitor, shop: Shop) -> None:
    def summary(*services: object) -> str:
        data = {"service": [str(each.pk) for each in services]}  # type: ignore[attr-defined]
        headers = {"HX-Request": "true", "HX-Target": "sum"}
        return page_of(visitor.client.post("/book/", data, headers=headers))

    page = summary(shop.cut, shop.colour)
    assert page.strip().startswith('<aside class="sum card" id="sum"')
    assert "£80" in page
    assert "2 services" in page
    assert "Nothing chosen yet" in summary()


def test_the_sum_has_what_is_ticked_when_the_page_is_opened(visitor: Visitor, shop: Shop, both: Draft) -> None:
    assert "Nothing chosen yet" in page_of(visitor.get("/book/"))
    for page in (page_of(visitor.client.get(f"/book/?service={shop.cut.slug}")), page_of(visitor.get("/book/", both))):
        assert "Nothing chosen yet" not in page
        assert 'class="total' in page
    assert "£80" in page


def test_what_is_given_at_different_places_is_not_booked_as_one(visitor: Visitor, shop: Shop) -> None:
    camden = LocationFactory(name="Camden")
    shop.colour.locations.set([camden])
    shop.cut.locations.set([shop.place])
    answer = visitor.post("/book/", {"service": [str(shop.cut.id), str(shop.colour.id)]})
    assert answer.status_code == 422
    page = page_of(answer)
    assert "not given at the same place" in page
    assert page.count(" checked") == 2
    lines = (Line(shop.cut.id), Line(shop.colour.id))
    assert str(visitor.get("/book/time/", visitor.draft(lines=lines))["Location"]).startswith("/book/?d=")


def test_a_group_comes_together_or_not_at_all(visitor: Visitor, shop: Shop) -> None:
    tour = ServiceFactory(name="Tasting", kind=ServiceKind.GROUP, capacity=6)
    StaffFactory(name="Gil", hours=EVERY_DAY, does=[tour])
    sent = {"service": [str(tour.id), str(shop.cut.id)], f"party-{tour.id}": "3"}
    answer = visitor.post("/book/", sent)
    assert answer.status_code == 422
    assert "for several people at once" in page_of(answer)
    alone = draft_in(visitor.post("/book/", {**sent, f"party-{tour.id}": "1"})["Location"])
    assert len(alone.lines) == 2


def test_no_more_than_may_be_booked_at_once(visitor: Visitor, shop: Shop) -> None:
    many = [ServiceFactory(duration_minutes=15) for _ in range(12)]
    StaffFactory(name="Max", hours=EVERY_DAY, does=many)
    answer = visitor.post("/book/", {"service": [str(each.id) for each in many]})
    assert answer.status_code == 422
    assert "at most 10" in page_of(answer)
    found = draft_in(visitor.post("/book/", {"service": [str(each.id) for each in many[:10]]})["Location"])
    assert len(found.lines) == 10


def test_a_waitlist_is_for_one_service(visitor: Visitor, shop: Shop, both: Draft) -> None:
    configure(shop.tenant, features={"waitlist": True})
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY.replace(hour=23))
    TimeOffFactory(staff=shop.ben, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY.replace(hour=23))
    page = page_of(visitor.get("/book/time/", both, date="2030-01-07"))
    assert "Join the waitlist" not in page
    assert "You can wait for one service at a time. Look at one alone:" in page
    alone_url = re.findall(r'href="(/book/time/[^"]*)"[^>]*>\s*(?:<span>)?Full colour', page)[-1]
    assert [each.service_id for each in draft_in(unescape(alone_url).partition("&")[0]).lines] == [shop.colour.id]
    assert "Join the waitlist" in page_of(visitor.client.get(unescape(alone_url)))
    alone = visitor.draft(start=None)
    assert "Join the waitlist" in page_of(visitor.get("/book/time/", alone, date="2030-01-07"))
    assert visitor.get("/waitlist/join/", both, date="2030-01-07")["Location"].startswith("/book/time/")
