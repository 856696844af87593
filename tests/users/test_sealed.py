"""Promise 27: every operation refuses every wrong token, by every door, and answers nothing of another business.

The operations are read from the URL table. What is for anyone may answer whoever comes without a token. All doors lead
to the same authentication: the wrong tokens all try the first, and one of each sort the two others.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from bookme.core.http.permissions import declared_for
from bookme.core.permissions import KEY_PERMISSIONS, Access, Role
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.actions import sign_out, token_pair
from bookme.users.models import SignIn, SignInKind, User
from bookme.users.tokens import Audience, TokenType, encode, lifetime, verify
from tests.factories.bookings import BookingFactory, SeriesFactory, SessionFactory, VisitFactory, WaitlistEntryFactory
from tests.factories.communications import NotificationFactory, StoppedAddressFactory, WhatsAppTemplateFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Api, ApiKeyFactory, Person, make_key, make_person
from tests.urltable import Operation, operations
from tests.users.crafted import unsigned

pytestmark = pytest.mark.no_cover

CANARY = "Zanzibar-canary"
OPERATIONS = operations()
REFUSALS = {401, 403, 404}
DOORS = {
    "domain": ({"host": "salon.localhost"}, ""),
    "header": ({"host": "localhost", "x-tenant": "salon"}, ""),
    "path": ({"host": "localhost"}, "/t/salon"),
}


def _of_another(owner: Person, rival: Tenant) -> str:
    return make_person(rival, Role.CUSTOMER).tokens.access


def _of_its_owner(owner: Person, rival: Tenant) -> str:
    return make_person(rival, Role.OWNER).tokens.access


def _expired(owner: Person, rival: Tenant) -> str:
    return encode(_claims(owner), now=now() - lifetime(TokenType.ACCESS))


def _wrong_audience(owner: Person, rival: Tenant) -> str:
    return encode(replace(_claims(owner), audience=Audience.CUSTOMER), now=now())


def _refresh_as_access(owner: Person, rival: Tenant) -> str:
    return owner.tokens.refresh


def _logged_out(owner: Person, rival: Tenant) -> str:
    token = owner.tokens.access
    sign_out(sign_in_id=SignIn.objects.get(user=owner.user).id, now=now())
    return token


WRONG: dict[str, Callable[[Person, Tenant], str]] = {
    "none": lambda owner, rival: "",
    "other tenant": _of_another,
    "its owner": _of_its_owner,
    "expired": _expired,
    "wrong audience": _wrong_audience,
    "alg none": lambda owner, rival: unsigned(owner.tokens.access),
    "refresh as access": _refresh_as_access,
    "logged out": _logged_out,
    "key of another": lambda owner, rival: make_key(rival, *KEY_PERMISSIONS).text,
    "key revoked": lambda owner, rival: make_key(owner.tenant, *KEY_PERMISSIONS, revoked_at=now()).text,
    "key expired": lambda owner, rival: make_key(owner.tenant, *KEY_PERMISSIONS, expires_at=now()).text,
    "key malformed": lambda owner, rival: make_key(owner.tenant, *KEY_PERMISSIONS).text[:-1],
}
AT_OTHER_DOORS = ("none", "its owner", "logged out", "key of another")
CASES = [
    *((wrong, "domain") for wrong in WRONG),
    *((wrong, door) for door in ("header", "path") for wrong in AT_OTHER_DOORS),
]


def _claims(person: Person):  # type: ignore[no-untyped-def]
    return verify(person.tokens.access, type=TokenType.ACCESS, tenant_id=person.tenant.id, audiences={Audience.TEAM})


@pytest.fixture
def foreign(rival: Tenant) -> dict[str, UUID]:
    """Rows of the other business by the first part of the path to them, with the canary in all that have a text."""
    with tenant_scope(rival):
        service, location = ServiceFactory(name=CANARY), LocationFactory(name=CANARY)
        visit = VisitFactory(customer=CustomerFactory(name=CANARY), series=SeriesFactory())
        booking = BookingFactory(visit=visit, appointment__service=service)
        member = make_person(rival, Role.STAFF)
        User.objects.filter(pk=member.user.pk).update(name=CANARY)
        pottery = ServiceFactory(of_class=True, course="whole", name=CANARY)
        SessionFactory(service=pottery, course_id=pottery.pk)
        rows = {
            "api-keys": ApiKeyFactory(tenant=rival, name=CANARY),
            "bookings": booking,
            "closures": ClosureFactory(name=CANARY),
            "courses": pottery,
            "customers": visit.customer,
            "extras": ExtraFactory(name=CANARY),
            "invitations": InvitationFactory(name=CANARY),
            "locations": location,
            "members": member.membership,
            "notifications": NotificationFactory(subject=CANARY, text=CANARY),
            "questions": QuestionFactory(label=CANARY),
            "resources": ResourceFactory(name=CANARY, location=location),
            "series": visit.series,
            "service-categories": CategoryFactory(name=CANARY),
            "services": service,
            "sessions": SessionFactory(service__name=CANARY),
            "sign-ins": member.signed_in(SignInKind.API),
            "staff": StaffFactory(name=CANARY),
            "stopped": StoppedAddressFactory(address=f"{CANARY}@mail.example"),
            "visits": visit,
            "waitlist": WaitlistEntryFactory(contact_name=CANARY),
            "whatsapp-templates": WhatsAppTemplateFactory(content_id=CANARY),
        }
        return {kind: row.pk for kind, row in rows.items()}


def _path(operation: Operation, foreign: dict[str, UUID]) -> str:
    """To the row of the other business that would be found if the wall were not there."""
    if "uuid" not in operation.arguments:
        return operation.url(ids=foreign["services"])
    parts = operation.path.partition("{")[0].rstrip("/").split("/")
    return operation.url(ids=foreign[parts[-1]])


@pytest.mark.parametrize(("wrong", "door"), CASES)
def test_every_operation_refuses_every_wrong_token(
    owner: Person, rival: Tenant, foreign: dict[str, UUID], wrong: str, door: str
) -> None:
    headers, prefix = DOORS[door]
    token = WRONG[wrong](owner, rival)
    client = Client(headers=headers | ({"authorization": f"Bearer {token}"} if token else {}))
    found = {}
    for number, each in enumerate(OPERATIONS):
        network = f"192.0.2.{number % 8}"  # several: of one, wrong keys are answered as too many before long
        path = prefix + _path(each, foreign)
        answer = client.generic(each.method, path, "{}", "application/json", REMOTE_ADDR=network)
        if not _is_right(each, answer.status_code, bool(token)) or CANARY.encode() in answer.content:
            found[str(each)] = (answer.status_code, answer.content[:200])
    assert found == {}


def _is_right(operation: Operation, status: int, has_token: bool) -> bool:
    public = declared_for(operation.view, operation.method) is Access.ANYONE
    takes_no_token = not operation.view.authentication_classes
    if public and (takes_no_token or not has_token):
        return status < 500
    return status in REFUSALS


def test_the_control_is_let_in(owner: Person) -> None:
    """The same requests with the right token, which some of them end, are not refused as unknown callers."""
    for each in OPERATIONS:
        if each.view.authentication_classes:
            owner.user.refresh_from_db()
            token = token_pair(sign_in=owner.signed_in(SignInKind.API), now=now()).access
            api = Api(host=owner.host, token=token)
            answer = api.client.generic(each.method, each.url(ids=owner.user.id), "{}", "application/json")
            assert answer.status_code != 401, str(each)


def _body(answer: Any) -> bytes:
    """Also of what is sent piece by piece."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "BREW"])
def test_other_methods_tell_nothing(owner: Person, foreign: dict[str, UUID], method: str) -> None:
    for path in {_path(each, foreign) for each in OPERATIONS}:
        answer = owner.api.client.generic(method, path)
        assert answer.status_code < 500, (path, answer.content)
        assert CANARY.encode() not in _body(answer), path


def test_ids_of_another_business_are_unknown(owner: Person, foreign: dict[str, UUID]) -> None:
    found = {}
    for each in OPERATIONS:
        if "uuid" in each.arguments:
            answer = owner.api.client.generic(each.method, _path(each, foreign), "{}", "application/json")
            if answer.status_code not in {400, 403, 404} or CANARY.encode() in answer.content:
                found[str(each)] = (answer.status_code, answer.content[:200])
    assert found == {}


def test_the_control_finds_each_of_them(rival_owner: Person, foreign: dict[str, UUID]) -> None:
    reads = [each for each in OPERATIONS if each.method == "GET" and "uuid" in each.arguments]
    assert reads
    assert [str(each) for each in reads if rival_owner.api.client.get(_path(each, foreign)).status_code != 200] == []


def test_lists_hold_nothing_of_another_business(owner: Person, foreign: dict[str, UUID]) -> None:
    reads = [each for each in OPERATIONS if each.method == "GET" and not each.arguments]
    assert len(reads) > 1
    for each in reads:
        assert CANARY.encode() not in _body(owner.api.client.get(each.url(ids=owner.user.id))), str(each)


@pytest.mark.parametrize(
    "path", ["services/", "staff/", "locations/", "customers/", "bookings/", "invitations/", "members/", "api-keys/"]
)
def test_the_control_reads_the_canary(rival_owner: Person, foreign: dict[str, UUID], path: str) -> None:
    """Whoever may, does see what the tests above look for."""
    assert CANARY.encode() in rival_owner.api.get(path).content
