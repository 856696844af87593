"""The shapes of customers, and of the lists that they are taken over from."""

from bookme.customers.serializers.customers import (
    ConsentSerializer,
    CustomerAddressSerializer,
    CustomerSerializer,
)
from bookme.customers.serializers.imports import COLUMNS, customers_in

__all__ = [
    "COLUMNS",
    "ConsentSerializer",
    "CustomerAddressSerializer",
    "CustomerSerializer",
    "customers_in",
]
