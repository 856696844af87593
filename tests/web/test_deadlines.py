"""Until which moment cancelling is free, and what it costs after that, as the details step and the confirmation say."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Booking
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import StaffService
from bookme.web.booking.draft import Line, Repeat
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import TimeOffFactory
from tests.web.conftest import MONDAY, Shop, Visitor, configure, page_of
from tests.web.visits import path_of, series_of

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
HALF_THEN_ALL = {
    "free_until_minutes": 1440,
    "late_fee_percent": 50,
    "fee_steps": [{"minutes_before": 120, "percent": 100}],
}
FREE = "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50% (£20)."
OVER = "It can no longer be cancelled for free: that was possible until Sunday 6 January at 10:00."
THEN = "From Monday 7 January at 08:00, it costs 100% (£40)."


def policies(shop: Shop, **more: Any) -> None:
    configure(shop.tenant, policies={"cancellation": HALF_THEN_ALL, "min_notice_minutes": 0, **more})


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (MONDAY - DAY, f"{FREE} {THEN}"),
        (MONDAY - DAY + SECOND, f"{OVER} Cancelling costs 50% (£20). {THEN}"),
        (MONDAY - 2 * HOUR, f"{OVER} Cancelling costs 100% (£40)."),
    ],
)
@pytest.mark.parametrize("auto_confirm", [True, False])
def test_the_same_before_and_after_it_is_booked(
    visitor: Visitor, clock: Any, now: dt.datetime, told: str, *, auto_confirm: bool
) -> None:
    """Also where the business has to say yes first."""
    policies(visitor.shop, auto_confirm=auto_confirm)
    clock.move_to(now)
    draft = visitor.draft(staff_id=visitor.shop.ana.id)
    assert told in page_of(visitor.get("/book/details/", draft))
    done = visitor.book(draft)["Location"]
    assert told in page_of(visitor.get(done))
    assert told in page_of(visitor.get(done.replace("/book/done/", "/manage/")))


def test_until_when_it_can_be_moved(visitor: Visitor, clock: Any) -> None:
    policies(visitor.shop, reschedule={"allowed_until_minutes": 240, "max_times": 2})
    draft = visitor.draft()
    told = "<time datetime='2030-01-07T06:00:00+00:00'>Monday 7 January, 06:00</time>."
    assert f"You can move it 2 times, until {told}" in page_of(visitor.get("/book/details/", draft))
    clock.move_to(MONDAY - 4 * HOUR)
    assert f"You can move it 2 times, until {told}" in page_of(visitor.get("/book/details/", draft))
    clock.move_to(MONDAY - 4 * HOUR + SECOND)
    page = page_of(visitor.get("/book/details/", draft))
    assert f"It can no longer be moved: that was possible until {told}" in page
    assert "You can move it" not in page


def test_in_the_wall_time_of_the_place(visitor: Visitor) -> None:
    policies(visitor.shop)
    Location.objects.update(timezone="America/New_York")
    draft = visitor.draft(start=MONDAY + 5 * HOUR)
    assert "free until Sunday 6 January at 10:00." in page_of(visitor.get("/book/details/", draft))
    assert "free until Sunday 6 January at 10:00." in page_of(visitor.get(visitor.book(draft)["Location"]))


def test_a_visit_is_as_late_as_its_first_service(visitor: Visitor, shop: Shop) -> None:
    policies(shop)
    Service.objects.filter(pk=shop.colour.pk).update(policy={"cancellation": {"free_until_minutes": 2880}})
    draft = visitor.draft(lines=(Line(shop.cut.id), Line(shop.colour.id)))
    told = [
        f"Cut &amp; finish: {FREE}",
        "Full colour: Cancelling is free until Saturday 5 January at 10:00. After that, it costs 50% (£20).",
    ]
    pages = [page_of(visitor.get("/book/details/", draft))]
    pages.append(page_of(visitor.get(visitor.book(draft)["Location"])))
    for page in pages:
        assert [each for each in told if each not in page] == []


def test_without_a_sure_price_in_percentages(visitor: Visitor, shop: Shop) -> None:
    policies(shop)
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    for person in (shop.ana, shop.ben):  # so nobody can be picked, whose price it would be
        TimeOffFactory(staff=person, starts_at=MONDAY, ends_at=MONDAY + dt.timedelta(hours=2))
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert "After that, it costs 50%. From Monday 7 January at 08:00, it costs 100%." in page


def test_what_is_free_of_charge_is_free_until_it_begins(visitor: Visitor, shop: Shop) -> None:
    policies(shop)
    Service.objects.update(price=0)
    told = "Cancelling is free until it begins, on Monday 7 January at 10:00."
    assert told in page_of(visitor.get("/book/details/", visitor.draft()))


def test_of_a_class(visitor: Visitor, shop: Shop) -> None:
    policies(shop)
    yoga = ServiceFactory(of_class=True, name="Yoga", price="40", staff=[shop.ana], capacity=5)
    session = SessionFactory(service=yoga, staff=shop.ana, location=shop.place, starts_at=MONDAY, capacity=5)
    page = page_of(visitor.client.get(visitor.get(f"/classes/{session.pk}/book/")["Location"]))
    assert f"{FREE} {THEN}" in page
    page = page_of(visitor.get(f"/classes/{session.pk}/"))
    assert "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50%." in page


def test_of_several_dates_it_is_the_rule_of_each(visitor: Visitor) -> None:
    policies(visitor.shop, repeat_weeks=[1])
    starts = (MONDAY, MONDAY + 7 * DAY)
    page = page_of(visitor.get("/book/details/", visitor.draft(repeat=Repeat(1, 2), starts=starts)))
    rule = "Cancelling is free until 24 hours before. From 24 hours before, it costs 50% (£20)."
    assert f"Of each date: {rule}" in page
    assert "until Sunday 6 January" not in page
    assert "You can move it 3 times, until 24 hours before." in page


def test_of_one_date_of_a_series(visitor: Visitor, shop: Shop) -> None:
    policies(shop)
    page = page_of(visitor.get(path_of(series_of(shop)[1])))
    assert "Cancelling is free until Sunday 13 January at 10:00." in page


def test_what_is_due_falls_away(visitor: Visitor, shop: Shop, clock: Any) -> None:
    policies(shop, deposit={"kind": "fixed", "value": "15.00"})
    done = visitor.book(visitor.draft(staff_id=shop.ana.id))["Location"]
    path = done.replace("/book/done/", "/manage/") + "cancel/"
    assert "The £15 for the booking is then no longer due." in page_of(visitor.get(path))
    clock.move_to(MONDAY - HOUR)
    page = page_of(visitor.get(path))
    assert "It costs £40." in page
    assert "The £15 for the booking is then no longer due, only what cancelling costs." in page
    Booking.objects.update(payment_due=0)
    assert "no longer due" not in page_of(visitor.get(path))


def test_each_service_is_told_with_its_time_and_the_place(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(lines=(Line(shop.colour.id), Line(shop.cut.id, staff_id=shop.ben.id)))
    page = page_of(visitor.get("/book/details/", draft))
    recap = page.partition('class="card recap"')[2].partition("</section>")[0]
    assert recap.index("10:00</time></span> <b>Full colour") < recap.index("12:00</time></span> <b>Cut &amp; finish")
    assert "with Ana Okafor" in recap
    assert "with Ben Ruiz" in recap
    assert "1 High Street, London N1 1AA" in recap
    assert "London time (GMT)" in recap
    alone = page_of(visitor.get("/book/details/", visitor.draft()))
    assert "with anyone" in alone.partition('class="card recap"')[2].partition("</section>")[0]


def test_a_mobile_trade_comes_to_the_customer(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, kind="mobile")
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert "At your address" in page
    assert "1 High Street" not in page
    Location.objects.update(online=True)
    assert "By video call; the link is in your confirmation." in page_of(visitor.get("/book/details/", visitor.draft()))
