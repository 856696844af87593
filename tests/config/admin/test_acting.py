"""What operators do there, by our own actions."""

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.context import public_scope
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from bookme.users.models import SignIn, User
from tests.config.admin.desk import SALON, act
from tests.factories.bookings import BookingFactory
from tests.factories.communications import NotificationFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person


def test_bookings_change_by_our_actions_with_the_operator_as_actor(
    admin: Client, salon: Tenant, operator: User
) -> None:
    pending = BookingFactory(status=Status.PENDING)
    other = BookingFactory(status=Status.PENDING)
    path = f"{SALON}bookings/booking/"
    assert "1 confirmed." in act(admin, path, "confirm", pending.pk)
    assert "1 cancelled." in act(admin, path, "cancel", pending.pk)
    assert "1 declined." in act(admin, path, "decline", other.pk)

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
    page = act(admin, f"{SALON}bookings/booking/", "confirm", done.pk, stuck.pk)
    assert "1 confirmed." in page
    assert f"{stuck.visit.reference}: A booking that is cancelled cannot become confirmed." in page
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed", "cancelled"}


def test_services_are_archived_and_messages_sent_again(admin: Client, salon: Tenant) -> None:
    service = ServiceFactory()
    assert "1 archived." in act(admin, f"{SALON}services/service/", "archive", service.pk)
    assert not Service.objects.get().is_active
    sent = NotificationFactory(booking_ids=[BookingFactory().pk])
    act(admin, f"{SALON}communications/notification/", "repeat", sent.pk)
    assert OutboxMessage.objects.filter(task="communications.send_message", args__notification_id=str(sent.pk)).exists()


def test_the_outbox_is_shown_and_the_dead_run_again(admin: Client, salon: Tenant) -> None:
    with public_scope():
        dead = OutboxMessage.objects.create(task="x", key="k", due_at=timezone.now(), dead=True, attempts=33)
    path = "/admin/tenants/outboxmessage/"
    assert str(dead.pk) in admin.get(f"{path}?state=dead").text
    assert str(dead.pk) not in admin.get(f"{path}?state=due").text
    assert "1 waiting to run again." in act(admin, path, "run_dead_again", dead.pk)
    dead.refresh_from_db()
    assert (dead.dead, dead.attempts) == (False, 0)
    assert "Only a message that was given up" in act(admin, path, "run_dead_again", dead.pk)


def test_a_business_is_suspended_and_resumed(admin: Client, salon: Tenant, operator: User) -> None:
    path = "/admin/tenants/tenant/"
    assert "1 suspended." in act(admin, path, "suspend", salon.pk)
    assert Tenant.objects.get(pk=salon.pk).status == TenantStatus.SUSPENDED
    assert Event.objects.get(name="business.suspended").actor_id == operator.pk
    assert "1 resumed." in act(admin, path, "resume", salon.pk)


def test_a_sign_in_is_ended(admin: Client, owner: Person) -> None:
    assert owner.api.get("auth/me/").status_code == 200
    act(admin, "/admin/users/signin/", "end", SignIn.objects.get(user=owner.user).pk)
    assert owner.api.get("auth/me/").status_code == 401
