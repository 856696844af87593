"""Promise 30: no crafted token is accepted, on an endpoint of each kind; with control tokens that are."""

from typing import Any

import jwt
import pytest

from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from bookme.users.models import SignIn
from tests.factories.bookings import BookingFactory
from tests.factories.users import Api, Person, make_person
from tests.users.crafted import CRAFTED, HEAD, by_hand, signed

# An operation of each kind: what anybody may read, what whoever is signed in may, what a permission is needed for, a
# write, a write about oneself, a file, a deletion.
KINDS = {
    "for anyone": ("get", "services/"),
    "signed in": ("get", "auth/me/"),
    "with a permission": ("get", "customers/"),
    "a write": ("patch", "config/"),
    "one's own": ("patch", "auth/me/"),
    "a file": ("get", "bookings/export/?format=csv"),
    "one row": ("get", "bookings/{booking}/"),
    "an end": ("post", "bookings/{booking}/cancel/"),
}
DOORS = {"domain": {"host": "salon.localhost"}, "header": {"host": "localhost", "x-tenant": "salon"}}


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _payload(person: Person) -> dict[str, Any]:
    return _claims(person.tokens.access)


def _ask(kind: str, token: str, booking: Booking, door: str = "domain") -> int:
    method, path = KINDS[kind]
    api = Api(host="", headers=DOORS[door])
    answer = getattr(api, method)(
        path.format(booking=booking.pk), authorization=f"Bearer {token}".encode().decode("latin1")
    )
    return int(answer.status_code)


def _crafted(owner: Person, rival: Tenant) -> dict[str, str]:
    """Each of them, and some that are of other sign-ins that there are."""
    payload, other = _payload(owner), make_person(owner.tenant, Role.OWNER)
    customer, rival_owner = make_person(owner.tenant, Role.CUSTOMER), make_person(rival, Role.OWNER)
    of_others = {
        "the subject of another": signed(payload, sub=str(other.user.pk)),
        "the sign-in of another": signed(payload, sid=_payload(other)["sid"]),
        "the version of another": signed(payload, ver=_payload(other)["ver"]),
        "a customer as team": signed(_payload(customer), aud="team"),
        "a customer in the owner's sign-in": signed(_payload(customer), sid=payload["sid"]),
        "the owner of another business, here": signed(_payload(rival_owner), tid=payload["tid"]),
        "here, of a sign-in there": signed(payload, sid=_payload(rival_owner)["sid"]),
        "an operator's": signed(payload, aud="platform", tid=None),
        "the refresh token": owner.tokens.refresh,
        "the refresh token as access": signed(_claims(owner.tokens.refresh), typ="access"),
    }
    return {name: craft(payload) for name, craft in CRAFTED.items() if name != "empty"} | of_others


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_crafted_token_is_accepted(owner: Person, rival: Tenant, kind: str, door: str) -> None:
    booking = BookingFactory()
    before = SignIn.objects.filter(revoked_at=None).count()
    crafted = _crafted(owner, rival)
    opened = SignIn.objects.filter(revoked_at=None).count()
    accepted = {name: status for name, token in crafted.items() if (status := _ask(kind, token, booking, door)) != 401}
    assert accepted == {}
    assert Booking.objects.get().status == booking.status
    assert SignIn.objects.filter(revoked_at=None).count() == opened > before, "nor is anybody signed out by one"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_control_is_accepted(owner: Person, kind: str, door: str) -> None:
    """The same requests with what the crafted ones are made of: as we made it, and made anew."""
    payload = _payload(owner)
    for token in (owner.tokens.access, signed(payload), by_hand(HEAD, payload)):
        assert _ask(kind, token, BookingFactory(), door) < 300


def test_no_crafted_refresh_token_is_taken(owner: Person) -> None:
    payload = _claims(owner.tokens.refresh)
    api, good = Api(host=owner.host), {"refresh"}  # here that is the right type
    crafted = {name: craft(payload) for name, craft in CRAFTED.items() if name not in good}
    statuses = {name: api.post("auth/refresh/", {"refresh": token}).status_code for name, token in crafted.items()}
    assert {name: status for name, status in statuses.items() if status not in {400, 401}} == {}
    assert SignIn.objects.get().revoked_at is None
    assert api.post("auth/refresh/", {"refresh": owner.tokens.refresh}).status_code == 200
