"""Manage links: whose they are, and what makes them void."""

import pytest

from bookme.bookings.links import guest_for_token, manage_token, manage_url, visit_for_token
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
    assert manage_url(visit) == f"http://salon.localhost:8000/manage/{token_of(visit)}/"


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "f" + t[1:], lambda t: t + "x", lambda t: "", lambda t: "é"]
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
