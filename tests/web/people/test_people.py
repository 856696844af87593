"""The page of people: who is of the team, inviting somebody, changing what they may, removing them."""

import datetime as dt
import re
from typing import Any

import pytest

from bookme.core.permissions import PERMISSIONS_OF, Permission, Role
from bookme.core.time import now
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.users.models import Membership
from tests.factories.locations import LocationFactory
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person, make_person
from tests.team.conftest import NEW, state
from tests.web.team.conftest import done, shown

PAGE = "/team/people/"
ALL = [each.value for each in Permission]
FORM = {"email": NEW, "name": "", "role": "staff", "staff": "", "powers": ALL, "customers": "own"}


def page_of(member: Person) -> str:
    return f"{PAGE}{member.membership.pk}/"


def test_the_team_is_shown_with_what_everybody_may(owner: Person, manager: Person, stylist: Person) -> None:
    here, ana = LocationFactory(name="Soho"), StaffFactory(name="Ana", user_id=stylist.user.pk)
    Membership.objects.filter(pk=manager.membership.pk).update(
        denied=["bookings.export"], location_ids=[str(here.pk)], staff_ids=[str(ana.pk)]
    )
    page = shown(owner, PAGE)
    for text in (owner.user.email, "Export bookings", "Soho", "Ana", "Nobody is asked at the moment", "Owner"):
        assert text in page, text
    assert page_of(manager) in page
    offered = [f'Change<span class="vh"> {each.user.name}' in page for each in (manager, owner)]
    assert offered == [True, False], "nobody changes themselves"
    assert page.index(owner.user.name) < page.index(manager.user.email) < page.index(stylist.user.email)


def test_only_who_keeps_the_team_gets_there(owner: Person, manager: Person, stylist: Person, customer: Person) -> None:
    assert f'href="{PAGE}"' in shown(owner, "/team/")
    assert f'href="{PAGE}"' not in shown(stylist, "/team/")
    bound = make_person(owner.tenant, Role.MANAGER, denied=["team.manage"])
    before = state()
    for who in (stylist, customer, bound):
        for path in (PAGE, page_of(manager)):
            assert who.page.get(path).status_code == 403
            assert who.page.post(path, FORM).status_code == 403
        assert who.page.post(f"{page_of(manager)}remove/").status_code == 403
    assert state() == before


def test_somebody_is_invited(owner: Person) -> None:
    ana = StaffFactory(name="Ana")
    page = done(owner, PAGE, FORM | {"name": "Nia", "staff": str(ana.pk), "powers": set(ALL) - {"customers.read"}})
    assert f"We have written to {NEW}." in page
    row = Invitation.objects.get()
    assert (row.name, row.role, row.staff, row.denied) == ("Nia", "staff", ana, ["customers.read"])
    assert (row.location_ids, row.staff_ids, row.customer_scope) == (None, None, "own")
    assert "All but: See customers" in page


def test_places_and_people_are_chosen_where_there_are_some(owner: Person) -> None:
    here, there, ana, ben = LocationFactory(), LocationFactory(), StaffFactory(), StaffFactory()
    scopes = {"places_reach": "some", "places": [str(here.pk)], "people_reach": "all", "people": [str(ben.pk)]}
    done(owner, PAGE, FORM | scopes | {"customers": "all"})
    row = Invitation.objects.get()
    assert (row.location_ids, row.staff_ids, row.customer_scope) == ([str(here.pk)], None, "all")
    before = state()
    refused = owner.page.post(PAGE, FORM | {"email": "b@people.example", "places_reach": "some", "people_reach": "all"})
    assert (refused.status_code, state()) == (422, before)
    assert "Choose at least one." in refused.text
    assert {str(there.pk), str(ana.pk)} <= set(re.findall(r'value="([-0-9a-f]{36})"', refused.text))


@pytest.mark.parametrize("given", [
    {"role": "owner"}, {"role": "customer"}, {"powers": ["fly"]}, {"staff": "x"}, {"customers": "some"},
    {"email": "nobody"}, {"name": "A\u202eB"}, {"role": ""},
])  # fmt: skip
def test_what_a_manager_cannot_give_is_no_choice(manager: Person, given: dict[str, Any]) -> None:
    before = state()
    assert manager.page.post(PAGE, FORM | {"powers": ["bookings.read"]} | given).status_code == 422
    assert state() == before


def test_a_bounded_manager_gives_what_they_have(owner: Person) -> None:
    ana, ben = StaffFactory(name="Ana"), StaffFactory(name="Ben")
    bound = make_person(owner.tenant, Role.MANAGER, denied=["bookings.export"], staff_ids=[str(ana.pk)])
    page = shown(bound, PAGE)
    assert str(ben.pk) not in page
    assert "bookings.export" not in page
    given = FORM | {"role": "manager", "people_reach": "some", "people": [str(ana.pk)], "powers": ["bookings.read"]}
    given.pop("customers")
    done(bound, PAGE, given)
    row = Invitation.objects.get()
    assert set(PERMISSIONS_OF[Role.MANAGER]) - set(row.denied) == {"bookings.read"}
    assert row.staff_ids == [str(ana.pk)]


def test_a_refusal_is_said_in_words(owner: Person, stylist: Person) -> None:
    InvitationFactory(email=NEW)
    before = state()
    for email, words in ((NEW, "is invited already"), (stylist.user.email, "is of the team already")):
        answer = owner.page.post(PAGE, FORM | {"email": email})
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert state() == before


def test_an_open_invitation_is_sent_again_and_revoked(owner: Person, manager: Person) -> None:
    row = InvitationFactory(email=NEW, sent_at=now() - dt.timedelta(days=9))
    assert "Expired" in shown(owner, PAGE)
    assert f"We have written to {NEW}." in done(manager, f"{PAGE}invitations/{row.pk}/send-again/")
    assert "Expired" not in shown(owner, PAGE)
    page = done(owner, f"{PAGE}invitations/{row.pk}/revoke/")
    assert f"The invitation of {NEW} is revoked." in page
    assert "Nobody is asked at the moment" in page
    assert "meanwhile" in done(owner, f"{PAGE}invitations/{row.pk}/revoke/")
    assert owner.page.post(f"{PAGE}invitations/{row.pk}/eat/").status_code == 404
    assert owner.page.get(f"{PAGE}invitations/{row.pk}/revoke/").status_code == 405


def test_a_manager_sees_an_owners_invitation_and_leaves_it(owner: Person, manager: Person) -> None:
    row = InvitationFactory(role="owner")
    page, before = shown(manager, PAGE), state()
    assert row.email in page
    assert f"{row.pk}/revoke/" not in page
    assert "Nobody gives or changes more" in done(manager, f"{PAGE}invitations/{row.pk}/revoke/")
    assert state() == before


def test_powers_are_changed(owner: Person, manager: Person) -> None:
    page = shown(owner, page_of(manager))
    assert "Make bookings, and change or cancel them." in page
    given = {"role": "manager", "powers": set(ALL) - {"bookings.export"}, "customers": "all"}
    assert f"What {manager.user.name} may do is saved." in done(owner, page_of(manager), given)
    member = Membership.objects.get(pk=manager.membership.pk)
    assert (member.denied, member.customer_scope) == (["bookings.export"], "all")
    checked = re.findall(r'value="([a-z_.]+)"[^>]*\schecked', shown(owner, page_of(manager)))
    assert "bookings.export" not in checked
    assert {"bookings.import", "manager", "all"} <= set(checked)


def test_saving_what_is_shown_changes_nothing(owner: Person) -> None:
    ana, here = StaffFactory(), LocationFactory()
    scope = {"staff_ids": [str(ana.pk)], "location_ids": [str(here.pk)]}
    bound = make_person(owner.tenant, Role.MANAGER, denied=["customers.read"], **scope)
    page, before = shown(owner, page_of(bound)), state()
    data: dict[str, list[str]] = {}
    for field in re.findall(r'<input type="(?:radio|checkbox)"[^>]*\schecked[^>]*>', page):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]+)"', field)
        assert name
        assert value
        data.setdefault(name[1], []).append(value[1])
    assert {"role", "powers", "places", "people", "places_reach", "people_reach"} <= set(data)
    done(owner, page_of(bound), data)
    assert state() == before


def test_who_may_more_and_oneself_are_only_shown(owner: Person, manager: Person) -> None:
    before = state()
    for who, whom in ((manager, owner), (manager, manager), (owner, owner)):
        page = shown(who, page_of(whom))
        assert 'name="role"' not in page
        assert "Remove" not in page
        assert who.page.post(page_of(whom), {"role": "staff", "powers": []}).status_code == 200
        assert done(who, f"{page_of(whom)}remove/")
    assert state() == before


def test_who_is_removed_can_be_asked_again_as_they_were(owner: Person, manager: Person) -> None:
    ana = StaffFactory(name="Ana", user_id=manager.user.pk)
    Membership.objects.filter(pk=manager.membership.pk).update(denied=["bookings.export"])
    assert manager.page.get("/team/").status_code == 200
    page = done(owner, f"{page_of(manager)}remove/")
    assert f"{manager.user.name} does not belong to the team any more." in page
    assert manager.page.get("/team/").status_code == 302
    again = re.search(r'href="(/team/people/\?again=[^"]+)"', page)
    assert again
    form = shown(owner, again[1].replace("&amp;", "&"))
    assert f'value="{manager.user.email}"' in form
    assert re.search(rf'<option value="{ana.pk}" selected', form)
    assert re.search(r'value="manager"[^>]*\schecked', form)
    assert not re.search(r'value="bookings.export"[^>]*\schecked', form)
    assert Staff.objects.get(pk=ana.pk).user_id is None


@pytest.mark.parametrize("query", ["?again=x", "?again=0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "?again=&staff=<i>"])
def test_a_strange_query_is_harmless(owner: Person, query: str) -> None:
    answer = owner.page.get(PAGE + query)
    assert answer.status_code in {200, 404}
    assert "<i>" not in answer.text


def test_nobody_of_another_business_is_shown(owner: Person, rival_owner: Person) -> None:
    assert rival_owner.user.email not in shown(owner, PAGE)
    for path in (page_of(rival_owner), f"{PAGE}?again={rival_owner.membership.pk}"):
        assert rival_owner.user.email not in owner.page.get(path).text
    assert owner.page.post(f"{page_of(rival_owner)}remove/").status_code == 404


def test_a_calendar_is_given_and_taken_away(owner: Person, stylist: Person) -> None:
    ana, path = StaffFactory(name="Ana"), page_of(stylist)
    taken = StaffFactory(name="Ben", user_id=make_person(owner.tenant, Role.STAFF).user.pk)
    page = shown(owner, path)
    assert [f'<option value="{each.pk}"' in page for each in (ana, taken)] == [True, False]
    page = done(owner, f"{path}calendar/", {"staff": str(ana.pk)})
    assert f"The calendar of {stylist.user.name} is saved." in page
    assert Staff.objects.get(pk=ana.pk).user_id == stylist.user.pk
    before = state()
    assert "Nobody gives or changes more" in done(owner, f"{path}calendar/", {"staff": str(taken.pk)})
    assert state() == before
    done(owner, f"{path}calendar/", {"staff": ""})
    assert Staff.objects.get(pk=ana.pk).user_id is None


def test_one_s_own_calendar(owner: Person, manager: Person) -> None:
    ana = StaffFactory(name="Ana")
    assert "Your calendar" in shown(owner, PAGE)
    done(owner, f"{page_of(owner)}calendar/", {"staff": str(ana.pk)})
    assert Staff.objects.get(pk=ana.pk).user_id == owner.user.pk
    assert "Save the calendar" in shown(owner, page_of(owner))
    assert "Save the calendar" not in shown(manager, page_of(owner)), "whoever may more"
    before = state()
    done(manager, f"{page_of(owner)}calendar/", {"staff": ""})
    assert (state(), Staff.objects.get(pk=ana.pk).user_id) == (before, owner.user.pk)


def test_a_new_calendar_is_made_for_who_has_none(owner: Person, stylist: Person) -> None:
    StaffFactory(name="Ana", user_id=make_person(owner.tenant, Role.STAFF).user.pk)
    assert 'value="new"' in shown(owner, PAGE)
    given = FORM | {"name": "Noor", "staff": "new"}
    assert owner.page.post(PAGE, given | {"name": ""}).status_code == 422
    assert Staff.objects.count() == 1
    done(owner, PAGE, given)
    assert Invitation.objects.get().staff == Staff.objects.get(name="Noor")
    assert "Noor" in shown(owner, PAGE)
    done(owner, f"{page_of(stylist)}calendar/", {"staff": "new"})
    assert Staff.objects.get(user_id=stylist.user.pk).name == stylist.user.name
    assert 'value="new"' not in shown(owner, page_of(stylist)), "who has one needs none"


def test_only_who_keeps_people_makes_one(manager: Person, stylist: Person) -> None:
    Membership.objects.filter(pk=manager.membership.pk).update(denied=["staff.manage"])
    assert 'value="new"' not in shown(manager, PAGE)
    given = FORM | {"name": "Noor", "staff": "new", "powers": []}
    assert manager.page.post(PAGE, given).status_code == 422
    done(manager, f"{page_of(stylist)}calendar/", {"staff": "new"})
    assert not Staff.objects.exists()
    assert not Invitation.objects.exists()
    assert manager.page.post(PAGE, given | {"staff": ""}).status_code == 302, "the control"
