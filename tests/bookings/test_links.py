"""Manage links: whose they are, and what makes them void."""

import base64

import pytest

from bookme.bookings.links import guest_for_token, manage_token, manage_url, visit_for_token, waiting_for_token
from bookme.core.actor import ActorKind
from bookme.core.errors import NotFound
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.bookings import VisitFactory


def token_of(visit: object) -> str:
    return manage_token(visit)  # type: ignore[attr-defined]


def test_it_leads_to_its_visit(salon: Tenant) -> None:
    visit = VisitFactory()
    assert visit_for_token(token_of(visit)) == visit
    guest = guest_for_token(token_of(visit))
    assert (guest.kind, guest.visit_id, guest.permissions) == (ActorKind.GUEST, visit.pk, frozenset())
    assert manage_url(visit) == f"http://salon.localhost:8000/m/{token_of(visit)}/"


def test_it_is_short_for_every_version(salon: Tenant) -> None:
    """An SMS carries it; there is one way to write it, and each of its bits counts."""
    for version, length in ((1, 44), (255, 44), (256, 46), (2**31 - 1, 48)):
        visit = VisitFactory(link_version=version)
        token = token_of(visit)
        assert (len(token), visit_for_token(token)) == (length, visit)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for place, letter in enumerate(token):
            other = token[:place] + alphabet[(alphabet.index(letter) + 1) % 64] + token[place + 1 :]
            with pytest.raises(NotFound):
                visit_for_token(other)


def test_no_two_salts_are_the_same_key(salon: Tenant) -> None:
    visit = VisitFactory()
    with pytest.raises(NotFound):
        waiting_for_token(token_of(visit))


@pytest.mark.parametrize("length", [0, 1, 15, 16, 32, 33, 45])
def test_what_is_no_token_is_void(salon: Tenant, length: int) -> None:
    for each in ("A" * length, base64.urlsafe_b64encode(b"\0" * length).decode(), ":" * length):
        with pytest.raises(NotFound):
            visit_for_token(each)


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-1], lambda t: "f" + t[1:], lambda t: t + "x", lambda t: t + "=", lambda t: "", lambda t: "é"],
)
def test_a_forged_one_is_void(salon: Tenant, spoil: object) -> None:
    token = spoil(token_of(VisitFactory()))  # type: ignore[operator]
    with pytest.raises(NotFound):
        visit_for_token(token)


def test_it_is_void_once_the_version_was_raised_in_another_business_and_under_another_key(
    salon: Tenant, rival: Tenant
) -> None:
    visit = VisitFactory()
    token = token_of(visit)
    with tenant_scope(rival):
        VisitFactory(id=visit.pk)
        with pytest.raises(NotFound):
            visit_for_token(token)
    visit.link_version = 2
    visit.save()
    with pytest.raises(NotFound):
        visit_for_token(token)
    token = token_of(visit)
    salon.link_key = "another"
    with pytest.raises(NotFound):
        visit_for_token(token)


def test_the_platforms_own_keys_sign_no_link(salon: Tenant, settings: object) -> None:
    visit = VisitFactory()
    settings.SECRET_KEY_FALLBACKS = [salon.link_key]  # type: ignore[attr-defined]
    token = token_of(visit)
    salon.link_key = "another"
    with pytest.raises(NotFound):
        visit_for_token(token)
