"""Every page of the team, for everybody who has no business there."""

import re
from uuid import UUID

import pytest
from django.urls import URLPattern, reverse

from bookme.web.team.urls import urlpatterns
from tests.factories.users import Person, Stranger
from tests.web.conftest import Shop

# Signing in, what a link proves on its own, and what everybody sets up for themselves.
OWN = {"team-two-factor", "team-two-factor-set-up", "team-recovery-codes", "team-two-factor-off"}
OPEN = {"team-sign-in", "team-sign-out", "team-code", "team-social", "team-social-finish", "team-invitation",
        "team-continue"} | OWN  # fmt: skip
SOMETHING = UUID(int=7)


def paths() -> list[str]:
    """One address of every page that needs the team."""
    found = []
    for each in urlpatterns:
        assert isinstance(each, URLPattern)
        if each.name not in OPEN:
            names = each.pattern.converters
            found.append(
                reverse(
                    each.name or "",
                    urlconf="bookme.config.urls.business",
                    kwargs={name: "arrive" if name == "step" else SOMETHING for name in names},
                )
            )
    return found


@pytest.mark.parametrize("path", paths())
def test_strangers_sign_in_and_customers_are_refused(
    path: str, salon_team: Shop, stranger: Stranger, customer: Person
) -> None:
    for send in (stranger.page.get, stranger.page.post):
        response = send(path)
        assert (response.status_code, response.get("Location", "")[:14]) in {(302, "/team/sign-in/"), (405, "")}
    assert customer.page.get(path).status_code in {403, 405}
    assert customer.page.post(path).status_code in {403, 405}


@pytest.mark.parametrize("path", paths())
def test_nothing_given_is_no_fault_of_ours(path: str, salon_team: Shop, owner: Person) -> None:
    """A form with nothing in it, and a page of what does not exist."""
    for send in (owner.page.get, owner.page.post):
        assert send(path).status_code < 500


@pytest.mark.parametrize("path", paths())
def test_every_id_is_there_once(path: str, salon_team: Shop, owner: Person) -> None:
    """Labels and descriptions find their field by its id."""
    ids = re.findall(r' id="([^"]+)"', owner.page.get(path).content.decode())
    assert len(ids) == len(set(ids)), sorted(each for each in ids if ids.count(each) > 1)
