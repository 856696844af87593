"""The page of the audit, for the owner."""

import pytest

from bookme.core.actor import GUEST, Origin
from bookme.eventlog.actions import publish, publish_all
from bookme.users.events import MemberJoined, OperatorEntered, SignInFailed
from bookme.users.selectors import operator_actor
from bookme.web.team.audit import ICONS, LABELS, PAGE_SIZE
from tests.factories.locations import LocationFactory
from tests.factories.users import Person, UserFactory
from tests.web.conftest import Shop
from tests.web.team.conftest import shown

PATH = "/team/security/"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def facts(salon_team: Shop, owner: Person, stylist: Person) -> None:
    here = Origin("192.0.2.7", LINUX)
    publish(MemberJoined(user_id=stylist.user.pk, role="staff"), actor=owner.actor.coming_from(here))
    publish(SignInFailed(user_id=None, email="who@mail.example", reason="credentials"), actor=GUEST.coming_from(here))
    operator = UserFactory(name="Olga", is_staff=True)
    publish(OperatorEntered(user_id=operator.pk), actor=operator_actor(operator))


@pytest.mark.usefixtures("facts")
def test_the_owner_reads_what_happened_by_whom_and_from_where(owner: Person, stylist: Person) -> None:
    page = shown(owner, PATH)
    for told in (
        f"{stylist.user.name} joined as member of the team",
        f"by {owner.user.name}",
        "Sign-in as w…@mail.example was refused",
        "Firefox on Linux",
        "192.0.2.7",
        "BookMe (Olga) looked into the business",
        "2 January 2030",
    ):
        assert told in page


def test_what_somebody_may_is_told_as_it_was_and_as_it_is(salon_team: Shop, owner: Person, manager: Person) -> None:
    here = LocationFactory(name="Camden")
    values = {"role": "staff", "denied": ["customers.read"], "location_ids": [str(here.pk)]}
    assert owner.api.patch(f"members/{manager.membership.pk}/", values).status_code == 200
    page = shown(owner, f"{PATH}?topic=team")
    assert f"{manager.user.name} is now member of the team, and was manager" in page
    assert "What they may do: All but: See customers (before: Everything that this role has)" in page
    assert "Places of work: Camden (before: Everywhere)" in page
    assert "Role:" not in page, "the sentence says it"


@pytest.mark.usefixtures("facts")
def test_it_is_narrowed_by_a_chip_and_by_person_and_days(owner: Person, stylist: Person) -> None:
    page = shown(owner, f"{PATH}?topic=failure&from=2030-01-02")
    assert "was refused" in page
    assert "joined as" not in page
    assert 'href="/team/security/?topic=team&amp;from=2030-01-02"' in page
    page = shown(owner, f"{PATH}?person={stylist.user.pk}")
    assert "joined as" in page
    assert "was refused" not in page
    assert "Nothing of this has happened" in shown(owner, f"{PATH}?to=2030-01-01")


@pytest.mark.parametrize("query", ["topic=all", "person=me", "from=someday", "person=%00"])
def test_what_cannot_be_read_is_no_fault_of_ours(salon_team: Shop, owner: Person, query: str) -> None:
    assert owner.page.get(f"{PATH}?{query}").status_code == 422


def test_it_has_pages(salon_team: Shop, owner: Person, stylist: Person) -> None:
    joined = [MemberJoined(user_id=stylist.user.pk, role="staff")] * (PAGE_SIZE + 1)
    publish_all(joined, actor=owner.actor)
    first = shown(owner, f"{PATH}?topic=team")
    assert (first.count("joined as"), "?topic=team&amp;page=2" in first) == (PAGE_SIZE, True)
    last = shown(owner, f"{PATH}?topic=team&page=2")
    assert (last.count("joined as"), "Newer" in last, "Older" in last) == (1, True, False)


def test_every_topic_has_a_chip_and_an_icon() -> None:
    assert set(ICONS) == set(LABELS)


@pytest.mark.usefixtures("facts")
def test_it_is_for_the_owner_alone(manager: Person, stylist: Person) -> None:
    for person in (manager, stylist):
        assert PATH not in shown(person, "/team/")
        answer = person.page.get(PATH)
        assert answer.status_code == 403
        assert b"192.0.2.7" not in answer.content
