"""Who books: known or new, one row however many at once, and never changed by booking."""

from uuid import UUID

import pytest
from django.db import transaction
from django.utils.translation import override

from bookme.core.ids import uuid7
from bookme.customers.actions import (
    Address,
    Contact,
    consents_of,
    find_or_make_customer,
    keep_address,
)
from bookme.customers.models import ConsentKind, Customer, CustomerAddress
from bookme.customers.wording import consent_wording
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url
from bookme.tenants.statements import insert
from tests.at_once import all_at_once
from tests.factories.customers import CustomerAddressFactory, CustomerFactory


def test_the_order_is_who_is_signed_in_then_e_mail_then_phone(salon: Tenant) -> None:
    signed_in = CustomerFactory(user_id=uuid7())
    by_mail, by_phone = CustomerFactory(), CustomerFactory()
    contact = Contact(name="X", email=by_mail.email, phone=by_phone.phone)
    assert find_or_make_customer(contact=contact, user_id=signed_in.user_id) == signed_in
    assert find_or_make_customer(contact=contact, user_id=uuid7()) == by_mail
    assert find_or_make_customer(contact=Contact(name="X", email="new@mail.example", phone=by_phone.phone)) == by_phone
    made = find_or_make_customer(contact=Contact(name="X", email="new@mail.example"), language="fr", user_id=uuid7())
    assert (made.name, made.email, made.language, made.user_id) == ("X", "new@mail.example", "fr", None)


def test_who_is_signed_in_is_linked_under_their_own_address(salon: Tenant) -> None:
    ada, bob = CustomerFactory(email="ada@mail.example"), CustomerFactory(user_id=uuid7(), email="bob@mail.example")
    me = uuid7()

    def found(email: str, own_email: str, user_id: UUID | None = me) -> Customer:
        contact = Contact(name="X", email=email, phone=ada.phone)
        return find_or_make_customer(contact=contact, user_id=user_id, own_email=own_email)

    assert (found("ada@mail.example", "").user_id, found("ada@mail.example", "", None).user_id) == (None, None)
    assert found("ada@mail.example", "ada@mail.example", None).user_id is None, "nobody is signed in"
    assert found("new@mail.example", "me@mail.example") == ada, "by phone, as any guest"
    assert Customer.objects.get(pk=ada.pk).user_id is None, "a phone links nobody"
    assert found("bob@mail.example", "bob@mail.example") == bob
    assert Customer.objects.get(pk=bob.pk).user_id == bob.user_id, "it is somebody else's already"
    mine = found("other@mail.example", "ada@mail.example")
    assert (mine, mine.user_id, Customer.objects.get(pk=ada.pk).user_id) == (ada, me, me)
    assert found("new@mail.example", "changed@mail.example") == ada, "linked for good"


def test_a_first_booking_under_the_own_address_makes_a_linked_row(salon: Tenant) -> None:
    me = uuid7()
    made = find_or_make_customer(
        contact=Contact(name="X", email="me@mail.example"), user_id=me, own_email="me@mail.example"
    )
    assert Customer.objects.get(pk=made.pk).user_id == me


def test_an_empty_phone_finds_nobody(salon: Tenant) -> None:
    CustomerFactory(phone="")
    made = find_or_make_customer(contact=Contact(name="X", email="x@mail.example"))
    assert made.name == "X"


@pytest.mark.parametrize("contact", [Contact(name="X", email="x@mail.example"), Contact(name="X", phone="+4420794600")])
def test_many_at_once_make_one(committed: Tenant, contact: Contact) -> None:
    found: list[UUID] = []

    def one(_number: int) -> None:
        with tenant_scope(committed), transaction.atomic():
            found.append(find_or_make_customer(contact=contact).pk)

    all_at_once(6, one)
    assert (len(found), len(set(found)), Customer.objects.count()) == (6, 1, 1)


def test_an_address_is_kept_once_and_the_newest_counts(salon: Tenant) -> None:
    customer = CustomerFactory()
    CustomerAddressFactory(customer=customer)
    first = Address(line1="1 High Street", postcode="N1 1AA")
    assert keep_address(customer=customer, address=first) == keep_address(customer=customer, address=first)
    keep_address(customer=customer, address=Address(line1="9 Far Away", postcode="ZE1 0AA"))
    assert CustomerAddress.objects.count() == 3


def test_consents_are_what_was_asked_and_answered(salon: Tenant) -> None:
    customer, visit_id = CustomerFactory(), uuid7()
    salon.tenantconfig.data = {**salon.tenantconfig.data, "legal": {"terms_url": "https://salon.example/" + "t" * 470}}
    salon.tenantconfig.save()
    with tenant_scope(Tenant.objects.get(pk=salon.pk)):
        granted = {"terms": True, "marketing": False}
        insert(*consents_of(customer, granted=granted, language="fr", visit_id=visit_id))
        insert(*consents_of(customer, granted={"privacy": True}, language=""))
    rows = customer.consents.order_by("kind").values_list("kind", "granted", "wording", "url", "visit_id")
    with override("fr"):
        marketing, terms = consent_wording(ConsentKind.MARKETING), consent_wording(ConsentKind.TERMS)
    assert terms.startswith("J’accepte")
    assert list(rows) == [
        ("marketing", False, marketing, "", visit_id),
        ("privacy", True, consent_wording(ConsentKind.PRIVACY), business_url(salon, "/privacy/"), None),
        ("terms", True, terms, "https://salon.example/" + "t" * 470, visit_id),
    ]
