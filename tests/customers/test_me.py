"""Who is signed in, for themselves: their profile here, and the rows that are theirs."""

from typing import Any

import pytest

from bookme.core.actor import Actor, ActorKind
from bookme.core.ids import uuid7
from bookme.core.permissions import KEY_PERMISSIONS, PERMISSIONS_OF, Role
from bookme.core.time import now
from bookme.customers.models import Consent, Customer
from bookme.customers.selectors import own_customers
from bookme.eventlog.actions import publish
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.events import AccountChanged, MemberJoined
from bookme.users.models import EmailChange, User
from tests.answers import faults
from tests.bookings.desk import refused
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.users import Api, MembershipFactory, Person, Stranger, make_key

ALL_CHANNELS = {"email": True, "sms": True, "whatsapp": True}


def named(*rows: Customer) -> set[Any]:
    return {each.pk for each in rows}


def found(actor: Actor) -> set[Any]:
    return set(Customer.objects.filter(own_customers(actor)).values_list("pk", flat=True))


class TestWhoseRowsTheyAre:
    def test_what_is_linked_and_until_then_what_has_the_verified_address(self, customer: Person, salon: Tenant) -> None:
        email = customer.user.email
        linked = CustomerFactory(user_id=customer.user.pk, email="former@mail.example")
        by_mail = CustomerFactory(email=email)
        CustomerFactory(phone=by_mail.phone), CustomerFactory(user_id=uuid7())
        assert found(customer.actor) == named(linked, by_mail)
        Customer.objects.filter(pk=by_mail.pk).update(user_id=uuid7())
        assert found(customer.actor) == named(linked), "linked to somebody else"

    def test_an_address_that_is_not_verified_is_nothing(self, customer: Person) -> None:
        CustomerFactory(email=customer.user.email), CustomerFactory(email="")
        User.objects.filter(pk=customer.user.pk).update(email_verified_at=None)
        customer.membership.user.refresh_from_db()
        assert customer.actor.email == ""
        assert found(customer.actor) == set()

    @pytest.mark.parametrize("kind", [ActorKind.KEY, ActorKind.OPERATOR, ActorKind.SYSTEM, ActorKind.GUEST])
    def test_nobody_but_people_has_rows(self, customer: Person, kind: ActorKind) -> None:
        row = CustomerFactory(email=customer.user.email, user_id=customer.user.pk)
        actor = Actor(kind, id=customer.user.pk, email=row.email, permissions=PERMISSIONS_OF[Role.OWNER])
        assert found(actor) == set()
        assert found(customer.actor) == named(row), "the control"


class TestLinking:
    def test_who_joins_has_what_they_booked_before(self, customer: Person, salon: Tenant) -> None:
        guest, other = CustomerFactory(email=customer.user.email), CustomerFactory()
        taken = CustomerFactory(user_id=uuid7())
        publish(MemberJoined(user_id=customer.user.pk, role="customer"), actor=customer.actor)
        deliver_outbox()
        rows = dict(Customer.objects.values_list("pk", "user_id"))
        assert rows == {guest.pk: customer.user.pk, other.pk: None, taken.pk: taken.user_id}

    def test_a_new_address_loses_nothing_in_any_business(self, customer: Person, salon: Tenant, rival: Tenant) -> None:
        former, user = customer.user.email, customer.user
        MembershipFactory(user=user, tenant=rival)
        here = CustomerFactory(email=former)
        with tenant_scope(rival):
            there = CustomerFactory(email=former)
        EmailChange.objects.create(user=user, tenant=salon, email="new@mail.example", former=former, confirmed_at=now())
        User.objects.filter(pk=user.pk).update(email="new@mail.example")
        publish(AccountChanged(user_id=user.pk, what="email"), actor=customer.actor)
        deliver_outbox()
        assert Customer.objects.get(pk=here.pk).user_id == user.pk
        with tenant_scope(rival):
            assert Customer.objects.get(pk=there.pk).user_id == user.pk

    def test_an_address_that_was_only_asked_for_links_nothing(self, customer: Person, salon: Tenant) -> None:
        row = CustomerFactory(email="victim@mail.example")
        EmailChange.objects.create(user=customer.user, tenant=salon, email=row.email, former=customer.user.email)
        for what in ("email", "password"):
            publish(AccountChanged(user_id=customer.user.pk, what=what), actor=customer.actor)
        deliver_outbox()
        assert Customer.objects.get(pk=row.pk).user_id is None


class TestProfile:
    def test_without_a_customer_it_is_the_account(self, customer: Person) -> None:
        told = customer.api.get("customers/me/").json()
        assert (told["id"], told["email"], told["name"]) == (None, customer.user.email, customer.user.name)
        assert (told["channels"], told["marketing_consent"]) == (ALL_CHANNELS, False)
        assert Customer.objects.count() == 0

    def test_it_shows_what_the_business_has(self, customer: Person) -> None:
        row = CustomerFactory(email=customer.user.email, phone="+442079460123", notes="difficult", tags=["late"])
        CustomerAddressFactory(customer=row), ConsentFactory(customer=row, kind="marketing")
        answer = customer.api.get("customers/me/")
        told = answer.json()
        assert (told["id"], told["phone"], told["marketing_consent"]) == (str(row.pk), "+442079460123", True)
        assert [each["line1"] for each in told["addresses"]] == ["2 Low Street"]
        assert b"difficult" not in answer.content
        assert b"late" not in answer.content

    def test_a_change_is_of_the_account_and_of_every_row(self, customer: Person) -> None:
        first, second = CustomerFactory(email=customer.user.email), CustomerFactory(user_id=customer.user.pk)
        other = CustomerFactory()
        change = {"name": "Ada Byron", "phone": "020 7946 0102", "language": "fr", "timezone": "Europe/Paris"}
        answer = customer.api.patch("customers/me/", change | {"channels": {"sms": False}})
        assert answer.status_code == 200, answer.content
        assert answer.json()["channels"] == ALL_CHANNELS | {"sms": False}
        values = ("Ada Byron", "+442079460102", "fr", "Europe/Paris")
        assert User.objects.values_list(*change).get(pk=customer.user.pk) == values
        for row in (first, second):
            row.refresh_from_db()
            assert tuple(getattr(row, each) for each in change) == values
            assert (row.channels, row.user_id) == ({"sms": False}, customer.user.pk)
        customer.api.patch("customers/me/", {"channels": {"whatsapp": False}})
        first.refresh_from_db()
        assert first.channels == {"sms": False, "whatsapp": False}
        assert Customer.objects.get(pk=other.pk).name == other.name
        told = str([each.payload for each in Event.objects.filter(name="customer.changed")])
        assert "phone" in told
        assert not any(word in told for word in ("Ada", "7946", "Paris"))

    def test_the_first_change_makes_a_customer(self, customer: Person) -> None:
        taken = CustomerFactory(user_id=uuid7(), email="taken@mail.example")
        answer = customer.api.patch("customers/me/", {"marketing_consent": True})
        row = Customer.objects.get(user_id=customer.user.pk)
        assert (answer.json()["id"], row.email) == (str(row.pk), customer.user.email)
        User.objects.filter(pk=customer.user.pk).update(email=taken.email)
        Customer.objects.filter(pk=row.pk).delete()
        assert customer.api.patch("customers/me/", {"name": "X"}).status_code == 200
        assert Customer.objects.get(user_id=customer.user.pk).email == "", "somebody had the address before"

    def test_each_other_answer_on_marketing_is_proof(self, customer: Person) -> None:
        for answer in (True, True, False, False, True):
            customer.api.patch("customers/me/", {"marketing_consent": answer})
        assert list(Consent.objects.order_by("created_at").values_list("kind", "granted")) == [
            ("marketing", True),
            ("marketing", False),
            ("marketing", True),
        ]

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"email": "new@mail.example"}, {}),
            ({"notes": "x"}, {"/notes": "unknown"}),
            ({"phone": "12"}, {"/phone": "invalid_phone"}),
            ({"name": ""}, {"/name": "blank"}),
            ({"timezone": "Mars"}, {"/timezone": "unknown_timezone"}),
            ({"channels": {"fax": True}}, {"/channels/fax": "unknown"}),
            ({"channels": {"sms": "perhaps"}}, {"/channels/sms": "invalid"}),
            ({"channels": []}, {"/channels": "invalid"}),
        ],
    )
    def test_what_cannot_be_is_refused(self, customer: Person, body: Any, fault: dict[str, str]) -> None:
        row = CustomerFactory(email=customer.user.email)
        answer = customer.api.patch("customers/me/", body)
        if fault:
            assert faults(answer) == fault
        row.refresh_from_db()
        assert (row.email, row.user_id is None) == (customer.user.email, bool(fault))
        assert User.objects.get(pk=customer.user.pk).email == customer.user.email

    def test_the_team_is_a_customer_too_and_a_stranger_is_not(self, owner: Person, stranger: Stranger) -> None:
        CustomerFactory()
        assert owner.api.get("customers/me/").json()["id"] is None
        assert owner.api.patch("customers/me/", {"phone": "020 7946 0102"}).json()["phone"] == "+442079460102"
        assert Customer.objects.get(user_id=owner.user.pk).phone == "+442079460102"
        assert stranger.api.get("customers/me/").status_code == 401
        assert stranger.api.patch("customers/me/", {"name": "X"}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "customers/me/"),
        ("patch", "customers/me/"),
        ("get", "customers/me/appointments/"),
        ("get", "customers/me/export/"),
        ("post", "customers/me/erase/"),
    ],
)
def test_a_program_is_nobody_s_customer(salon: Tenant, method: str, path: str) -> None:
    api = Api(host="salon.localhost", token=make_key(salon, *KEY_PERMISSIONS).text)
    refused(getattr(api, method)(path), 403, "people_only")
