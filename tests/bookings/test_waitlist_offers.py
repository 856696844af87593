"""What becomes free is offered to who waits: held for them, in order, for so long."""

import datetime as dt
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from bookme.bookings.actions import cancel_booking, offering
from bookme.bookings.models import Appointment, Booking, Visit, WaitlistEntry
from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.customers.models import Consent
from bookme.eventlog.models import Event
from bookme.locations.models import Closure
from bookme.staff.models import TimeOff
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import NOW, monday, refused, session_body
from tests.bookings.line import cancelled, full_monday, full_session, held, statuses, waits
from tests.communications.conftest import configure
from tests.factories.bookings import BookingFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.users import Person, Stranger, make_person

TWO_HOURS = dt.timedelta(minutes=120)


@pytest.fixture(autouse=True)
def _keeps_a_waitlist(salon: Tenant) -> None:
    configure(salon, features={"waitlist": True})


def line_for(
    shop: Shop, stranger: Stranger, *names: str, capacity: int = 2
) -> tuple[Appointment, list[dict[str, Any]]]:
    session = full_session(shop, capacity=capacity)
    told = [waits(stranger.api, name, session=str(session.pk)) for name in names]
    deliver_outbox()
    return session, told


def test_the_first_in_line_is_offered_what_becomes_free(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (ada, bea) = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    (hold,) = held()
    assert (hold.appointment_id, hold.hold_expires_at) == (session.pk, NOW + TWO_HOURS)
    assert (hold.visit.contact_email, hold.visit.source) == ("ada@mail.example", "api")
    told = stranger.api.get(f"waitlist/{ada['id']}/", {"token": ada["token"]}).json()
    assert (told["status"], told["position"], told["text"]) == ("offered", None, "A place is held for you.")
    assert told["offer"]["booking"] == str(hold.pk)
    assert told["offer"]["expires_at"] == "2030-01-02T11:00:00+00:00"
    assert stranger.api.get(f"waitlist/{bea['id']}/", {"token": bea["token"]}).json()["position"] == 1
    event = Event.objects.get(name="waitlist.offered")
    assert (event.payload["booking_id"], event.actor_kind) == (str(hold.pk), "system")
    assert Consent.objects.filter(customer__email="ada@mail.example").count() == 2, "agreed to once, as they joined"
    assert wrong_seats() == 0


def test_what_is_held_is_for_where_they_are(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session = full_session(shop)
    waits(stranger.api, "ada", session=str(session.pk), timezone="Europe/Helsinki")
    cancelled(owner, session.bookings.first())
    assert held()[0].visit.timezone == "Europe/Helsinki"


def test_nobody_else_gets_what_is_held(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada")
    cancelled(owner, session.bookings.first())
    refused(stranger.api.post("bookings/", session_body(session)), 409, "slot_unavailable")
    assert len(held()) == 1


def test_they_accept(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (ada, _bea) = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    answer = stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}", idempotency_key="k")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["offer"]["status"]) == ("accepted", "confirmed")
    assert answer.json()["offer"]["expires_at"] is None
    again = stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}", idempotency_key="k")
    assert again.json() == answer.json()
    refused(stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}"), 409, "wrong_status")
    assert Event.objects.filter(name="booking.confirmed").count() == 1
    deliver_outbox()
    assert statuses() == {"ada": "accepted", "bea": "waiting"}
    assert wrong_seats() == 0


def test_accepting_asks_where_the_business_says_yes_itself(
    shop: Shop, owner: Person, stranger: Stranger, clock: Any
) -> None:
    session, (ada,) = line_for(shop, stranger, "ada")
    session.service.policy = {"auto_confirm": False}
    session.service.save()
    cancelled(owner, session.bookings.first())
    told = stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}").json()
    assert told["offer"]["status"] == "pending"
    assert Event.objects.filter(name="booking.requested").count() == 1
    clock.move_to(NOW + TWO_HOURS)
    deliver_outbox()
    assert Booking.objects.filter(status="pending").count() == 1, "a request ends at its start, not with the offer"
    clock.move_to(session.starts_at)
    deliver_outbox()
    assert Booking.objects.filter(status="pending").count() == 0


def test_they_turn_it_down(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (ada, bea) = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    answer = stranger.api.post(f"waitlist/{ada['id']}/decline/?token={ada['token']}")
    assert answer.json()["status"] == "declined"
    assert Booking.objects.get(pk=answer.json()["offer"]["booking"]).status == "expired"
    deliver_outbox()
    assert statuses() == {"ada": "declined", "bea": "offered"}
    assert len(held()) == 1
    assert wrong_seats() == 0
    refused(stranger.api.post(f"waitlist/{bea['id']}/decline/?token={ada['token']}"), 404, "not_found")


def test_or_leave(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (ada, _bea) = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    assert stranger.api.post(f"waitlist/{ada['id']}/leave/?token={ada['token']}").json()["status"] == "left"
    deliver_outbox()
    assert statuses() == {"ada": "left", "bea": "offered"}
    assert len(held()) == 1


def test_an_offer_that_runs_out_goes_to_the_next(shop: Shop, owner: Person, stranger: Stranger, clock: Any) -> None:
    session, (ada, bea) = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    clock.move_to(NOW + TWO_HOURS - dt.timedelta(seconds=1))
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    clock.move_to(NOW + TWO_HOURS)
    late = refused(stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}"), 409, "offer_over")
    assert late["detail"] == "This offer has run out: the place has gone to the next in line."
    refused(stranger.api.post(f"waitlist/{ada['id']}/decline/?token={ada['token']}"), 409, "offer_over")
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    deliver_outbox()
    assert statuses() == {"ada": "lapsed", "bea": "offered"}
    assert [each.hold_expires_at for each in held()] == [NOW + 2 * TWO_HOURS]
    refused(stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}"), 409, "offer_over")
    assert stranger.api.post(f"waitlist/{bea['id']}/accept/?token={bea['token']}").status_code == 200
    assert wrong_seats() == 0


def test_accepted_in_the_last_second(shop: Shop, owner: Person, stranger: Stranger, clock: Any) -> None:
    session, (ada,) = line_for(shop, stranger, "ada")
    cancelled(owner, session.bookings.first())
    clock.move_to(NOW + TWO_HOURS - dt.timedelta(seconds=1))
    assert stranger.api.post(f"waitlist/{ada['id']}/accept/?token={ada['token']}").status_code == 200
    clock.move_to(NOW + TWO_HOURS)
    deliver_outbox()
    assert statuses() == {"ada": "accepted"}
    assert Booking.objects.get(visit__contact_email="ada@mail.example").status == "confirmed"


def test_two_places_are_two_offers(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea", "cy")
    for booking in list(session.bookings.all()):
        owner.api.post(f"bookings/{booking.pk}/cancel/")
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "offered", "cy": "waiting"}
    assert wrong_seats() == 0


def test_who_fits_comes_first_among_who_fits(shop: Shop, owner: Person, stranger: Stranger) -> None:
    """One place is free: the party of two stays first for the next one."""
    session = full_session(shop)
    waits(stranger.api, "ada", session=str(session.pk), party_size=2)
    waits(stranger.api, "bea", session=str(session.pk))
    first, second = session.bookings.all()
    cancelled(owner, first)
    assert statuses() == {"ada": "waiting", "bea": "offered"}
    bea = WaitlistEntry.objects.get(contact_email="bea@mail.example")
    with transaction.atomic():
        offering.decline_offer(entry=bea, actor=SYSTEM, now=NOW)
    cancelled(owner, second)
    assert statuses() == {"ada": "offered", "bea": "declined"}
    assert (held()[0].party_size, wrong_seats()) == (2, 0)


def test_rank_decides(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (_ada, bea) = line_for(shop, stranger, "ada", "bea")
    owner.api.patch(f"waitlist/{bea['id']}/", {"to": "first"})
    cancelled(owner, session.bookings.first())
    assert statuses() == {"ada": "waiting", "bea": "offered"}


def test_an_offer_ends_before_the_notice_does(shop: Shop, owner: Person, stranger: Stranger, clock: Any) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea")
    clock.move_to(session.starts_at - dt.timedelta(minutes=65))
    first, second = session.bookings.all()
    cancelled(owner, first)
    assert held()[0].hold_expires_at == session.starts_at - dt.timedelta(minutes=60)
    clock.move_to(session.starts_at - dt.timedelta(minutes=64))
    cancelled(owner, second)
    assert statuses() == {"ada": "offered", "bea": "waiting"}, "four minutes are too few"


def test_no_waitlist_no_offers(shop: Shop, salon: Tenant, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada")
    configure(salon, features={"waitlist": False})
    cancelled(owner, session.bookings.first())
    assert statuses() == {"ada": "waiting"}
    assert held() == []


def test_a_free_hour_of_a_full_day(shop: Shop, owner: Person, stranger: Stranger) -> None:
    booked = full_monday(shop)
    day = {"service": str(shop.service.pk), "date": "2030-01-07"}
    waits(stranger.api, "ada", **day, staff=str(shop.ben.pk))
    waits(stranger.api, "bea", **day)
    cancelled(owner, booked[4])
    assert (booked[4].appointment.staff_id, booked[4].appointment.starts_at) == (shop.ada.pk, monday(11))
    assert statuses() == {"ada": "waiting", "bea": "offered"}, "who waits for Ben is not asked about Ada"
    assert [(each.appointment.staff_id, each.appointment.starts_at) for each in held()] == [(shop.ada.pk, monday(11))]
    cancelled(owner, booked[3])
    assert statuses() == {"ada": "offered", "bea": "offered"}
    assert (overlaps(), wrong_seats()) == (0, 0)


def test_the_time_that_another_service_leaves(shop: Shop, owner: Person, stranger: Stranger) -> None:
    """Half an hour of something else fits where an hour was; a day is waited for, not an appointment."""
    booked = full_monday(shop)
    short = ServiceFactory(staff=[shop.ada], duration_minutes=30)
    for name in ("ada", "bea", "cy"):
        waits(stranger.api, name, service=str(short.pk), date="2030-01-07")
    cancelled(owner, booked[0])
    assert statuses() == {"ada": "offered", "bea": "offered", "cy": "waiting"}
    assert [each.appointment.starts_at for each in held()] == [monday(9), monday(9, 30)]


def test_a_booking_that_moves_away_leaves_a_place(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada")
    other = full_session(shop, start=monday(20), capacity=1)
    Appointment.objects.filter(pk=other.pk).update(service=session.service_id, capacity=2)
    moved = session.bookings.first()
    answer = owner.api.post(f"bookings/{moved.pk}/reschedule/", {"start": monday(20).isoformat()})
    assert answer.status_code == 200, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "offered"}
    assert held()[0].appointment_id == session.pk


def test_so_does_a_request_that_is_declined_or_not_answered(
    shop: Shop, owner: Person, stranger: Stranger, clock: Any
) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea")
    session.bookings.update(status="pending")
    first, second = session.bookings.all()
    owner.api.post(f"bookings/{first.pk}/decline/")
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    Booking.objects.filter(pk=second.pk).update(status="held", hold_expires_at=NOW)
    current_app.tasks["bookings.expire_booking"].run(booking_id=str(second.pk))
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "offered"}


def test_a_day_that_opens(shop: Shop, owner: Person, stranger: Stranger) -> None:
    """An absence that is taken away, hours that are longer: whatever changes for the team."""
    full_monday(shop)
    waits(stranger.api, "ada", service=str(shop.service.pk), date="2030-01-07")
    waits(stranger.api, "bea", service=str(shop.service.pk), date="2030-01-07")
    hours = [{"weekday": 0, "start": 540, "end": 1080}]
    answer = owner.api.put(f"staff/{shop.ada.pk}/working-hours/", hours)
    assert answer.status_code == 200, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    assert held()[0].appointment.starts_at == monday(17)


@pytest.mark.parametrize("what", ["absence", "closure"])
def test_what_kept_it_shut_is_taken_away(shop: Shop, owner: Person, stranger: Stranger, what: str) -> None:
    booked = full_monday(shop)
    waits(stranger.api, "ada", service=str(shop.service.pk), date="2030-01-07")
    if what == "absence":
        kept = TimeOff.objects.create(staff=shop.ada, starts_at=monday(9), ends_at=monday(10))
        path = f"staff/{shop.ada.pk}/time-off/{kept.pk}/"
    else:
        kept = Closure.objects.create(name="Stocktaking", starts_at=monday(9), ends_at=monday(10))
        path = f"closures/{kept.pk}/"
    cancelled(owner, booked[0])
    assert statuses() == {"ada": "waiting"}
    answer = owner.api.delete(path)
    assert answer.status_code in {200, 204}, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "offered"}


def test_a_place_that_became_free_while_they_joined(shop: Shop, stranger: Stranger) -> None:
    """Whoever joined looked before the cancellation, and what followed from that looked before they had joined."""
    session = full_session(shop)
    waits(stranger.api, "ada", session=str(session.pk))
    with transaction.atomic():
        cancel_booking(booking=session.bookings.first(), actor=SYSTEM, now=NOW)
    joined = Event.objects.get(name="waitlist.joined")
    OutboxMessage.objects.exclude(args__event_id=str(joined.pk)).delete()
    deliver_outbox()
    assert statuses() == {"ada": "offered"}


def test_the_team_offers_out_of_turn(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (_ada, bea) = line_for(shop, stranger, "ada", "bea")
    refused(owner.api.post(f"waitlist/{bea['id']}/offer/"), 409, "nothing_free")
    with transaction.atomic():
        cancel_booking(booking=session.bookings.first(), actor=SYSTEM, now=NOW)
    told = owner.api.post(f"waitlist/{bea['id']}/offer/").json()
    assert told["status"] == "offered"
    assert Event.objects.get(name="waitlist.offered").actor_kind == "user"
    refused(owner.api.post(f"waitlist/{bea['id']}/offer/"), 409, "wrong_status")
    deliver_outbox()
    assert statuses() == {"ada": "waiting", "bea": "offered"}


def test_whoever_is_bound_offers_no_more_than_they_reach(
    shop: Shop, salon: Tenant, owner: Person, stranger: Stranger
) -> None:
    """Anybody will do, so whoever reaches one of them sees the entry; what is held for it may be another's time."""
    booked = full_monday(shop)
    told = waits(stranger.api, "bea", service=str(shop.service.pk), date="2030-01-07")
    for number in (4, 11):
        with transaction.atomic():
            cancel_booking(booking=booked[number], actor=SYSTEM, now=NOW)
    freed = [(booked[each].appointment.staff_id, booked[each].appointment.starts_at) for each in (4, 11)]
    assert freed == [(shop.ada.pk, monday(11)), (shop.ben.pk, monday(14))]
    bens, adas = (make_person(salon, Role.MANAGER, staff_ids=[str(each.pk)]).api for each in (shop.ben, shop.ada))
    told = bens.post(f"waitlist/{told['id']}/offer/").json()
    assert (told["offer"]["start"][:16], told["offer"]["staff"]) == ("2030-01-07T14:00", str(shop.ben.pk))
    (hold,) = held()
    assert (hold.visit.contact_email, hold.visit.source) == ("bea@mail.example", "api")
    for step in ("accept", "decline", "leave", "remove"):
        refused(adas.post(f"waitlist/{told['id']}/{step}/"), 403, "out_of_scope")
    assert statuses() == {"bea": "offered"}
    assert [each.pk for each in held()] == [hold.pk]
    assert bens.post(f"waitlist/{told['id']}/decline/").status_code == 200


def test_who_joined_twice_is_offered_one_place_at_a_time(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (first, second) = line_for(shop, stranger, "ada", "ada")
    for booking in session.bookings.all():
        cancelled(owner, booking)
    assert [str(each.pk) for each in WaitlistEntry.objects.filter(status="offered")] == [first["id"]]
    assert stranger.api.post(f"waitlist/{first['id']}/decline/?token={first['token']}").status_code == 200
    deliver_outbox()
    (again,) = WaitlistEntry.objects.filter(status="offered")
    assert str(again.pk) == second["id"], "what was turned down is no place"
    assert wrong_seats() == 0


def test_who_joined_twice_and_has_a_place_is_passed_over(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (first, second, _bea) = line_for(shop, stranger, "ada", "ada", "bea")
    cancelled(owner, session.bookings.first())
    assert stranger.api.post(f"waitlist/{first['id']}/accept/?token={first['token']}").status_code == 200
    deliver_outbox()
    cancelled(owner, session.bookings.exclude(visit__contact_email="ada@mail.example").filter(status="confirmed").get())
    assert [each.visit.contact_email for each in held()] == ["bea@mail.example"]
    cancelled(owner, held()[0])
    assert held() == []
    answer = owner.api.post(f"waitlist/{second['id']}/offer/")
    assert answer.status_code == 200, "the team gives whom it likes more than one"


def test_the_team_answers_for_who_calls(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, (ada,) = line_for(shop, stranger, "ada")
    cancelled(owner, session.bookings.first())
    assert owner.api.post(f"waitlist/{ada['id']}/accept/").json()["status"] == "accepted"


def test_a_hold_that_is_cancelled_is_out_of_the_line(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    cancelled(owner, held()[0])
    assert statuses() == {"ada": "lapsed", "bea": "offered"}


def test_what_was_asked_at_joining_is_on_the_booking(shop: Shop, owner: Person, customer: Person) -> None:
    booked = full_monday(shop)
    question = QuestionFactory(required=True, services=[shop.service])
    key = str(question.key or question.pk)
    body = {
        "customer": {"name": "Ada", "phone": "+442079460958"},
        "consents": {"terms": True, "privacy": True, "marketing": False},
        "service": str(shop.service.pk),
        "date": "2030-01-07",
        "answers": {key: "yes"},
        "notes": "By the window",
    }
    assert customer.api.post("waitlist/", body).status_code == 201
    cancelled(owner, booked[0])
    visit = Visit.objects.get(bookings__status="held")
    assert (visit.user_id, visit.contact_phone, visit.notes) == (customer.user.id, "+442079460958", "By the window")
    assert (visit.answers, visit.consents) == ({key: "yes"}, body["consents"])
    assert customer.api.get("bookings/").json()["results"][0]["status"] == "held"


def test_who_can_no_longer_be_booked_is_passed_over(shop: Shop, owner: Person, stranger: Stranger) -> None:
    """Ada has as many of it ahead as one may have by now; it is not the end of her waiting."""
    session, _ = line_for(shop, stranger, "ada", "bea")
    session.service.policy = {"max_per_customer": 1}
    session.service.save()
    elsewhere = full_session(shop, start=monday(20), capacity=1)
    Appointment.objects.filter(pk=elsewhere.pk).update(service=session.service_id)
    ada = WaitlistEntry.objects.get(contact_email="ada@mail.example").customer
    BookingFactory(appointment=elsewhere, visit__customer=ada)
    cancelled(owner, session.bookings.first())
    assert statuses() == {"ada": "waiting", "bea": "offered"}


def test_an_expired_offer_is_swept_by_who_books(shop: Shop, owner: Person, stranger: Stranger, clock: Any) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    clock.move_to(NOW + TWO_HOURS)
    answer = stranger.api.post("bookings/", session_body(session))
    assert answer.status_code == 201, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "lapsed", "bea": "waiting"}
    assert wrong_seats() == 0


def test_more_places_are_offered(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session, _ = line_for(shop, stranger, "ada", "bea", "cy")
    answer = owner.api.patch(f"sessions/{session.pk}/", {"version": session.version, "capacity": 4})
    assert answer.status_code == 200, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "offered", "cy": "waiting"}
    assert wrong_seats() == 0


def test_a_session_that_is_called_off(shop: Shop, owner: Person, stranger: Stranger) -> None:
    """Who waits for it waits no more; who held a place in it has none."""
    session, _ = line_for(shop, stranger, "ada", "bea")
    cancelled(owner, session.bookings.first())
    assert statuses() == {"ada": "offered", "bea": "waiting"}
    answer = owner.api.post(f"sessions/{session.pk}/cancel/")
    assert answer.status_code == 200, answer.content
    deliver_outbox()
    assert statuses() == {"ada": "lapsed", "bea": "closed"}
    assert Event.objects.get(name="waitlist.closed").payload["reason"] == "cancelled"
    assert held() == []


def test_a_place_bounds_who_sees_the_line(shop: Shop, manager: Person, stranger: Stranger) -> None:
    line_for(shop, stranger, "ada")
    manager.membership.location_ids = [str(LocationFactory().pk)]
    manager.membership.save()
    assert manager.api.get("waitlist/").json()["results"] == []
    manager.membership.location_ids = [str(shop.place.pk)]
    manager.membership.save()
    assert len(manager.api.get("waitlist/").json()["results"]) == 1
