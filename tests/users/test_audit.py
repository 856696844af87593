"""The audit of a business: what its owner is told of who came in and who may do what, and what they are not."""

import datetime as dt
from dataclasses import fields
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from bookme.core.actor import GUEST, SYSTEM, Actor, ActorKind, Origin
from bookme.core.http.permissions import declared_for
from bookme.core.ids import uuid7
from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.eventlog.actions import publish, publish_all
from bookme.eventlog.events import AuditEvent, AuditTopic
from bookme.eventlog.models import Event
from bookme.eventlog.registry import audit_types
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.audit import audit_for, names_of_topic, of_person
from bookme.users.events import AccountChanged, MemberChanged, MemberJoined, OperatorEntered, SignedIn, SignInFailed
from bookme.users.models import Membership, SignInKind
from bookme.users.selectors import operator_actor
from tests.factories.bookings import BookingFactory
from tests.factories.eventlog import EventFactory
from tests.factories.users import PASSWORD, Api, Person, UserFactory, make_key, make_person
from tests.urltable import operations

HERE = Origin(address="192.0.2.7", agent="Firefox")
VALUES: dict[str, Any] = {
    "email": "ann@mail.example",
    "way": "google",
    "kind": "page",
    "reason": "credentials",
    "what": "password",
    "role": "manager",
    "changes": {"role": ["staff", "manager"]},
    "names": {"somewhere": "Camden"},
    "change": "revoked",
    "key_name": "Website",
    "permissions": [],
    "everywhere": True,
    "two_factor": True,
}


EVERY_CHANGE = {
    "role": ["staff", "manager"],
    "denied": [[], ["bookings.export", "customers.read"]],
    "location_ids": [None, ["somewhere"]],
    "staff_ids": [["gone"], None],
    "customer_scope": ["own", "all"],
}


def _any_of(kind: type[AuditEvent], **values: Any) -> AuditEvent:
    """A fact of that kind, with something in each of its fields."""
    given = {each.name: values.get(each.name, VALUES.get(each.name) or uuid7()) for each in fields(kind)}
    return kind(**given | {"address": "", "agent": ""})


def _rows(who: Person | Api, **query: str) -> list[dict[str, Any]]:
    api = who if isinstance(who, Api) else who.api
    answer = api.get("audit/", query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


@pytest.fixture
def facts(owner: Person, stylist: Person, customer: Person) -> None:
    """One of each topic, and a booking's fact that is none of them."""
    publish(MemberJoined(user_id=stylist.user.pk, role="staff"), actor=owner.actor.coming_from(HERE))
    publish(SignInFailed(user_id=customer.user.pk, email=customer.user.email, reason="credentials"), actor=GUEST)
    publish(AccountChanged(user_id=stylist.user.pk, what="password"), actor=stylist.actor.coming_from(HERE))
    EventFactory(subject_id=BookingFactory().pk)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "pl", "es"])
def test_every_fact_of_the_audit_says_itself(language: str) -> None:
    assert len(audit_types()) > 10
    with translation.override(language):
        for kind in audit_types():
            said = _any_of(kind).sentence("Ann")
            assert said, kind
            assert "%(" not in said, kind
            assert isinstance(kind.topic, AuditTopic)
            for each in _any_of(kind, changes=EVERY_CHANGE).told_changes():
                assert each.text, each.field
                assert "%(" not in each.text, each.field


SOMEBODY = "Sign-in as somebody was refused: "


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (SignedIn, {"way": "google"}, "Ann signed in with Google, with a second factor"),
        (SignedIn, {"way": "link"}, "Ann signed in by a link from a mail, with a second factor"),
        (SignInFailed, {"reason": "too_many"}, "Too many failed sign-ins as ann@mail.example: refused for a while"),
        (SignInFailed, {"reason": "two_factor", "email": ""}, SOMEBODY + "wrong code of the second factor"),
        (SignInFailed, {"reason": "credentials", "email": ""}, SOMEBODY + "e-mail and password do not match"),
        (
            SignInFailed,
            {"reason": "too_many", "email": ""},
            "Too many failed sign-ins as somebody: refused for a while",
        ),
        (SignInFailed, {"reason": "api_key"}, "The key Ann was refused: it is revoked or has expired"),
        (MemberChanged, {"changes": {"role": ["staff", "manager"]}}, "Ann is now manager, and was member of the team"),
        (MemberChanged, {"changes": {"denied": [[], ["x"]]}}, "What Ann may see and do was changed"),
        (AccountChanged, {"what": "a later one"}, "The account of Ann was changed"),
        (MemberJoined, {"role": "a later one"}, "Ann joined as a later one"),
    ],
)
def test_what_it_says(kind: type[AuditEvent], values: dict[str, Any], said: str) -> None:
    assert _any_of(kind, **values).sentence("Ann") == said


def test_what_was_before_and_after_is_said_of_each_power() -> None:
    told = _any_of(MemberChanged, changes=EVERY_CHANGE).told_changes()
    assert {each.field: (each.before, each.after) for each in told} == {
        name: tuple(values) for name, values in EVERY_CHANGE.items()
    }
    assert [each.text for each in told] == [
        "Role: manager (before: member of the team)",
        "What they may do: All but: Export bookings, See customers (before: Everything that this role has)",
        "Places of work: Camden (before: Everywhere)",
        "People: Everybody (before: gone)",
        "Customers: All customers (before: Those of their bookings)",
    ]


@pytest.mark.usefixtures("facts")
def test_the_owner_reads_it_latest_first_and_only_it(owner: Person, stylist: Person) -> None:
    told = _rows(owner)
    assert [each["name"] for each in told] == ["account.changed", "account.sign_in_failed", "member.joined"]
    joined = told[-1]
    assert joined["text"] == f"{stylist.user.name} joined as member of the team"
    assert joined["actor"] == {"kind": "user", "id": str(owner.user.pk), "name": owner.user.name}
    assert joined["subject"] == {"kind": "user", "id": str(stylist.user.pk), "name": stylist.user.name}
    assert (joined["topic"], joined["address"], joined["agent"]) == ("team", "192.0.2.7", "Firefox")


@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF, Role.CUSTOMER])
def test_nobody_else_does(salon: Tenant, role: Role) -> None:
    assert make_person(salon, role).api.get("audit/").status_code == 403


@pytest.mark.usefixtures("facts")
def test_a_key_may_if_it_was_given_that(salon: Tenant) -> None:
    assert _rows(Api(host="salon.localhost", token=make_key(salon, Permission.AUDIT_READ).text))
    other = Api(host="salon.localhost", token=make_key(salon, Permission.BOOKINGS_READ).text)
    assert other.get("audit/").status_code == 403


def test_the_audit_is_read_only() -> None:
    assert [each.method for each in operations() if each.path.startswith("api/v1/audit/")] == ["GET"]
    [only] = [each for each in operations() if each.path.startswith("api/v1/audit/")]
    assert declared_for(only.view, "GET") is Permission.AUDIT_READ


@pytest.mark.usefixtures("facts")
def test_facts_of_another_business_are_not_there(rival_owner: Person, owner: Person) -> None:
    with tenant_scope(rival_owner.tenant):
        publish(MemberJoined(user_id=uuid7(), role="manager"), actor=rival_owner.actor)
        assert [each["name"] for each in _rows(rival_owner)] == ["member.joined"]
    assert str(rival_owner.user.pk) not in {each["actor"]["id"] for each in _rows(owner)}


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF, Role.CUSTOMER])
def test_where_a_customer_comes_from_is_not_told(owner: Person, role: Role) -> None:
    """That somebody signed in is; from where, and with what, of the team alone."""
    person = make_person(owner.tenant, role)
    publish(_any_of(SignedIn, user_id=person.user.pk), actor=person.actor.coming_from(HERE))
    told = _rows(owner, person=str(person.user.pk))[0]
    assert told["subject"]["name"] == person.user.name
    is_told = role is not Role.CUSTOMER
    assert (told["address"], told["agent"]) == (("192.0.2.7", "Firefox") if is_told else ("", ""))


def test_where_a_member_came_from_is_still_told_when_they_are_gone(owner: Person, stylist: Person) -> None:
    publish(_any_of(SignedIn, user_id=stylist.user.pk), actor=stylist.actor.coming_from(HERE))
    Membership.objects.filter(pk=stylist.membership.pk).update(is_active=False)
    assert _rows(owner, person=str(stylist.user.pk))[0]["address"] == "192.0.2.7"


def test_a_failure_tells_from_where_and_of_whom_only_within_the_team(
    owner: Person, stylist: Person, customer: Person, rival_owner: Person, client: Any
) -> None:
    """Whether an address has an account, here as a customer or in another business, is not for the owner to learn."""
    known = [stylist.user.email, customer.user.email, rival_owner.user.email, "nobody@nowhere.example"]
    for email in known:
        body = {"email": email, "password": "wrong"}
        assert client.post("/api/v1/auth/login/", body, content_type="application/json").status_code == 401
    told = _rows(owner, topic="failure")[::-1]
    assert [each["subject"] and each["subject"]["name"] for each in told] == [stylist.user.name, None, None, None]
    said = [each["text"].split(" as ")[1].split(" was ")[0] for each in told]
    assert said == [stylist.user.email, "c…@people.example", "o…@rival.example", "n…@nowhere.example"]
    assert {each["address"] for each in told} == {"127.0.0.1"}
    assert {each["actor"]["kind"] for each in told} == {"guest"}


def test_an_operator_is_shown_as_one(owner: Person) -> None:
    operator = UserFactory(name="Olga", is_staff=True)
    publish(OperatorEntered(user_id=operator.pk), actor=operator_actor(operator).coming_from(HERE))
    [told] = _rows(owner, topic="operator")
    assert told["text"] == "BookMe (Olga) looked into the business for the platform"
    assert told["actor"] == {"kind": "operator", "id": str(operator.pk), "name": "BookMe (Olga)"}
    assert told["address"] == "192.0.2.7"


def test_whoever_is_forgotten_is_somebody(owner: Person) -> None:
    publish(MemberJoined(user_id=uuid7(), role="staff"), actor=owner.actor)
    [told] = _rows(owner, topic="team")
    assert (told["text"], told["subject"]) == ("Somebody joined as member of the team", None)


@pytest.mark.usefixtures("facts")
def test_it_is_narrowed_by_topic_person_and_days(owner: Person, stylist: Person, customer: Person) -> None:
    assert {each["name"] for each in _rows(owner, topic="team")} == {"member.joined"}
    found = _rows(owner, person=str(stylist.user.pk))
    assert [each["name"] for each in found] == ["account.changed", "member.joined"]
    today = now().date()
    assert len(_rows(owner, **{"from": str(today), "to": str(today)})) == len(_rows(owner))
    assert _rows(owner, to=str(today - dt.timedelta(days=2))) == []
    assert _rows(owner, **{"from": str(today + dt.timedelta(days=2))}) == []


@pytest.mark.parametrize("query", [{"topic": "all"}, {"person": "me"}, {"from": "yesterday"}, {"page": "0"}])
def test_what_cannot_be_read_narrows_nothing(owner: Person, query: dict[str, str]) -> None:
    answer = owner.api.get("audit/", query)
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{next(iter(query))}"]


def test_every_topic_has_facts() -> None:
    assert all(names_of_topic(each) for each in AuditTopic)


def test_many_at_once_are_marked_as_one_is(salon: Tenant) -> None:
    actor = Actor(ActorKind.SYSTEM, origin=HERE)
    publish_all([MemberJoined(user_id=uuid7(), role="staff") for _ in range(2)], actor=actor)
    assert {(each.is_audit, each.payload["address"]) for each in Event.objects.all()} == {(True, "192.0.2.7")}


def test_the_api_s_sign_in_is_in_it(owner: Person, stylist: Person) -> None:
    body = {"email": stylist.user.email, "password": PASSWORD}
    assert Api(host=owner.host).post("auth/login/", body).status_code == 200
    told = _rows(owner, person=str(stylist.user.pk))[0]
    assert (told["text"], told["address"]) == (f"{stylist.user.name} signed in with a password", "127.0.0.1")
    assert SignInKind.API == "api"


def _plan(rows: Any) -> str:
    return str(rows[:25].explain(format="text"))


def test_a_page_of_it_costs_the_same_among_a_hundred_times_as_many_other_facts(salon: Tenant) -> None:
    """By its own indexes; the control is the same question without them, which reads the whole table."""
    person, at = uuid7(), now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO eventlog_event (id, name, subject_id, payload, actor_kind, actor_id, actor_name, request_id,"
            " occurred_at, is_audit) SELECT gen_random_uuid(), CASE WHEN n %% 100 = 0 THEN 'member.joined' ELSE"
            " 'booking.confirmed' END, gen_random_uuid(), '{}', 'user', gen_random_uuid(), 'Ann', '',"
            " %s - n * interval '1 second', n %% 100 = 0 FROM generate_series(1, 20000) n",
            [at],
        )
        cursor.execute("ANALYZE eventlog_event")
    audit = audit_for(SYSTEM)
    assert "audit_in_order" in _plan(audit)
    assert "audit_of_kind" in (few := _plan(audit.filter(name__in=["api_key.used"]))), few
    assert "Seq Scan" not in (of_one := _plan(of_person(audit, person))), of_one
    assert "audit_of_actor" in of_one
    assert "Seq Scan" in _plan(Event.objects.filter(actor_name="Bea").order_by("-actor_name"))


def test_each_business_has_its_own_audit(salon: Tenant, rival: Tenant) -> None:
    with tenant_scope(rival):
        publish(MemberJoined(user_id=uuid7(), role="staff"), actor=SYSTEM)
    assert not audit_for(SYSTEM).exists()


def test_who_signs_out_is_told_once(owner: Person, stylist: Person) -> None:
    """By the API and by the pages; ending another device is the same fact."""
    other = stylist.signed_in(SignInKind.API)
    assert stylist.api.delete(f"auth/sign-ins/{other.pk}/").status_code == 204
    for _ in range(2):
        stylist.api.post("auth/logout/")
    stylist.page.post("/team/sign-out/")
    told = [each["text"] for each in _rows(owner, person=str(stylist.user.pk))]
    assert told == [f"{stylist.user.name} signed out"] * 3
