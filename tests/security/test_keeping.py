"""What a scope lets somebody keep: a place, a person, the catalogue; and what staff do on calendars of others.

A scope of places and a scope of calendars are two things: neither reaches into what is the other's.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.staff.models import Staff, TimeOff
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, shop  # noqa: F401 - fixtures
from tests.bookings.desk import body_for, monday, refused, written
from tests.bookings.rows import booked
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory, WorkingHoursFactory
from tests.factories.users import Api, Person, make_person
from tests.web.conftest import configure

DAY = {"from": "2030-01-07", "to": "2030-01-07"}
SHIFT = {"weekday": 6, "start": 540, "end": 600}


def nothing_is_done(answers: list[Any], before: int) -> None:
    for answer in answers:
        refused(answer, 403, "out_of_scope")
    assert Event.objects.count() == before


def facts() -> int:
    return Event.objects.count()


class TestOfCalendars:
    """A manager of Ada's calendar."""

    @pytest.fixture
    def api(self, salon: Tenant, shop: Shop) -> Api:  # noqa: F811
        person = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
        assert person.tokens
        return person.api

    def test_keeps_no_place(self, shop: Shop, api: Api) -> None:  # noqa: F811
        place, room = f"locations/{shop.place.pk}/", ResourceFactory(location=shop.place)
        shut, before = ClosureFactory(location=shop.place), facts()
        answers = [
            api.post("locations/", {"name": "New"}),
            api.patch(place, {"name": "Mine"}),
            api.delete(place),
            api.post(f"{place}opening-hours/", SHIFT),
            api.put(f"{place}opening-hours/", []),
            api.post("resources/", {"name": "Chair", "kind": "chair", "location": str(shop.place.pk)}),
            api.patch(f"resources/{room.pk}/", {"name": "Mine"}),
            api.post("closures/", {"name": "Shut", "location": str(shop.place.pk), **DAY}),
            api.post("closures/", {"name": "Shut", **DAY}),
            api.patch(f"closures/{shut.pk}/", {"name": "Open"}),
            api.delete(f"closures/{shut.pk}/"),
        ]
        nothing_is_done(answers, before)

    def test_keeps_these_people(self, shop: Shop, api: Api) -> None:  # noqa: F811
        before = facts()
        nothing_is_done(
            [
                api.post("staff/", {"name": "New"}),
                api.patch(f"staff/{shop.ben.pk}/", {"title": "Senior"}),
                api.post(f"staff/{shop.ben.pk}/time-off/", DAY),
                api.post(f"staff/{shop.ben.pk}/working-hours/", SHIFT),
                api.put(f"staff/{shop.ben.pk}/services/", []),
            ],
            before,
        )
        assert api.post(f"staff/{shop.ada.pk}/time-off/", DAY).status_code == 201

    def test_is_offered_no_closure_on_the_page(self, salon: Tenant, shop: Shop) -> None:  # noqa: F811
        of_ada = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
        of_place = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        assert "/team/away/closure/" not in of_ada.page.get("/team/away/").content.decode()
        assert "/team/away/closure/" in of_place.page.get("/team/away/").content.decode()


class TestOfPlaces:
    """A manager of one place, at which Cyd works; Dee works elsewhere, Eve at both, Fay wherever, Gus at no time."""

    @pytest.fixture
    def people(self, shop: Shop) -> dict[str, Staff]:  # noqa: F811
        other = LocationFactory()
        found = {name: StaffFactory(name=name) for name in ("Cyd", "Dee", "Eve", "Fay", "Gus")}
        for name, place in (("Cyd", shop.place), ("Dee", other), ("Eve", shop.place), ("Eve", other), ("Fay", None)):
            WorkingHoursFactory(staff=found[name], location=place, weekday=0 if place == shop.place else 1)
        return found

    @pytest.fixture
    def api(self, salon: Tenant, shop: Shop) -> Api:  # noqa: F811
        person = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        assert person.tokens
        return person.api

    ACTS: dict[str, Callable[[Api, Staff, str], Any]] = {
        "profile": lambda api, who, _: api.patch(f"staff/{who.pk}/", {"title": "Senior"}),
        "time off": lambda api, who, _: api.post(f"staff/{who.pk}/time-off/", DAY),
        "absences": lambda api, who, _: api.get(f"staff/{who.pk}/time-off/"),
        "shift": lambda api, who, place: api.post(f"staff/{who.pk}/working-hours/", SHIFT | {"location": place}),
        "services": lambda api, who, _: api.put(f"staff/{who.pk}/services/", []),
        "areas": lambda api, who, _: api.put(f"staff/{who.pk}/areas/", []),
    }

    @pytest.mark.parametrize("act", ACTS)
    def test_keeps_who_works_there_and_nowhere_else(
        self,
        shop: Shop,  # noqa: F811
        people: dict[str, Staff],
        api: Api,
        act: str,
    ) -> None:
        before = facts()
        others = [self.ACTS[act](api, who, str(shop.place.pk)) for name, who in people.items() if name != "Cyd"]
        nothing_is_done(others, before)
        assert self.ACTS[act](api, people["Cyd"], str(shop.place.pk)).status_code in {200, 201}

    def test_puts_nobody_to_work_elsewhere(self, people: dict[str, Staff], api: Api) -> None:
        path, before = f"staff/{people['Cyd'].pk}/working-hours/", facts()
        elsewhere = SHIFT | {"location": str(LocationFactory().pk)}
        nothing_is_done([api.post(path, elsewhere), api.post(path, SHIFT), api.put(path, [elsewhere])], before)

    def test_sees_no_absence_of_others_on_the_page(self, salon: Tenant, shop: Shop, people: dict[str, Staff]) -> None:  # noqa: F811
        person = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        for name in ("Cyd", "Dee"):
            day = monday(0)
            TimeOff.objects.create(
                staff=people[name], starts_at=day, ends_at=day.replace(hour=23), reason=f"{name} rests"
            )
        for path in ("/team/away/", "/team/?day=2030-01-07"):
            page = person.page.get(path).content.decode()
            assert "Cyd rests" in page
            assert "Dee rests" not in page

    @pytest.mark.parametrize("bound", ["staff_ids", "location_ids"])
    def test_the_catalogue_is_for_who_reaches_everything(
        self,
        salon: Tenant,
        shop: Shop,  # noqa: F811
        manager: Person,
        bound: str,
    ) -> None:
        reach = shop.ada if bound == "staff_ids" else shop.place
        person = make_person(salon, Role.MANAGER, **{bound: [str(reach.pk)]})
        assert person.tokens
        path, before = f"services/{shop.service.pk}/", facts()
        nothing_is_done(
            [
                person.api.patch(path, {"price": "1.00"}),
                person.api.delete(path),
                person.api.post("service-categories/", {"name": "New"}),
                person.api.post("extras/", {"name": "New", "price": "1.00", "duration_minutes": 5}),
                person.api.post("questions/", {"label": "New", "kind": "text"}),
            ],
            before,
        )
        assert f"/team/prices/{shop.service.pk}/" not in person.page.get("/team/prices/").content.decode()
        assert f"/team/prices/{shop.service.pk}/" in manager.page.get("/team/prices/").content.decode()
        assert manager.api.patch(path, {"price": "1.00"}).status_code == 200


class TestACalendarOfAColleague:
    """What the stylist, who is Ada, does with Ben's: books what is free, and is told nothing."""

    @pytest.fixture
    def ada(self, shop: Shop, stylist: Person) -> Person:  # noqa: F811
        Staff.objects.filter(pk=shop.ada.pk).update(user_id=stylist.user.pk)
        assert stylist.tokens
        return stylist

    def test_why_it_is_not_free_is_not_theirs_to_know(self, shop: Shop, ada: Person, salon: Tenant) -> None:  # noqa: F811
        query = {"service": str(shop.service.pk), "start": monday(10).isoformat()}
        path = "bookings/explain-slot/"
        assert ada.api.get(path, query | {"staff": str(shop.ada.pk)}).status_code == 200
        refused(ada.api.get(path, query | {"staff": str(shop.ben.pk)}), 403, "out_of_scope")
        configure(salon, team={"staff_see_all_bookings": True})
        assert ada.api.get(path, query | {"staff": str(shop.ben.pk)}).status_code == 200
        configure(salon, team={})

    def test_a_free_time_is_booked_and_a_taken_one_is_not_forced(self, shop: Shop, ada: Person) -> None:  # noqa: F811
        body = body_for(shop.service, monday(10), staff=str(shop.ben.pk))
        assert ada.api.post("bookings/", body).status_code == 201
        before = written()
        refused(ada.api.post("bookings/", body), 409, "slot_unavailable")
        late = body_for(shop.service, monday(18), staff=str(shop.ben.pk), outside_hours=True)
        refused(ada.api.post("bookings/", late), 403, "out_of_scope")
        assert written() == before
        assert ada.api.post("bookings/", late | {"staff": str(shop.ada.pk)}).json()["staff"] == str(shop.ada.pk)

    def test_anybody_after_hours_is_themselves(self, shop: Shop, ada: Person) -> None:  # noqa: F811
        late = body_for(shop.service, monday(18), staff="any", outside_hours=True)
        assert ada.api.post("bookings/", late).json()["staff"] == str(shop.ada.pk)
        refused(ada.api.post("bookings/", late), 409, "slot_unavailable")

    def test_a_booking_is_not_forced_over_to_them(self, shop: Shop, ada: Person) -> None:  # noqa: F811
        mine = booked(shop)
        path, to = f"bookings/{mine.pk}/reschedule/", {"start": monday(18).isoformat(), "staff": str(shop.ben.pk)}
        refused(ada.api.post(path, to | {"outside_hours": True}), 403, "out_of_scope")
        assert Booking.objects.get().version == 1
        assert ada.api.post(path, to | {"start": monday(12).isoformat()}).status_code == 200
        refused(ada.api.get(f"bookings/{mine.pk}/"), 404, "not_found")

    def test_who_helps_forces_nothing_onto_who_leads(self, shop: Shop, ada: Person) -> None:  # noqa: F811
        both = ServiceFactory(staff_needed=2, staff=[shop.ben, shop.ada])
        made = ada.api.post("bookings/", body_for(both, monday(10), staff=str(shop.ben.pk))).json()
        late = {"version": 1, "end": monday(19).isoformat(), "outside_hours": True}
        refused(ada.api.patch(f"bookings/{made['id']}/", late), 403, "out_of_scope")

    def test_the_page_says_that_it_is_not_free_and_no_more(self, shop: Shop, ada: Person) -> None:  # noqa: F811
        query = {"service": str(shop.service.pk), "start": monday(18).isoformat()}
        path = "/team/new/customer/"
        own = ada.page.get(path, query | {"person": str(shop.ada.pk)}).content.decode()
        theirs = ada.page.get(path, query | {"person": str(shop.ben.pk)}).content.decode()
        for page in (own, theirs):
            assert "This time is not offered." in page
        assert 'name="force"' in own
        assert 'name="force"' not in theirs
        assert '<span class="causes"></span>' in theirs
