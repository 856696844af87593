"""Addresses to which nothing goes, on the pages of the team."""

import pytest

from bookme.communications.models import StoppedAddress
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from tests.factories.communications import NotificationFactory, StoppedAddressFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop
from tests.web.team.conftest import book, done, sent, shown

PATH = "/team/messages/stopped/"


def _allow(row: StoppedAddress) -> str:
    return f"{PATH}{row.pk}/allow/"


def test_it_says_where_nothing_goes_and_why(salon_team: Shop, owner: Person) -> None:
    assert "No address is stopped" in shown(owner, PATH)
    StoppedAddressFactory(address="gone@mail.example")
    StoppedAddressFactory(channel="sms", reason="stop", address="+447700900123")
    page = shown(owner, PATH)
    for told in ("gone@mail.example", "It bounced", "+44 7700 900123", "They answered STOP", "2 January 2030"):
        assert told in page, told
    assert "+44 7700 900123" not in shown(owner, f"{PATH}?search=gone")
    assert "No address is like this" in shown(owner, f"{PATH}?search=nobody")


def test_messages_go_there_again(salon_team: Shop, manager: Person) -> None:
    row, other = StoppedAddressFactory(), StoppedAddressFactory()
    page = done(manager, _allow(row))
    assert f"Messages go to {row.address} again." in page
    assert list(StoppedAddress.objects.all()) == [other]
    assert Event.objects.get(name="messages.changed").actor_id == manager.user.pk
    assert sent(manager, _allow(row)).status_code == 404


def test_it_is_for_who_keeps_messages_and_as_far_as_they_see(
    salon_team: Shop, stylist: Person, customer: Person
) -> None:
    mine, other = book(salon_team, "Ada"), book(salon_team, "Bea", person=salon_team.ben)
    told = [NotificationFactory(booking_ids=[each.pk]) for each in (mine, other)]
    near, far = (StoppedAddressFactory(notification_id=each.pk) for each in told)
    loose = StoppedAddressFactory(notification_id=uuid7())
    bound = make_person(
        salon_team.tenant, Role.MANAGER, email="bound@salon.example", staff_ids=[str(salon_team.ana.pk)]
    )
    page = shown(bound, PATH)
    assert near.address in page
    for hidden in (far, loose):
        assert hidden.address not in page
        assert sent(bound, _allow(hidden)).status_code == 404
    for person in (stylist, customer):
        assert person.page.get(PATH).status_code == 403
        assert sent(person, _allow(near)).status_code == 403
    assert StoppedAddress.objects.count() == 3


@pytest.mark.parametrize("path", [PATH, "/team/messages/"])
def test_that_the_business_is_written_to_no_more_is_said_where_messages_are(
    salon_team: Shop, owner: Person, path: str
) -> None:
    """It is stopped like any other, and whoever should know of it is the one who is not told."""
    own = salon_team.tenant.config.contact.email
    StoppedAddressFactory(address="somebody@mail.example")
    StoppedAddressFactory(channel="sms", address=own)
    assert "Your own address gets no messages any more" not in shown(owner, path)
    row = StoppedAddressFactory(address=own.lower())
    page = shown(owner, path)
    assert "Your own address gets no messages any more" in page
    assert own in page
    done(owner, _allow(row))
    assert "Your own address gets no messages any more" not in shown(owner, path)


def test_who_may_not_let_them_go_there_again_is_told_and_not_led_there(salon_team: Shop) -> None:
    StoppedAddressFactory(address=salon_team.tenant.config.contact.email.lower())
    reads = make_person(salon_team.tenant, Role.MANAGER, email="desk@salon.example", denied=["messages.manage"])
    page = shown(reads, "/team/messages/")
    assert "Your own address gets no messages any more" in page
    assert PATH not in page
