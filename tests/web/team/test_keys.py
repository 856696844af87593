"""Keys of other programs: made, shown once, listed, revoked."""

import datetime as dt
from typing import Any

import pytest

from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.keys import read_key
from bookme.users.models import ApiKey, Membership
from tests.factories.users import Api, Person, make_key, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import shown

NEW = "/team/keys/new/"
GIVEN: dict[str, Any] = {"name": "Our website", "permissions": ["bookings.read", "customers.read"], "until": ""}


def _key_in(page: str) -> str:
    return page.split('<code id="key"')[1].split(">")[1].split("<", maxsplit=1)[0]


def test_a_key_is_made_and_shown_once(salon_team: Shop, owner: Person) -> None:
    assert "No program works with this business" in shown(owner, "/team/keys/")
    answer = owner.page.post(NEW, GIVEN)
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    text = _key_in(page_of(answer))
    assert read_key(text) is not None
    assert Api(host=owner.host, token=text).get("customers/").status_code == 200
    listed = shown(owner, "/team/keys/")
    for told in ("Our website", "See bookings", "See customers", "Last used", f"Made by {owner.user.name}"):
        assert told in listed
    assert text not in listed
    assert text[:16] in listed


def test_it_is_good_through_its_last_day(salon_team: Shop, owner: Person) -> None:
    """The clock of the business: London, in summer an hour ahead."""
    owner.page.post(NEW, GIVEN | {"until": "2030-07-01"})
    assert ApiKey.objects.get().expires_at == dt.datetime(2030, 7, 1, 23, tzinfo=dt.UTC)
    assert "Good until 1 July 2030" in shown(owner, "/team/keys/")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "This field is required."),
        ({"permissions": []}, "Choose at least one."),
        ({"permissions": ["team.manage"]}, "Select a valid choice"),
        ({"until": "2029-12-31"}, "This is past already."),
        ({"until": "someday"}, "Enter a valid date."),
    ],
)
def test_what_makes_no_key_is_said_beside_it(
    salon_team: Shop, owner: Person, change: dict[str, Any], told: str
) -> None:
    answer = owner.page.post(NEW, GIVEN | change)
    assert answer.status_code == 422
    assert told in page_of(answer)
    assert not ApiKey.objects.exists()


def test_a_manager_is_offered_what_they_may_do_themselves(salon_team: Shop, manager: Person) -> None:
    page = shown(manager, NEW)
    assert "See bookings" in page
    for power in ("Change the settings", "See who came in", "Keep the team"):
        assert power not in page


def test_who_sees_a_part_is_told_so(salon: Tenant, salon_team: Shop) -> None:
    bound = make_person(salon, Role.MANAGER, staff_ids=[])
    for path in ("/team/keys/", NEW):
        assert "An owner can make one." in shown(bound, path)
    assert bound.page.post(NEW, GIVEN).status_code == 422
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_a_question(salon_team: Shop, owner: Person, salon: Tenant) -> None:
    key = make_key(salon, Permission.CUSTOMERS_READ, name="Old website")
    page = shown(owner, "/team/keys/")
    assert "There is no way back" in page
    done = owner.page.post(f"/team/keys/{key.row.pk}/revoke/", follow=True)
    assert "The key Old website is revoked." in page_of(done)
    assert "1 key that is not good any more" in page_of(done)
    assert Api(host=owner.host, token=key.text).get("customers/").status_code == 401


def test_keys_of_another_business_are_not_there(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    theirs = make_key(rival, Permission.CUSTOMERS_READ, name="Theirs")
    assert "Theirs" not in shown(owner, "/team/keys/")
    assert owner.page.post(f"/team/keys/{theirs.row.pk}/revoke/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_whose_maker_has_left_is_marked(salon_team: Shop, owner: Person, manager: Person) -> None:
    manager.page.post(NEW, GIVEN)
    assert "not of the team any more" not in shown(owner, "/team/keys/")
    Membership.objects.filter(pk=manager.membership.pk).update(is_active=False)
    assert "not of the team any more" in shown(owner, "/team/keys/")


def test_what_has_expired_is_apart(salon_team: Shop, owner: Person, salon: Tenant) -> None:
    make_key(salon, Permission.CUSTOMERS_READ, name="Short", expires_at=now())
    page = shown(owner, "/team/keys/")
    assert "Expired" in page
    assert "revoke/" not in page


def test_staff_have_no_way_to_it(salon_team: Shop, stylist: Person) -> None:
    assert "/team/keys/" not in shown(stylist, "/team/")
    assert stylist.page.get("/team/keys/").status_code == 403
    assert stylist.page.post(NEW, GIVEN).status_code == 403
