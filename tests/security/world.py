"""A business in two halves, for the matrix: what is near to callers whose reach is bound, and what is far from them.

Near is what is at the first place, on the stylist's calendar and of the signed-in customer. Far is what is of the other
place, of the other calendar and of somebody else, with the canary in every column that tells of a person.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pyotp

from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Booking, Waiting
from bookme.bookings.states import Status
from bookme.communications.models import Channel, Provider
from bookme.core.ids import uuid7
from bookme.core.permissions import KEY_PERMISSIONS, PERMISSIONS_OF, Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.team.links import invitation_token
from bookme.tenants.models import Tenant
from bookme.users.actions import token_pair
from bookme.users.challenge import challenge_token
from bookme.users.links import one_time_token, reset_token, row_token
from bookme.users.mails import AccountMail
from bookme.users.models import AccountRequestKind, SignInKind
from tests.bookings.desk import NOW, monday
from tests.factories.bookings import (
    AppointmentFactory,
    BookingFactory,
    HoldFactory,
    SeriesFactory,
    SessionFactory,
    VisitFactory,
    WaitlistEntryFactory,
)
from tests.factories.communications import (
    ChannelAccountFactory,
    MessageTemplateFactory,
    NotificationFactory,
    StoppedAddressFactory,
    WhatsAppTemplateFactory,
)
from tests.factories.customers import CustomerAddressFactory, CustomerFactory
from tests.factories.eventlog import EventFactory
from tests.factories.locations import ClosureFactory, LocationFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.postcodes import PostcodeFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import ServiceAreaFactory, StaffFactory, TimeOffFactory, WorkingHoursFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import (
    PASSWORD,
    AccountRequestFactory,
    Api,
    EmailChangeFactory,
    Person,
    SignInFactory,
    TwoFactorFactory,
    UserFactory,
    make_key,
    make_person,
)
from tests.web.conftest import configure

CANARY = "Zanzibar"
POSTCODE = "N1 1AA"
_BOOKINGS = ("booking", "request", "begun", "arrived")
Side = dict[str, Any]  # what a body and a path may name, by its name


@dataclass
class Caller:
    """One column of the matrix. `own` is what only they have, such as their sign-in."""

    api: Api
    own: Side


@dataclass
class World:
    callers: dict[str, Caller]
    near: Side
    far: Side


@dataclass(frozen=True)
class Half:
    """Whose it is, and what the columns that tell of a person are made of."""

    place: Location
    person: Staff
    cut: Service
    yoga: Service
    customer: Any
    word: str

    def booked(self, start: dt.datetime, status: Status = Status.CONFIRMED, **visit: Any) -> Booking:
        where = {"service": self.cut, "staff": self.person, "location": self.place, "starts_at": start}
        made = BookingFactory(
            visit=VisitFactory(customer=self.customer, **self.said(), **visit),
            appointment=AppointmentFactory(seats_taken=1, **where),
            status=status,
            internal_notes=self.word,
            cancel_reason=self.word,
        )
        position = Event.objects.count() + 1
        EventFactory(subject_id=made.pk, actor_kind="user", actor_name=self.word, position=position)
        return made

    def said(self) -> Side:
        return {
            "contact_name": self.word,
            "contact_email": self.customer.email,
            "notes": self.word,
            "answers": {"said": self.word},
            "address": {"line1": self.word, "postcode": POSTCODE},
        }

    def session(self, day: int, **more: Any) -> Any:
        start = monday(18) + dt.timedelta(days=day)
        where = {"staff": self.person, "location": self.place, "service": self.yoga}
        return SessionFactory(starts_at=start, **where | more)


def build(salon: Tenant) -> World:
    """Under a clock that stands at `desk.NOW`."""
    configure(salon, features={"waitlist": True, "service_areas": True})
    PostcodeFactory(code="N11AA", latitude=51.5386, longitude=-0.1028)
    stylist, colleague = (make_person(salon, Role.STAFF) for _ in range(2))
    customer = make_person(salon, Role.CUSTOMER)
    cut, yoga = ServiceFactory(name="Cut"), ServiceFactory(name="Yoga", of_class=True)
    QuestionFactory(key="said")
    halves = []
    for name, person, word in (("Near", stylist, "Nearby"), ("Far", colleague, CANARY)):
        place = LocationFactory(name=f"{name} place", position=len(halves))
        who = StaffFactory(name=f"{name} person", user_id=person.user.pk, does=[cut, yoga])
        known = CustomerFactory(
            name=word,
            email=f"{word.lower()}@mail.example",
            notes=word,
            tags=[word],
            metadata={"said": word},
            user_id=customer.user.pk if word != CANARY else None,
        )
        CustomerAddressFactory(customer=known, line1=word)
        halves.append(Half(place, who, cut, yoga, known, word))
    near, far = (_side(half) for half in halves)
    _people(salon, near, far, stylist, colleague)
    callers = _callers(salon, halves[0], stylist, customer, near)
    for name in ("operator", "key"):  # what is noted of the first visit is no part of what each operation does
        callers[name].api.get("auth/me/")
    return World(callers, near, far)


def _around(half: Half) -> dict[str, Any]:
    """The place, the person, and what belongs to them; and what of the catalogue is booked there."""
    place, who = half.place, half.person
    for weekday in range(7):
        WorkingHoursFactory(staff=who, location=place, weekday=weekday)
    return {
        "location": place,
        "staff": who,
        "service": half.cut,
        "class": half.yoga,
        "category": CategoryFactory(),
        "extra": ExtraFactory(services=[half.cut]),
        "question": QuestionFactory(services=[ServiceFactory()]),
        "resource": ResourceFactory(location=place),
        "closure": ClosureFactory(location=place, starts_at=monday(0) + dt.timedelta(days=30)),
        "opening": OpeningHoursFactory(location=place, end=1439),
        "shift": who.working_hours.get(weekday=6),
        "absence": TimeOffFactory(staff=who, reason=half.word, starts_at=monday(0) + dt.timedelta(days=20)),
        "area": ServiceAreaFactory(staff=who),
    }


def _side(half: Half) -> Side:
    series = SeriesFactory(customer=half.customer)
    repeated = half.booked(monday(13), series=series)
    booking, request = half.booked(monday(10)), half.booked(monday(11), Status.PENDING)
    begun = half.booked(NOW - dt.timedelta(minutes=30))
    arrived = half.booked(NOW - dt.timedelta(hours=2), Status.ARRIVED)
    session, full = half.session(1), half.session(2, capacity=1, seats_taken=1)
    pottery = ServiceFactory(name="Pottery", of_class=True, course="drop_in")
    course = half.session(4, service=pottery, course_id=uuid7())
    asked = {"customer": half.customer, **half.said()}
    held = HoldFactory(
        visit=VisitFactory(**asked),
        appointment=half.session(3, seats_taken=1),
        hold_expires_at=NOW + dt.timedelta(hours=1),
    )
    offered = WaitlistEntryFactory(session=held.appointment, visit=held.visit, status=Waiting.OFFERED, **asked)
    waiting = WaitlistEntryFactory(session=session, **asked)
    sent = NotificationFactory(
        booking_ids=[booking.pk], visit_id=booking.visit_id, to=half.word, subject=half.word, text=half.word
    )
    rows = _around(half) | {
        "customer": half.customer,
        "booking": booking,
        "request": request,
        "begun": begun,
        "arrived": arrived,
        "series": series,
        "session": session,
        "full": full,
        "waiting": waiting,
        "offered": offered,
        "notification": sent,
        "stopped": StoppedAddressFactory(address=f"{half.word}@mail.example", notification_id=sent.pk),
        "whatsapp_template": WhatsAppTemplateFactory(language="fr" if half.word == CANARY else "en"),
    }
    ids = {name: str(row.pk) for name, row in rows.items()}
    visits = {"visit": booking.visit, "asked_visit": request.visit, "repeated": repeated.visit}
    with_link = visits | {"series": repeated.visit} | {name: rows[name].visit for name in _BOOKINGS}
    tokens = {name: manage_token(visit) for name, visit in with_link.items()}
    tokens |= {"waiting": waitlist_token(waiting), "offered": waitlist_token(offered)}
    named = {"person": half.person.name, "place": half.place.name, "reference": booking.visit.reference}
    named["course"] = str(course.course_id)
    return ids | named | {name: str(visit.pk) for name, visit in visits.items()} | {"tokens": tokens}


def _people(salon: Tenant, near: Side, far: Side, stylist: Person, colleague: Person) -> None:
    """Members, keys, invitations and what the links in mails hold. Who keeps the team keeps all of it."""
    newcomer = AccountRequestFactory(tenant=salon)
    change = EmailChangeFactory(user=stylist.user)
    undone = EmailChangeFactory(user=stylist.user, former="former@people.example", confirmed_at=now())
    guarded = TwoFactorFactory(user=make_person(salon, Role.STAFF).user)
    open_now = {"user": stylist.user, "tenant": salon}
    written = MessageTemplateFactory(version=1, is_current=True)
    nowhere = json.dumps({"host": "127.0.0.1", "port": "1", "security": "none"})
    ChannelAccountFactory(channel=Channel.EMAIL, provider=Provider.SMTP, credentials=nowhere, is_active=False)
    nothing = sorted(each.value for each in PERMISSIONS_OF[Role.STAFF])  # so that anybody may give, and take, it
    for side, person in ((near, stylist), (far, colleague)):
        invitation = InvitationFactory(denied=nothing)
        member = make_person(salon, Role.STAFF, denied=nothing)
        side |= {
            "member": str(member.membership.pk),
            "key": str(make_key(salon, *KEY_PERMISSIONS).row.pk),
            "invitation": str(invitation.pk),
            "invitation_token": invitation_token(invitation=invitation, tenant=salon),
            "sign_in": str(SignInFactory(membership=person.membership).pk),
            "email": person.user.email,
            "tenant": str(salon.pk),
            "slug": salon.slug,
            "domain": f"{salon.slug}.localhost",
            "message": written.name,
            "channel": written.channel,
            "language": written.language,
            "password": PASSWORD,
            "refresh": token_pair(sign_in=person.signed_in(SignInKind.API), now=now()).refresh,
            "register_token": row_token(row_id=newcomer.pk, tenant=salon, kind=AccountRequestKind.REGISTER),
            "email_token": row_token(row_id=change.pk, tenant=salon, kind=AccountMail.NEW_ADDRESS),
            "undo_token": row_token(row_id=undone.pk, tenant=salon, kind=AccountMail.ADDRESS_CHANGED),
            "sign_in_token": one_time_token(user=stylist.user, tenant=salon),
            "reset_token": reset_token(**open_now),
            "challenge": challenge_token(
                user=guarded.user, is_operator=False, kind=SignInKind.API, way="password", tenant=salon
            ),
            "code": pyotp.TOTP(guarded.secret).at(now()),
        }


def _callers(salon: Tenant, near: Half, stylist: Person, customer: Person, side: Side) -> dict[str, Caller]:
    people = {
        "customer": customer,
        "staff": stylist,
        "place": make_person(salon, Role.MANAGER, location_ids=[str(near.place.pk)]),
        "calendar": make_person(salon, Role.MANAGER, staff_ids=[str(near.person.pk)]),
        "manager": make_person(salon, Role.MANAGER),
        "owner": make_person(salon, Role.OWNER),
    }
    callers = {name: signed_in(person) for name, person in people.items()}
    guest = Api(host="salon.localhost")
    key = Api(host="salon.localhost", token=make_key(salon, *KEY_PERMISSIONS).text)
    return {
        "guest": Caller(guest, {}),
        "link": Caller(guest, {}),
        **callers,
        "operator": _operator(),
        "key": Caller(key, {}),
    }


def signed_in(person: Person) -> Caller:
    sign_in = person.signed_in(SignInKind.API)
    token = token_pair(sign_in=sign_in, now=now()).access
    return Caller(Api(host=person.host, token=token), {"sign_in": str(sign_in.pk)})


def _operator() -> Caller:
    user = UserFactory(is_staff=True, is_superuser=True)
    sign_in = SignInFactory(membership=None, user=user, tenant=None)
    api = Api(host="localhost", token=token_pair(sign_in=sign_in, now=now()).access, prefix="/t/salon/api/v1/")
    return Caller(api, {"sign_in": str(sign_in.pk)})


def seen_in(content: bytes, side: Side, kind: str) -> bool:
    """Whether the row is told of."""
    return str(side[kind]).encode() in content
