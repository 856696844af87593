"""Whoever has an account finds what they booked as a guest, and keeps it whatever address they have later."""

from django.db import transaction

from bookme.customers.actions import link_customers
from bookme.users.events import AccountChanged, MemberJoined
from bookme.users.selectors import in_each_business_of, verified_emails


def link_member(*, event: MemberJoined, **_: object) -> None:
    """The rows under their verified address are theirs from now on."""
    with transaction.atomic():
        link_customers(user_id=event.user_id, emails=verified_emails(event.user_id))


def link_changed(*, event: AccountChanged, **_: object) -> None:
    """With a new address, what was under the former one stays theirs, in every business that they belong to."""
    if event.what != "email":
        return
    emails = verified_emails(event.user_id)
    for _tenant in in_each_business_of(event.user_id):
        with transaction.atomic():
            link_customers(user_id=event.user_id, emails=emails)
