"""Customers through their API: for the team alone."""

from typing import Any

import pytest

from bookme.core.permissions import CustomerScope, Role
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults, ids
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.users import Person, make_person


@pytest.fixture
def stylist(salon: Tenant) -> Person:
    """Who reads everybody and keeps nobody; whom others see is in tests/bookings/test_customers_in_scope.py."""
    return make_person(salon, Role.STAFF, customer_scope=CustomerScope.ALL)


ADA = {"name": "Ada", "email": "Ada@Mail.example", "phone": "020 7946 0102", "tags": ["vip"], "notes": "Tea.\nNo milk."}


def test_a_manager_makes_changes_and_archives_a_customer(manager: Person, stylist: Person) -> None:
    made = manager.api.post("customers/", ADA)

    assert made.status_code == 201, made.content
    assert (made.json()["email"], made.json()["phone"]) == ("ada@mail.example", "+442079460102")
    path = f"customers/{made.json()['id']}/"
    assert stylist.api.get(path).json() == made.json()
    assert manager.api.patch(path, {"notes": "Coffee."}).json()["notes"] == "Coffee."
    assert stylist.api.patch(path, {"notes": "Mine."}).status_code == 403
    assert manager.api.delete(path).json() == {"id": made.json()["id"], "is_active": False, "standing_bookings": []}
    assert ids(stylist.api.get("customers/")) == set()
    assert ids(stylist.api.get("customers/?is_active=false")) == {made.json()["id"]}
    told = str([each.payload for each in Event.objects.filter(name="customer.changed")])
    assert "notes" in told
    assert not any(word in told for word in ("Ada", "ada@", "Tea", "Coffee", "+44", "vip"))


def test_addresses_and_consents_come_along(stylist: Person) -> None:
    customer = CustomerFactory()
    CustomerAddressFactory(customer=customer, line1="Old")
    CustomerAddressFactory(customer=customer, line1="New")
    ConsentFactory(customer=customer)

    shown = stylist.api.get(f"customers/{customer.pk}/").json()

    assert [each["line1"] for each in shown["addresses"]] == ["New", "Old"]
    assert [(each["kind"], each["granted"]) for each in shown["consents"]] == [("terms", True)]


def test_filters_of_customers(stylist: Person) -> None:
    ada = CustomerFactory(name="Ada Lovelace", email="ada@mail.example", tags=["vip", "cat's"])
    bob = CustomerFactory(name="Bob", phone="+442079460999")

    def found(query: str) -> set[str]:
        return ids(stylist.api.get(f"customers/?{query}"))

    assert (
        found("search=love")
        == found("tag=vip")
        == found("tag=cat's")
        == found("email=ADA@mail.example")
        == {str(ada.pk)}
    )
    assert found("search=0999") == found("phone=%2B442079460999") == {str(bob.pk)}
    assert found("from=2000-01-01") == {str(ada.pk), str(bob.pk)}
    assert found("to=2000-01-01") == found("tag=vi") == set()
    assert list(faults(stylist.api.get("customers/?from=soon"))) == ["/from"]
    assert list(faults(stylist.api.get("customers/?from=9999-12-31"))) == ["/from"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"email": "", "phone": ""}, "/email", "required"),
        ({"email": "nobody"}, "/email", "invalid"),
        ({"phone": "12"}, "/phone", "invalid_phone"),
        ({"name": "\u0007"}, "/name", "control_characters"),
        ({"email": "Taken@mail.example"}, "/email", "unique"),
        ({"tags": ["x" * 41]}, "/tags/0", "max_length"),
        ({"language": "english"}, "/language", "invalid"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(manager: Person, body: Any, pointer: str, code: str) -> None:
    taken = CustomerFactory(email="taken@mail.example")

    assert faults(manager.api.post("customers/", ADA | body)) == {pointer: code}
    assert list(Customer.objects.all()) == [taken]


def test_only_the_team_sees_customers(customer: Person, owner: Person, rival_owner: Person, rival: Tenant) -> None:
    known = CustomerFactory()
    with tenant_scope(rival):
        foreign = CustomerFactory()

    assert customer.api.get("customers/").status_code == 403
    assert customer.api.get(f"customers/{known.pk}/").status_code == 403
    assert owner.api.get(f"customers/{foreign.pk}/").status_code == 404
    assert ids(rival_owner.api.get("customers/")) == {str(foreign.pk)}
    assert owner.api.get("customers/")["Cache-Control"] == "private, no-cache"
