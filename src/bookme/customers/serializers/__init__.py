"""The shapes of customers, and of the lists that they are taken over from."""

from bookme.customers.serializers.customers import (
    ConsentSerializer,
    CustomerAddressSerializer,
    CustomerSerializer,
)
from bookme.customers.serializers.imports import COLUMNS, customers_in
from bookme.customers.serializers.me import ProfileInput, ProfileOutput

__all__ = [
    "COLUMNS",
    "ConsentSerializer",
    "CustomerAddressSerializer",
    "CustomerSerializer",
    "ProfileInput",
    "ProfileOutput",
    "customers_in",
]
