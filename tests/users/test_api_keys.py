"""Keys by which programs act for a business: what they may, who makes them, and that nothing keeps their secret."""

import datetime as dt
import logging
from typing import Any

import pytest
import time_machine
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from bookme.core.http.permissions import declared_for
from bookme.core.permissions import KEY_PERMISSIONS, PERMISSIONS_OF, Access, Permission, Role
from bookme.core.time import now
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.users.keys import new_key, read_key
from bookme.users.limits import WRONG_KEYS
from bookme.users.models import ApiKey
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, Person, UserFactory, make_key, make_person
from tests.urltable import Operation, operations

DOORS = {
    "domain": lambda token: Api(host="salon.localhost", token=token),
    "header": lambda token: Api(host="localhost", token=token, headers={"x-tenant": "salon"}),
    "path": lambda token: Api(host="localhost", prefix="/t/salon/api/v1/", token=token),
}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def body() -> dict[str, Any]:
    return {"name": "Website", "permissions": ["bookings.read", "customers.read"]}


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_key_is_made_shown_once_listed_and_revoked(owner: Person, body: dict[str, Any]) -> None:
    made = owner.api.post("api-keys/", body | {"expires_at": "2031-01-01T00:00:00Z"})
    assert made.status_code == 201
    told = made.json()
    assert read_key(told["key"]) is not None
    assert told["key"].startswith(told["prefix"] + "_")
    assert told["permissions"] == ["bookings.read", "customers.read"]
    assert (told["created_by"], told["last_used_at"], told["revoked_at"]) == (owner.user.name, None, None)

    [listed] = owner.api.get("api-keys/").json()["results"]
    assert listed == {name: value for name, value in told.items() if name != "key"}
    assert owner.api.get(f"api-keys/{told['id']}/").json() == listed

    key = Api(host=owner.host, token=told["key"])
    assert key.get("customers/").status_code == 200
    for _ in range(2):
        assert owner.api.delete(f"api-keys/{told['id']}/").status_code == 204
    assert _code(key.get("customers/")) == (401, "key_revoked")
    facts = Event.objects.filter(name="api_key.changed").order_by("occurred_at", "id")
    assert [(each.payload["change"], each.actor_id) for each in facts] == [
        ("made", owner.user.pk),
        ("revoked", owner.user.pk),
    ]


@pytest.mark.parametrize("door", DOORS)
def test_a_key_says_who_it_is_at_every_door(salon: Tenant, door: str) -> None:
    key = make_key(salon, Permission.BOOKINGS_READ, Permission.CUSTOMERS_READ, name="Website")
    me = DOORS[door](key.text).get("auth/me/").json()
    assert me["kind"] == "key"
    assert (me["id"], me["name"], me["email"], me["role"]) == (str(key.row.pk), "Website", None, None)
    assert me["permissions"] == ["bookings.read", "bookings.read_all", "customers.read"]
    assert me["all_customers"] is True


def test_a_key_is_worthless_in_another_business_and_on_the_platform(salon: Tenant, rival: Tenant) -> None:
    key = make_key(salon, *KEY_PERMISSIONS)
    assert _code(Api(host="rival.localhost", token=key.text).get("customers/")) == (401, "key_invalid")
    assert _code(Api(host="localhost", token=key.text).get("auth/me/")) == (401, "key_invalid")
    with tenant_scope(rival):
        [told] = Event.objects.filter(name="account.sign_in_failed")
    assert (told.actor_kind, told.actor_name) == ("guest", ""), "no business hears of another's keys"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"revoked_at": now()}, "key_revoked"),
        ({"expires_at": now() - HOUR}, "key_expired"),
        ({"digest": "0" * 64}, "key_invalid"),
    ],
)
def test_what_does_not_hold_is_refused_and_told(salon: Tenant, change: dict[str, Any], code: str) -> None:
    key = make_key(salon, *KEY_PERMISSIONS, name="Website")
    api = Api(host="salon.localhost", token=key.text)
    assert api.get("customers/").status_code == 200, "the control"
    ApiKey.objects.filter(pk=key.row.pk).update(**change)
    before = ApiKey.objects.get().last_used_at
    assert _code(api.get("customers/")) == (401, code)
    assert _code(api.get("services/")) == (401, code), "also where no key is needed"
    assert ApiKey.objects.get().last_used_at == before
    told = Event.objects.filter(name="account.sign_in_failed").latest("occurred_at")
    assert told.payload["reason"] == "api_key"
    assert told.actor_name == ("" if code == "key_invalid" else "Website")


@pytest.mark.parametrize(
    "spoiled", ["bmk_", "bmk_a_b", "bmk_" + "a" * 12 + "_" + "A" * 42, "bmk_\x00", "bmk_" + "é" * 60]
)
def test_what_has_not_the_form_of_a_key_is_none(salon: Tenant, spoiled: str) -> None:
    assert read_key(spoiled) is None
    if spoiled.isascii() and spoiled.isprintable():
        assert _code(Api(host="salon.localhost", token=spoiled).get("services/")) == (401, "key_invalid")


def test_a_key_changed_by_one_letter_is_another(salon: Tenant) -> None:
    key = make_key(salon, *KEY_PERMISSIONS)
    for place in (5, 20, len(key.text) - 2):
        letter = "b" if key.text[place] != "b" else "c"
        other = key.text[:place] + letter + key.text[place + 1 :]
        assert _code(Api(host="salon.localhost", token=other).get("customers/")) == (401, "key_invalid")


def test_a_suspended_business_refuses_its_keys_as_everything(salon: Tenant) -> None:
    key = make_key(salon, *KEY_PERMISSIONS)
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    forget_tenants()
    assert _code(Api(host="salon.localhost", token=key.text).get("customers/")) == (503, "suspended")


def test_a_key_may_what_it_was_given_and_nothing_else(salon: Tenant) -> None:
    """Every operation that needs a power opens to a key with that one, and not to one with all the others."""

    def is_refused(operation: Operation, needed: Permission, *given: Permission) -> bool:
        api = apis.setdefault(given, Api(host="salon.localhost", token=make_key(salon, *given).text))
        answer = api.client.generic(operation.method, operation.url(ids=salon.pk), "{}", "application/json")
        return answer.status_code == 403 and answer.json().get("permission") == needed

    apis: dict[tuple[Permission, ...], Api] = {}
    wrong = []
    for each in operations():
        needed = declared_for(each.view, each.method)
        if isinstance(needed, Permission):
            opening = {needed} & KEY_PERMISSIONS
            if needed is Permission.BOOKINGS_READ_ALL:
                opening |= {Permission.BOOKINGS_READ, Permission.BOOKINGS_MANAGE}
            wrong += [f"{each} with {one}" for one in opening if is_refused(each, needed, one)]
            if not is_refused(each, needed, *sorted(KEY_PERMISSIONS - opening)):
                wrong.append(f"{each} with all but {opening}")
    assert wrong == []


def test_what_is_for_people_refuses_every_key(salon: Tenant, owner: Person) -> None:
    api = Api(host="salon.localhost", token=make_key(salon, *KEY_PERMISSIONS).text)
    managed = {Permission.TEAM_MANAGE, Permission.API_KEYS_MANAGE, Access.PERSON}
    asked = [each for each in operations() if declared_for(each.view, each.method) in managed]
    assert len(asked) > 8
    for each in asked:
        answer = api.client.generic(each.method, each.url(ids=owner.user.pk), "{}", "application/json")
        assert answer.status_code == 403, str(each)
    assert owner.api.get("auth/me/").status_code == 200


def test_what_is_open_to_whoever_is_signed_in_is_known_to_be_good_for_keys() -> None:
    """`signed_in` lets keys in: whatever is for people says `person`."""
    open_to_keys = [str(each) for each in operations() if declared_for(each.view, each.method) is Access.SIGNED_IN]
    assert open_to_keys == ["GET /api/v1/auth/me/", "GET /api/v1/bookings/", "GET /api/v1/waitlist/"]


def test_a_key_acts_as_itself_in_the_history(salon: Tenant) -> None:
    key = make_key(salon, Permission.CATALOGUE_MANAGE, name="Price list")
    service = ServiceFactory()
    changed = Api(host="salon.localhost", token=key.text).patch(f"services/{service.pk}/", {"name": "Cut"})
    assert changed.status_code == 200
    told = Event.objects.get(name="catalogue.changed")
    assert (told.actor_kind, told.actor_id, told.actor_name) == ("key", key.row.pk, "Price list")


def test_no_rows_are_a_key_s_own(salon: Tenant) -> None:
    """It is of the team, and nobody's calendar, customer or account: what is one's own is never its."""
    CustomerFactory(user_id=None)
    api = Api(host="salon.localhost", token=make_key(salon, Permission.CATALOGUE_MANAGE).text)
    assert api.get("bookings/").json()["count"] == 0
    assert api.get("waitlist/").json()["count"] == 0


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_nobody_gives_a_key_what_they_may_not_do(salon: Tenant, role: Role, body: dict[str, Any]) -> None:
    maker = make_person(salon, role, denied=["customers.read"])
    refused = maker.api.post("api-keys/", body)
    assert _code(refused) == (403, "not_yours")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/permissions/1"]
    assert not ApiKey.objects.exists()
    assert maker.api.post("api-keys/", body | {"permissions": ["bookings.read"]}).status_code == 201


def test_a_manager_gives_no_key_the_powers_of_an_owner(manager: Person, body: dict[str, Any]) -> None:
    for mine in sorted(KEY_PERMISSIONS - PERMISSIONS_OF[Role.MANAGER]):
        assert _code(manager.api.post("api-keys/", body | {"permissions": [mine]})) == (403, "not_yours")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "bound",
    [{"staff_ids": []}, {"location_ids": []}, {"denied": ["bookings.read_all"]}],
    ids=["calendars", "places", "own calendar"],
)
def test_who_sees_a_part_makes_no_key_that_sees_the_whole(
    salon: Tenant, body: dict[str, Any], bound: dict[str, Any]
) -> None:
    maker = make_person(salon, Role.MANAGER, **bound)
    assert _code(maker.api.post("api-keys/", body)) == (403, "out_of_scope")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("bound", [{"staff_ids": []}, {"location_ids": []}], ids=["calendars", "places"])
def test_who_sees_a_part_revokes_no_key_of_the_whole(salon: Tenant, manager: Person, bound: dict[str, Any]) -> None:
    path = f"api-keys/{make_key(salon, Permission.BOOKINGS_READ).row.pk}/"
    assert _code(make_person(salon, Role.MANAGER, **bound).api.delete(path)) == (403, "out_of_scope")
    assert ApiKey.objects.get().revoked_at is None
    assert manager.api.delete(path).status_code == 204
    assert ApiKey.objects.get().revoked_at is not None


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER])
def test_keys_are_not_for_others_to_see_or_make(salon: Tenant, role: Role, body: dict[str, Any]) -> None:
    key, person = make_key(salon, Permission.BOOKINGS_READ), make_person(salon, role)
    assert person.api.get("api-keys/").status_code == 403
    assert person.api.post("api-keys/", body).status_code == 403
    assert person.api.delete(f"api-keys/{key.row.pk}/").status_code == 403
    assert ApiKey.objects.get().revoked_at is None


def test_keys_of_another_business_are_not_there(owner: Person, rival: Tenant) -> None:
    theirs = make_key(rival, Permission.BOOKINGS_READ)
    assert owner.api.get("api-keys/").json()["count"] == 0
    assert owner.api.get(f"api-keys/{theirs.row.pk}/").status_code == 404
    assert owner.api.delete(f"api-keys/{theirs.row.pk}/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": ""}, "/name", "blank"),
        ({"name": "x" * 81}, "/name", "max_length"),
        ({"name": "a\nb"}, "/name", "control_characters"),
        ({"permissions": []}, "/permissions", "min_length"),
        ({"permissions": ["team.manage"]}, "/permissions/0", "invalid_choice"),
        ({"permissions": ["api_keys.manage"]}, "/permissions/0", "invalid_choice"),
        ({"permissions": ["time_off.own"]}, "/permissions/0", "invalid_choice"),
        ({"permissions": ["all"]}, "/permissions/0", "invalid_choice"),
        ({"permissions": [["bookings.read"]]}, "/permissions/0", "invalid_choice"),
        ({"permissions": "bookings.read"}, "/permissions", "not_a_list"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "past"),
        ({"expires_at": "tomorrow"}, "/expires_at", "invalid"),
        ({"expires_at": "2031-01-01T00:00:00"}, "/expires_at", "naive_datetime"),
        ({"key": "bmk_of_my_own"}, "/key", "unknown"),
    ],
)
def test_what_makes_no_key_is_told(
    owner: Person, body: dict[str, Any], change: dict[str, Any], pointer: str, code: str
) -> None:
    refused = owner.api.post("api-keys/", body | change)
    assert refused.status_code == 400
    assert (pointer, code) in {(each["pointer"], each["code"]) for each in refused.json()["errors"]}
    assert not ApiKey.objects.exists()


def test_a_repeat_makes_no_second_key_and_tells_none(owner: Person, body: dict[str, Any]) -> None:
    first, again = (owner.api.post("api-keys/", body, idempotency_key="k1").json() for _ in range(2))
    assert again == first | {"key": None}
    assert ApiKey.objects.count() == 1


def test_nothing_keeps_the_secret(owner: Person, body: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Not the logs, nor any row of any table, in public or of the business; the control is the key's prefix."""
    with caplog.at_level(logging.DEBUG):
        made = owner.api.post("api-keys/", body, idempotency_key="k1").json()
        api = Api(host=owner.host, token=made["key"])
        for path in ("customers/", "auth/me/", "nowhere/"):
            api.get(path)
        api.post("bookings/", {"key": "not sent"}, idempotency_key="k2")
    secret = made["key"].removeprefix(made["prefix"] + "_")
    assert secret not in caplog.text
    told = _everything(owner.tenant)
    assert secret not in told
    assert made["prefix"] in told
    assert IdempotencyKey.objects.exists()


def _everything(tenant: Tenant) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', %s)",
            [tenant.schema_name],
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t")
            rows.append(cursor.fetchone()[0])
    return "\n".join(rows)


def test_use_is_stamped_once_a_minute_and_told_once_an_hour_and_address(
    salon: Tenant, clock: time_machine.Traveller
) -> None:
    key = make_key(salon, Permission.CUSTOMERS_READ)
    api = Api(host="salon.localhost", token=key.text)

    def use(address: str = "192.0.2.1") -> dt.datetime | None:
        api.client.get("/api/v1/customers/", REMOTE_ADDR=address)
        return ApiKey.objects.get().last_used_at

    first = use()
    assert first is not None
    clock.shift(dt.timedelta(seconds=50))
    assert use() == first
    clock.shift(dt.timedelta(seconds=10))
    assert use() != first
    use("192.0.2.2")
    told = Event.objects.filter(name="api_key.used").order_by("occurred_at")
    assert [(each.payload["address"], each.actor_kind, each.actor_id) for each in told] == [
        ("192.0.2.1", "key", key.row.pk),
        ("192.0.2.2", "key", key.row.pk),
    ]


def test_use_is_told_hourly_where_nothing_can_be_counted(
    salon: Tenant, clock: time_machine.Traveller, settings: Any
) -> None:
    """Redis is away: the key holds, and its use is told by when it was last used."""
    gone = {"LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": {"retry": Retry(NoBackoff(), 0)}}
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | gone}
    api = Api(host="salon.localhost", token=make_key(salon, Permission.CUSTOMERS_READ).text)
    for _ in range(3):
        assert api.get("customers/").status_code == 200
        clock.shift(dt.timedelta(minutes=2))
    assert Event.objects.filter(name="api_key.used").count() == 1
    clock.shift(HOUR)
    api.get("customers/")
    assert Event.objects.filter(name="api_key.used").count() == 2


def test_wrong_keys_are_limited_by_network_and_stop_no_right_one(salon: Tenant) -> None:
    right, codes = make_key(salon, Permission.CUSTOMERS_READ), []
    for _ in range(WRONG_KEYS.most + 10):
        wrong = Api(host="salon.localhost", token=new_key().text)
        codes.append(wrong.client.get("/api/v1/services/", REMOTE_ADDR="192.0.2.9").status_code)
    assert codes == [401] * WRONG_KEYS.most + [429] * 10
    refused = wrong.client.get("/api/v1/services/", REMOTE_ADDR="192.0.2.9")
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["code"] == "too_many_attempts"
    facts = Event.objects.filter(name="account.sign_in_failed").order_by("occurred_at", "id")
    reasons = [each.payload["reason"] for each in facts]
    assert reasons == ["api_key"] * WRONG_KEYS.most + ["too_many"]
    api = Api(host="salon.localhost", token=right.text)
    assert api.client.get("/api/v1/customers/", REMOTE_ADDR="192.0.2.9").status_code == 200
    assert wrong.client.get("/api/v1/services/", REMOTE_ADDR="192.0.2.10").status_code == 401


def test_an_operator_s_key_says_who_made_it(salon: Tenant, owner: Person, body: dict[str, Any]) -> None:
    operator = UserFactory(name="Olga", is_staff=True)
    make_key(salon, Permission.BOOKINGS_READ, created_by=operator.pk)
    [listed] = owner.api.get("api-keys/").json()["results"]
    assert listed["created_by"] == "BookMe (Olga)"


def test_what_is_told_of_a_use_is_no_limit_to_the_caller(salon: Tenant) -> None:
    answer = Api(host="salon.localhost", token=make_key(salon, Permission.CUSTOMERS_READ).text).get("customers/")
    assert "api-key" not in answer.headers.get("RateLimit", "")
