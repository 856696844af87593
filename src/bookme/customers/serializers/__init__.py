"""The shapes of customers, and of the lists that they are taken over from."""

from bookme.customers.serializers.customers import (
    ConsentSerializer,
    CustomerAddressSerializer,
    CustomerSerializer,
    LanguageField,
)
from bookme.customers.serializers.imports import COLUMNS, CustomerList, customers_in

__all__ = [
    "COLUMNS",
    "ConsentSerializer",
    "CustomerAddressSerializer",
    "CustomerList",
    "CustomerSerializer",
    "LanguageField",
    "customers_in",
]
