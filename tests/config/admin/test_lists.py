"""What the operators' admin lists and opens, and what of it is read-only."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookme.bookings.states import Status
from bookme.communications.models import Notification
from bookme.core.http.admin import business_site, platform_site
from bookme.eventlog.models import Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, Tenant, TenantStatus
from tests.config.admin.desk import BUSINESS_LISTS, EVERY_LIST, PLATFORM_LISTS, SALON, act
from tests.factories.bookings import AppointmentFactory, BookingFactory, WaitlistEntryFactory
from tests.factories.communications import NotificationFactory
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.locations import ClosureFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory, TimeOffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person


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


def test_nothing_of_a_business_is_on_the_platform_site() -> None:
    shared = {"tenants", "users", "eventlog", "admin"}
    assert {model._meta.app_label for model in platform_site._registry} == shared
    assert {model._meta.app_label for model in business_site._registry} & {"tenants", "users"} == set()
    assert Notification in business_site._registry


@pytest.mark.parametrize("path", EVERY_LIST)
def test_what_is_no_id_of_any_list_chooses_no_row(admin: Client, salon: Tenant, path: str) -> None:
    """Whatever kind of id a table has, a forged one is refused, and no fault of ours."""
    answer = admin.post(path, {"action": "export_csv", "_selected_action": ["zzz"]})
    assert answer.status_code == 400
    assert admin.get(f"{path}zzz/change/").status_code == 302
    assert admin.get(f"{path}?id__exact=zzz").status_code < 500


@pytest.mark.parametrize("chosen", ["\0", "-", "1.5", "9" * 30, "9" * 5000, "٣"])
def test_no_number_that_is_made_up_chooses_a_row(admin: Client, salon: Tenant, chosen: str) -> None:
    act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
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
