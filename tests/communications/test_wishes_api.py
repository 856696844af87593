"""Which messages one wants, by the API: a customer of what is not needed, the staff of their own calendar."""

from typing import Any

import pytest

from bookme.communications.kinds import Audience, refusable
from bookme.communications.models import Muted
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.factories.customers import CustomerFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person

MINE, STAFFS = "customers/me/messages/", "staff/me/messages/"


def wanted(person: Person, path: str) -> dict[str, bool]:
    answer = person.api.get(path)
    assert answer.status_code == 200, answer.content
    return dict(answer.json()["wanted"])


@pytest.fixture
def calendar(salon: Tenant, stylist: Person) -> Staff:
    return StaffFactory(user_id=stylist.user.pk)


class TestCustomers:
    def test_all_is_wanted_until_it_is_refused(self, salon: Tenant, customer: Person) -> None:
        everything = dict.fromkeys(refusable(Audience.CUSTOMER), True)
        assert wanted(customer, MINE) == everything
        answer = customer.api.patch(MINE, {"wanted": {"booking.reminder": False}})
        assert (answer.status_code, answer.json()["wanted"]) == (200, everything | {"booking.reminder": False})
        customer.api.patch(MINE, {"wanted": {"booking.follow_up": False}})
        assert wanted(customer, MINE) == everything | {"booking.reminder": False, "booking.follow_up": False}
        for _ in range(2):
            customer.api.patch(MINE, {"wanted": {"booking.reminder": True}})
        assert wanted(customer, MINE) == everything | {"booking.follow_up": False}

    def test_it_holds_for_all_rows_that_are_theirs_and_for_nobody_elses(self, salon: Tenant, customer: Person) -> None:
        mine = {CustomerFactory(user_id=customer.user.pk).pk, CustomerFactory(email=customer.user.email).pk}
        other = CustomerFactory()
        customer.api.patch(MINE, {"wanted": {"booking.reminder": False}})
        assert set(Muted.objects.values_list("person_id", flat=True)) == mine
        assert other.pk not in mine

    @pytest.mark.parametrize(
        "name", ["booking.confirmed", "account.new_password", "booking.cancelled.staff", "a/b", ""]
    )
    def test_what_one_has_to_know_cannot_be_refused(self, salon: Tenant, customer: Person, name: str) -> None:
        answer = customer.api.patch(MINE, {"wanted": {"booking.reminder": False, name: False}})
        pointer = f"/wanted/{name.replace('/', '~1')}"
        assert (answer.status_code, faults(answer)) == (400, {pointer: "unknown_message"})
        assert not Muted.objects.exists(), "nothing of it"

    @pytest.mark.parametrize("body", [{"wanted": []}, {"wanted": {"booking.reminder": "x"}}, {"else": {}}])
    def test_what_cannot_be_read_is_refused(self, salon: Tenant, customer: Person, body: Any) -> None:
        assert customer.api.patch(MINE, body).status_code == 400
        assert not Muted.objects.exists()


class TestStaff:
    def test_they_choose_for_their_own_calendar(self, salon: Tenant, stylist: Person, calendar: Staff) -> None:
        everything = dict.fromkeys(refusable(Audience.STAFF), True)
        assert wanted(stylist, STAFFS) == everything
        answer = stylist.api.patch(STAFFS, {"wanted": {"booking.confirmed.staff": False}})
        assert answer.json()["wanted"] == everything | {"booking.confirmed.staff": False}
        assert Muted.objects.get().person_id == calendar.pk

    def test_whoever_has_none_has_nothing_to_refuse(
        self, salon: Tenant, stylist: Person, calendar: Staff, owner: Person, customer: Person
    ) -> None:
        for who in (owner, customer):
            assert wanted(who, STAFFS) == {}
            answer = who.api.patch(STAFFS, {"wanted": {"booking.confirmed.staff": False}})
            assert faults(answer) == {"/wanted/booking.confirmed.staff": "unknown_message"}
        assert not Muted.objects.exists()

    def test_what_a_customer_may_refuse_is_not_theirs_here(
        self, salon: Tenant, stylist: Person, calendar: Staff
    ) -> None:
        assert stylist.api.patch(STAFFS, {"wanted": {"booking.reminder": False}}).status_code == 400
        assert not Muted.objects.exists()
