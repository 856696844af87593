"""Lists of the pages of accounts and teams take as many queries however long they are."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.permissions import Permission, Role
from bookme.users.models import SignInKind
from tests.factories.bookings import BookingFactory, WaitlistEntryFactory
from tests.factories.communications import NotificationFactory
from tests.factories.eventlog import AuditRecordFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person, SocialIdentityFactory, make_key, make_person
from tests.privacy.canaries import LONG_AGO
from tests.web.conftest import MONDAY, Shop
from tests.web.test_portal import booked


def _own(shop: Shop, person: Person, number: int) -> None:
    day = dt.timedelta(days=number)
    booked(shop, person, slot_starts_at=MONDAY + day)
    booked(shop, person, status="completed", slot_starts_at=LONG_AGO - day)
    WaitlistEntryFactory(user_id=person.user.pk)


def _team(shop: Shop, person: Person, number: int) -> None:
    other = make_person(shop.tenant, Role.MANAGER, location_ids=[str(shop.place.pk)])
    InvitationFactory(email=f"new{number}@people.example", invited_by=other.user.pk)


def _safety(shop: Shop, person: Person, number: int) -> None:
    person.signed_in(SignInKind.PAGE)
    SocialIdentityFactory(user=person.user)


def _keys(shop: Shop, person: Person, number: int) -> None:
    made_by = make_person(shop.tenant, Role.OWNER).user.pk
    make_key(shop.tenant, Permission.BOOKINGS_READ, created_by=made_by)


def _audit(shop: Shop, person: Person, number: int) -> None:
    other = make_person(shop.tenant, Role.STAFF).user.pk
    AuditRecordFactory(actor_id=other, subject_id=other)


def _messages(shop: Shop, person: Person, number: int) -> None:
    booking = BookingFactory()
    NotificationFactory(visit_id=booking.visit_id, booking_ids=[booking.pk])


@pytest.mark.parametrize(
    ("path", "add"),
    [
        ("/account/", _own),
        ("/account/security/", _safety),
        ("/team/people/", _team),
        ("/team/keys/", _keys),
        ("/team/security/", _audit),
        ("/team/messages/", _messages),
    ],
)
def test_it_takes_as_many_queries(
    shop: Shop, owner: Person, path: str, add: Callable[[Shop, Person, int], None]
) -> None:
    counts, lengths = [], []
    for number in range(4):
        add(shop, owner, number)
        with CaptureQueriesContext(connection) as queries:
            answer = owner.page.get(path)
        counts.append(len(queries))
        lengths.append(len(answer.content))
    assert lengths == sorted(set(lengths)), "what was added is on the page"
    assert counts[1] == counts[-1], counts
