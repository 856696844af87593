"""Booking for a caller: service, time, customer."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, Booking, Series
from bookme.core.ids import uuid7
from bookme.core.permissions import CustomerScope, Role
from bookme.customers.models import Consent, Customer
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.desk import written
from tests.factories.bookings import SessionFactory
from tests.factories.customers import CustomerAddressFactory, CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.postcodes import PostcodeFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.staff import ServiceAreaFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, configure, page_of
from tests.web.team.conftest import TODAY_AT_TEN, book, done, sent, shown

TWO = "2030-01-02T14:00:00+00:00"
CALLER = {"name": "Ada Byron", "email": "ada@mail.example", "phone": "020 7946 0958", "notes": "First visit"}


def customer_path(shop: Shop, **more: Any) -> str:
    query = {"service": shop.cut.pk, "person": shop.ana.pk, "start": TWO} | more
    return "/team/new/customer/?" + urlencode({name: each for name, each in query.items() if each is not None})


def test_from_the_service_to_the_booking(salon_team: Shop, stylist: Person) -> None:
    assert f"/team/new/time/?service={salon_team.cut.pk}" in shown(stylist, "/team/new/")
    page = shown(stylist, "/team/new/time/", service=salon_team.cut.pk, person=salon_team.ana.pk)
    assert f'value="{TWO}"' in page
    page = shown(stylist, customer_path(salon_team))
    assert "Wednesday 2 January, 14:00" in page
    assert "I agree" not in page
    page = done(stylist, customer_path(salon_team), CALLER)
    assert "Ada Byron is booked." in page
    booking = Booking.objects.select_related("visit", "appointment").get()
    assert booking.visit.source == "team"
    assert booking.visit.contact_phone == "+442079460958"
    assert booking.visit.notes == "First visit"
    assert booking.visit.user_id is None
    assert booking.appointment.staff == salon_team.ana
    assert not Consent.objects.exists()
    assert Event.objects.get().actor_id == stylist.user.id


def test_anybody_and_anywhere_are_within_the_scope(salon_team: Shop) -> None:
    camden = LocationFactory(name="Camden", position=9)
    scopes = {"staff_ids": [str(salon_team.ben.pk)], "location_ids": [str(camden.pk)]}
    bound = make_person(salon_team.tenant, Role.MANAGER, **scopes)
    book(salon_team, "Bea", person=salon_team.ben, at=TODAY_AT_TEN)
    page = shown(bound, "/team/new/time/", service=salon_team.cut.pk)
    assert "Soho" not in page
    assert f'value="{TWO}"' in page
    assert f'value="{TODAY_AT_TEN.isoformat()}"' not in page  # Ana is free then, and not theirs to book
    done(bound, customer_path(salon_team, person=None), CALLER)
    made = Booking.objects.select_related("appointment").get(visit__contact_name="Ada Byron")
    assert (made.appointment.staff, made.appointment.location) == (salon_team.ben, camden)


def test_the_same_form_books_once(salon_team: Shop, owner: Person) -> None:
    form = CALLER | {"draft": str(uuid4())}
    first = sent(owner, customer_path(salon_team), form)
    again = sent(owner, customer_path(salon_team), form)
    assert first["Location"] == again["Location"]
    assert Booking.objects.count() == 1


def test_somebody_known_is_found_and_filled_in(salon: Tenant, salon_team: Shop) -> None:
    stylist = make_person(salon, Role.STAFF, customer_scope=CustomerScope.ALL)
    known = CustomerFactory(name="Zoë Byron", email="zoe@mail.example", phone="+442079460958")
    CustomerFactory(name="Zoë Other")
    CustomerFactory(name="Zoë Byron Archived", is_active=False)
    for words in ("zoë byr", "020 7946 0958", "zoe@mail"):
        page = shown(stylist, customer_path(salon_team, q=words))
        assert f"customer={known.pk}" in page
        assert "Zoë Other" not in page
        assert "Archived" not in page
    page = shown(stylist, customer_path(salon_team, customer=known.pk))
    assert 'value="zoe@mail.example"' in page
    done(stylist, customer_path(salon_team, customer=known.pk), {"name": "Zoë Byron", "email": "zoe@mail.example"})
    assert Booking.objects.get().visit.customer == known


@pytest.mark.parametrize("words", ["%", "\x00", "a" * 500, "_", "' OR 1=1", "  "])
def test_odd_words_find_nobody(salon_team: Shop, owner: Person, words: str) -> None:
    CustomerFactory(name="Zoë")
    assert "customer=" not in shown(owner, customer_path(salon_team, q=words))


def test_the_search_answers_in_part(salon_team: Shop, owner: Person) -> None:
    CustomerFactory(name="Zoë Byron")
    response = owner.page.get(customer_path(salon_team, q="zo"), headers={"HX-Request": "true", "HX-Target": "found"})
    page = page_of(response)
    assert "Zoë Byron" in page
    assert "<html" not in page


def test_somebody_without_contact_data_can_be_booked(salon_team: Shop, owner: Person) -> None:
    done(owner, customer_path(salon_team), {"name": "Walk-in"})
    assert Customer.objects.get().name == "Walk-in"


def test_who_has_as_many_as_they_may_is_told_of(salon_team: Shop, owner: Person) -> None:
    done(owner, customer_path(salon_team), CALLER)
    salon_team.cut.policy = {"max_per_customer": 1}
    salon_team.cut.save()
    before = written()
    response = sent(
        owner, customer_path(salon_team, start=(TODAY_AT_TEN + dt.timedelta(hours=5, minutes=30)).isoformat()), CALLER
    )
    assert response.status_code == 409
    assert "as many bookings of the service ahead" in page_of(response)
    assert written() == before


def test_a_taken_time_offers_others(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=4))
    before = written()
    response = sent(owner, customer_path(salon_team), CALLER)
    assert response.status_code == 409
    page = page_of(response)
    assert "That time is not free any more." in page
    assert "start=2030-01-02T13%3A00%3A00%2B00%3A00" in page
    assert 'value="Ada Byron"' in page
    assert written() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "x" * 121),
        ("email", "none"),
        ("phone", "12"),
        ("notes", "x" * 2001),
        ("answer-shade", ""),
    ],
)
def test_faults_are_beside_their_fields(salon_team: Shop, owner: Person, field: str, value: str) -> None:
    QuestionFactory(key="shade", label="Which shade?", required=True)
    before = written()
    response = sent(owner, customer_path(salon_team), CALLER | {"answer-shade": "Red", field: value})
    assert response.status_code == 422
    assert f'id="f-{field}_error"' in page_of(response)
    assert written() == before


def test_answers_extras_and_party_are_kept(salon_team: Shop, owner: Person) -> None:
    group = ServiceFactory(name="Workshop", group=True, staff=[salon_team.ana])
    done(owner, customer_path(salon_team, service=group.pk, people=3), CALLER)
    assert Booking.objects.get().party_size == 3
    QuestionFactory(key="shade", label="Which shade?", services=[salon_team.cut])
    later = customer_path(salon_team, extra=salon_team.massage.pk, start="2030-01-03T14:00:00+00:00")
    assert "Scalp massage" in shown(owner, later)
    done(owner, later, CALLER | {"answer-shade": "Red"})
    booking = Booking.objects.select_related("visit").get(party_size=1)
    assert booking.visit.answers == {"shade": "Red"}
    assert [each["name"] for each in booking.extras] == ["Scalp massage"]


def test_a_mobile_trade_asks_where(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, kind="mobile")
    known = CustomerFactory(name="Zoë")
    CustomerAddressFactory(customer=known, line1="2 Low Street", city="Leeds", postcode="LS1 1AA")
    assert 'value="2 Low Street"' in shown(owner, customer_path(salon_team, customer=known.pk))
    address = {"line1": "2 Low Street", "city": "Leeds", "postcode": "LS1 1AA"}
    done(owner, customer_path(salon_team), CALLER | address)
    assert Booking.objects.select_related("visit").get().visit.address["line1"] == "2 Low Street"


def test_a_caller_s_postcode_leaves_who_goes_there(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, features={"service_areas": True})
    for code, latitude in (("N1", 51.53), ("M1", 53.48)):
        PostcodeFactory(code=code, latitude=latitude, longitude=-0.10)
    ServiceAreaFactory(staff=salon_team.ana, latitude=51.53, longitude=-0.10, radius_km=5)
    service = salon_team.cut.pk
    assert f'value="{TWO}"' in shown(owner, "/team/new/time/", service=service, postcode="n1 1aa")
    assert f'value="{TWO}"' not in shown(owner, "/team/new/time/", service=service, postcode="M1 1AA")
    assert f'value="{TWO}"' in shown(owner, "/team/new/time/", service=service)
    assert "We do not know this postcode" in shown(owner, "/team/new/time/", service=service, postcode="ZZ9 9ZZ")
    path = customer_path(salon_team, person=None, postcode="n1 1aa")
    assert 'value="n1 1aa"' in shown(owner, path)
    where = {"line1": "1 Low Street", "city": "London"}
    before = written()
    answer = sent(owner, path, CALLER | where | {"postcode": "M1 1AA"})
    assert (answer.status_code, "Nobody can come to this postcode then." in page_of(answer)) == (409, True)
    answer = sent(owner, path, CALLER | where | {"postcode": "ZZ9 9ZZ"})
    assert (answer.status_code, "We do not know this postcode" in page_of(answer)) == (422, True)
    assert written() == before
    done(owner, path, CALLER | where | {"postcode": "N1 1AA"})
    assert Booking.objects.get().appointment.staff == salon_team.ana


def test_a_known_customer_s_address_is_for_the_same_postcode(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, features={"service_areas": True})
    known = CustomerFactory()
    CustomerAddressFactory(customer=known, line1="9 Elm Road", postcode="N1 1AA")
    same = shown(owner, customer_path(salon_team, customer=known.pk, postcode="n11aa"))
    assert "9 Elm Road" in same
    other = shown(owner, customer_path(salon_team, customer=known.pk, postcode="N2 1AA"))
    assert "9 Elm Road" not in other
    assert 'value="N2 1AA"' in other


def test_a_place_in_a_class(salon_team: Shop, owner: Person) -> None:
    session = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN)
    page = shown(owner, "/team/new/time/", service=session.service_id)
    assert f'value="{session.pk}"' in page
    done(owner, f"/team/new/customer/?session={session.pk}", CALLER)
    session.refresh_from_db()
    assert session.seats_taken == 1


def test_a_stylist_books_for_a_colleague_and_is_not_lost(salon_team: Shop, stylist: Person) -> None:
    page = done(stylist, customer_path(salon_team, person=salon_team.ben.pk), CALLER)
    assert "Ada Byron is booked." in page
    assert Booking.objects.get().appointment.staff == salon_team.ben


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"service": "x"},
        {"service": uuid4()},
        {"session": uuid4()},
        {"session": "\x00"},
    ],
)
def test_unknown_wishes_are_not_found(salon_team: Shop, owner: Person, query: dict[str, Any]) -> None:
    shown(owner, "/team/new/time/", status=404, **query)
    shown(owner, "/team/new/customer/", status=404, **query)


def test_what_is_not_offered_is_not_found(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = ServiceFactory()
        somebody = CustomerFactory()
    shown(owner, "/team/new/time/", status=404, service=foreign.pk)
    shown(owner, "/team/new/time/", status=404, service=salon_team.colour.pk, person=salon_team.ben.pk)
    shown(owner, "/team/new/time/", status=404, service=salon_team.cut.pk, place=uuid4())
    shown(owner, customer_path(salon_team, customer=somebody.pk), status=404)


@pytest.mark.parametrize("start", [None, "soon", "2030-01-02T14:00:00", "0001-01-01T00:00:00+23:00"])
def test_without_a_time_one_goes_back_to_choose(salon_team: Shop, owner: Person, start: str | None) -> None:
    response = owner.page.get(customer_path(salon_team, start=start))
    assert response["Location"].startswith("/team/new/time/?service=")


@pytest.mark.parametrize("people", ["0", "-1", "99999", "two", "\u0662"])
def test_odd_parties_are_brought_into_bounds(salon_team: Shop, owner: Person, people: str) -> None:
    group = ServiceFactory(name="Workshop", group=True, staff=[salon_team.ana])
    shown(owner, "/team/new/time/", service=group.pk, people=people)


class TestATimeThatIsNotOffered:
    def test_in_the_evening(self, salon_team: Shop, stylist: Person) -> None:
        query = {"service": salon_team.cut.pk, "person": salon_team.ana.pk, "on": "2030-01-02", "at": "20:05"}
        response = stylist.page.get("/team/new/time/", query)
        assert response.status_code == 302
        page = shown(stylist, response["Location"])
        assert "This time is not offered." in page
        assert "Not in the hours of the person and the place." in page
        assert 'name="force" value="hours" required' in page
        evening = {"start": "2030-01-02T20:05:00+00:00"}
        before = written()
        refused = sent(stylist, customer_path(salon_team, **evening), CALLER)
        assert "That time is not free any more." in page_of(refused)
        assert written() == before
        assert "is booked." in done(stylist, customer_path(salon_team, **evening), CALLER | {"force": "hours"})
        assert Event.objects.get().payload["waived"] == ["hours", "grid"]

    def test_over_a_booking_by_a_manager(self, salon_team: Shop, manager: Person, stylist: Person) -> None:
        book(salon_team, "Bea", at=TODAY_AT_TEN)
        path = customer_path(salon_team, start=TODAY_AT_TEN.isoformat())
        page = shown(stylist, path)
        assert "Only owner and managers can book over what is there." in page
        assert 'name="force"' not in page
        before = written()
        assert sent(stylist, path, CALLER | {"force": "over"}).status_code == 403
        assert written() == before
        assert 'name="force" value="over" required' in shown(manager, path)
        assert "is booked." in done(manager, path, CALLER | {"force": "over"})
        made = Booking.objects.select_related("appointment").get(visit__contact_name="Ada Byron")
        assert made.appointment.overbooked
        assert "Overbooked" in shown(manager, f"/team/bookings/{made.pk}/")

    def test_what_was_confirmed_is_all_that_is_waived(self, salon_team: Shop, manager: Person) -> None:
        """Somebody books the evening while the page that asked for it is open."""
        path = customer_path(salon_team, start="2030-01-02T20:00:00+00:00")
        assert 'value="hours" required' in shown(manager, path)
        book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=10))
        response = sent(manager, path, CALLER | {"force": "hours"})
        assert 'name="force" value="over" required' in page_of(response)
        assert Booking.objects.count() == 1

    def test_what_nobody_can_force(self, salon_team: Shop, owner: Person) -> None:
        pair = ServiceFactory(staff=[salon_team.ana], staff_needed=2)
        page = shown(owner, customer_path(salon_team, service=pair.pk))
        assert "It cannot be had then." in page
        assert 'name="force"' not in page

    @pytest.mark.parametrize("at", ["", "25:00", "noon", "\x00"])
    def test_what_is_no_time_chooses_none(self, salon_team: Shop, owner: Person, at: str) -> None:
        query = {"service": salon_team.cut.pk, "on": "2030-01-02", "at": at}
        assert owner.page.get("/team/new/time/", query).status_code in {200, 400}


class TestCourse:
    """Four Mondays of pottery with Ana."""

    @pytest.fixture
    def dates(self, salon_team: Shop) -> list[Appointment]:
        pottery = ServiceFactory(of_class=True, course="whole", price="30.000", staff=[salon_team.ana])
        course_id, begins = uuid7(), TODAY_AT_TEN + dt.timedelta(days=7)
        return [
            SessionFactory(
                service=pottery,
                staff=salon_team.ana,
                location=salon_team.place,
                course_id=course_id,
                starts_at=begins + dt.timedelta(weeks=week),
            )
            for week in range(4)
        ]

    def path(self, shop: Shop, session: Appointment, **more: Any) -> str:
        return customer_path(shop, service=None, person=None, start=None, session=session.pk, **more)

    def test_all_of_it_is_booked_for_a_caller(self, salon_team: Shop, owner: Person, dates: list[Appointment]) -> None:
        path = self.path(salon_team, dates[1], people=2)
        page = shown(owner, path)
        assert 'name="course" value="1" checked' in page
        assert "The whole course: " in page
        assert "4 dates, £240" in page
        assert "booked on 4 dates." in done(owner, path, {**CALLER, "course": "1"})
        assert set(Booking.objects.values_list("appointment", "party_size")) == {(each.pk, 2) for each in dates}
        assert Series.objects.get().rule is None

    def test_or_one_date_of_it(self, salon_team: Shop, owner: Person, dates: list[Appointment]) -> None:
        assert "is booked." in done(owner, self.path(salon_team, dates[1]), CALLER)
        assert Booking.objects.get().appointment == dates[1]
        Service.objects.filter(pk=dates[0].service_id).update(course="drop_in")
        assert 'name="course" value="1">' in shown(owner, self.path(salon_team, dates[1]))

    def test_where_one_date_is_full_nothing_is_booked(
        self, salon_team: Shop, owner: Person, dates: list[Appointment]
    ) -> None:
        Appointment.objects.filter(pk=dates[3].pk).update(seats_taken=8)
        before = written()
        answer = sent(owner, self.path(salon_team, dates[0]), {**CALLER, "course": "1"})
        assert answer.status_code == 409
        assert "This course has just filled up." in page_of(answer)
        assert written() == before

    def test_of_the_last_date_and_of_no_course_nothing_is_asked(
        self, salon_team: Shop, owner: Person, dates: list[Appointment]
    ) -> None:
        Appointment.objects.filter(pk__in=[each.pk for each in dates[:3]]).update(published=False)
        assert 'name="course"' not in shown(owner, self.path(salon_team, dates[3]))
        single = SessionFactory(
            service=dates[0].service, staff=salon_team.ben, location=salon_team.place, starts_at=dates[0].starts_at
        )
        assert 'name="course"' not in shown(owner, self.path(salon_team, single))
