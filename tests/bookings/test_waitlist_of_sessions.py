"""Who waits for a session follows what the team does with it."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.links import waitlist_token
from bookme.bookings.models import Appointment, WaitlistEntry
from bookme.core.ids import uuid7
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import monday
from tests.bookings.line import full_session, held, statuses, waits
from tests.communications.conftest import configure
from tests.factories.users import Person, Stranger


@pytest.fixture(autouse=True)
def _keeps_a_waitlist(salon: Tenant) -> None:
    configure(salon, features={"waitlist": True})


@pytest.fixture
def session(shop: Shop, stranger: Stranger) -> Any:
    """Two places, both taken; Ada waits, then Bea."""
    made = full_session(shop, capacity=2)
    for name in ("ada", "bea"):
        waits(stranger.api, name, session=str(made.pk))
    deliver_outbox()
    return made


def test_more_places_are_offered_in_line(session: Any, owner: Person) -> None:
    assert owner.api.patch(f"sessions/{session.pk}/", {"capacity": 3}).status_code == 200
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    assert [each.appointment_id for each in held()] == [session.pk]
    assert wrong_seats() == 0


def test_nobody_waits_for_one_that_is_cancelled(session: Any, owner: Person) -> None:
    assert owner.api.post(f"sessions/{session.pk}/cancel/").status_code == 200
    deliver_outbox()
    assert statuses() == {"ada": "closed", "bea": "closed"}
    assert held() == []
    assert {each.payload["reason"] for each in Event.objects.filter(name="waitlist.closed")} == {"cancelled"}


def test_who_holds_an_offer_of_one_that_is_cancelled_has_none(session: Any, owner: Person) -> None:
    owner.api.patch(f"sessions/{session.pk}/", {"capacity": 3})
    deliver_outbox()
    owner.api.post(f"sessions/{session.pk}/cancel/")
    deliver_outbox()
    assert statuses() == {"ada": "lapsed", "bea": "closed"}
    assert wrong_seats() == 0


def test_they_wait_on_where_it_moves(session: Any, owner: Person) -> None:
    to = monday(15) + dt.timedelta(days=1)
    owner.api.patch(f"sessions/{session.pk}/", {"start": to.isoformat()})
    deliver_outbox()
    assert statuses() == {"ada": "waiting", "bea": "waiting"}
    assert {each.session.starts_at for each in WaitlistEntry.objects.select_related("session") if each.session} == {to}


class TestBookedAsAWhole:
    """The class is sold as a whole course from now on, and the session is one of its dates."""

    def sold_as_a_whole(self, owner: Person, session: Appointment) -> None:
        Appointment.objects.filter(pk=session.pk).update(course_id=uuid7())
        answer = owner.api.patch(f"services/{session.service_id}/", {"course": "whole"})
        assert answer.status_code == 200, answer.content
        deliver_outbox()

    def test_nobody_is_offered_one_date_of_it(self, session: Any, owner: Person) -> None:
        self.sold_as_a_whole(owner, session)
        assert statuses() == {"ada": "closed", "bea": "closed"}
        assert {each.payload["reason"] for each in Event.objects.filter(name="waitlist.closed")} == {"course_only"}
        assert owner.api.patch(f"sessions/{session.pk}/", {"capacity": 4}).status_code == 200
        deliver_outbox()
        assert held() == []

    def test_what_was_offered_is_theirs(self, session: Any, owner: Person, stranger: Stranger) -> None:
        owner.api.patch(f"sessions/{session.pk}/", {"capacity": 3})
        deliver_outbox()
        entry = WaitlistEntry.objects.get(status="offered")
        self.sold_as_a_whole(owner, session)
        assert statuses() == {"ada": "offered", "bea": "closed"}
        assert stranger.api.post(f"waitlist/{entry.pk}/accept/?token={waitlist_token(entry)}").status_code == 200
        assert statuses() == {"ada": "accepted", "bea": "closed"}
        assert wrong_seats() == 0

    def test_whom_the_team_put_down_waits_on(self, session: Any, owner: Person) -> None:
        waits(owner.api, "cleo", session=str(session.pk))
        self.sold_as_a_whole(owner, session)
        waits(owner.api, "dora", session=str(session.pk))
        deliver_outbox()
        assert statuses() == {"ada": "closed", "bea": "closed", "cleo": "waiting", "dora": "waiting"}
        owner.api.patch(f"sessions/{session.pk}/", {"capacity": 3})
        deliver_outbox()
        assert statuses()["cleo"] == "offered"

    def test_where_single_dates_are_sold_too_all_wait_on(self, session: Any, owner: Person) -> None:
        Appointment.objects.filter(pk=session.pk).update(course_id=uuid7())
        owner.api.patch(f"services/{session.service_id}/", {"course": "drop_in"})
        deliver_outbox()
        assert statuses() == {"ada": "waiting", "bea": "waiting"}
