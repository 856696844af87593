"""What one of the team wants to be told of their own calendar, on their own page."""

import re

import pytest

from bookme.communications.kinds import Audience, refusable
from bookme.communications.models import Muted
from bookme.staff.models import Staff
from tests.factories.users import Person
from tests.web.conftest import Shop, configure, page_of

PATH = "/team/my-messages/"
CONFIRMED, CANCELLED = "message_booking.confirmed.staff", "message_booking.cancelled.staff"


def test_they_choose_for_themselves(salon_team: Shop, stylist: Person) -> None:
    page = page_of(stylist.page.get(PATH))
    assert set(re.findall(r'name="message_([^"]+)"[^>]* checked', page)) == set(refusable(Audience.STAFF))
    assert f'href="{PATH}"' in page
    answer = stylist.page.post(PATH, {CONFIRMED: "on"})
    assert (answer.status_code, answer["Location"]) == (302, PATH)
    refused = set(refusable(Audience.STAFF)) - {"booking.confirmed.staff"}
    assert set(Muted.objects.filter(person_id=salon_team.ana.pk).values_list("name", flat=True)) == refused
    page = page_of(stylist.page.get(PATH))
    assert "Saved." in page
    assert re.findall(r'name="(message_[^"]+)"[^>]* checked', page) == [CONFIRMED]
    assert not Muted.objects.exclude(person_id=salon_team.ana.pk).exists()


def test_what_the_business_does_not_send_is_not_asked_and_stays(salon_team: Shop, stylist: Person) -> None:
    configure(salon_team.tenant, messages={"off": ["booking.confirmed.staff"]})
    page = page_of(stylist.page.get(PATH))
    assert CONFIRMED not in page
    assert CANCELLED in page
    stylist.page.post(PATH, {CONFIRMED: "on"})
    assert not Muted.objects.filter(name="booking.confirmed.staff").exists()


def test_where_nothing_is_sent_it_says_so(salon_team: Shop, stylist: Person) -> None:
    configure(salon_team.tenant, messages={"off": refusable(Audience.STAFF)})
    assert "writes to nobody about their calendar" in page_of(stylist.page.get(PATH))


@pytest.mark.parametrize("email", ["", "ana@salon.example"])
def test_it_says_where_it_comes_to(salon_team: Shop, stylist: Person, email: str) -> None:
    Staff.objects.filter(pk=salon_team.ana.pk).update(email=email)
    page = page_of(stylist.page.get(PATH))
    assert ("has no e-mail address" in page) is (email == "")
    assert ("ana@salon.example" in page) is (email != "")


def test_whoever_has_no_calendar_is_told_so(salon_team: Shop, owner: Person) -> None:
    assert "There is no calendar of yours here" in page_of(owner.page.get(PATH))
    assert owner.page.post(PATH, {CONFIRMED: "on"}).status_code == 200
    assert not Muted.objects.exists()


def test_it_is_for_the_team(salon_team: Shop, customer: Person) -> None:
    assert customer.page.get(PATH).status_code == 403
    assert customer.page.post(PATH, {}).status_code == 403
    assert not Muted.objects.exists()
