"""What a customer's row must have, whoever calls the actions."""

from typing import Any

import pytest

from bookme.core.errors import Invalid
from bookme.customers import actions
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from tests.factories.customers import CustomerFactory
from tests.factories.users import Person


@pytest.mark.parametrize(
    ("values", "code"),
    [({}, "required"), ({"email": "", "phone": ""}, "required"), ({"email": "ada@mail.example"}, "unique")],
)
def test_a_customer_who_cannot_be(owner: Person, values: dict[str, Any], code: str) -> None:
    CustomerFactory(email="ada@mail.example")
    with pytest.raises(Invalid) as refused:
        actions.make_customer(values={"name": "Ada", **values}, actor=owner.actor)
    assert [(each.pointer, each.code) for each in refused.value.errors] == [("/email", code)]
    assert Customer.objects.count() == 1
    assert not Event.objects.exists()


def test_an_address_is_one_customer_s(owner: Person) -> None:
    CustomerFactory(email="ada@mail.example")
    other = CustomerFactory(email="bo@mail.example")
    with pytest.raises(Invalid) as refused:
        actions.change_customer(customer=other, values={"email": "ada@mail.example"}, actor=owner.actor)
    assert refused.value.code == "unique"
    assert Customer.objects.get(pk=other.pk).email == "bo@mail.example"
    kept = {"email": "bo@mail.example", "notes": "Tea"}
    assert actions.change_customer(customer=other, values=kept, actor=owner.actor).notes == "Tea"
