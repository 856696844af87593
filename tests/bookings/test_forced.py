"""What the team books although it is not offered: outside of hours, or over what is there. Told, and bounded."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.config.invariants import broken_invariants
from bookme.core.permissions import Permission, Role
from bookme.eventlog.models import Event
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, overlaps, wrong_seats
from tests.bookings.desk import NOW, body_for, monday, refused, session_body, written
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, ExternalBusyFactory, StaffFactory, TimeOffFactory
from tests.factories.users import Person, Stranger, make_person

EVENING, OVER, BOTH = {"outside_hours": True}, {"overbook": True}, {"outside_hours": True, "overbook": True}


def ask(who: Person | Stranger, shop: Shop, start: dt.datetime, **more: Any) -> Any:
    return who.api.post("bookings/", body_for(more.pop("service", shop.service), start, staff=str(shop.ada.pk), **more))


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    return told


def waived(booking: str) -> list[list[str]]:
    events = Event.objects.filter(subject_id=booking).order_by("occurred_at", "id")
    return [each.payload.get("waived", []) for each in events]


def flags() -> list[bool]:
    return list(Appointment.objects.order_by("created_at", "id").values_list("overbooked", flat=True))


class TestOutsideHours:
    def test_in_the_evening_at_an_odd_minute_with_little_notice(self, shop: Shop, stylist: Person) -> None:
        Staff.objects.filter(pk=shop.ada.pk).update(user_id=stylist.user.pk)
        start = monday(19, 7)
        assert refused(ask(stylist, shop, start), 409, "slot_unavailable")["causes"] == ["hours", "grid"]
        told = made(ask(stylist, shop, start, **EVENING))
        assert (told["status"], told["overbooked"]) == ("confirmed", False)
        assert waived(told["id"]) == [["hours", "grid"]]
        rows = stylist.api.get(f"bookings/{told['id']}/events/").json()["results"]
        assert rows[0]["text"] == (
            f"Booked by {stylist.user.name}, outside of the offered hours on purpose:"
            " Not in the hours of the person and the place. Bookings do not begin at this minute."
        )
        assert flags() == [False]

    def test_what_began_already_and_what_is_far_ahead(self, shop: Shop, owner: Person) -> None:
        began = monday(9) - dt.timedelta(days=30)
        assert waived(made(ask(owner, shop, began, **EVENING))["id"]) == [["notice"]]
        far = monday(9) + dt.timedelta(days=700)
        assert waived(made(ask(owner, shop, far, **EVENING))["id"]) == [["horizon"]]
        for years in (-11, 11):
            answer = ask(owner, shop, monday(9) + years * dt.timedelta(days=366), **EVENING)
            refused(answer, 409, "slot_unavailable")

    def test_while_somebody_is_away(self, shop: Shop, owner: Person) -> None:
        TimeOffFactory(staff=shop.ada, starts_at=monday(8), ends_at=monday(12))
        told = made(ask(owner, shop, monday(10), **EVENING))
        assert waived(told["id"]) == [["time_off"]]

    def test_what_is_offered_is_no_less_so(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(10), **BOTH))
        assert (waived(told["id"]), flags()) == ([[]], [False])

    def test_it_does_not_overbook(self, shop: Shop, owner: Person) -> None:
        made(ask(owner, shop, monday(19), **EVENING))
        before = written()
        answer = ask(owner, shop, monday(19, 30), **EVENING)
        assert refused(answer, 409, "slot_unavailable")["causes"] == ["booking"]
        assert written() == before

    def test_a_session_that_began(self, shop: Shop, owner: Person) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(9) - dt.timedelta(days=9))
        refused(owner.api.post("bookings/", session_body(session)), 409, "slot_unavailable")
        told = made(owner.api.post("bookings/", session_body(session, **EVENING)))
        assert waived(told["id"]) == [["notice"]]
        answer = owner.api.post("bookings/", session_body(session, **OVER))
        refused(answer, 400, "not_for_sessions", "/overbook")


class TestOverbooking:
    def test_over_a_booking(self, shop: Shop, manager: Person, stranger: Stranger) -> None:
        first = made(ask(stranger, shop, monday(10)))
        assert refused(ask(manager, shop, monday(10, 30)), 409, "slot_unavailable")["causes"] == ["booking"]
        second = made(ask(manager, shop, monday(10, 30), **OVER))
        assert (second["overbooked"], flags(), waived(second["id"])) == (True, [False, True], [["booking"]])
        assert "overbooked" not in stranger.api.get(f"bookings/{first['id']}/?token={first['manage_token']}").json()
        visit = f"visits/{first['visit']}/"
        assert "overbooked" not in stranger.api.get(f"{visit}?token={first['manage_token']}").json()["bookings"][0]
        assert manager.api.get(visit).json()["bookings"][0]["overbooked"] is False
        # Both count as busy for everybody else.
        for start in (monday(10), monday(11)):
            assert refused(ask(stranger, shop, start), 409, "slot_unavailable")["causes"] == ["booking"]
        assert broken() == []

    def test_outside_hours_is_a_flag_of_its_own(self, shop: Shop, owner: Person) -> None:
        made(ask(owner, shop, monday(19), **EVENING))
        assert refused(ask(owner, shop, monday(19), **OVER), 409, "slot_unavailable")["causes"] == ["hours"]
        told = made(ask(owner, shop, monday(19), **BOTH))
        assert waived(told["id"]) == [["hours", "booking"]]

    def test_an_outside_calendar_is_no_wall(self, shop: Shop, owner: Person) -> None:
        ExternalBusyFactory(staff=shop.ada, starts_at=monday(10), ends_at=monday(11))
        told = made(ask(owner, shop, monday(10), **OVER))
        assert (waived(told["id"]), flags()) == ([["external"]], [False])

    def test_with_anybody_who_is_free_is_taken(self, shop: Shop, owner: Person) -> None:
        made(ask(owner, shop, monday(10)))
        told = made(owner.api.post("bookings/", body_for(shop.service, monday(10), **OVER)))
        assert (told["staff"], flags()) == (str(shop.ben.pk), [False, False])

    def test_a_room_is_shared_and_the_person_stays_in_the_wall(self, shop: Shop, owner: Person) -> None:
        room = ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"])
        made(owner.api.post("bookings/", body_for(treated, monday(10), staff=str(shop.ben.pk))))
        told = made(ask(owner, shop, monday(10), service=treated, **OVER))
        assert waived(told["id"]) == [["resource"]]
        held = ResourceAllocation.objects.filter(resource=room).order_by("created_at")
        assert (flags(), [each.overbooked for each in held]) == ([False, False], [False, True])
        assert broken() == []

    def test_a_kind_of_which_there_is_nothing_cannot_be_overbooked(self, shop: Shop, owner: Person) -> None:
        treated = ServiceFactory(staff=[shop.ada], requires=["room"])
        answer = ask(owner, shop, monday(10), service=treated, **BOTH)
        assert refused(answer, 409, "slot_unavailable")["causes"] == ["resource"]

    def test_who_helps_is_overbooked_by_themselves(self, shop: Shop, owner: Person) -> None:
        lifted = ServiceFactory(staff=[shop.ada, shop.ben], staff_needed=2)
        made(owner.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk))))
        assert refused(ask(owner, shop, monday(10), service=lifted), 409, "slot_unavailable")["causes"] == ["staff"]
        told = made(ask(owner, shop, monday(10), service=lifted, **OVER))
        assert (told["helpers"], waived(told["id"])) == ([str(shop.ben.pk)], [["booking"]])
        lead, helper = Appointment.objects.filter(service=lifted).order_by("lead_id")[::-1]
        assert (lead.overbooked, helper.overbooked) == (False, True)
        assert broken() == []

    def test_nobody_can_do_it_who_does_not(self, shop: Shop, owner: Person) -> None:
        stranger_to_it = StaffFactory(hours=EVERY_DAY)
        body = body_for(shop.service, monday(10), staff=str(stranger_to_it.pk), **BOTH)
        refused(owner.api.post("bookings/", body), 400, "unknown_staff", "/staff")


class TestWhoMay:
    @pytest.mark.parametrize("flag", [EVENING, OVER, BOTH])
    def test_customers_and_guests_may_not(
        self, shop: Shop, customer: Person, stranger: Stranger, flag: dict[str, bool]
    ) -> None:
        mine = made(ask(customer, shop, monday(10)))
        before = written()
        for who in (customer, stranger):
            refused(ask(who, shop, monday(19), **flag), 403, "team_only")
        path = f"bookings/{mine['id']}/reschedule/"
        body = {"start": monday(19).isoformat(), **flag}
        refused(customer.api.post(path, body), 403, "team_only")
        refused(stranger.api.post(f"{path}?token={mine['manage_token']}", body), 403, "team_only")
        assert written() == before

    def test_overbooking_is_for_managers(self, shop: Shop, stylist: Person, owner: Person) -> None:
        Staff.objects.filter(pk=shop.ada.pk).update(user_id=stylist.user.pk)
        mine = made(ask(stylist, shop, monday(10)))
        before = written()
        assert refused(ask(stylist, shop, monday(10), **OVER), 403, "not_allowed")["permission"] == "bookings.overbook"
        path = f"bookings/{mine['id']}/"
        body = {"start": monday(11).isoformat(), **OVER}
        refused(stylist.api.post(f"{path}reschedule/", body), 403, "not_allowed")
        refused(stylist.api.patch(path, {"version": 1, "end": monday(12).isoformat(), **OVER}), 403, "not_allowed")
        assert written() == before
        denied = make_person(owner.tenant, Role.MANAGER, denied=[Permission.BOOKINGS_OVERBOOK])
        refused(ask(denied, shop, monday(10), **OVER), 403, "not_allowed")

    def test_scopes_bound_it(self, shop: Shop, owner: Person) -> None:
        scoped = make_person(owner.tenant, Role.MANAGER, staff_ids=[str(shop.ben.pk)])
        before = written()
        assert ask(scoped, shop, monday(19), **BOTH).status_code in {403, 409}
        assert written() == before


class TestMoving:
    def test_out_of_an_overbooked_time_and_into_another(self, shop: Shop, owner: Person) -> None:
        made(ask(owner, shop, monday(10)))
        over = made(ask(owner, shop, monday(10), **OVER))
        path = f"bookings/{over['id']}/reschedule/"
        moved = made(owner.api.post(path, {"start": monday(12).isoformat()}), 200)
        assert (moved["overbooked"], flags()) == (False, [False, False])
        back = {"start": monday(10, 15).isoformat()}
        assert refused(owner.api.post(path, back), 409, "slot_unavailable")["causes"] == ["booking"]
        again = made(owner.api.post(path, back | OVER), 200)
        assert (again["overbooked"], flags()) == (True, [False, True])
        assert waived(over["id"]) == [["booking"], [], ["booking"]]
        assert broken() == []

    def test_into_the_evening(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(10)))
        path, body = f"bookings/{told['id']}/reschedule/", {"start": monday(19).isoformat()}
        refused(owner.api.post(path, body), 409, "slot_unavailable")
        made(owner.api.post(path, body | EVENING), 200)
        text = owner.api.get(f"bookings/{told['id']}/events/").json()["results"][1]["text"]
        assert "outside of the offered hours on purpose" in text

    def test_to_somebody_else_at_the_same_time_with_who_helps(self, shop: Shop, owner: Person) -> None:
        lifted = ServiceFactory(staff=[shop.ada, shop.ben], staff_needed=2)
        told = made(ask(owner, shop, monday(10), service=lifted))
        path = f"bookings/{told['id']}/"
        body = {"start": monday(10).isoformat(), "staff": str(shop.ben.pk)}
        moved = made(owner.api.post(f"{path}reschedule/", body), 200)
        assert (moved["staff"], moved["helpers"]) == (str(shop.ben.pk), [str(shop.ada.pk)])
        text = owner.api.get(f"{path}events/").json()["results"][1]["text"]
        assert text == f"Moved by {owner.user.name}, now with Ben"
        assert (Appointment.objects.count(), broken()) == (2, [])

    def test_a_visit_of_several_services(self, shop: Shop, owner: Person) -> None:
        item = {"service": str(shop.service.pk), "staff": str(shop.ada.pk)}
        body = body_for(shop.service, monday(19), items=[item, item]) | {"service": None}
        body = {name: value for name, value in body.items() if name != "service"}
        refused(owner.api.post("visits/", body), 409, "slot_unavailable")
        told = made(owner.api.post("visits/", body | EVENING))
        first, second = (each["id"] for each in told["bookings"])
        assert (waived(first), waived(second)) == ([["hours"]], [["hours"]])
        path = f"visits/{told['id']}/reschedule/"
        made(ask(owner, shop, monday(11)))
        move = {"start": monday(10).isoformat()}
        refused(owner.api.post(path, move), 409, "slot_unavailable")
        made(owner.api.post(path, move | OVER), 200)
        assert (waived(first)[1], waived(second)[1]) == ([], ["booking"])
        assert Booking.objects.get(pk=first).appointment.overbooked is False
        assert Booking.objects.get(pk=second).appointment.overbooked is True
        assert broken() == []


class TestComingBack:
    def test_over_what_has_its_time_now(self, shop: Shop, owner: Person) -> None:
        gone = made(ask(owner, shop, monday(10)))
        made(owner.api.post(f"bookings/{gone['id']}/cancel/"), 200)
        made(ask(owner, shop, monday(10)))
        path = f"bookings/{gone['id']}/undo/"
        assert refused(owner.api.post(path), 409, "slot_unavailable")["causes"] == ["booking"]
        back = made(owner.api.post(path, OVER), 200)
        assert (back["status"], back["overbooked"], waived(gone["id"])[-1]) == ("confirmed", True, ["booking"])
        assert (overlaps(), wrong_seats(), broken()) == (0, 0, [])

    def test_what_was_overbooked_comes_back_alone(self, shop: Shop, owner: Person) -> None:
        first = made(ask(owner, shop, monday(10)))
        over = made(ask(owner, shop, monday(10), **OVER))
        for each in (over, first):
            made(owner.api.post(f"bookings/{each['id']}/cancel/"), 200)
        back = made(owner.api.post(f"bookings/{over['id']}/undo/"), 200)
        assert (back["overbooked"], flags()) == (False, [False, False])
        refused(owner.api.post(f"bookings/{first['id']}/undo/"), 409, "slot_unavailable")

    def test_what_is_overbooked_keeps_others_from_coming_back(self, shop: Shop, owner: Person) -> None:
        first = made(ask(owner, shop, monday(10)))
        made(ask(owner, shop, monday(10), **OVER))
        made(owner.api.post(f"bookings/{first['id']}/cancel/"), 200)
        path = f"bookings/{first['id']}/undo/"
        refused(owner.api.post(path), 409, "slot_unavailable")
        back = made(owner.api.post(path, OVER), 200)
        assert (back["overbooked"], waived(first["id"])[-1]) == (False, ["booking"])
        assert broken() == []

    def test_with_a_room_that_is_taken(self, shop: Shop, owner: Person) -> None:
        ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"])
        gone = made(ask(owner, shop, monday(10), service=treated))
        made(owner.api.post(f"bookings/{gone['id']}/cancel/"), 200)
        made(owner.api.post("bookings/", body_for(treated, monday(10), staff=str(shop.ben.pk))))
        path = f"bookings/{gone['id']}/undo/"
        assert refused(owner.api.post(path), 409, "slot_unavailable")["causes"] == ["resource"]
        made(owner.api.post(path, OVER), 200)
        assert sorted(ResourceAllocation.objects.values_list("overbooked", flat=True)) == [False, True]
        assert broken() == []


class TestAnotherEnd:
    def test_longer_and_shorter_at_the_same_price(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(10)))
        path = f"bookings/{told['id']}/"
        longer = made(owner.api.patch(path, {"version": 1, "end": monday(11, 40).isoformat()}), 200)
        assert (longer["end"], longer["price"], longer["version"]) == ("2030-01-07T11:40:00+00:00", told["price"], 2)
        assert longer["times_moved"] == 0
        assert refused(ask(owner, shop, monday(11, 30)), 409, "slot_unavailable")["causes"] == ["booking"]
        shorter = made(owner.api.patch(path, {"version": 2, "end": monday(10, 30).isoformat()}), 200)
        assert shorter["end"] == "2030-01-07T10:30:00+00:00"
        texts = [each["text"] for each in owner.api.get(f"{path}events/").json()["results"]]
        assert texts[1:] == [
            f"Lengthened by {owner.user.name} until 11:40",
            f"Shortened by {owner.user.name} until 10:30",
        ]
        assert broken() == []

    def test_it_keeps_its_length_when_it_moves(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(10)))
        path = f"bookings/{told['id']}/"
        made(owner.api.patch(path, {"version": 1, "end": monday(11, 40).isoformat()}), 200)
        made(ask(owner, shop, monday(14)))
        body = {"start": monday(13).isoformat()}
        assert refused(owner.api.post(f"{path}reschedule/", body), 409, "slot_unavailable")["causes"] == ["booking"]
        moved = made(owner.api.post(f"{path}reschedule/", {"start": monday(12).isoformat()}), 200)
        assert moved["end"] == "2030-01-07T13:40:00+00:00"

    def test_into_the_next_booking_only_with_the_flag(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(10)))
        made(ask(owner, shop, monday(11)))
        path, body = f"bookings/{told['id']}/", {"version": 1, "end": monday(11, 30).isoformat()}
        before = written()
        assert refused(owner.api.patch(path, body), 409, "slot_unavailable")["causes"] == ["booking"]
        assert (written(), Booking.objects.get(pk=told["id"]).version) == (before, 1)
        longer = made(owner.api.patch(path, body | OVER), 200)
        assert (longer["overbooked"], waived(told["id"])[-1]) == (True, ["booking"])
        shorter = made(owner.api.patch(path, {"version": 2, "end": monday(11).isoformat()}), 200)
        assert (shorter["overbooked"], waived(told["id"])[-1]) == (False, [])
        assert broken() == []

    def test_past_the_end_of_the_day(self, shop: Shop, owner: Person) -> None:
        told = made(ask(owner, shop, monday(16)))
        path, body = f"bookings/{told['id']}/", {"version": 1, "end": monday(17, 30).isoformat()}
        assert refused(owner.api.patch(path, body), 409, "slot_unavailable")["causes"] == ["hours"]
        made(owner.api.patch(path, body | EVENING), 200)

    def test_while_it_goes_on(self, shop: Shop, owner: Person, clock: Any) -> None:
        told = made(ask(owner, shop, monday(10)))
        clock.move_to(monday(10, 50))
        owner = Person(owner.user, owner.membership)  # signed in again
        made(owner.api.post(f"bookings/{told['id']}/arrive/"), 200)
        longer = made(
            owner.api.patch(f"bookings/{told['id']}/", {"version": 2, "end": monday(11, 20).isoformat()}), 200
        )
        assert (longer["status"], waived(told["id"])[-1]) == ("arrived", [])
        made(owner.api.post(f"bookings/{told['id']}/complete/"), 200)
        answer = owner.api.patch(f"bookings/{told['id']}/", {"version": 4, "end": monday(11).isoformat()})
        refused(answer, 409, "wrong_status")

    @pytest.mark.parametrize(
        ("end", "code"),
        [
            (monday(10), "before_start"),
            (monday(9), "before_start"),
            (monday(10, 30) + dt.timedelta(seconds=5), "between_minutes"),
            (monday(10) + dt.timedelta(minutes=1441), "too_long"),
        ],
    )
    def test_no_end(self, shop: Shop, owner: Person, end: dt.datetime, code: str) -> None:
        told = made(ask(owner, shop, monday(10)))
        answer = owner.api.patch(f"bookings/{told['id']}/", {"version": 1, "end": end.isoformat()})
        refused(answer, 400, code, "/end")

    def test_a_class_keeps_its_length(self, shop: Shop, owner: Person) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place)
        told = made(owner.api.post("bookings/", session_body(session)))
        body = {"version": 1, "end": (session.ends_at + dt.timedelta(minutes=10)).isoformat()}
        refused(owner.api.patch(f"bookings/{told['id']}/", body), 409, "shared_appointment")

    def test_the_same_room_is_kept(self, shop: Shop, owner: Person) -> None:
        rooms = [ResourceFactory(location=shop.place, position=position) for position in (1, 2)]
        treated = ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"])
        first = made(owner.api.post("bookings/", body_for(treated, monday(10), staff=str(shop.ben.pk))))
        told = made(ask(owner, shop, monday(10), service=treated))
        made(owner.api.post(f"bookings/{first['id']}/cancel/"), 200)
        made(owner.api.patch(f"bookings/{told['id']}/", {"version": 1, "end": monday(11, 30).isoformat()}), 200)
        assert ResourceAllocation.objects.get().resource == rooms[1]


class TestAnotherPlace:
    def test_the_place_has_to_be_open(self, shop: Shop, owner: Person) -> None:
        away = LocationFactory()
        OpeningHoursFactory(location=away, weekday=1)
        told = made(ask(owner, shop, monday(10)))
        body = {"version": 1, "location": str(away.pk)}
        before = written()
        answer = owner.api.patch(f"bookings/{told['id']}/", body)
        assert refused(answer, 409, "slot_unavailable")["causes"] == ["hours"]
        assert written() == before
        OpeningHoursFactory(location=away)
        moved = made(owner.api.patch(f"bookings/{told['id']}/", body), 200)
        assert (moved["location"], moved["times_moved"], moved["version"]) == (str(away.pk), 0, 2)
        event = Event.objects.filter(subject_id=told["id"]).order_by("-occurred_at", "-id").first()
        assert event is not None
        assert (event.name, event.payload["old_location_id"]) == ("booking.rescheduled", str(shop.place.pk))
        text = owner.api.get(f"bookings/{told['id']}/events/").json()["results"][1]["text"]
        assert text == f"Moved by {owner.user.name}, now at {away.name}"


def test_who_overbooks_at_once_with_who_does_not(clock: Any, committed: Tenant) -> None:
    """Whoever comes first, nobody shares the wall: one is in it, and the others stand outside on purpose."""
    shop, owner = open_shop(), make_person(committed, Role.OWNER)
    statuses: list[int] = []
    token = owner.tokens.access

    def work(api: Any, number: int) -> None:
        forces = number % 2 == 1
        headers, more = ({"Authorization": f"Bearer {token}"}, OVER) if forces else ({}, {})
        body = body_for(shop.service, monday(10), staff=str(shop.ada.pk), **more)
        body["customer"] = {"name": "Ada", "email": f"ada{number}@mail.example"}
        statuses.append(api.post("bookings/", body, **headers).status_code)

    crowd(owner.host, 8, work)
    assert sorted(statuses)[:4] == [201] * 4
    assert set(statuses) <= {201, 409}
    active = Appointment.objects.filter(seats_taken__gt=0)
    assert active.filter(overbooked=False).count() == 1
    assert active.count() == statuses.count(201)
    assert (overlaps(), wrong_seats()) == (0, 0)


def broken() -> list[str]:
    """What must be true of appointments and units, and is not."""
    found = broken_invariants(now=NOW)
    return [name for name, count in found.items() if count and ("appointments" in name or "units" in name)]
