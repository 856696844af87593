"""Whom a list of contacts is about, in a few statements however long it is."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from bookme.customers.actions.people import Contact
from bookme.customers.models import Customer

_AT_ONCE = 500


def find_or_make_customers(*, contacts: Sequence[Contact], added_by: UUID | None = None) -> list[Customer]:
    """The customer of each contact, in the same order: as `find_or_make_customer` finds and makes them.

    Without e-mail and phone each is somebody else. New ones keep who of the team made them, in `added_by`. Joins the
    transaction.
    """
    known = _Known(contacts)
    made = [Customer(name=each.name, email=each.email, phone=each.phone, added_by=added_by) for each in known.unknown()]
    Customer.objects.bulk_create(made, ignore_conflicts=True, batch_size=_AT_ONCE)
    # Of an e-mail that somebody else wrote meanwhile, it is their row that counts.
    known = _Known(contacts)
    nameless = iter([each for each in made if not each.email and not each.phone])
    return [known.find(each) or next(nameless) for each in contacts]


class _Known:
    """Everybody whom the contacts may be about; who was made first comes first."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self.contacts = contacts
        emails = {each.email for each in contacts if each.email}
        phones = {each.phone for each in contacts if each.phone}
        self.by_email: dict[str, Customer] = {}
        self.by_phone: dict[str, Customer] = {}
        for row in Customer.objects.filter(Q(email__in=emails) | Q(phone__in=phones)).order_by("created_at", "id"):
            if row.email:
                self.by_email[row.email] = row
            if row.phone:
                self.by_phone.setdefault(row.phone, row)

    def find(self, contact: Contact) -> Customer | None:
        by_email = self.by_email.get(contact.email) if contact.email else None
        return by_email or (self.by_phone.get(contact.phone) if contact.phone else None)

    def unknown(self) -> list[Contact]:
        """One contact of each who has to be made."""
        found: list[Contact] = []
        emails: set[str] = set()
        phones: set[str] = set()
        for each in self.contacts:
            if self.find(each) or (each.email and each.email in emails) or (each.phone and each.phone in phones):
                continue
            emails.add(each.email)
            phones.add(each.phone)
            found.append(each)
        return found
