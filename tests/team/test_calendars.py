"""Whose calendar is whose: given to somebody of the team, and by whom."""

from bookme.core.permissions import Role
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.team.selectors import free_calendars
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.factories.locations import LocationFactory
from tests.factories.staff import StaffFactory, WorkingHoursFactory
from tests.factories.users import Person, Stranger, make_person
from tests.team.conftest import accepted, invited, refused, state, token_of, told
from tests.team.test_members import UNKNOWN, changed


def test_a_member_is_given_a_calendar_another_one_and_none(owner: Person, stylist: Person) -> None:
    ana, ben = StaffFactory(), StaffFactory()
    assert changed(owner, stylist, staff=str(ana.pk)).json()["staff"] == str(ana.pk)
    assert Staff.objects.get(pk=ana.pk).user_id == stylist.user.pk
    assert changed(owner, stylist, staff=str(ben.pk), role="manager").json()["staff"] == str(ben.pk)
    assert dict(Staff.objects.values_list("pk", "user_id")) == {ana.pk: None, ben.pk: stylist.user.pk}
    before = state()
    assert changed(owner, stylist, staff=str(ben.pk)).status_code == 200
    assert state() == before, "nothing differs, nothing is told"
    assert changed(owner, stylist, staff=None).json()["staff"] is None
    said = [fact["changes"]["staff"] for fact in told("member.changed") if "staff" in fact["changes"]]
    assert said == [[None, str(ana.pk)], [str(ana.pk), str(ben.pk)], [str(ben.pk), None]]
    [row, *_] = owner.api.get("audit/").json()["results"]
    assert row["changes"][0]["text"] == f"Calendar: No calendar (before: {ben.name})"


def test_an_owner_takes_a_calendar_for_themselves(owner: Person) -> None:
    ana = StaffFactory()
    assert changed(owner, owner, staff=str(ana.pk)).json()["staff"] == str(ana.pk)
    assert Staff.objects.get(pk=ana.pk).user_id == owner.user.pk


def test_a_calendar_of_somebody_else_or_of_nobody_is_refused(owner: Person, manager: Person, stylist: Person) -> None:
    taken = StaffFactory(user_id=manager.user.pk)
    calendars = set(Staff.objects.values_list("pk", "user_id"))
    before = state()
    refused(changed(owner, stylist, staff=str(taken.pk)), 409, "staff_taken", before)
    assert faults(changed(owner, stylist, staff=UNKNOWN)) == {"/staff": "does_not_exist"}
    refused(changed(manager, owner, staff=str(StaffFactory(user_id=None).pk)), 403, "beyond_own_powers", before)
    refused(changed(stylist, manager, staff=None), 403, "not_allowed", before)
    assert calendars <= set(Staff.objects.values_list("pk", "user_id"))


def test_nobody_gives_or_takes_a_calendar_out_of_their_reach(salon: Tenant, owner: Person) -> None:
    here, there = LocationFactory(), LocationFactory()
    ana, ben, cleo = StaffFactory(), StaffFactory(), StaffFactory()
    for day, (person, place) in enumerate([(ana, here), (ben, there), (cleo, here), (cleo, there)]):
        WorkingHoursFactory(staff=person, location=place, weekday=day)
    by_place = make_person(salon, Role.MANAGER, location_ids=[str(here.pk)])
    by_person = make_person(salon, Role.MANAGER, staff_ids=[str(ana.pk)])
    blind = make_person(salon, Role.MANAGER, denied=["bookings.read_all"])
    scopes = {"location_ids": [str(here.pk)], "staff_ids": [str(ana.pk)], "denied": []}
    member = make_person(salon, Role.STAFF, **scopes)
    before = state()
    for actor, person in ((by_place, ben), (by_place, cleo), (by_person, ben), (blind, ana)):
        refused(changed(actor, member, staff=str(person.pk)), 403, "beyond_own_powers", before)
        again = invited(actor, staff=str(person.pk))
        refused(again, 403, "beyond_own_powers", before)
    refused(changed(blind, blind, staff=str(ana.pk)), 403, "beyond_own_powers", before)
    assert set(free_calendars(by_place.actor)) == set(free_calendars(by_person.actor)) == {ana}
    assert set(free_calendars(blind.actor)) == set()
    assert set(free_calendars(owner.actor)) == {ana, ben, cleo}
    for actor in (by_place, by_person):
        assert changed(actor, member, staff=str(ana.pk)).status_code == 200
        assert changed(actor, member, staff=None).status_code == 200
    changed(owner, member, staff=str(ben.pk))
    before = state()
    for values in ({"staff": None}, {"staff": str(ana.pk)}):
        refused(changed(by_place, member, **values), 403, "beyond_own_powers", before)
    assert Staff.objects.get(pk=ben.pk).user_id == member.user.pk


def test_who_cannot_give_a_calendar_any_more_vouches_for_no_invitation_to_it(
    salon: Tenant, owner: Person, stranger: Stranger
) -> None:
    ana, ben = StaffFactory(), StaffFactory()
    sender = make_person(salon, Role.MANAGER)
    invited(sender, staff=str(ana.pk), staff_ids=[str(ben.pk)])
    token = token_of(salon)
    assert stranger.api.post("invitations/look/", {"token": token}).status_code == 200
    assert changed(owner, sender, staff_ids=[str(ben.pk)]).status_code == 200
    before = state()
    refused(stranger.api.post("invitations/look/", {"token": token}), 400, "link_invalid", before)
    refused(accepted(stranger, token), 400, "link_invalid", before)
    row = Invitation.objects.get()
    refused(sender.api.post(f"invitations/{row.pk}/resend/"), 403, "beyond_own_powers", before)
