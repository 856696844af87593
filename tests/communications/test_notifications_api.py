"""The team reads what was sent, and sends it again."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.models import Notification
from bookme.communications.selectors.notifications import messages_about
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.desk import refused
from tests.factories.bookings import AppointmentFactory, BookingFactory
from tests.factories.communications import AttemptFactory, NotificationFactory
from tests.factories.users import Person, Stranger, make_person
from tests.letters import Letters

LIST = "communications/notifications/"


def _again(notification: Notification) -> str:
    return f"{LIST}{notification.pk}/send-again/"


def test_owner_and_manager_read_the_rest_do_not(
    owner: Person, manager: Person, stylist: Person, customer: Person, stranger: Stranger, rival_owner: Person
) -> None:
    NotificationFactory()
    for person in (owner, manager):
        assert person.api.get(LIST).json()["count"] == 1
    for person in (stylist, customer):
        assert person.api.get(LIST).status_code == 403
    assert stranger.api.get(LIST).status_code == 401
    assert rival_owner.api.get(LIST).json()["count"] == 0


def test_a_message_is_shown_as_it_was_sent(owner: Person) -> None:
    booking = BookingFactory()
    made = NotificationFactory(booking_ids=[booking.pk], visit_id=booking.visit_id)
    (shown,) = owner.api.get(LIST).json()["results"]
    assert shown == {
        "id": str(made.pk),
        "kind": "booking.confirmed",
        "audience": "customer",
        "channel": "email",
        "to": "someone@mail.example",
        "language": "en",
        "subject": "You're booked",
        "text": "You're booked.",
        "booking": str(booking.pk),
        "bookings": [str(booking.pk)],
        "visit": str(booking.visit_id),
        "status": "sent",
        "reason": "",
        "attempts": 1,
        "error": "",
        "due_at": None,
        "sent_at": "2030-01-07T10:00:00+00:00",
        "created_at": shown["created_at"],
    }


def test_one_is_shown_with_each_of_its_tries(owner: Person) -> None:
    made = NotificationFactory(channel="sms", segments=2, cost="0.08")
    AttemptFactory(notification=made, number=2, channel="sms")
    AttemptFactory(notification=made, number=1, channel="whatsapp", outcome="refused", error="no such number")
    AttemptFactory()
    shown = owner.api.get(f"{LIST}{made.pk}/").json()
    assert (shown["id"], shown["segments"], shown["cost"], shown["ended_at"]) == (str(made.pk), 2, "0.0800", None)
    first, second = shown["tries"]
    assert first == {
        "number": 1,
        "channel": "whatsapp",
        "outcome": "refused",
        "error": "no such number",
        "at": first["at"],
    }
    assert (second["number"], second["channel"], second["outcome"]) == (2, "sms", "sent")


def test_the_list_is_filtered(owner: Person) -> None:
    booking = BookingFactory()
    NotificationFactory(booking_ids=[booking.pk])
    NotificationFactory(status="failed", channel="sms", kind="booking.reminder")
    for query, count in (
        (f"booking={booking.pk}", 1),
        ("status=failed", 1),
        ("channel=sms", 1),
        ("channel=sms&status=sent", 0),
        (f"booking={uuid7()}", 0),
        ("from=2000-01-01", 2),
        ("to=2000-01-01", 0),
        ("search=someone", 2),
        ("search=nobody", 0),
        ("kind=booking.reminder", 1),
        ("kind=booking.confirmed&audience=customer", 1),
        ("audience=staff", 0),
    ):
        assert owner.api.get(f"{LIST}?{query}").json()["count"] == count, query
    for query in (
        "booking=x",
        "status=lost",
        "channel=pigeon",
        "from=soon",
        "kind=account.invitation",
        "audience=person",
    ):
        assert owner.api.get(f"{LIST}?{query}").status_code == 400, query


def test_scopes_hold(salon: Tenant) -> None:
    mine, other = BookingFactory(), BookingFactory()
    for booking in (mine, other):
        NotificationFactory(booking_ids=[booking.pk])
    person = make_person(salon, Role.MANAGER, email="scoped@salon.example", staff_ids=[str(mine.appointment.staff_id)])
    (shown,) = person.api.get(LIST).json()["results"]
    assert shown["booking"] == str(mine.pk)
    assert person.api.post(_again(Notification.objects.get(booking_ids=[other.pk]))).status_code == 404


def test_a_list_costs_the_same_however_long_it_is(owner: Person) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            owner.api.get(LIST)
        return len(queries)

    NotificationFactory()
    cost()  # signs in and looks the business up
    few = cost()
    NotificationFactory.create_batch(19)
    assert cost() == few


def test_it_is_sent_again_as_it_is_now(owner: Person, letters: Letters) -> None:
    booking = BookingFactory(visit__contact_email="amelia@mail.example")
    made = NotificationFactory(booking_ids=[booking.pk], to="amelia@mail.example", text="as it was")
    assert owner.api.post(_again(made)).status_code == 202
    deliver_outbox()
    deliver_outbox()
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("You're booked")
    made.refresh_from_db()
    assert (made.status, made.attempts) == ("sent", 2)
    assert "as it was" not in made.text
    assert Notification.objects.count() == 1
    fact = Event.objects.get(name="notification.sent_again")
    assert (fact.actor_id, fact.payload["notification_id"]) == (owner.user.pk, str(made.pk))


def test_two_wishes_are_two_letters_with_names_of_their_own(owner: Person, letters: Letters) -> None:
    made = NotificationFactory(booking_ids=[BookingFactory(visit__contact_email="amelia@mail.example").pk])
    for _ in range(2):
        assert owner.api.post(_again(made)).status_code == 202
        refused(owner.api.post(_again(made)), 409, "still_waiting")
        deliver_outbox()
    first, second = letters.to("amelia@mail.example")
    assert first["Message-ID"] != second["Message-ID"]


def test_by_its_first_channel_again_it_is_to_that_one_s_address(owner: Person) -> None:
    booking = BookingFactory(visit__contact_email="amelia@mail.example", visit__contact_phone="+447700900123")
    made = NotificationFactory(booking_ids=[booking.pk], to="amelia@mail.example", channel="email", tried=["sms"])
    answer = owner.api.post(_again(made)).json()
    assert (answer["channel"], answer["to"]) == ("sms", "+447700900123")


def test_what_is_no_longer_true_is_not_sent_again(owner: Person) -> None:
    booking = BookingFactory()
    made = NotificationFactory(booking_ids=[booking.pk])
    Booking.objects.update(status=Status.CANCELLED)
    answer = owner.api.post(_again(made))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_longer_true")
    assert not OutboxMessage.objects.filter(task="communications.send_message").exists()
    assert not Event.objects.exists()


def test_only_who_may_send_sends(
    stylist: Person, customer: Person, stranger: Stranger, rival_owner: Person, rival: Tenant
) -> None:
    made = NotificationFactory(booking_ids=[BookingFactory().pk])
    assert stylist.api.post(_again(made)).status_code == 403
    assert customer.api.post(_again(made)).status_code == 403
    assert stranger.api.post(_again(made)).status_code == 401
    assert rival_owner.api.post(_again(made)).status_code == 404
    with tenant_scope(rival):
        assert not OutboxMessage.objects.exists()


def test_under_one_key_it_is_sent_again_once(letters: Letters, owner: Person) -> None:
    notification = NotificationFactory(booking_ids=[BookingFactory(status=Status.CONFIRMED).pk])
    answers = [owner.api.post(_again(notification), {}, idempotency_key="once") for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["status"] == "queued"
    assert Event.objects.filter(name="notification.sent_again").count() == 1
    kept = IdempotencyKey.objects.get().answer
    assert notification.to not in str(kept)
    deliver_outbox()
    assert owner.api.post(_again(notification), {}).status_code == 202
    assert Event.objects.filter(name="notification.sent_again").count() == 2


def _several(count: int = 2) -> list[Booking]:
    first = BookingFactory()
    return [first, *(BookingFactory(visit=first.visit) for _ in range(count - 1))]


def _scoped(salon: Tenant, *bookings: Booking) -> Person:
    staff = [str(each.appointment.staff_id) for each in bookings]
    return make_person(salon, Role.MANAGER, email=f"{uuid7()}@salon.example", staff_ids=staff)


def test_one_that_tells_several_names_them_all_and_is_found_by_each(owner: Person) -> None:
    bookings = _several()
    ids = [str(each.pk) for each in bookings]
    made = NotificationFactory(booking_ids=ids, visit_id=bookings[0].visit_id)
    NotificationFactory(booking_ids=[BookingFactory().pk])
    for each in ids:
        (shown,) = owner.api.get(f"{LIST}?booking={each}").json()["results"]
        assert (shown["id"], shown["booking"], shown["bookings"]) == (str(made.pk), ids[0], ids)
    for booking in bookings:
        assert [each.pk for each in messages_about(owner.actor, booking)] == [made.pk]


def test_one_that_tells_none_is_shown_without(owner: Person) -> None:
    NotificationFactory()
    (shown,) = owner.api.get(LIST).json()["results"]
    assert (shown["booking"], shown["bookings"]) == (None, [])


def test_who_reaches_only_some_of_its_bookings_does_not_read_it(salon: Tenant) -> None:
    first, second = _several()
    made = NotificationFactory(booking_ids=[first.pk, second.pk])
    NotificationFactory()
    some, all_of_them = _scoped(salon, first), _scoped(salon, first, second)
    assert some.api.get(LIST).json()["count"] == 0
    assert some.api.post(_again(made)).status_code == 404
    assert messages_about(some.actor, first) == []
    assert [each["id"] for each in all_of_them.api.get(LIST).json()["results"]] == [str(made.pk)]
    assert [each.pk for each in messages_about(all_of_them.actor, first)] == [made.pk]
    second.delete()
    assert all_of_them.api.get(LIST).json()["count"] == 0, "nobody can tell any more whose it was"


def test_a_scope_reaches_what_its_people_help_with(salon: Tenant) -> None:
    booking, other = BookingFactory(), BookingFactory()
    helper = AppointmentFactory(lead=booking.appointment, seats_taken=1)
    made = NotificationFactory(booking_ids=[booking.pk])
    NotificationFactory(booking_ids=[other.pk])
    person = make_person(salon, Role.MANAGER, email="help@salon.example", staff_ids=[str(helper.staff_id)])
    assert [each["id"] for each in person.api.get(LIST).json()["results"]] == [str(made.pk)]


def test_a_scope_of_places_holds_for_all_of_its_bookings(salon: Tenant) -> None:
    here, there = _several()
    NotificationFactory(booking_ids=[here.pk, there.pk])
    made = NotificationFactory(booking_ids=[here.pk])
    person = make_person(
        salon, Role.MANAGER, email="here@salon.example", location_ids=[str(here.appointment.location_id)]
    )
    assert [each["id"] for each in person.api.get(LIST).json()["results"]] == [str(made.pk)]
