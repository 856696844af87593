"""Promise 37 for people: whoever was last heard of longer ago than the business keeps people is erased, nobody else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db.models import Model

from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.core.permissions import Role
from bookme.customers.models import Consent, Customer
from bookme.eventlog.models import Event
from bookme.privacy.actions import erase_overdue, erasing, retention
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, SignIn, User
from tests.factories.bookings import BookingFactory, VisitFactory, WaitlistEntryFactory
from tests.factories.customers import ConsentFactory, CustomerFactory
from tests.factories.eventlog import EventFactory
from tests.factories.team import InvitationFactory
from tests.factories.tenants import OutboxMessageFactory
from tests.factories.users import Person, make_person
from tests.privacy.canaries import dump, heard
from tests.web.conftest import configure

MONTHS = 12
# Half an hour after midnight in London, where it is summer: in UTC it is still the day before.
NOW = dt.datetime(2031, 6, 14, 23, 30, tzinfo=dt.UTC)
# In London the last minute of the 15th, a year ago: the months are over today. And the first of the 16th.
OVER = dt.datetime(2030, 6, 15, 22, 59, tzinfo=dt.UTC)
NOT_YET = dt.datetime(2030, 6, 15, 23, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2020, 1, 6, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _kept_for_a_year(salon: Tenant, clock: Any) -> None:
    clock.move_to(NOW)
    configure(salon, legal={"retention_months": MONTHS})


def made(row: Any, at: dt.datetime) -> Any:
    """As if it had been written then."""
    type(row).objects.filter(pk=row.pk).update(created_at=at)
    return row


def old_customer(**values: Any) -> Customer:
    """A guest who was here last a long time ago."""
    row: Customer = made(CustomerFactory(**values), LONG_AGO)
    visit = made(VisitFactory(customer=row, contact_name=row.name, contact_email=row.email), LONG_AGO)
    BookingFactory(visit=visit, status="completed", appointment__starts_at=LONG_AGO)
    return row


def old_member(tenant: Tenant, role: Role = Role.CUSTOMER) -> Person:
    """Somebody with an account who has not been here for long, nor signed in."""
    person = make_person(tenant, role)
    assert person.tokens, "signed in"
    made(person.membership, LONG_AGO)
    SignIn.objects.filter(user=person.user).update(used_at=LONG_AGO)
    Event.objects.filter(subject_id=person.user.pk).update(occurred_at=LONG_AGO)
    return person


def is_erased(row: Customer) -> bool:
    row.refresh_from_db()
    return row.name == "Erased customer" and not row.email and row.erased_at is not None


def _booked(row: Customer, at: dt.datetime) -> None:
    """A booking that ends then, and was made long before."""
    visit = made(VisitFactory(customer=row), LONG_AGO)
    begins = at - dt.timedelta(minutes=45)
    BookingFactory(visit=visit, status="completed", appointment__starts_at=begins, appointment__ends_at=at)


# By what somebody is heard of at an instant.
HEARD: dict[str, Callable[[Customer, dt.datetime], Any]] = {
    "taken down": made,
    "has a booking until then": _booked,
    "booked": lambda row, at: made(VisitFactory(customer=row), at),
    "asked for a place": lambda row, at: made(WaitlistEntryFactory(customer=row, status="left"), at),
    "answered": lambda row, at: made(ConsentFactory(customer=row), at),
    "invited to the team": lambda row, at: InvitationFactory(email=row.email, sent_at=at, accepted_at=at),
}


class TestWhen:
    @pytest.mark.parametrize("how", HEARD)
    def test_on_the_day_on_which_the_months_are_over(self, how: str) -> None:
        over, not_yet = old_customer(), old_customer()
        HEARD[how](over, OVER)
        HEARD[how](not_yet, NOT_YET)
        assert erase_overdue(now=NOW) == 1
        assert is_erased(over)
        assert not is_erased(not_yet)
        assert erase_overdue(now=NOW) == 0
        assert erase_overdue(now=NOW + dt.timedelta(days=1)) == 1, "the control: a day later it is over"

    def test_whoever_waits_is_kept_however_long(self) -> None:
        row = old_customer()
        entry = made(WaitlistEntryFactory(customer=row), LONG_AGO)
        assert erase_overdue(now=NOW) == 0
        WaitlistEntry.objects.filter(pk=entry.pk).update(status="closed")
        assert erase_overdue(now=NOW) == 1

    def test_the_business_says_for_how_long(self, salon: Tenant) -> None:
        row = old_customer()
        _booked(row, OVER)
        configure(salon, legal={"retention_months": MONTHS + 1})
        assert erase_overdue(now=NOW) == 0
        configure(salon, legal={"retention_months": MONTHS})
        assert erase_overdue(now=NOW) == 1


class TestMembers:
    def test_they_go_with_their_account(self, salon: Tenant) -> None:
        person = old_member(salon)
        row = old_customer(email=person.user.email)
        assert erase_overdue(now=NOW) == 1
        assert is_erased(row)
        assert not User.objects.get(pk=person.user.pk).is_active
        assert not Membership.objects.filter(user=person.user).exists()
        assert erase_overdue(now=NOW) == 0

    @pytest.mark.parametrize("how", ["used", "signed in", "joined", "booked", "under the address", "another row"])
    def test_whatever_they_do_keeps_all_of_it(self, salon: Tenant, how: str) -> None:
        over, not_yet = (old_member(salon), old_member(salon))
        rows = [old_customer(email=each.user.email) for each in (over, not_yet)]
        for person, at in ((over, OVER), (not_yet, NOT_YET)):
            user = person.user
            match how:
                case "used":
                    SignIn.objects.filter(user=user).update(used_at=at)
                case "signed in":
                    EventFactory(name="account.signed_in", subject_id=user.pk, occurred_at=at)
                case "joined":
                    made(person.membership, at)
                case "booked":
                    made(VisitFactory(customer=old_customer(), user_id=user.pk), at)
                case "under the address":
                    made(VisitFactory(customer=old_customer(), contact_email=user.email), at)
                case _:
                    made(CustomerFactory(user_id=user.pk), at)
        kept = rows[1]
        erase_overdue(now=NOW)
        assert is_erased(rows[0])
        assert not is_erased(kept)
        assert User.objects.get(pk=not_yet.user.pk).is_active

    def test_an_account_without_bookings_goes_too(self, salon: Tenant) -> None:
        person = old_member(salon)
        assert erase_overdue(now=NOW) == 1
        assert User.objects.get(pk=person.user.pk).email.endswith("@erased.invalid")

    def test_at_other_businesses_they_stay(self, salon: Tenant, rival: Tenant) -> None:
        person = old_member(salon)
        Membership.objects.create(user=person.user, tenant=rival, role=Role.CUSTOMER)
        assert erase_overdue(now=NOW) == 1
        assert Membership.objects.get(user=person.user).tenant == rival
        assert User.objects.get(pk=person.user.pk).is_active
        assert erase_overdue(now=NOW) == 0

    @pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
    def test_the_team_stays(self, salon: Tenant, role: Role) -> None:
        person = old_member(salon, role)
        row = old_customer(email=person.user.email, user_id=person.user.pk)
        assert erase_overdue(now=NOW) == 0
        Membership.objects.filter(user=person.user).update(is_active=False)
        EventFactory(name="member.joined", subject_id=person.user.pk, actor_id=person.user.pk, actor_name="Sam")
        others = OutboxMessageFactory(tenant=salon, last_error="refused <other@mail.example>")
        assert erase_overdue(now=NOW) == 1, "as a customer, once they have left"
        assert is_erased(row)
        others.refresh_from_db()
        assert others.last_error, "no address is no address of theirs"
        assert Event.objects.filter(actor_name="Sam").exists(), "what they did in the team stays the business's"
        assert User.objects.get(pk=person.user.pk).is_active
        assert erase_overdue(now=NOW) == 0

    def test_what_a_member_booked_on_another_s_row_stays_theirs(self, salon: Tenant) -> None:
        """A phone is shared: the row is found by it, the visit is theirs."""
        member, row = make_person(salon, Role.CUSTOMER), old_customer()
        visit = made(VisitFactory(customer=row, user_id=member.user.pk, contact_email="mem@mail.example"), LONG_AGO)
        assert erase_overdue(now=NOW) == 1
        assert is_erased(row)
        visit.refresh_from_db()
        assert visit.contact_email == "mem@mail.example"
        assert erase_overdue(now=NOW) == 0

    def test_who_gave_another_address_on_their_row_is_forgotten_after_them(self, salon: Tenant) -> None:
        person = old_member(salon)
        row = old_customer(email=person.user.email)
        other = made(VisitFactory(customer=row, contact_email="other@mail.example"), LONG_AGO)
        assert erase_overdue(now=NOW) == 2
        other.refresh_from_db()
        assert (other.contact_email, other.contact_name) == ("", "Erased customer")
        assert erase_overdue(now=NOW) == 0


class TestHow:
    def test_it_is_erased_as_if_they_had_asked_and_nobody_else_is(self, salon: Tenant) -> None:
        gone = old_customer(name="Zyx Gone", email="zyxgone@mail.example", phone="", notes="zyxgone likes tea")
        EventFactory(
            name="account.sign_in_failed",
            subject_id=None,
            payload={"email": gone.email},
            actor_kind="guest",
            is_audit=True,
        )
        kept = CustomerFactory(name="Wvu Kept", email="wvukept@mail.example")
        EventFactory(
            name="account.sign_in_failed", payload={"email": kept.email, "address": "192.0.2.7"}, actor_kind="guest"
        )
        EventFactory(name="session.published", actor_kind="system", actor_name="The machine", actor_id=None)
        ConsentFactory(customer=gone)
        Consent.objects.filter(customer=gone).update(created_at=LONG_AGO)
        before = dump(salon)
        assert heard("zyxgone", before), "the control: it is found"
        assert erase_overdue(now=NOW) == 1
        after = dump(salon)
        assert heard("zyxgone", after) == heard("Zyx", after) == {}
        for sign in ("wvukept", "Wvu", "192.0.2.7", "The machine"):
            assert heard(sign, after) == heard(sign, before)
        assert Booking.objects.get().status == "completed", "the books keep it"
        assert Consent.objects.get(customer=gone)

    def test_the_audit_has_it(self, owner: Person) -> None:
        gone = old_customer()
        erase_overdue(now=NOW)
        told = Event.objects.get(name="customer.erased")
        assert (told.is_audit, told.actor_kind, told.actor_name) == (True, "system", "")
        assert told.payload["cause"] == "retention"
        assert told.subject_id == gone.pk
        page = owner.page.get("/team/security/").content.decode()
        assert "A customer was erased: the time is over for which their data is kept" in page

    def test_so_many_at_once_and_the_rest_next_time(self, salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", 2)
        old_member(salon)
        for _number in range(3):
            old_customer()
        assert [erase_overdue(now=NOW) for _round in range(3)] == [2, 2, 0]

    def test_who_cannot_be_erased_keeps_nobody_else_and_half_of_nothing_is_done(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Killed at the visits of the first, whose customer's row is blank already."""
        first, second = old_customer(), old_customer()
        real = erasing._erase

        def fail_at_first(holding: Any, subject: Any) -> None:
            if holding.model is Visit and first.pk in subject.customers:
                raise RuntimeError("killed")
            real(holding, subject)

        monkeypatch.setattr(erasing, "_erase", fail_at_first)
        assert erase_overdue(now=NOW) == 1
        assert not is_erased(first)
        assert is_erased(second)
        monkeypatch.undo()
        assert erase_overdue(now=NOW) == 1
        assert is_erased(first)

    def test_nobody_starves_behind_those_who_cannot_be_erased(
        self, salon: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of each kind there are more who cannot be than are tried at once, and they are the first."""
        monkeypatch.setattr(retention, "AT_ONCE", 2)
        stuck = {old_member(salon).membership.pk for _ in range(3)} | {old_customer().pk for _ in range(3)}
        member, row, real = old_member(salon), old_customer(), retention._tried

        def fail_at_stuck(erase: Any, id_: Any, *times: Any) -> bool:
            return id_ not in stuck and real(erase, id_, *times)

        monkeypatch.setattr(retention, "_tried", fail_at_stuck)
        erased = 0
        for _round in range(60):
            erased += erase_overdue(now=NOW)
        assert erased == 2
        assert is_erased(row)
        assert not Membership.objects.filter(pk=member.membership.pk).exists()

    def test_who_came_back_in_between_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They were overdue when the list was made, and are not any more when it is their turn."""
        row = old_customer()
        real = retention._tried

        def come_back(*args: Any) -> bool:
            VisitFactory(customer=row)
            return real(*args)

        monkeypatch.setattr(retention, "_tried", come_back)
        assert erase_overdue(now=NOW) == 0
        assert not is_erased(row)

    def test_beat_does_it_in_every_business(self, salon: Tenant, rival: Tenant) -> None:
        rows: list[tuple[Tenant, Model]] = []
        for tenant in (salon, rival):
            with tenant_scope(tenant):
                rows.append((tenant, old_customer()))
        [name] = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values() if "erase" in each["task"]]
        assert current_app.tasks[name].run() == 2
        assert current_app.tasks[name].run() == 0
        for tenant, row in rows:
            with tenant_scope(tenant):
                assert is_erased(row)  # type: ignore[arg-type]
