"""The operators' admin: the platform's tables, and a switch to each business, read-only but for our own actions."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.models import Notification
from bookme.core.actor import GUEST, Origin
from bookme.core.http.admin import business_site, platform_site
from bookme.core.permissions import Role
from bookme.eventlog.actions import publish_all
from bookme.eventlog.models import AuditRecord, Event
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import proof_of
from bookme.tenants.models import Domain, OutboxMessage, Tenant, TenantStatus
from bookme.users.events import MemberJoined, SignInFailed
from bookme.users.models import Membership, SignIn, User
from tests.factories.bookings import AppointmentFactory, BookingFactory, WaitlistEntryFactory
from tests.factories.communications import NotificationFactory
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.eventlog import EventFactory
from tests.factories.locations import ClosureFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory, TimeOffFactory
from tests.factories.team import InvitationFactory
from tests.factories.tenants import DomainFactory
from tests.factories.users import PASSWORD, Person, UserFactory, make_person
from tests.internet import Internet

SALON = "/t/salon/admin/"
PLATFORM_LISTS = [f"/admin/{each}/" for each in (
    "tenants/tenant", "tenants/domain", "tenants/outboxmessage", "users/user", "users/membership", "users/signin",
    "eventlog/event", "eventlog/auditrecord", "admin/logentry",
)]  # fmt: skip
BUSINESS_LISTS = [f"{SALON}{each}/" for each in (
    "services/service", "services/category", "services/extra", "services/question", "staff/staff",
    "staff/workinghours", "staff/timeoff", "locations/location", "locations/resource", "locations/closure",
    "customers/customer", "bookings/booking", "communications/notification", "eventlog/event", "eventlog/auditrecord",
    "bookings/waitlistentry", "team/invitation",
)]  # fmt: skip


@pytest.fixture
def operator(db: None) -> User:
    with public_scope():
        return UserFactory(email="admin@bookme.example", name="Olga Operator", is_staff=True)


@pytest.fixture
def admin(operator: User) -> Client:
    """A browser on the platform's host, signed in as an operator."""
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator)
    return browser


@pytest.fixture
def rows(salon: Tenant) -> Iterator[None]:
    """One of everything, and of what stands below it."""
    hours = [(day, 540, 1020) for day in range(7)]
    person = StaffFactory(name="Amara", hours=hours, does=[ServiceFactory(name="Cut", category=CategoryFactory())])
    TimeOffFactory(staff=person)
    InvitationFactory(staff=person)
    for make in (ExtraFactory, QuestionFactory, ResourceFactory, ClosureFactory, OpeningHoursFactory):
        make()
    customer = CustomerFactory(name="Amelia Hart")
    CustomerAddressFactory(customer=customer)
    ConsentFactory(customer=customer)
    booking = BookingFactory(visit__customer=customer, appointment__staff=person)
    NotificationFactory(booking_ids=[booking.pk])
    WaitlistEntryFactory(customer=customer)
    Event.objects.create(name="booking.confirmed", payload={}, actor_kind="system", occurred_at=timezone.now())
    return


def _act(admin: Client, path: str, action: str, *ids: object) -> str:
    answer = admin.post(path, {"action": action, "_selected_action": [str(each) for each in ids]}, follow=True)
    assert answer.status_code == 200
    return answer.text


def test_an_operator_signs_in_and_out(operator: User) -> None:
    browser = Client(headers={"host": "localhost"})
    assert browser.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    answer = browser.post("/admin/login/?next=/admin/", {"username": "Admin@BookMe.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200
    browser.post("/admin/logout/")
    assert browser.get("/admin/").status_code == 302


def test_nobody_else_gets_in(salon: Tenant, operator: User) -> None:
    owner = make_person(salon, Role.OWNER, email="owner@salon.example")
    gone = UserFactory(email="gone@bookme.example", is_staff=True, is_active=False)
    for email in (owner.user.email, gone.email, "nobody@bookme.example"):
        browser = Client(headers={"host": "localhost"})
        answer = browser.post("/admin/login/", {"username": email, "password": PASSWORD})
        assert answer.status_code == 200, email
        assert "_auth_user_id" not in browser.session
    signed_in = Client(headers={"host": "localhost"})
    signed_in.force_login(owner.user)
    for path in ["/admin/", SALON, *PLATFORM_LISTS, *BUSINESS_LISTS]:
        assert signed_in.get(path).status_code == 302, path


def test_who_stops_being_an_operator_is_out_at_once(admin: Client, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert admin.get("/admin/").status_code == 302
    assert admin.get(f"{SALON}bookings/booking/").status_code == 302


def test_a_session_of_a_business_is_worthless_here(owner: Person) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.cookies["sessionid"] = owner.page.cookies["sessionid"].value
    for path in ("/admin/", SALON):
        assert browser.get(path).status_code == 302


def test_the_password_cannot_be_guessed_without_end(operator: User) -> None:
    browser = Client(headers={"host": "localhost"})
    for _ in range(10):
        browser.post("/admin/login/", {"username": operator.email, "password": "wrong"})
    answer = browser.post("/admin/login/", {"username": operator.email, "password": PASSWORD})
    assert "Too many failed attempts" in answer.text
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("path", ["/admin/", "/t/salon/admin/", "/admin/login/"])
def test_a_business_domain_has_no_admin(salon: Tenant, operator: User, path: str) -> None:
    browser = Client(headers={"host": "salon.localhost"})
    browser.force_login(operator)
    assert browser.get(path).status_code == 404


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", PLATFORM_LISTS + BUSINESS_LISTS)
def test_every_list_and_every_row_opens(admin: Client, owner: Person, path: str) -> None:
    listed = admin.get(path)
    assert listed.status_code == 200
    assert admin.get(f"{path}?q=a").status_code == 200
    site = business_site if path.startswith(SALON) else platform_site
    model = next(each for each in site._registry if path.endswith(f"/{each._meta.app_label}/{each._meta.model_name}/"))
    with tenant_scope(owner.tenant) if path.startswith(SALON) else public_scope():
        first = model._default_manager.first()
    if first is not None:
        assert admin.get(f"{path}{first.pk}/change/").status_code == 200


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", BUSINESS_LISTS)
def test_data_of_a_business_cannot_be_written(admin: Client, path: str) -> None:
    assert admin.get(f"{path}add/").status_code == 403
    model = next(
        each for each in business_site._registry if path.endswith(f"/{each._meta.app_label}/{each._meta.model_name}/")
    )
    first = model._default_manager.first()
    assert first is not None
    before = model._default_manager.values().get(pk=first.pk)
    assert admin.post(f"{path}{first.pk}/change/", {"name": "Changed", "status": "cancelled"}).status_code == 403
    assert admin.post(f"{path}{first.pk}/delete/", {"post": "yes"}).status_code == 403
    admin.post(path, {"action": "delete_selected", "_selected_action": [str(first.pk)], "post": "yes"})
    assert model._default_manager.values().get(pk=first.pk) == before


def test_the_way_from_the_platform_to_a_business_and_whose_data_it_is(admin: Client, salon: Tenant) -> None:
    platform = admin.get("/admin/tenants/tenant/").text
    assert 'href="/t/salon/admin/"' in platform
    assert "Data of" not in platform
    switched = admin.get(SALON).text
    assert "Data of Salon" in switched
    assert "Data of Rival" not in switched
    assert 'href="/t/rival/admin/"' in switched, "the switch is on every page"
    assert 'href="/t/salon/admin/bookings/booking/"' in switched


def test_each_business_shows_its_own_rows(admin: Client, salon: Tenant, rival: Tenant) -> None:
    CustomerFactory(name="Sally Salon")
    with tenant_scope(rival):
        theirs = CustomerFactory(name="Rita Rival")
    assert "Rita Rival" not in admin.get(f"{SALON}customers/customer/").text
    rivals = admin.get("/t/rival/admin/customers/customer/").text
    assert "Rita Rival" in rivals
    assert "Sally Salon" not in rivals
    assert admin.get(f"{SALON}customers/customer/{theirs.pk}/change/").status_code == 302


def test_a_suspended_business_can_be_looked_at(admin: Client, salon: Tenant) -> None:
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    assert "Suspended" in admin.get(f"{SALON}bookings/booking/").text


def test_bookings_change_by_our_actions_with_the_operator_as_actor(
    admin: Client, salon: Tenant, operator: User
) -> None:
    pending = BookingFactory(status=Status.PENDING)
    other = BookingFactory(status=Status.PENDING)
    path = f"{SALON}bookings/booking/"
    assert "1 confirmed." in _act(admin, path, "confirm", pending.pk)
    assert "1 cancelled." in _act(admin, path, "cancel", pending.pk)
    assert "1 declined." in _act(admin, path, "decline", other.pk)

    pending.refresh_from_db()
    assert (pending.status, pending.cancelled_by, pending.appointment.seats_taken) == ("cancelled", "business", 0)
    facts = Event.objects.filter(subject_id=pending.pk).order_by("occurred_at")
    assert [(fact.name, fact.actor_kind, fact.actor_id) for fact in facts] == [
        ("booking.confirmed", "operator", operator.pk),
        ("booking.cancelled", "operator", operator.pk),
    ]
    assert not LogEntry.objects.exists()


def test_what_cannot_be_done_is_told_and_the_rest_is_done(admin: Client, salon: Tenant) -> None:
    done, stuck = BookingFactory(status=Status.PENDING), BookingFactory(status=Status.CANCELLED)
    page = _act(admin, f"{SALON}bookings/booking/", "confirm", done.pk, stuck.pk)
    assert "1 confirmed." in page
    assert f"{stuck.visit.reference}: A booking that is cancelled cannot become confirmed." in page
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed", "cancelled"}


@pytest.mark.parametrize("path", ["/admin/users/signin/", f"{SALON}bookings/booking/"])
@pytest.mark.parametrize("chosen", ["zzz", "\0"])
def test_what_is_no_id_chooses_no_row(admin: Client, salon: Tenant, path: str, chosen: str) -> None:
    answer = admin.post(path, {"action": "export_csv", "_selected_action": [chosen]})
    assert answer.status_code == 400


def test_what_is_no_id_is_no_business_either(admin: Client, salon: Tenant) -> None:
    answer = admin.post("/admin/tenants/domain/add/", {"tenant": "zzz", "domain": "more.example"})
    assert answer.status_code == 400
    with public_scope():
        assert not Domain.objects.filter(domain="more.example").exists()


def test_services_are_archived_and_messages_sent_again(admin: Client, salon: Tenant) -> None:
    service = ServiceFactory()
    assert "1 archived." in _act(admin, f"{SALON}services/service/", "archive", service.pk)
    assert not Service.objects.get().is_active
    sent = NotificationFactory(booking_ids=[BookingFactory().pk])
    _act(admin, f"{SALON}communications/notification/", "repeat", sent.pk)
    assert OutboxMessage.objects.filter(task="communications.send_again", args__notification_id=str(sent.pk)).exists()


def test_bookings_are_found_by_date_service_staff_and_status(admin: Client, salon: Tenant) -> None:
    mine = BookingFactory(visit__reference="MINE2345")
    late = AppointmentFactory(starts_at=dt.datetime(2030, 2, 1, 10, tzinfo=dt.UTC), seats_taken=1)
    BookingFactory(visit__reference="LATE2345", appointment=late, status=Status.PENDING)
    path, appointment = f"{SALON}bookings/booking/", mine.appointment
    for query in (
        f"appointment__service__id__exact={appointment.service_id}",
        f"appointment__staff__id__exact={appointment.staff_id}",
        "status__exact=confirmed",
        "q=MINE2345",
        "appointment__starts_at_from=2030-01-07&appointment__starts_at_to=2030-01-07",
    ):
        page = admin.get(f"{path}?{query}").text
        assert "MINE2345" in page, query
        assert "LATE2345" not in page, query


def test_times_are_shown_on_the_clock_of_the_business(admin: Client, salon: Tenant) -> None:
    summer = AppointmentFactory(starts_at=dt.datetime(2030, 7, 1, 10, tzinfo=dt.UTC), seats_taken=1)
    booking = BookingFactory(appointment=summer)
    assert "1 Jul 2030, 11:00" in admin.get(f"{SALON}bookings/booking/").text
    assert "2030-07-01 11:00:00+01:00" in admin.get(f"{SALON}bookings/booking/{booking.pk}/change/").text


def test_a_csv_is_the_list_and_nothing_in_it_is_a_formula(admin: Client, salon: Tenant) -> None:
    contact = {"visit__contact_name": '=HYPERLINK("x")', "visit__contact_phone": "+442079460001"}
    booking = BookingFactory(visit__reference="ABC23456", **contact)
    answer = admin.post(f"{SALON}bookings/booking/", {"action": "export_csv", "_selected_action": [str(booking.pk)]})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, line = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert head.startswith("start,end,reference,customer,e-mail")
    assert "ABC23456" in line
    assert "'=HYPERLINK" in line
    assert ",+442079460001," in line


def test_the_outbox_is_shown_and_the_dead_run_again(admin: Client, salon: Tenant) -> None:
    with public_scope():
        dead = OutboxMessage.objects.create(task="x", key="k", due_at=timezone.now(), dead=True, attempts=33)
    path = "/admin/tenants/outboxmessage/"
    assert str(dead.pk) in admin.get(f"{path}?state=dead").text
    assert str(dead.pk) not in admin.get(f"{path}?state=due").text
    assert "1 waiting to run again." in _act(admin, path, "run_dead_again", dead.pk)
    dead.refresh_from_db()
    assert (dead.dead, dead.attempts) == (False, 0)
    assert "Only a message that was given up" in _act(admin, path, "run_dead_again", dead.pk)


def test_a_business_is_suspended_and_resumed(admin: Client, salon: Tenant, operator: User) -> None:
    path = "/admin/tenants/tenant/"
    assert "1 suspended." in _act(admin, path, "suspend", salon.pk)
    assert Tenant.objects.get(pk=salon.pk).status == TenantStatus.SUSPENDED
    assert Event.objects.get(name="business.suspended").actor_id == operator.pk
    assert "1 resumed." in _act(admin, path, "resume", salon.pk)


def test_a_sign_in_is_ended(admin: Client, owner: Person) -> None:
    assert owner.api.get("auth/me/").status_code == 200
    _act(admin, "/admin/users/signin/", "end", SignIn.objects.get(user=owner.user).pk)
    assert owner.api.get("auth/me/").status_code == 401


def test_a_host_name_is_added_but_the_primary_one_stays(admin: Client, salon: Tenant) -> None:
    add = "/admin/tenants/domain/add/"
    admin.post(add, {"domain": "Book.Salon.Example.", "tenant": str(salon.pk)})
    assert Domain.objects.get(domain="book.salon.example").tenant_id == salon.pk
    known = Domain.objects.count()
    for host in ("localhost", "salon.localhost", "no host", "http://x.example/", "nodots", "-a.example"):
        assert admin.post(add, {"domain": host, "tenant": str(salon.pk)}).status_code == 200, host
    admin.post(add, {"domain": "second.example", "tenant": str(salon.pk), "is_primary": "on"})
    assert Domain.objects.count() == known
    primary = Domain.objects.get(tenant=salon, is_primary=True)
    assert admin.post(f"/admin/tenants/domain/{primary.pk}/delete/", {"post": "yes"}).status_code == 403


def _history(admin: Client, path: str) -> str:
    """The page of a row's history, as its own page links to it, without markup."""
    assert f'href="{path}history/"' in admin.get(f"{path}change/").text
    return " ".join(strip_tags(admin.get(f"{path}history/").text).split())


def test_who_changed_a_membership_or_a_person_and_how_is_kept(admin: Client, owner: Person, operator: User) -> None:
    held = Membership.objects.get(user=owner.user)
    make_person(owner.tenant, Role.OWNER)
    path = f"/admin/users/membership/{held.pk}/"
    assert "change history" not in admin.get(f"{path}change/").text
    assert admin.post(f"{path}change/", {"role": "manager", "is_active": "on"}).status_code == 302
    told = _history(admin, path)
    assert operator.email in told
    assert "Role: owner → manager" in told
    person = {"name": "Olivia", "phone": "", "language": "", "timezone": "", "is_active": "on", "is_staff": "on"}
    empty = {f"memberships-{each}_FORMS": "0" for each in ("TOTAL", "INITIAL")}
    path = f"/admin/users/user/{owner.user.pk}/"
    assert admin.post(f"{path}change/", person | empty).status_code == 302
    told = _history(admin, path)
    assert f"Name: {owner.user.name} → Olivia" in told
    assert "Operator: False → True" in told
    assert LogEntry.objects.count() == 2


def test_a_refused_change_leaves_no_trace(admin: Client, owner: Person) -> None:
    held = Membership.objects.get(user=owner.user)
    answer = admin.post(f"/admin/users/membership/{held.pk}/change/", {"role": "emperor", "is_active": "on"})
    assert answer.status_code == 200
    _act(admin, "/admin/tenants/tenant/", "resume", owner.tenant.pk)
    assert not LogEntry.objects.exists()


def test_a_host_name_s_history_outlives_it(admin: Client, salon: Tenant, operator: User) -> None:
    admin.post("/admin/tenants/domain/add/", {"domain": "book.salon.example", "tenant": str(salon.pk)})
    added = Domain.objects.get(domain="book.salon.example")
    path = f"/admin/tenants/domain/{added.pk}/"
    admin.post(f"{path}change/", {"is_primary": "on"})
    told = _history(admin, path)
    assert "Domain: book.salon.example; Tenant: Salon" in told
    assert "Is primary: False → True" in told
    admin.post(f"/admin/tenants/domain/{Domain.objects.get(domain='salon.localhost').pk}/change/", {"is_primary": "on"})
    admin.post(f"{path}delete/", {"post": "yes"})
    assert not Domain.objects.filter(pk=added.pk).exists()
    listed = admin.get("/admin/admin/logentry/?q=book.salon").text
    assert operator.email in listed
    assert list(LogEntry.objects.values_list("action_flag", flat=True)) == [DELETION, CHANGE, CHANGE, ADDITION]
    facts = Event.objects.filter(name="business.changed").order_by("occurred_at")
    own, more = "salon.localhost", "book.salon.example"
    assert [(fact.actor_id, fact.payload["changes"]) for fact in facts] == [
        (operator.pk, {"domains": [[own], [own, more]]}),
        (operator.pk, {"domains": [[own, more], [more, own]]}),
        (operator.pk, {"domains": [[more, own], [own, more]]}),
        (operator.pk, {"domains": [[own, more], [own]]}),
    ]


def test_a_host_name_is_another_only_as_another_row(admin: Client, salon: Tenant, rival: Tenant) -> None:
    """A proof is of one name and one business."""
    row = DomainFactory(tenant=salon, domain="book.salon.example", is_primary=False)
    wanted = {"domain": "book.rival.example", "tenant": str(rival.pk), "verified_at": ""}
    admin.post(f"/admin/tenants/domain/{row.pk}/change/", wanted)
    row.refresh_from_db()
    assert (row.domain, row.tenant_id, row.verified_at is None) == ("book.salon.example", salon.pk, False)


def test_adding_a_host_name_proves_nothing_and_checking_it_does(
    admin: Client, salon: Tenant, rival: Tenant, operator: User, internet: Internet, settings: Any
) -> None:
    settings.LOCAL_MODE = False
    host = "book.salon.example"
    admin.post("/admin/tenants/domain/add/", {"domain": host, "tenant": str(salon.pk), "verified_at_0": "2026-01-01"})
    added = Domain.objects.get(domain=host)
    assert added.verified_at is None
    assert OutboxMessage.objects.filter(task="onboarding.check_domain", args={"domain_id": str(added.pk)}).exists()
    path = "/admin/tenants/domain/"
    assert f"_bookme.{host} TXT {proof_of(host, tenant=salon)}" in admin.get(f"{path}{added.pk}/change/").text
    assert f"{host}: The record is not there" in _act(admin, path, "check_now", added.pk)
    internet.dns.set(f"_bookme.{host}", "TXT", f'"{proof_of(host, tenant=salon)}"')
    assert f"{host}: Proven." in _act(admin, path, "check_now", added.pk)
    assert Event.objects.get(name="business.domain_verified").actor_id == operator.pk
    taken = admin.post(f"{path}add/", {"domain": host, "tenant": str(rival.pk)})
    assert "leads to another business already" in taken.text
    assert Domain.objects.filter(domain=host).count() == 1


def test_the_platform_s_own_host_of_a_business_stays(admin: Client, salon: Tenant) -> None:
    own = Domain.objects.get(tenant=salon)
    more = DomainFactory(tenant=salon, domain="book.salon.example", is_primary=True)
    path = "/admin/tenants/domain/"
    assert admin.post(f"{path}{own.pk}/delete/", {"post": "yes"}).status_code == 403
    ids = [str(own.pk), str(more.pk)]
    admin.post(path, {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert Domain.objects.filter(tenant=salon).count() == 2
    other = DomainFactory(tenant=salon, domain="old.salon.example", is_primary=False)
    admin.post(path, {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"})
    assert not Domain.objects.filter(pk=other.pk).exists()
    assert Event.objects.filter(name="business.changed").count() == 1


def test_what_an_operator_does_to_a_business_is_in_its_history(admin: Client, owner: Person, operator: User) -> None:
    salon = owner.tenant
    _act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
    told = _history(admin, f"/admin/tenants/tenant/{salon.pk}/")
    assert f"{operator.email} Suspended" in told
    _act(admin, "/admin/tenants/tenant/", "resume", salon.pk)
    assert owner.api.get("auth/me/").status_code == 200
    sign_in = SignIn.objects.get(user=owner.user)
    _act(admin, "/admin/users/signin/", "end", sign_in.pk)
    assert "Signed out" in _history(admin, f"/admin/users/signin/{sign_in.pk}/")


def test_the_history_cannot_be_rewritten(admin: Client, salon: Tenant) -> None:
    _act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
    kept = LogEntry.objects.get()
    path = f"/admin/admin/logentry/{kept.pk}/"
    for page in (f"{path}change/", f"{path}delete/"):
        assert admin.post(page, {"change_message": "Nothing", "post": "yes"}).status_code == 403
    ids = [str(kept.pk)]
    admin.post("/admin/admin/logentry/", {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert LogEntry.objects.get().change_message == "Suspended"


def test_the_history_of_a_row_of_a_business_is_its_events(admin: Client, salon: Tenant) -> None:
    pending = BookingFactory(status=Status.PENDING)
    _act(admin, f"{SALON}bookings/booking/", "confirm", pending.pk)
    row = f"{SALON}bookings/booking/{pending.pk}/"
    assert f'href="{row}history/"' in admin.get(f"{row}change/").text
    answer = admin.get(f"{row}history/", follow=True)
    assert answer.redirect_chain == [(f"{SALON}eventlog/event/?q={pending.pk}", 302)]
    assert "booking.confirmed" in answer.text


@pytest.mark.parametrize(
    ("path", "make"),
    [
        (f"{SALON}bookings/booking/", BookingFactory),
        (f"{SALON}communications/notification/", NotificationFactory),
        (f"{SALON}customers/customer/", CustomerFactory),
        (f"{SALON}locations/closure/", ClosureFactory),
    ],
)
def test_a_list_costs_the_same_however_long_it_is(admin: Client, salon: Tenant, path: str, make: type) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            admin.get(path)
        return len([each for each in queries if "search_path" not in each["sql"]])

    make.create_batch(2)  # type: ignore[attr-defined]
    cost()
    few = cost()
    make.create_batch(10)  # type: ignore[attr-defined]
    assert cost() <= few


def test_only_the_admin_has_the_policy_that_unfold_needs(admin: Client, client: Client, salon: Tenant) -> None:
    for path in ("/admin/", SALON, "/admin/login/"):
        assert "'unsafe-eval'" in admin.get(path).headers["Content-Security-Policy"]
    assert "unsafe-eval" not in client.get("/admin/").headers.get("Content-Security-Policy", "")
    assert "unsafe-eval" not in admin.get("/mailbox/").headers["Content-Security-Policy"]


def test_nothing_of_a_business_is_on_the_platform_site() -> None:
    shared = {"tenants", "users", "eventlog", "admin"}
    assert {model._meta.app_label for model in platform_site._registry} == shared
    assert {model._meta.app_label for model in business_site._registry} & {"tenants", "users"} == set()
    assert Notification in business_site._registry


EVERY_LIST = [*PLATFORM_LISTS, *BUSINESS_LISTS]


@pytest.mark.parametrize("path", EVERY_LIST)
def test_what_is_no_id_of_any_list_chooses_no_row(admin: Client, salon: Tenant, path: str) -> None:
    """Whatever kind of id a table has, a forged one is refused, and no fault of ours."""
    answer = admin.post(path, {"action": "export_csv", "_selected_action": ["zzz"]})
    assert answer.status_code == 400
    assert admin.get(f"{path}zzz/change/").status_code == 302
    assert admin.get(f"{path}?id__exact=zzz").status_code < 500


@pytest.mark.parametrize("chosen", ["\0", "-", "1.5", "9" * 30, "9" * 5000, "٣"])
def test_no_number_that_is_made_up_chooses_a_row(admin: Client, salon: Tenant, chosen: str) -> None:
    _act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
    answer = admin.post("/admin/admin/logentry/", {"action": "export_csv", "_selected_action": [chosen]})
    assert answer.status_code in {200, 302, 400}
    assert LogEntry.objects.count() == 1


def test_every_list_is_in_these_tests() -> None:
    found = {
        f"{base}{model._meta.app_label}/{model._meta.model_name}/"
        for site, base in ((platform_site, "/admin/"), (business_site, SALON))
        for model in site._registry
    }
    assert found == set(EVERY_LIST)


def _person_form(person: User, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"name": person.name, "phone": "", "language": "", "timezone": ""}
    given |= {"is_active": "on", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return {name: value for name, value in (given | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"name": "Olivia"}, ["profile"]),
        ({"is_active": None}, ["deactivated"]),
        ({"is_staff": "on", "phone": "+442079460102", "name": "Olivia"}, ["profile", "operator_made"]),
        ({}, []),
    ],
)
def test_what_is_changed_of_a_person_is_a_fact_of_the_platform(
    admin: Client, owner: Person, operator: User, changed: dict[str, Any], what: list[str]
) -> None:
    path = f"/admin/users/user/{owner.user.pk}/change/"
    assert admin.post(path, _person_form(owner.user, **changed)).status_code == 302
    with public_scope():
        told = Event.objects.filter(name="account.changed").order_by("occurred_at", "id")
        assert sorted(each.payload["what"] for each in told) == sorted(what)
        assert {(each.actor_kind, each.actor_id, each.subject_id) for each in told} <= {
            ("operator", operator.pk, owner.user.pk)
        }


def test_a_membership_that_an_operator_changes_is_told_to_the_business(admin: Client, stylist: Person) -> None:
    path = f"/admin/users/membership/{stylist.membership.pk}/change/"
    admin.post(path, {"role": "manager", "is_active": "on"})
    admin.post(path, {"role": "manager"})
    admin.post(path, {"role": "manager", "is_active": "on"})
    told = Event.objects.filter(name__startswith="member.").order_by("occurred_at", "id")
    assert [(each.name, each.actor_kind) for each in told] == [
        ("member.changed", "operator"),
        ("member.removed", "operator"),
        ("member.joined", "operator"),
    ]
    assert told[0].payload["changes"] == {"role": ["staff", "manager"]}
    add = {"user": str(UserFactory().pk), "tenant": str(stylist.tenant.pk), "role": "staff"}
    assert admin.post("/admin/users/membership/add/", add).status_code == 302
    assert Event.objects.filter(name="member.joined").count() == 2


def test_the_rules_of_a_business_hold_for_operators(admin: Client, owner: Person, customer: Person) -> None:
    path = f"/admin/users/membership/{owner.membership.pk}/change/"
    for given in ({"role": "manager", "is_active": "on"}, {"role": "owner"}, {"role": "customer", "is_active": "on"}):
        answer = admin.post(path, given, follow=True)
        assert "This is the last owner." in answer.text
    held = Membership.objects.get(pk=owner.membership.pk)
    assert (held.role, held.is_active) == ("owner", True)
    assert not Event.objects.filter(name__startswith="member.").exists()
    assert not LogEntry.objects.exists()
    path = f"/admin/users/membership/{customer.membership.pk}/change/"
    admin.post(path, {"role": "owner", "is_active": "on"})
    admin.post(path, {"role": "customer", "is_active": "on"})
    told = Event.objects.filter(name__startswith="member.").order_by("occurred_at", "id")
    assert [each.name for each in told] == ["member.joined", "member.removed", "member.joined"]
    assert customer.api.get("auth/me/").json()["role"] == "customer"
    admin.post(path, {"role": "customer"})
    assert customer.api.get("auth/me/").status_code == 401
    admin.post(path, {"role": "customer", "is_active": "on"})
    assert Membership.objects.get(pk=customer.membership.pk).is_active


def test_whom_an_operator_removes_is_out_with_all_that_hangs_on_it(admin: Client, manager: Person) -> None:
    person, sent = StaffFactory(user_id=manager.user.pk), InvitationFactory(invited_by=manager.user.pk)
    assert manager.api.get("auth/me/").status_code == 200
    admin.post(f"/admin/users/membership/{manager.membership.pk}/change/", {"role": "manager"})
    assert manager.api.get("auth/me/").status_code == 401
    assert Staff.objects.get(pk=person.pk).user_id is None
    assert Invitation.objects.get(pk=sent.pk).revoked_at is not None


@pytest.mark.parametrize("base", ["/admin/", SALON])
def test_the_audit_of_the_platform_and_of_a_business_is_shown(
    admin: Client, owner: Person, operator: User, base: str
) -> None:
    facts = [
        MemberJoined(user_id=owner.user.pk, role="manager"),
        SignInFailed(user_id=None, email="who@mail.example", reason="credentials"),
    ]
    with public_scope() if base == "/admin/" else tenant_scope(owner.tenant):
        publish_all(facts, actor=GUEST.coming_from(Origin("192.0.2.7", "Firefox")))
        EventFactory(name="booking.confirmed")
        joined = AuditRecord.objects.get(name="member.joined")
    path = f"{base}eventlog/auditrecord/"
    listed = admin.get(path).text
    for told in (f"{owner.user.name} joined as manager", "who@mail.example", "192.0.2.7", "Firefox"):
        assert told in listed
    assert "booking.confirmed" not in listed
    narrowed = admin.get(f"{path}?topic=team").text
    assert "joined as manager" in narrowed
    assert "who@mail.example" not in narrowed
    assert "joined as manager" in admin.get(f"{path}{joined.pk}/change/").text
    assert admin.post(f"{path}{joined.pk}/change/", {"name": "x"}).status_code == 403
    assert admin.post(f"{path}{joined.pk}/delete/", {"post": "yes"}).status_code == 403
