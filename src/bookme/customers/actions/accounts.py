"""What people with an account do with the rows that are theirs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from bookme.core.actor import Actor
from bookme.customers.actions.people import UNSAID, answer_marketing, link_customers
from bookme.customers.events import CustomerChanged
from bookme.customers.models import Customer
from bookme.customers.selectors import own_customers, require_person
from bookme.eventlog.changes import change_row, make_row
from bookme.users.actions import update_profile
from bookme.users.models import User

OF_THE_PERSON = ("name", "phone", "language", "timezone")  # what they carry from business to business


def change_own_customer(*, values: Mapping[str, Any], actor: Actor) -> None:
    """Name, phone, language, time zone, `channels` and `marketing_consent`, as far as given, of who is signed in.

    Their account and all their rows here have the same then, and the rows are linked to them; without one it is made.
    What they said of a channel before stays unless it is said anew; a consent keeps what is asked in the language that
    is active. Joins the transaction. Publishes CustomerChanged.
    Raises NotAllowed `people_only`.
    """
    user = _locked(actor)
    profile = {name: value for name, value in values.items() if name in OF_THE_PERSON}
    if profile:
        update_profile(user=user, values=profile)
    for row in _own_rows(user, actor):
        channels = {"channels": row.channels | values["channels"]} if "channels" in values else {}
        change_row(row=row, values=profile | channels, event=CustomerChanged, actor=actor, unsaid=UNSAID)
        if "marketing_consent" in values:
            answer_marketing(customer=row, granted=values["marketing_consent"], language=get_language() or "")


def keep_own_customers(*, actor: Actor) -> list[Customer]:
    """All rows of who is signed in, linked to them; without one it is made.

    Joins the transaction. Raises NotAllowed `people_only`.
    """
    return _own_rows(_locked(actor), actor)


def _locked(actor: Actor) -> User:
    return User.objects.select_for_update().get(pk=require_person(actor))


def _own_rows(user: User, actor: Actor) -> list[Customer]:
    """All that are theirs, linked; made, where there is none."""
    link_customers(user_id=user.pk, emails=[actor.email])
    rows = list(Customer.objects.filter(own_customers(actor)).order_by("created_at", "id"))
    return rows or [_made(user, actor)]


def _made(user: User, actor: Actor) -> Customer:
    """Without e-mail where somebody else's row has it, who had the address before."""
    email = "" if Customer.objects.filter(email=actor.email).exists() else actor.email
    values: dict[str, Any] = {"name": user.name or user.email, "phone": user.phone, "language": user.language}
    values |= {"email": email, "timezone": user.timezone, "user_id": user.pk}
    return make_row(row=Customer(), values=values, event=CustomerChanged, actor=actor, unsaid=UNSAID)
