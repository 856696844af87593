"""Writing what the business knows of a person: by the team, by people as they book, and from a list it brings along."""

from bookme.customers.actions.accounts import change_own_customer, keep_own_customers
from bookme.customers.actions.contacts import find_or_make_customers
from bookme.customers.actions.importing import ImportedCustomer, Outcome, import_customers
from bookme.customers.actions.people import (
    Address,
    Contact,
    answer_marketing,
    archive_customer,
    change_customer,
    consents_of,
    find_or_make_customer,
    keep_address,
    link_customers,
    make_customer,
)

__all__ = [
    "Address",
    "Contact",
    "ImportedCustomer",
    "Outcome",
    "answer_marketing",
    "archive_customer",
    "change_customer",
    "change_own_customer",
    "consents_of",
    "find_or_make_customer",
    "find_or_make_customers",
    "import_customers",
    "keep_address",
    "keep_own_customers",
    "link_customers",
    "make_customer",
]
