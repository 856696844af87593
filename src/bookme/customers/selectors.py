"""To know who books. Whom the team sees is a question of bookings: `bookings.selectors.customers`."""

from uuid import UUID

from bookme.customers.models import Customer
from bookme.tenants.statements import prepared_rows

# The eldest customer of each way to know one, with the rank of that way.
_WAYS = {
    way: f"(SELECT {rank}, id FROM customers_customer WHERE {known} ORDER BY created_at, id LIMIT 1)"
    for rank, (way, known) in enumerate(
        {
            "user_id": "user_id = %(user_id)s",
            "email": "email = %(email)s AND email <> ''",
            "phone": "phone = %(phone)s AND phone <> ''",
        }.items()
    )
}


def customer_by_contact(*, email: str = "", phone: str = "", user_id: UUID | None = None) -> Customer | None:
    """Who books: the signed-in person's row, else the one with that lower-case e-mail, else with that phone.

    For actions only: nothing of an existing row may be shown to whoever gave the contact.
    """
    given = {way: value for way, value in {"user_id": user_id, "email": email, "phone": phone}.items() if value}
    found = prepared_rows(" UNION ALL ".join(_WAYS[way] for way in given), given) if given else []
    return Customer.objects.get(pk=min(found)[1]) if found else None
