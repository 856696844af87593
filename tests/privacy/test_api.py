"""Taking along what is known of oneself, and having it erased, by the API."""

import datetime as dt
import json
from typing import Any

import pytest

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.communications.actions import digest_addresses
from bookme.communications.models import Channel, LastInbound, Muted, StoppedAddress, StopReason
from bookme.communications.selectors.stopped import address_digest, stopped_addresses
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.customers.models import Consent, Customer
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, SignIn, User
from tests.answers import faults
from tests.bookings.desk import refused
from tests.factories.bookings import MONDAY_AT_TEN, BookingFactory, WaitlistEntryFactory
from tests.factories.communications import LastInboundFactory, MutedFactory, StoppedAddressFactory
from tests.factories.customers import ConsentFactory, CustomerFactory
from tests.factories.users import PASSWORD, Person, Stranger, make_person
from tests.privacy.canaries import LONG_AGO

GOOD = {"current_password": PASSWORD}


def exported(person: Person) -> dict[str, Any]:
    answer = person.api.get("customers/me/export/")
    assert answer.status_code == 200
    return dict(json.loads(b"".join(answer.streaming_content)))


def visited(person: Person, **more: Any) -> Booking:
    """Something that they booked under their address, long ago."""
    customer, _ = Customer.objects.get_or_create(email=person.user.email, defaults={"name": "Ada"})
    return BookingFactory(
        **{"visit__customer": customer, "appointment__starts_at": LONG_AGO, "status": "completed"} | more
    )


class TestExport:
    def test_it_is_a_file_with_everything(self, customer: Person, salon: Tenant) -> None:
        booking = visited(customer, visit__notes="Ring twice.", internal_notes="late")
        answer = customer.api.get("customers/me/export/")
        assert answer["Content-Type"] == "application/json"
        assert answer["Content-Disposition"] == f'attachment; filename="salon-my-data-{now():%Y-%m-%d}.json"'
        assert answer["Cache-Control"] == "no-store"
        told = json.loads(b"".join(answer.streaming_content))
        assert told["business"] == {"name": "Salon", "slug": "salon"}
        assert (told["account"]["email"], told["membership"]["role"]) == (customer.user.email, "customer")
        assert [each["notes"] for each in told["visits"]] == ["Ring twice."]
        [row] = told["bookings"]
        assert (row["id"], row["internal_notes"], row["price"]) == (str(booking.pk), "late", "40.000")
        assert (row["service"], row["start"]) == (booking.appointment.service.name, LONG_AGO.isoformat())
        assert [each["kind"] for each in told["sign_ins"]] == ["api"]
        assert told["events"] == []

    def test_whoever_never_booked_has_one_too(self, customer: Person) -> None:
        told = exported(customer)
        assert told["account"]["email"] == customer.user.email
        assert told["customers"] == told["visits"] == told["bookings"] == []

    def test_the_team_gets_what_is_about_themselves(self, owner: Person, customer: Person) -> None:
        visited(customer)
        told = exported(owner)
        assert (told["account"]["email"], told["bookings"], told["customers"]) == (owner.user.email, [], [])

    def test_nobody_else_gets_one(self, stranger: Stranger) -> None:
        refused(stranger.api.get("customers/me/export/"), 401, "not_signed_in")


class TestMessages:
    def test_what_is_not_wanted_is_told_and_forgotten(self, customer: Person, salon: Tenant) -> None:
        mine = visited(customer).visit.customer
        Customer.objects.filter(pk=mine.pk).update(phone="+447700900123")
        MutedFactory(person_id=mine.pk, name="booking.reminder")
        others = MutedFactory(name="booking.reminder")
        LastInboundFactory(address="+447700900123")
        told = exported(customer)
        assert [each["name"] for each in told["unwanted_messages"]] == ["booking.reminder"]
        assert [each["address"] for each in told["last_written"]] == ["+447700900123"]
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204
        assert (list(Muted.objects.all()), LastInbound.objects.count()) == ([others], 0)

    @pytest.mark.parametrize("known_by", ["customer", "visit", "waitlist", "account"])
    def test_an_address_that_is_somebody_else_s_too_tells_and_loses_nothing(
        self, customer: Person, salon: Tenant, known_by: str
    ) -> None:
        """Nobody has to prove that a phone is theirs: who gives another's learns nothing of them, and takes nothing."""
        taken, phone = "grace@mail.example", "+447700900123"
        visited(customer, visit__contact_phone=phone, visit__contact_email=taken, visit__user_id=customer.user.pk)
        if known_by == "customer":
            CustomerFactory(email=taken, phone=phone)
        elif known_by == "visit":
            BookingFactory(visit__contact_email=taken, visit__contact_phone=phone)
        elif known_by == "waitlist":
            WaitlistEntryFactory(contact_email=taken, contact_phone=phone)
        else:
            User.objects.filter(pk=make_person(salon, Role.CUSTOMER).user.pk).update(email=taken, phone=phone)
        LastInboundFactory(address=phone)
        stopped = StoppedAddressFactory(address=taken)
        told = exported(customer)
        assert (told["last_written"], told["stopped_addresses"]) == ([], [])
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204
        stopped.refresh_from_db()
        assert (stopped.address, LastInbound.objects.get().address) == (taken, phone)

    def test_who_said_stop_stays_unwritten_to(self, customer: Person, salon: Tenant, rival: Tenant) -> None:
        visited(customer)
        email = customer.user.email
        other = StoppedAddressFactory()
        StoppedAddressFactory(address=email, reason=StopReason.COMPLAINT)
        assert [each["reason"] for each in exported(customer)["stopped_addresses"]] == ["complaint"]
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204
        [kept] = stopped_addresses(Channel.EMAIL, email.upper())
        assert (kept.reason, kept.address) == ("complaint", address_digest(email))
        assert email.split("@")[0] not in kept.address
        other.refresh_from_db()
        assert other.address.startswith("gone"), "not theirs"
        assert not stopped_addresses(Channel.SMS, email).exists()
        with tenant_scope(rival):
            assert address_digest(email) != kept.address

    def test_stopped_and_erased_twice_it_is_kept_once(self, salon: Tenant) -> None:
        for _ in range(2):
            StoppedAddressFactory(address="ada@mail.example")
            digest_addresses(StoppedAddress.objects.all())
        digest_addresses(StoppedAddress.objects.all())
        assert [each.address for each in StoppedAddress.objects.all()] == [address_digest("ada@mail.example")]


class TestErase:
    def test_the_books_keep_bookings_without_a_person(self, customer: Person, salon: Tenant) -> None:
        booking = visited(customer, visit__notes="Ring twice.", visit__user_id=customer.user.pk)
        mine, token = booking.visit.customer, manage_token(booking.visit)
        ConsentFactory(customer=mine, visit_id=booking.visit_id)
        answer = customer.api.post("customers/me/erase/", GOOD)
        assert (answer.status_code, answer.content) == (204, b"")
        row = Customer.objects.get(pk=mine.pk)
        assert (row.name, row.email, row.phone, row.is_active, row.user_id) == ("Erased customer", "", "", False, None)
        visit = Visit.objects.get()
        assert (visit.contact_name, visit.contact_email, visit.notes, visit.user_id) == (
            "Erased customer",
            "",
            "",
            None,
        )
        assert (visit.reference, visit.customer) == (booking.visit.reference, row)
        assert Booking.objects.values_list("status", "price").get() == ("completed", booking.price)
        assert Consent.objects.get().visit_id == visit.pk
        refused(Stranger(customer.host).api.get(f"bookings/{booking.pk}/?token={token}"), 404, "not_found")
        told = Event.objects.get(name="customer.erased")
        assert {name: told.payload[name] for name in ("customer_id", "customers", "account", "cause")} == {
            "customer_id": str(row.pk),
            "customers": [str(row.pk)],
            "account": True,
            "cause": "asked",
        }
        assert (told.payload["address"], told.payload["agent"]) == ("", "")
        assert (told.actor_kind, told.actor_id, told.actor_name) == ("user", None, "")

    def test_nobody_signs_in_as_them_again(self, customer: Person) -> None:
        email, token = customer.user.email, customer.tokens.refresh
        customer.api.post("customers/me/erase/", GOOD)
        refused(customer.api.get("customers/me/"), 401, "signed_out")
        login = {"email": email, "password": PASSWORD}
        refused(Stranger(customer.host).api.post("auth/login/", login), 401, "wrong_credentials")
        assert Stranger(customer.host).api.post("auth/refresh/", {"refresh": token}).status_code == 401
        user = User.objects.get(pk=customer.user.pk)
        assert (user.email, user.is_active, user.has_usable_password()) == (
            f"{user.pk.hex}@erased.invalid",
            False,
            False,
        )
        assert not Membership.objects.filter(user=user).exists()
        assert not SignIn.objects.filter(user=user).exists()

    @pytest.mark.parametrize("status", ["held", "pending", "confirmed", "arrived"])
    def test_not_while_something_is_to_come(self, customer: Person, status: str) -> None:
        hold = {"hold_expires_at": MONDAY_AT_TEN} if status == "held" else {}
        booking = visited(customer, status=status, appointment__starts_at=MONDAY_AT_TEN, **hold)
        problem = refused(customer.api.post("customers/me/erase/", GOOD), 409, "bookings_ahead")
        assert problem["bookings"] == 1
        assert Customer.objects.get().email == customer.user.email
        assert User.objects.get(pk=customer.user.pk).is_active
        Booking.objects.filter(pk=booking.pk).update(status="cancelled")
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204, "the control"

    @pytest.mark.parametrize("given", [{}, {"current_password": "not-it"}])
    def test_only_with_the_password(self, customer: Person, given: dict[str, str]) -> None:
        visited(customer)
        assert faults(customer.api.post("customers/me/erase/", given)) == {"/current_password": "wrong_password"}
        assert Customer.objects.get().email == customer.user.email

    def test_without_a_password_the_sign_in_is_fresh(self, customer: Person) -> None:
        customer.user.set_unusable_password()
        customer.user.save()
        sign_in = SignIn.objects.get(user=customer.user) if customer.tokens else None
        assert sign_in
        SignIn.objects.filter(pk=sign_in.pk).update(proven_at=now() - dt.timedelta(minutes=11))
        refused(customer.api.post("customers/me/erase/"), 403, "sign_in_again")
        SignIn.objects.filter(pk=sign_in.pk).update(proven_at=now())
        assert customer.api.post("customers/me/erase/").status_code == 204

    @pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.STAFF])
    def test_the_team_leaves_first(self, salon: Tenant, role: Role) -> None:
        person = make_person(salon, role)
        refused(person.api.post("customers/me/erase/", GOOD), 409, "team_member")
        assert User.objects.get(pk=person.user.pk).email == person.user.email
        assert Membership.objects.get(user=person.user).is_active

    def test_who_waits_leaves_the_line(self, customer: Person) -> None:
        entry = WaitlistEntryFactory(user_id=customer.user.pk)
        other = WaitlistEntryFactory(session=entry.session)
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204
        rows = dict(WaitlistEntry.objects.values_list("pk", "status"))
        assert rows == {entry.pk: "left", other.pk: "waiting"}
        left = Event.objects.get(name="waitlist.left")
        assert (left.subject_id, left.actor_name) == (entry.pk, "")

    def test_another_customer_of_the_same_phone_stays(self, customer: Person) -> None:
        mine = visited(customer).visit.customer
        other = CustomerFactory(phone=mine.phone or "+442079460123")
        Customer.objects.filter(pk=mine.pk).update(phone=other.phone)
        customer.api.post("customers/me/erase/", GOOD)
        assert Customer.objects.get(pk=other.pk).phone == other.phone

    def test_an_operator_keeps_the_account(self, customer: Person) -> None:
        User.objects.filter(pk=customer.user.pk).update(is_staff=True)
        customer.user.refresh_from_db()
        assert customer.api.post("customers/me/erase/", GOOD).status_code == 204
        assert User.objects.get(pk=customer.user.pk).is_active

    def test_a_session_of_the_pages_ends(self, customer: Person) -> None:
        page = customer.page
        assert page.get("/account/security/").status_code == 200
        answer = page.post("/api/v1/customers/me/erase/", GOOD, content_type="application/json")
        assert (answer.status_code, dict(page.session)) == (204, {})
        assert page.get("/account/security/").status_code == 302

    def test_a_stranger_erases_nobody(self, stranger: Stranger) -> None:
        refused(stranger.api.post("customers/me/erase/", GOOD), 401, "not_signed_in")
