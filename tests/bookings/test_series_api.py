"""Visits that repeat, through the API: previewed, booked all or none, and changed for one, from one on, or all."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.communications.models import Notification
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import CONSENTS, CUSTOMER, monday, refused, written
from tests.factories.bookings import AppointmentFactory, SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, Person, Stranger, make_person
from tests.web.conftest import configure

FOUR_WEEKS = {"frequency": "weekly", "count": 4}
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def api(stranger: Stranger) -> Api:
    return stranger.api


def wanted(shop: Shop, *, rule: dict[str, Any] | None = None, start: dt.datetime | None = None) -> dict[str, Any]:
    return {
        "items": [{"service": str(shop.service.pk), "staff": str(shop.ada.pk)}],
        "start": (start or monday(10)).isoformat(),
        "rule": rule or FOUR_WEEKS,
    }


def body(shop: Shop, **more: Any) -> dict[str, Any]:
    named = {name: more.pop(name) for name in ("rule", "start") if name in more}
    return {**wanted(shop, **named), "customer": CUSTOMER, "consents": CONSENTS, **more}


def booked(api: Api, shop: Shop, **more: Any) -> dict[str, Any]:
    answer = api.post("series/", body(shop, **more))
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def starts(series: dict[str, Any], *statuses: str) -> list[str]:
    """The day and the time of each visit that still stands."""
    kept = {"confirmed", *statuses}
    return [each["start"][5:16] for each in series["visits"] if each["bookings"][0]["status"] in kept]


def step(api: Api, series: dict[str, Any], what: str, **given: Any) -> Any:
    return api.post(f"series/{series['id']}/{what}/?token={series['manage_token']}", given)


def ada_is_busy(shop: Shop, start: dt.datetime) -> None:
    AppointmentFactory(service=shop.service, staff=shop.ada, location=shop.place, starts_at=start, seats_taken=1)


def test_the_preview_tells_of_each_date_and_what_is_near(shop: Shop, api: Api) -> None:
    ada_is_busy(shop, monday(10) + WEEK)
    before = written()
    answer = api.post("series/preview/", wanted(shop)).json()
    assert answer["timezone"] == "Europe/London"
    assert [(each["date"], each["free"], each["causes"]) for each in answer["dates"]] == [
        ("2030-01-07", True, []),
        ("2030-01-14", False, ["booking"]),
        ("2030-01-21", True, []),
        ("2030-01-28", True, []),
    ]
    near = answer["dates"][1]["alternatives"]
    assert [each["start"][:16] for each in near] == ["2030-01-14T11:00", "2030-01-14T09:00", "2030-01-14T11:15"]
    assert (answer["dates"][0]["end"][:16], answer["dates"][1]["end"]) == ("2030-01-07T11:00", None)
    assert written() == before


def test_what_the_preview_reads_does_not_grow_with_the_dates(shop: Shop, api: Api) -> None:
    def read(count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            dates = api.post("series/preview/", wanted(shop, rule={"frequency": "weekly", "count": count})).json()
        assert all(each["free"] for each in dates["dates"])
        return len(queries)

    read(2)
    assert read(12) == read(2)


def test_neither_does_what_it_reads_of_dates_that_are_not_free(salon: Tenant, shop: Shop, api: Api) -> None:
    configure(salon, policies={"max_days_ahead": 30})
    often = {"frequency": "weekly", "weekdays": [0, 1, 2, 3, 4, 5, 6]}

    def read(count: int, start: dt.datetime) -> tuple[int, list[dict[str, Any]]]:
        given = wanted(shop, rule=often | {"count": count}, start=start)
        given["items"] += given["items"]
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("series/preview/", given)
        dates: list[dict[str, Any]] = answer.json()["dates"]
        assert len(dates) == count
        assert not any(each["free"] for each in dates)
        return len(queries), dates

    at_night, between = monday(3), monday(10) + dt.timedelta(seconds=30)
    read(2, at_night)
    assert read(52, at_night)[0] == read(2, at_night)[0]
    assert read(52, between)[0] == read(2, between)[0]
    _, dates = read(52, at_night)
    assert [each["causes"] for each in (dates[0], dates[1], dates[-1])] == [["hours"], ["hours"], ["horizon"]]
    near = [[each["start"][5:16] for each in date["alternatives"]] for date in (dates[0], dates[7], dates[-1])]
    assert near[0] == ["01-07T09:00", "01-07T09:15", "01-07T09:30"]
    assert near[1] == ["01-14T09:00", "01-14T09:15", "01-14T09:30"]
    assert near[2] == near[2][:3] != []


def test_it_is_booked_as_one_with_one_fact_that_tells_of_all(shop: Shop, api: Api) -> None:
    series = booked(api, shop)
    assert starts(series) == ["01-07T10:00", "01-14T10:00", "01-21T10:00", "01-28T10:00"]
    assert Series.objects.get().rule["count"] == 4
    assert Visit.objects.values("customer").distinct().count() == 1
    events = Event.objects.filter(name="booking.confirmed").order_by("id")
    assert [len(each.payload["also"]) for each in events] == [3, 0, 0, 0]
    read = api.get(f"series/{series['id']}/?token={series['manage_token']}").json()
    assert read == {name: value for name, value in series.items() if name != "manage_token"}
    last = series["visits"][3]["id"]
    assert api.get(f"visits/{last}/?token={series['manage_token']}").json()["series"] == series["id"]


def test_one_date_that_is_taken_leaves_nothing_booked(shop: Shop, api: Api) -> None:
    for weeks in (1, 3):
        ada_is_busy(shop, monday(10) + weeks * WEEK)
    before = written()
    problem = refused(api.post("series/", body(shop)), 409, "slot_unavailable")
    assert [(each["start"][:10], each["causes"]) for each in problem["dates"]] == [
        ("2030-01-14", ["booking"]),
        ("2030-01-28", ["booking"]),
    ]
    assert problem["alternatives"]
    assert written() == before


def test_dates_that_were_agreed_on_are_booked_instead(shop: Shop, api: Api) -> None:
    ada_is_busy(shop, monday(10) + WEEK)
    agreed = [monday(10), monday(11) + WEEK, monday(10) + 3 * WEEK]
    series = booked(api, shop, starts=[each.isoformat() for each in agreed])
    assert starts(series) == ["01-07T10:00", "01-14T11:00", "01-28T10:00"]
    twice = body(shop, starts=[monday(14).isoformat()] * 2)
    refused(api.post("series/", twice), 400, "repeated", "/starts/1")


def test_the_local_time_stays_when_the_clock_changes(salon: Tenant, shop: Shop, api: Api) -> None:
    start = dt.datetime(2030, 3, 18, 10, tzinfo=dt.UTC)  # the clock goes forward on the 31st
    series = booked(api, shop, start=start, rule={"frequency": "weekly", "count": 3})
    assert [each["start"][11:] for each in series["visits"]] == ["10:00:00+00:00"] * 2 + ["10:00:00+01:00"]


def test_a_time_that_the_clock_skips_is_told(salon: Tenant, shop: Shop, api: Api) -> None:
    night = ServiceFactory(staff=[shop.ada], duration_minutes=30)
    for row in shop.ada.working_hours.all():
        row.start, row.end = 0, 1440
        row.save()
    asked = wanted(shop, start=dt.datetime(2030, 3, 24, 1, 15, tzinfo=dt.UTC))
    asked["items"] = [{"service": str(night.pk)}]
    dates = api.post("series/preview/", asked).json()["dates"]
    assert [(each["date"], each["start"] and each["start"][11:19], each["causes"]) for each in dates[:3]] == [
        ("2030-03-24", "01:15:00", []),
        ("2030-03-31", None, ["no_such_time"]),
        ("2030-04-07", "01:15:00", ["horizon"]),
    ]
    whole = {**asked, "customer": CUSTOMER, "consents": CONSENTS}
    refused(api.post("series/", whole), 400, "no_such_time", "/rule")


def test_this_one_can_be_cancelled_or_moved(shop: Shop, api: Api) -> None:
    series = booked(api, shop)
    second = series["visits"][1]["id"]
    assert starts(step(api, series, "cancel", scope="this", visit=second).json()) == [
        "01-07T10:00",
        "01-21T10:00",
        "01-28T10:00",
    ]
    third = series["visits"][2]["id"]
    moved = step(api, series, "reschedule", scope="this", visit=third, start=(monday(15) + 2 * WEEK).isoformat())
    assert starts(moved.json()) == ["01-07T10:00", "01-21T15:00", "01-28T10:00"]


def test_this_and_what_follows(shop: Shop, api: Api) -> None:
    series = booked(api, shop)
    third = series["visits"][2]["id"]
    wednesday = monday(14) + 2 * WEEK + dt.timedelta(days=2)
    moved = step(api, series, "reschedule", scope="following", visit=third, start=wednesday.isoformat())
    assert starts(moved.json()) == ["01-07T10:00", "01-14T10:00", "01-23T14:00", "01-30T14:00"]
    left = step(api, series, "cancel", scope="following", visit=third)
    assert starts(left.json()) == ["01-07T10:00", "01-14T10:00"]
    assert (overlaps(), wrong_seats()) == (0, 0)


def test_all_move_onto_each_others_times(shop: Shop, api: Api) -> None:
    """By exactly a week, and by half of its own length: nothing of it is in its own way."""
    series = booked(api, shop)
    first = series["visits"][0]["id"]
    moved = step(api, series, "reschedule", scope="all", visit=first, start=(monday(10) + WEEK).isoformat())
    assert starts(moved.json()) == ["01-14T10:00", "01-21T10:00", "01-28T10:00", "02-04T10:00"]
    moved = step(api, series, "reschedule", scope="all", visit=first, start=(monday(10, 30) + WEEK).isoformat())
    assert starts(moved.json()) == ["01-14T10:30", "01-21T10:30", "01-28T10:30", "02-04T10:30"]
    assert (overlaps(), wrong_seats()) == (0, 0)
    told = Event.objects.filter(name="booking.rescheduled").order_by("id")
    assert [len(each.payload["also"]) for each in told] == [3, 0, 0, 0] * 2


def test_a_move_of_all_that_meets_others_moves_none(shop: Shop, api: Api) -> None:
    series = booked(api, shop)
    ada_is_busy(shop, monday(14) + 2 * WEEK)
    before = written()
    answer = step(api, series, "reschedule", scope="all", start=monday(14).isoformat())
    problem = refused(answer, 409, "slot_unavailable")
    assert [each["start"][:10] for each in problem["dates"]] == ["2030-01-21"]
    assert written() == before
    assert starts(api.get(f"series/{series['id']}/?token={series['manage_token']}").json()) == starts(series)


def test_the_weekdays_of_the_rule_move_with_all_of_it(shop: Shop, api: Api, owner: Person) -> None:
    rule = {"frequency": "weekly", "weekdays": [0, 3], "count": 4}
    series = booked(api, shop, rule=rule)
    assert starts(series) == ["01-07T10:00", "01-10T10:00", "01-14T10:00", "01-17T10:00"]
    path = f"series/{series['id']}/reschedule/"
    moved = owner.api.post(path, {"scope": "all", "start": (monday(10) + dt.timedelta(days=1)).isoformat()}).json()
    assert moved["rule"]["weekdays"] == [1, 4]
    assert starts(moved) == ["01-08T10:00", "01-11T10:00", "01-15T10:00", "01-18T10:00"]


def test_what_has_begun_stays_as_it_is(shop: Shop, api: Api, clock: Any) -> None:
    series = booked(api, shop)
    clock.move_to(monday(12) + WEEK)
    left = step(api, series, "cancel", scope="all").json()
    assert starts(left) == ["01-07T10:00", "01-14T10:00"]
    refused(step(api, series, "cancel", scope="all"), 409, "wrong_status")


def test_customers_are_bound_by_the_policy_of_each(salon: Tenant, shop: Shop, api: Api) -> None:
    configure(salon, policies={"cancellation": {"free_until_minutes": 6 * 1440, "late_fee_percent": 50}})
    series = booked(api, shop)
    cancelled = step(api, series, "cancel", scope="all")
    assert cancelled.status_code == 200
    assert [str(each.fee) for each in Booking.objects.order_by("appointment__starts_at")] == [
        "20.000",
        "0.000",
        "0.000",
        "0.000",
    ]


def test_a_course_is_a_series_of_sessions(shop: Shop, api: Api) -> None:
    yoga = ServiceFactory(of_class=True, staff=[shop.ada])
    sessions = [
        SessionFactory(service=yoga, staff=shop.ada, location=shop.place, starts_at=monday(18) + weeks * WEEK)
        for weeks in (0, 1, 3)
    ]
    asked = wanted(shop, start=monday(18))
    asked["items"] = [{"service": str(yoga.pk)}]
    dates = api.post("series/preview/", asked).json()["dates"]
    assert [each["causes"] for each in dates] == [[], [], ["sessions_only"], []]
    assert dates[2]["alternatives"][0]["session"] in {str(each.pk) for each in sessions}
    whole = {**asked, "customer": CUSTOMER, "consents": CONSENTS, "party_size": 2}
    problem = refused(api.post("series/", whole), 409, "slot_unavailable")
    assert [each["causes"] for each in problem["dates"]] == [["sessions_only"]]
    chosen = [each.starts_at.isoformat() for each in sessions]
    made = api.post("series/", whole | {"starts": chosen})
    assert made.status_code == 201, made.content
    assert [Appointment.objects.get(pk=each.pk).seats_taken for each in sessions] == [2, 2, 2]


def test_the_team_repeats_a_class_from_one_on_that_begins_too_soon(shop: Shop, api: Api, owner: Person) -> None:
    yoga = ServiceFactory(of_class=True, staff=[shop.ada], policy={"min_notice_minutes": 7 * 24 * 60})
    for weeks in range(2):
        SessionFactory(service=yoga, staff=shop.ada, location=shop.place, starts_at=monday(18) + weeks * WEEK)
    rule = {"frequency": "weekly", "count": 2}
    asked = {**wanted(shop, start=monday(18), rule=rule), "items": [{"service": str(yoga.pk)}], "customer": CUSTOMER}
    refused(owner.api.post("series/", asked), 409, "slot_unavailable")
    refused(api.post("series/", {**asked, "consents": CONSENTS, "outside_hours": True}), 403, "team_only")
    assert owner.api.post("series/", {**asked, "outside_hours": True}).status_code == 201


def test_several_services_repeat_together(shop: Shop, api: Api) -> None:
    both = [{"service": str(shop.service.pk)}, {"service": str(shop.service.pk)}]
    series = booked(api, shop, items=both)
    assert [len(each["bookings"]) for each in series["visits"]] == [2, 2, 2, 2]
    moved = step(api, series, "reschedule", scope="all", start=monday(11).isoformat()).json()
    assert [(each["start"][11:16], each["end"][11:16]) for each in moved["visits"]] == [("11:00", "13:00")] * 4


def test_who_reaches_only_some_dates_changes_none(salon: Tenant, shop: Shop, api: Api, owner: Person) -> None:
    ada = make_person(salon, Role.STAFF, email="ada@salon.example")
    shop.ada.user_id = ada.user.pk
    shop.ada.save()
    series = booked(api, shop)
    second = series["visits"][1]["bookings"][0]["id"]
    away = {"start": (monday(10) + WEEK).isoformat(), "staff": str(shop.ben.pk)}
    assert owner.api.post(f"bookings/{second}/reschedule/", away).status_code == 200
    before = written()
    for step_of, given in (("cancel", {}), ("reschedule", {"start": monday(14).isoformat()})):
        refused(ada.api.post(f"series/{series['id']}/{step_of}/", {"scope": "all", **given}), 403, "out_of_scope")
    refused(ada.api.get(f"series/{series['id']}/"), 403, "out_of_scope")
    assert written() == before


def test_it_keeps_the_clock_of_the_only_place_that_gives_it(shop: Shop, api: Api) -> None:
    """In a business of London, whose clocks go forward when those of New York have done so already."""
    place = LocationFactory(timezone="America/New_York")
    service = ServiceFactory(staff=[shop.ada], locations=[place])
    asked = wanted(shop, rule={"frequency": "weekly", "count": 2}, start=dt.datetime(2030, 3, 4, 15, tzinfo=dt.UTC))
    items = {"items": [{"service": str(service.pk)}]}
    shown = api.post("series/preview/", asked | items).json()
    assert shown["timezone"] == "America/New_York"
    assert [each["start"] for each in shown["dates"]] == ["2030-03-04T10:00:00-05:00", "2030-03-11T10:00:00-04:00"]
    assert all(each["free"] for each in shown["dates"])
    made = booked(api, shop, **items, rule=asked["rule"], start=dt.datetime(2030, 3, 4, 15, tzinfo=dt.UTC))
    assert starts(made) == ["03-04T15:00", "03-11T14:00"]
    other = ServiceFactory(staff=[shop.ada])
    shown = api.post("series/preview/", asked | {"items": [{"service": str(other.pk)}]}).json()
    assert shown["timezone"] == "Europe/London", "of two places with two clocks it is the business's"


def test_guests_have_no_more_than_guests_may(shop: Shop, api: Api) -> None:
    before = written()
    answer = api.post("series/", body(shop, rule={"frequency": "weekly", "count": 11}))
    assert answer.status_code == 429
    assert written() == before


def test_what_cannot_be_read_is_told_with_its_place(shop: Shop, api: Api, owner: Person) -> None:
    before = written()
    for rule, pointer, code in (
        ({"frequency": "weekly"}, "/rule/count", "count_or_until"),
        ({"frequency": "weekly", "count": 2, "until": "2030-02-01"}, "/rule/count", "count_or_until"),
        ({"frequency": "monthly", "count": 2, "weekdays": [0]}, "/rule/weekdays", "weekdays_of_month"),
        ({"frequency": "weekly", "count": 2, "last": True}, "/rule/last", "last_of_week"),
        ({"frequency": "daily", "count": 2}, "/rule/frequency", "invalid_choice"),
        ({"frequency": "weekly", "count": 105}, "/rule/count", "max_value"),
        ({"frequency": "weekly", "count": 2, "interval": 0}, "/rule/interval", "min_value"),
        ({"frequency": "weekly", "until": "2029-01-01"}, "/rule/until", "no_dates"),
        ({"frequency": "weekly", "until": "2032-01-05"}, "/rule", "too_many_dates"),
        ({"frequency": "weekly", "interval": 4, "until": "2040-01-01"}, "/rule/until", "out_of_range"),
        ({"frequency": "weekly", "interval": 52, "count": 5}, "/rule/count", "out_of_range"),
    ):
        for path, given in (("series/preview/", wanted(shop, rule=rule)), ("series/", body(shop, rule=rule))):
            problem = api.post(path, given).json()
            assert problem["status"] == 400, problem
            assert (pointer, code) in {(each["pointer"], each["code"]) for each in problem["errors"]}, problem
    often, pair = {"frequency": "weekly", "weekdays": [0, 1, 2, 3, 4], "count": 53}, wanted(shop)["items"] * 2
    for path, given in (("series/preview/", wanted(shop, rule=often)), ("series/", body(shop, rule=often))):
        refused(api.post(path, given | {"items": pair}), 400, "too_many_dates", "/rule")
    hours = [(monday(9) + dt.timedelta(days=each)).isoformat() for each in range(53)]
    refused(api.post("series/", body(shop) | {"items": pair, "starts": hours}), 400, "too_many_dates", "/starts")
    assert written() == before
    series = booked(api, shop)
    refused(step(api, series, "cancel", scope="following"), 400, "required", "/visit")
    refused(step(api, series, "cancel", scope="this", visit=series["id"]), 404, "not_found")
    for scope in (["this"], {"this": 1}, None, 1):
        told = step(api, series, "cancel", scope=scope).json()
        assert (told["status"], {each["pointer"] for each in told["errors"]}) == (400, {"/scope"})
    assert owner.api.get(f"series/{series['visits'][0]['id']}/").status_code == 404
    assert api.get(f"series/{series['id']}/").status_code == 404


def test_a_repeat_is_told_the_same(shop: Shop, api: Api) -> None:
    first, second = (api.post("series/", body(shop), idempotency_key="s1") for _ in range(2))
    assert first.json() == second.json()
    assert Series.objects.count() == 1


def test_each_step_is_told_in_one_letter(shop: Shop, api: Api) -> None:
    series = booked(api, shop)
    deliver_outbox()
    third = series["visits"][2]["id"]
    step(api, series, "reschedule", scope="following", visit=third, start=(monday(14) + 2 * WEEK).isoformat())
    deliver_outbox()
    step(api, series, "cancel", scope="all")
    deliver_outbox()
    told = Notification.objects.filter(to=CUSTOMER["email"]).order_by("id")
    assert [each.subject.split(": ")[0] for each in told] == ["You're booked", "New times", "Cancelled"]
    assert [len(each.booking_ids) for each in told] == [4, 2, 4]
    assert "4 dates, from Monday 7 January, 10:00" in told[0].subject
    assert "Was: Monday 28 January, 10:00" in told[1].text
    assert Notification.objects.count() == 6


def test_starts_that_meet_each_other_are_refused(shop: Shop, api: Api) -> None:
    before = written()
    meeting = body(shop, starts=[monday(10).isoformat(), monday(10, 30).isoformat()])
    problem = refused(api.post("series/", meeting), 409, "slot_unavailable")
    assert problem["causes"] == ["booking"]
    assert written() == before
