"""People who book."""

import factory
from factory.django import DjangoModelFactory

from bookme.customers.models import Consent, ConsentKind, Customer, CustomerAddress


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Customer {n}")
    email = factory.Sequence(lambda n: f"customer-{n}@mail.example")
    phone = factory.Sequence(lambda n: f"+4420794{n % 100000:05d}")


class CustomerAddressFactory(DjangoModelFactory[CustomerAddress]):
    class Meta:
        model = CustomerAddress

    customer = factory.SubFactory(CustomerFactory)
    line1 = "2 Low Street"
    postcode = "N1 2BB"


class ConsentFactory(DjangoModelFactory[Consent]):
    class Meta:
        model = Consent

    customer = factory.SubFactory(CustomerFactory)
    kind = ConsentKind.TERMS
    granted = True
