"""Which customers somebody of the team sees: those who come to whom and where they may see, or everybody."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions import create_visit
from bookme.bookings.models import Booking
from bookme.core.actor import GUEST
from bookme.core.permissions import CustomerScope, Role
from bookme.customers.models import Customer
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.answers import ids
from tests.bookings.conftest import Shop
from tests.bookings.desk import CUSTOMER, NOW, body_for, monday, refused, request_for, written
from tests.bookings.line import full_session, held, waits
from tests.bookings.rows import booked
from tests.factories.bookings import AppointmentFactory, WaitlistEntryFactory
from tests.factories.customers import CustomerAddressFactory, CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.users import Person, Stranger, make_person
from tests.web.conftest import configure

SECRETS = ("Secret", "+442079460000", "Owes", "vip", "Hidden", "Hush")  # of a customer, none of it what a booking says


@pytest.fixture
def ada(shop: Shop, stylist: Person) -> Person:
    """Who signs in as the shop's Ada."""
    shop.ada.user_id = stylist.user.pk
    shop.ada.save()
    return stylist


def seen_by(person: Person, **query: Any) -> set[str]:
    return ids(person.api.get("customers/", query))


def names(*bookings: Booking) -> set[str]:
    return {str(each.visit.customer_id) for each in bookings}


class TestWhoSeesWhom:
    def test_staff_see_who_comes_to_them_whatever_became_of_it(self, shop: Shop, ada: Person, owner: Person) -> None:
        mine = [booked(shop), booked(shop, status="cancelled", appointment__starts_at=monday(12))]
        helped = booked(shop, appointment__staff=shop.ben, appointment__starts_at=monday(14))
        AppointmentFactory(lead=helped.appointment, staff=shop.ada, starts_at=monday(14), seats_taken=1)
        other, nobody = booked(shop, appointment__staff=shop.ben), CustomerFactory()
        assert seen_by(ada) == names(*mine, helped)
        assert seen_by(owner) == names(*mine, helped, other) | {str(nobody.pk)}
        path = f"customers/{other.visit.customer_id}/"
        refused(ada.api.get(path), 404, "not_found")
        assert owner.api.get(path).status_code == 200

    @pytest.mark.parametrize("setting", ["staff_see_all_customers", "staff_see_all_bookings"])
    def test_the_business_may_let_staff_see_everybody(
        self, shop: Shop, ada: Person, salon: Tenant, setting: str
    ) -> None:
        other = booked(shop, appointment__staff=shop.ben)
        assert seen_by(ada) == set()
        configure(salon, team={setting: True})
        assert seen_by(ada) == names(other)
        assert (ids(ada.api.get("bookings/")) == {str(other.pk)}) is (setting == "staff_see_all_bookings")
        configure(salon, team={})

    def test_a_manager_of_a_place_sees_who_comes_there(self, shop: Shop, salon: Tenant) -> None:
        away = LocationFactory()
        here = booked(shop)
        booked(shop, appointment__location=away, appointment__starts_at=monday(12))
        bound = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        assert seen_by(bound) == names(here)

    def test_a_manager_of_calendars_sees_who_comes_to_these(self, shop: Shop, salon: Tenant) -> None:
        here = booked(shop)
        booked(shop, appointment__staff=shop.ben)
        bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
        assert seen_by(bound) == names(here)
        everybody = make_person(
            salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)], customer_scope=CustomerScope.ALL.value
        )
        assert len(seen_by(everybody)) == 2

    def test_who_only_waits_is_no_customer_of_theirs_yet(self, shop: Shop, ada: Person) -> None:
        WaitlistEntryFactory(session__staff=shop.ada)
        assert seen_by(ada) == set()


@pytest.fixture
def bound(shop: Shop, salon: Tenant) -> Person:
    """A manager of Ada's calendar."""
    person = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    assert person.tokens  # signed in: what is written from here on is of what they do
    return person


class TestWhomTheyPutDown:
    def test_is_theirs_to_see_and_to_change(self, bound: Person, owner: Person) -> None:
        made = bound.api.post("customers/", {"name": "Zoe", "email": "zoe@mail.example"})
        assert made.status_code == 201, made.content
        assert seen_by(bound) == {made.json()["id"]}
        assert bound.api.patch(f"customers/{made.json()['id']}/", {"notes": "Tea"}).json()["notes"] == "Tea"
        theirs = owner.api.post("customers/", {"name": "Yan", "email": "yan@mail.example"}).json()
        assert seen_by(bound) == {made.json()["id"]}
        for answer in (
            bound.api.patch(f"customers/{theirs['id']}/", {"notes": "Mine"}),
            bound.api.delete(f"customers/{theirs['id']}/"),
        ):
            refused(answer, 404, "not_found")
        assert set(Customer.objects.filter(pk=theirs["id"]).values_list("notes", "is_active")) == {("", True)}

    def test_another_address_is_for_who_sees_all_bookings(self, bound: Person, owner: Person) -> None:
        """Else theirs would open, by an account of their own, what the customer has booked elsewhere."""
        path = f"customers/{bound.api.post('customers/', {'name': 'Zoe', 'phone': '+442079460958'}).json()['id']}/"
        refused = bound.api.patch(path, {"email": bound.user.email, "notes": "Tea"})
        assert (refused.status_code, refused.json()["code"]) == (403, "beyond_own_powers")
        told = owner.api.get(path).json()
        assert (told["email"], told["notes"]) == ("", "")
        assert bound.api.patch(path, {"email": "", "notes": "Tea"}).status_code == 200
        assert owner.api.patch(path, {"email": "zoe@mail.example"}).json()["email"] == "zoe@mail.example"

    def test_a_known_address_is_refused_without_a_word_of_whose_it_is(self, bound: Person) -> None:
        CustomerFactory(name="Secret", email="zoe@mail.example")
        before = written()
        answer = bound.api.post("customers/", {"name": "Zoe", "email": "zoe@mail.example"})
        assert "Secret" not in answer.content.decode()
        refused(answer, 400, "unique", "/email")
        assert written() == before

    def test_a_client_booked_onto_a_colleague_s_calendar(self, shop: Shop, ada: Person) -> None:
        answer = ada.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk)))
        assert answer.status_code == 201, answer.content
        refused(ada.api.get(f"bookings/{answer.json()['id']}/"), 404, "not_found")
        assert seen_by(ada) == {answer.json()["customer"]}

    def test_a_known_client_of_a_colleague_stays_theirs(self, shop: Shop, ada: Person) -> None:
        """Or an address would be enough to open what the business knows of somebody."""
        CustomerFactory(email="ada@mail.example")
        answer = ada.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk)))
        assert answer.status_code == 201
        assert seen_by(ada) == set()


class TestWhatTheyBookThemselves:
    """An address that one knows opens the booking that one makes under it, and nothing that the business knows."""

    @pytest.fixture
    def known(self, shop: Shop) -> Customer:
        """Of another place, with an address there; the contact of `CUSTOMER` has their e-mail and not their phone."""
        row = CustomerFactory(
            name="Zoe Secret", email=CUSTOMER["email"], phone="+442079460000", notes="Owes", tags=["vip"]
        )
        CustomerAddressFactory(customer=row, line1="1 Hidden Lane")
        booked(shop, visit__customer=row, appointment__staff=shop.ben, visit__notes="Hush")
        return row

    def reads(self, person: Person, booking_id: str) -> str:
        """All that they can read around it."""
        of_address, one = {"search": CUSTOMER["email"]}, f"bookings/{booking_id}/"
        new = {"service": str(Service.objects.get().pk), "start": monday(15).isoformat(), "q": CUSTOMER["email"]}
        answers = [
            person.page.get(f"/team/{one}"),
            person.page.get("/team/", {"day": monday(10).date().isoformat()}),
            person.page.get("/team/new/customer/", new),
            person.api.get(one),
            person.api.get(f"{one}events/"),
            person.api.get("bookings/", of_address),
            person.api.get("bookings/export/", {"format": "csv"}),
            person.api.get("customers/", of_address),
        ]
        assert [each.status_code for each in answers] == [200] * len(answers)
        return " ".join(b"".join(each).decode() for each in answers)

    def test_show_what_they_wrote_until_somebody_else_books_there(
        self, shop: Shop, bound: Person, owner: Person, known: Customer
    ) -> None:
        made = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk), notes="Tea"))
        assert made.status_code == 201, made.content
        booking, path = made.json(), f"customers/{known.pk}/"
        assert booking["customer"] == str(known.pk)
        read = self.reads(bound, booking["id"])
        assert CUSTOMER["name"] in read
        assert "Tea" in read
        for secret in SECRETS:
            assert secret not in read
        assert seen_by(bound) == set()
        for answer in (bound.api.get(path), bound.api.patch(path, {"notes": "Mine"}), bound.api.delete(path)):
            refused(answer, 404, "not_found")
        known.refresh_from_db()
        assert (known.notes, known.is_active) == ("Owes", True)
        moved = bound.api.post(f"bookings/{booking['id']}/reschedule/", {"start": monday(15).isoformat()})
        assert moved.status_code == 200, moved.content
        assert seen_by(bound) == set()
        again = owner.api.post("bookings/", body_for(shop.service, monday(12), staff=str(shop.ada.pk)))
        assert again.status_code == 201
        assert seen_by(bound) == {str(known.pk)}
        for secret in ("Owes", "vip"):
            assert secret in self.reads(bound, booking["id"])

    def test_staff_at_their_own_calendar(self, shop: Shop, ada: Person, known: Customer, stranger: Stranger) -> None:
        body = body_for(shop.service, monday(10), staff=str(shop.ada.pk))
        assert ada.api.post("bookings/", body).status_code == 201
        assert seen_by(ada) == set()
        assert stranger.api.post("bookings/", body | {"start": monday(12).isoformat()}).status_code == 201
        assert seen_by(ada) == {str(known.pk)}

    def test_whom_nobody_knew_is_theirs(self, shop: Shop, bound: Person) -> None:
        made = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
        assert seen_by(bound) == {made.json()["customer"]}

    def test_a_series_opens_no_more(self, shop: Shop, bound: Person, owner: Person, known: Customer) -> None:
        body = body_for(shop.service, monday(10), rule={"frequency": "weekly", "count": 2})
        body["items"] = [{"service": body.pop("service"), "staff": str(shop.ada.pk)}]
        assert bound.api.post("series/", body).status_code == 201
        assert seen_by(bound) == set()
        assert owner.api.post("series/", body | {"start": monday(12).isoformat()}).status_code == 201
        assert seen_by(bound) == {str(known.pk)}

    def test_nor_does_what_they_book_as_a_visitor_who_is_signed_in(
        self, shop: Shop, bound: Person, known: Customer
    ) -> None:
        asked = request_for(shop.service, monday(10), staff_id=shop.ada.pk)
        with transaction.atomic():
            create_visit(request=asked, actor=bound.actor.for_themselves(), now=NOW)
        assert seen_by(bound) == set()
        with transaction.atomic():
            create_visit(request=replace(asked, start=monday(12)), actor=GUEST, now=NOW)
        assert seen_by(bound) == {str(known.pk)}

    @pytest.mark.parametrize("by_themselves", [True, False])
    def test_what_the_line_offers_is_by_whoever_put_them_there(
        self, shop: Shop, salon: Tenant, bound: Person, known: Customer, stranger: Stranger, by_themselves: bool
    ) -> None:
        configure(salon, features={"waitlist": True})
        full = full_session(shop, capacity=1)
        others = seen_by(bound)
        waits((stranger if by_themselves else bound).api, "ada", session=str(full.pk))
        assert bound.api.patch(f"sessions/{full.pk}/", {"capacity": 2}).status_code == 200
        deliver_outbox()
        assert [each.visit.customer for each in held()] == [known]
        assert seen_by(bound) - others == ({str(known.pk)} if by_themselves else set())
        configure(salon, features={})

    def test_a_file_of_bookings_shows_them_whom_it_makes(
        self, shop: Shop, bound: Person, owner: Person, known: Customer
    ) -> None:
        def sent(person: Person, *lines: str) -> None:
            text = "\n".join(("start,service,staff,name,email", *lines))
            answer = person.api.client.post("/api/v1/bookings/import/", text.encode(), content_type="text/csv")
            assert answer.status_code == 200, answer.content

        line = f"2030-01-07 {{}},{shop.service.slug},Ada,{{}},{{}}"
        theirs, new = line.format("10:00", "Ada", known.email), line.format("12:00", "Yan", "yan@mail.example")
        sent(bound, theirs, new)
        assert seen_by(bound) == {str(Customer.objects.get(email="yan@mail.example").pk)}
        sent(owner, line.format("14:00", "Ada", known.email))
        assert str(known.pk) in seen_by(bound)


class TestLists:
    FILE = b"name,email,phone,notes\nZoe,zoe@mail.example,,Tea\nYan,yan@mail.example,,Milk\n"

    def sent(self, person: Person, **query: str) -> Any:
        path = "/api/v1/customers/import/" + ("?dry_run=true" if query else "")
        return person.api.client.generic("POST", path, self.FILE, "text/csv")

    def test_whom_it_makes_they_see(self, bound: Person) -> None:
        assert self.sent(bound).status_code == 200
        assert seen_by(bound) == {str(each) for each in Customer.objects.values_list("pk", flat=True)}
        assert Customer.objects.count() == 2

    @pytest.mark.parametrize("dry", [{}, {"dry_run": "true"}])
    def test_nobody_out_of_reach_is_filled_in_or_told_of(
        self, bound: Person, manager: Person, dry: dict[str, str]
    ) -> None:
        CustomerFactory(name="Secret", email="yan@mail.example", phone="")
        before = written()
        answer = self.sent(bound, **dry)
        text = answer.content.decode()
        assert "out_of_scope" in text
        assert '"column":"email"' in text if dry else "/lines/3/email" in text
        assert "Secret" not in text
        assert '"name"' not in text
        assert (written(), Customer.objects.get().notes) == (before, "")
        assert self.sent(manager).status_code == 200
        assert Customer.objects.get(email="yan@mail.example").notes == "Milk"


class TestPages:
    def test_the_search_of_a_new_booking_finds_only_them(self, shop: Shop, ada: Person) -> None:
        booked(shop, visit__customer__name="Zoe Mine")
        other = booked(shop, appointment__staff=shop.ben, visit__customer__name="Zoe Theirs")
        query = {"service": str(shop.service.pk), "start": monday(15).isoformat(), "q": "zoe"}
        page = ada.page.get("/team/new/customer/", query).content.decode()
        assert "Zoe Mine" in page
        assert "Zoe Theirs" not in page
        query |= {"customer": str(other.visit.customer_id), "q": ""}
        assert ada.page.get("/team/new/customer/", query).status_code == 404
