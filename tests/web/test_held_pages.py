"""What is held, as its pages say it: until when, how much is left, and what comes once it has run out."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit
from bookme.bookings.states import Status
from bookme.web.booking.draft import Line
from tests.factories.bookings import HoldFactory, SessionFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import MONDAY, NOW, Shop, Visitor, draft_in, page_of
from tests.web.visits import visit_of

UNTIL = NOW + dt.timedelta(minutes=15)
SECOND = dt.timedelta(seconds=1)
OVER = "It is not held for you any more."


@pytest.fixture
def held(shop: Shop) -> Visit:
    """A cut with a massage by Ana, then a colour, held for a quarter of an hour."""
    visit = visit_of(shop)
    massage = {"id": str(shop.massage.pk), "name": "Scalp massage", "price": "10.00", "duration_minutes": 15}
    visit.bookings.update(status=Status.HELD, hold_expires_at=UNTIL)
    visit.bookings.filter(position=0).update(extras=[massage])
    return visit


def paths(visit: Visit) -> list[str]:
    return [f"/{where}/{manage_token(visit)}/" for where in ("manage", "book/done")]


def again_in(page: str) -> str:
    """Where the page leads to the same choice."""
    return page.partition('class="btn btn-primary btn-md " href="')[2].partition('"')[0]


def shown(page: str) -> str:
    """Without what is hidden until the time has run out."""
    before, _hidden, rest = page.partition("<div data-hold-over hidden>")
    return before + rest.partition("</div></div>")[2] if rest else page


def test_until_when_in_words_and_in_seconds(visitor: Visitor, held: Visit, clock: Any) -> None:
    for path in paths(held):
        page = page_of(visitor.get(path))
        assert (
            "Held for you until <time datetime='2030-01-02T09:15:00+00:00'>Wednesday 2 January, 09:15</time>." in page
        )
        assert 'data-hold="900"' in page
        assert "data-hold-left>15 min<" in page
        assert "bm/hold.js" in page
        assert "You are booked." not in page
        assert OVER not in shown(page)
    clock.move_to(UNTIL - SECOND)
    assert 'data-hold="1"' in page_of(visitor.get(paths(held)[0]))


@pytest.mark.parametrize("status", [Status.HELD, Status.EXPIRED])
def test_what_ran_out_leads_to_the_same_choice_again(
    visitor: Visitor, shop: Shop, held: Visit, clock: Any, status: Status
) -> None:
    """Also in the second in which it does, before anything has noticed."""
    clock.move_to(UNTIL)
    Booking.objects.update(status=status)
    for path in paths(held):
        page = page_of(visitor.get(path))
        assert OVER in page
        assert "data-hold" not in page
        assert "hold.js" not in page
        assert "See you soon" not in page
        draft = draft_in(visitor.get(again_in(page))["Location"])
        assert [line.service_id for line in draft.lines] == [shop.cut.id, shop.colour.id]
        assert draft.lines[0] == Line(shop.cut.id, extra_ids=(shop.massage.id,), staff_id=shop.ana.id)
        assert (draft.start, draft.location_id) == (None, shop.place.id)
        assert 'name="slot"' in page_of(visitor.get("/book/time/", draft, date="2030-01-07"))


def test_of_a_class_other_dates(visitor: Visitor, shop: Shop, clock: Any) -> None:
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana], capacity=5)
    session = SessionFactory(service=yoga, staff=shop.ana, location=shop.place, starts_at=MONDAY, capacity=5)
    hold = HoldFactory(appointment=session, hold_expires_at=UNTIL)
    clock.move_to(UNTIL)
    answer = visitor.get(again_in(page_of(visitor.get(paths(hold.visit)[0]))))
    assert (answer.status_code, answer["Location"]) == (302, "/classes/?service=yoga")


def test_in_a_frame_the_choice_stays_there(visitor: Visitor, held: Visit, clock: Any) -> None:
    clock.move_to(UNTIL)
    link = again_in(page_of(visitor.get(f"/embed/en/book/done/{manage_token(held)}/")))
    assert link == f"/embed/en/manage/{manage_token(held)}/again/"
    assert visitor.get(link)["Location"].startswith("/embed/en/book/time/?d=")


def test_what_was_never_held_did_not_run_out(visitor: Visitor, shop: Shop) -> None:
    visit = visit_of(shop)
    Booking.objects.update(status=Status.EXPIRED)
    for path in paths(visit):
        page = page_of(visitor.get(path))
        assert "Expired" in page
        assert OVER not in page
