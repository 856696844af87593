"""`platform/tenants/`: what operators do with businesses through the API, on the platform's own host."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookme.core.permissions import Role
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.onboarding.validation import check_config
from bookme.services.models import Service
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import proof_of
from bookme.tenants.models import BusinessKind, Domain, OutboxMessage, Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.users.models import Membership, User
from tests.factories.tenants import DomainFactory, TenantFactory
from tests.factories.users import PASSWORD, Api, Person, UserFactory, make_person
from tests.internet import Internet
from tests.onboarding.files import small

TENANTS = "platform/tenants/"
ORDER: dict[str, Any] = {"slug": "harbour", "name": "Harbour", "kind": "salon", "owner": "ada@harbour.example"}


@pytest.fixture
def operator(db: None) -> User:
    with public_scope():
        return UserFactory(email="olga@platform.example", name="Olga", is_staff=True)


@pytest.fixture
def token(operator: User) -> str:
    answer = Api(host="localhost").post("auth/login/", {"email": operator.email, "password": PASSWORD})
    return str(answer.json()["access"])


@pytest.fixture
def api(token: str) -> Api:
    """The API of the platform's own host, signed in as an operator."""
    return Api(host="localhost", token=token)


def one(tenant: Tenant, rest: str = "") -> str:
    return f"{TENANTS}{tenant.pk}/{rest}"


def pointers(answer: Any) -> list[tuple[str, str]]:
    """Of a refusal: where and why."""
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def facts(tenant: Tenant) -> list[tuple[str, Any, Any]]:
    """What the business's history has, with who did it."""
    with tenant_scope(Tenant.objects.get(pk=tenant.pk)):
        rows = Event.objects.order_by("occurred_at", "id")
        return [(row.name, row.actor_kind, row.actor_id) for row in rows]


def test_a_business_as_an_operator_sees_it(api: Api, salon: Tenant, owner: Person) -> None:
    make_person(salon, Role.OWNER, email="second@salon.example")
    told = api.get(one(salon)).json()
    assert told == {
        "id": str(salon.pk),
        "slug": "salon",
        "name": "Salon",
        "kind": "salon",
        "status": "active",
        "url": "http://salon.localhost:8000/",
        "team_url": "http://salon.localhost:8000/team/",
        "owner": {"name": owner.user.name, "email": "owner@salon.example"},
        "domains": [
            {"domain": "salon.localhost", "is_primary": True, "verified_at": told["domains"][0]["verified_at"]}
        ],
        "created_at": told["created_at"],
    }
    assert api.get(f"{TENANTS}by-slug/salon/").json() == told
    for unknown in (f"{TENANTS}by-slug/nobody/", f"{TENANTS}{owner.user.pk}/", f"{TENANTS}zzz/"):
        assert api.get(unknown).status_code == 404


def test_the_list_is_in_order_in_pages_and_found_in(api: Api, salon: Tenant, rival: Tenant) -> None:
    clinic = TenantFactory(slug="clinic", name="Old Town Clinic", kind=BusinessKind.CLINIC, status=TenantStatus.TRIAL)
    for host in ("oldtown.example", "old-town.example"):
        DomainFactory(tenant=clinic, domain=host, is_primary=host == "oldtown.example")

    def slugs(**query: Any) -> list[str]:
        return [each["slug"] for each in api.get(TENANTS, query).json()["results"]]

    assert slugs() == ["clinic", "rival", "salon"]
    assert slugs(status="trial") == slugs(kind="clinic") == ["clinic"]
    assert slugs(status=["trial", "active"], kind="salon") == ["rival", "salon"]
    assert slugs(search="OLD town") == slugs(search="old") == slugs(search="oldtown.example") == ["clinic"]
    assert slugs(search="nothing of it") == []
    page = api.get(TENANTS, {"page_size": 2}).json()
    assert (page["count"], len(page["results"]), page["previous"]) == (3, 2, None)
    assert slugs(page_size=2, page=2) == ["salon"]
    for query in ({"status": "gone"}, {"kind": "shop"}, {"page": "0"}, {"search": "x" * 101}):
        assert pointers(api.get(TENANTS, query))[0][0] == f"/{next(iter(query))}"


def test_a_long_list_takes_no_more_queries(api: Api, salon: Tenant, rival: Tenant) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get(TENANTS)
        return len([each for each in queries if "search_path" not in each["sql"]])

    few = cost()
    for number in range(10):
        DomainFactory(tenant=TenantFactory(), domain=f"more{number}.example")
    assert cost() == few


@pytest.mark.parametrize("kind", BusinessKind.values)
def test_a_business_is_made_of_a_few_words(api: Api, operator: User, kind: str) -> None:
    answer = api.post(TENANTS, ORDER | {"kind": kind})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["slug"], told["name"], told["kind"], told["status"]) == ("harbour", "Harbour", kind, "trial")
    assert told["owner"]["email"] == "ada@harbour.example"
    assert told["url"] == "http://harbour.localhost:8000/"
    assert told["warnings"] == []
    made = Tenant.objects.get(slug="harbour")
    assert ("business.configured", "operator", operator.pk) in facts(made)
    assert Membership.objects.get(tenant=made).role == "owner"
    assert Client(headers={"host": "harbour.localhost"}).get("/api/v1/config/").status_code == 200
    assert api.post(one(made, "resume/")).json()["status"] == "active"


def test_what_is_known_of_it_replaces_the_starter_s(api: Api) -> None:
    known = {"country": "JP", "currency": "JPY", "timezone": "Asia/Tokyo", "languages": ["fr", "en"]}
    answer = api.post(TENANTS, ORDER | known | {"domains": ["harbour.example", "harbour.localhost"]})
    assert answer.status_code == 201, answer.content
    assert [each["domain"] for each in answer.json()["domains"]] == ["harbour.example", "harbour.localhost"]
    made = Tenant.objects.select_related("tenantconfig").get(slug="harbour")
    config = made.config
    assert (config.country, config.currency, config.timezone, config.languages) == (
        "JP",
        "JPY",
        "Asia/Tokyo",
        ("fr", "en"),
    )
    with tenant_scope(made):
        assert [str(each.price) for each in Service.objects.order_by("key")] == ["8000.000", "4000.000"]


def test_it_is_the_business_that_the_command_makes(api: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    api.post(TENANTS, ORDER)
    more = ("--kind", "salon", "--name", "Harbour", "--owner", "ada@harbour.example")
    with public_scope():
        call_command("tenant", "new", "other", *more, stdout=io.StringIO())
    one_config, other = (Tenant.objects.get(slug=slug).tenantconfig for slug in ("harbour", "other"))
    assert (one_config.data, one_config.named) == (other.data, other.named)


def test_or_of_a_whole_file(api: Api) -> None:
    data = small() | {"slug": "harbour", "domains": ["harbour.localhost"]}
    check_config(data)
    answer = api.post(TENANTS, {"config": data})
    assert (answer.status_code, answer.json()["slug"]) == (201, "harbour")
    with tenant_scope(Tenant.objects.get(slug="harbour")):
        assert set(Service.objects.values_list("key", flat=True)) == {"cut", "colour", "yoga"}


def test_its_own_host_names_have_to_be_proven(api: Api, settings: Any) -> None:
    settings.LOCAL_MODE = False
    told = api.post(TENANTS, ORDER | {"domains": ["harbour.example"]}).json()
    assert [(each["domain"], each["verified_at"] is None) for each in told["domains"]] == [
        ("harbour.example", True),
        ("harbour.localhost", False),
    ]
    assert told["url"] == "http://harbour.localhost:8000/"
    (warning,) = told["warnings"]
    assert (warning["pointer"], warning["code"]) == ("/domains/0", "unproven")
    assert proof_of("harbour.example", tenant=Tenant.objects.get(slug="harbour")) in warning["detail"]


BAD_ORDERS: list[tuple[Any, list[tuple[str, str]]]] = [
    ({}, [("/kind", "required"), ("/name", "required"), ("/owner", "required"), ("/slug", "required")]),
    ([], [("", "type")]),
    (ORDER | {"slug": "Harbour"}, [("/slug", "pattern")]),
    (ORDER | {"slug": "x" * 49}, [("/slug", "maxLength")]),
    (ORDER | {"slug": "admin"}, [("/slug", "reserved")]),
    (ORDER | {"slug": "salon"}, [("/slug", "taken")]),
    (ORDER | {"name": " "}, [("/name", "pattern")]),
    (ORDER | {"name": "a\u0000b"}, [("/name", "control_characters")]),
    (ORDER | {"kind": "shop"}, [("/kind", "enum")]),
    (ORDER | {"owner": "ada"}, [("/owner", "format")]),
    (ORDER | {"owner": None}, [("/owner", "type")]),
    (ORDER | {"country": "XX", "currency": "XXY"}, [("/country", "format"), ("/currency", "format")]),
    (ORDER | {"timezone": "Mars", "languages": []}, [("/languages", "minItems"), ("/timezone", "format")]),
    (ORDER | {"domains": ["Book.Example", "a.example"]}, [("/domains/0", "format")]),
    (ORDER | {"domains": ["a.example", "rival.localhost"]}, [("/domains/1", "taken")]),
    (ORDER | {"domains": ["localhost"]}, [("/domains/0", "reserved")]),
    (ORDER | {"colour": "red"}, [("/colour", "unknown_key")]),
    (ORDER | {"config": {}}, [(f"/{name}", "not_allowed_here") for name in ("kind", "name", "owner", "slug")]),
    ({"config": []}, [("/config", "type")]),
    ({"config": small() | {"currency": "XXY", "slug": "harbour"}}, [("/config/currency", "format")]),
    ({"config": small()}, [("/config/slug", "taken")]),
]


@pytest.mark.parametrize(("body", "expected"), BAD_ORDERS)
def test_what_cannot_be_made_is_refused_by_its_place(
    api: Api, salon: Tenant, rival: Tenant, body: Any, expected: list[tuple[str, str]]
) -> None:
    assert pointers(api.post(TENANTS, body)) == expected
    with public_scope():
        assert set(Tenant.objects.values_list("slug", flat=True)) == {"salon", "rival"}
        assert not User.objects.filter(email="ada@harbour.example").exists()
        assert Domain.objects.count() == 2


def test_a_repeat_makes_one_business(api: Api, operator: User) -> None:
    first = api.post(TENANTS, ORDER, idempotency_key="k1")
    again = api.post(TENANTS, ORDER, idempotency_key="k1")
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert Tenant.objects.filter(slug="harbour").count() == 1
    other = api.post(TENANTS, ORDER | {"name": "Other"}, idempotency_key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    with public_scope():
        kept = IdempotencyKey.objects.get()
    assert "ada@" not in str(kept.answer), "nothing about people is kept"


@pytest.mark.parametrize(
    ("step", "before", "after", "fact"),
    [
        ("suspend", "active", "suspended", "business.suspended"),
        ("resume", "suspended", "active", "business.resumed"),
        ("resume", "trial", "active", "business.resumed"),
        ("close", "active", "closed", "business.closed"),
    ],
)
def test_its_standing(api: Api, salon: Tenant, operator: User, step: str, before: str, after: str, fact: str) -> None:
    Tenant.objects.filter(pk=salon.pk).update(status=before)
    answer = api.post(one(salon, f"{step}/"))
    assert (answer.status_code, answer.json()["status"]) == (200, after)
    assert facts(salon) == [(fact, "operator", operator.pk)]
    again = api.post(one(salon, f"{step}/"))
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")
    assert len(facts(salon)) == 1


def test_a_business_is_renamed_and_its_former_address_leads_to_it(api: Api, salon: Tenant, operator: User) -> None:
    answer = api.patch(one(salon), {"name": "Harbour Salon", "slug": "harbour"})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["slug"], told["name"], told["url"]) == ("harbour", "Harbour Salon", "http://harbour.localhost:8000/")
    assert [each["domain"] for each in told["domains"]] == ["harbour.localhost", "salon.localhost"]
    assert facts(salon) == [("business.changed", "operator", operator.pk)]
    assert Event.objects.get(name="business.changed").payload["changes"] == {
        "name": ["Salon", "Harbour Salon"],
        "slug": ["salon", "harbour"],
        "domains": [["salon.localhost"], ["harbour.localhost", "salon.localhost"]],
    }
    for host in ("harbour.localhost", "salon.localhost"):
        assert Client(headers={"host": host}).get("/api/v1/config/").json()["name"] == "Harbour Salon"
    assert Client(headers={"host": "localhost"}).get("/t/salon/api/v1/config/").status_code == 404
    assert Client(headers={"host": "localhost"}).get("/t/harbour/api/v1/config/").status_code == 200
    # Nobody else is at an address that led here, unless it is given up.
    assert pointers(api.post(TENANTS, ORDER | {"slug": "salon"})) == [("/slug", "taken")]
    api.patch(one(salon), {"domains": ["harbour.localhost"]})
    assert api.post(TENANTS, ORDER | {"slug": "salon"}).status_code == 201


def test_host_names_are_set_and_the_first_is_the_primary(api: Api, salon: Tenant) -> None:
    def told(*hosts: str) -> list[tuple[str, bool]]:
        answer = api.patch(one(salon), {"domains": list(hosts)})
        assert answer.status_code == 200, answer.content
        return [(each["domain"], each["is_primary"]) for each in answer.json()["domains"]]

    assert told("book.salon.example", "a.example") == [
        ("book.salon.example", True),
        ("a.example", False),
        ("salon.localhost", False),
    ]
    assert told("salon.localhost", "a.example") == [("salon.localhost", True), ("a.example", False)]
    assert told("salon.localhost") == [("salon.localhost", True)]
    assert Client(headers={"host": "a.example"}).get("/api/v1/config/").status_code == 404


def test_a_slug_changes_beside_a_primary_of_its_own(api: Api, salon: Tenant) -> None:
    api.patch(one(salon), {"domains": ["book.salon.example"]})
    told = api.patch(one(salon), {"slug": "harbour"}).json()
    assert [each["domain"] for each in told["domains"]] == [
        "book.salon.example",
        "harbour.localhost",
        "salon.localhost",
    ]
    assert told["domains"][0]["is_primary"]
    back = api.patch(one(salon), {"slug": "salon"}).json()
    assert back["domains"] == told["domains"]


BAD_CHANGES: list[tuple[Any, list[tuple[str, str]]]] = [
    ([], [("", "type")]),
    ({"name": ""}, [("/name", "minLength")]),
    ({"name": None}, [("/name", "type")]),
    ({"name": "x" * 121}, [("/name", "maxLength")]),
    ({"slug": "Sálon"}, [("/slug", "pattern")]),
    ({"slug": "rival"}, [("/slug", "taken")]),
    ({"slug": "admin"}, [("/slug", "reserved")]),
    ({"slug": "named"}, [("/slug", "taken")]),
    ({"domains": []}, [("/domains", "minItems")]),
    ({"domains": ["a.example", "a.example"]}, [("/domains", "uniqueItems")]),
    ({"domains": ["a.example", "rival.localhost"]}, [("/domains/1", "taken")]),
    ({"domains": ["http://a.example"]}, [("/domains/0", "format")]),
    ({"domains": ["admin.localhost", "localhost"]}, [("/domains/0", "reserved"), ("/domains/1", "reserved")]),
    ({"domains": ["other.example"]}, [("/domains/0", "taken")]),
    ({"domains": "a.example"}, [("/domains", "type")]),
    ({"status": "closed", "kind": "clinic"}, [("/kind", "unknown_key"), ("/status", "unknown_key")]),
]


@pytest.mark.parametrize(("body", "expected"), BAD_CHANGES)
def test_what_cannot_be_is_refused_and_nothing_changes(
    api: Api, salon: Tenant, rival: Tenant, body: Any, expected: list[tuple[str, str]]
) -> None:
    DomainFactory(tenant=rival, domain="other.example", is_primary=False)
    DomainFactory(tenant=rival, domain="named.localhost", is_primary=False)
    before = api.get(one(salon)).json()
    assert pointers(api.patch(one(salon), body)) == expected
    assert api.get(one(salon)).json() == before
    assert facts(salon) == []


def test_what_is_so_already_is_no_change(api: Api, salon: Tenant) -> None:
    assert api.patch(one(salon), {"name": "Salon", "slug": "salon", "domains": ["salon.localhost"]}).status_code == 200
    assert api.patch(one(salon), {}).status_code == 200
    assert facts(salon) == []


def test_a_closed_business_stays_as_it_is(api: Api, salon: Tenant) -> None:
    api.post(one(salon, "close/"))
    refused = api.patch(one(salon), {"name": "Other"})
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")
    assert Tenant.objects.get(pk=salon.pk).name == "Salon"


def test_a_business_whose_tables_are_behind_waits(api: Api, salon: Tenant) -> None:
    Tenant.objects.filter(pk=salon.pk).update(schema_version="older")
    assert api.get(one(salon)).status_code == 200
    for answer in (api.post(one(salon, "suspend/")), api.patch(one(salon), {"name": "Other"})):
        assert (answer.status_code, answer.json()["code"]) == (503, "updating")
    found = Tenant.objects.get(pk=salon.pk)
    assert (found.status, found.name) == ("active", "Salon")


def test_host_names_are_listed_and_checked(
    api: Api, salon: Tenant, operator: User, internet: Internet, settings: Any
) -> None:
    settings.LOCAL_MODE = False
    host = "book.salon.example"
    api.patch(one(salon), {"domains": [host]})
    assert OutboxMessage.objects.filter(task="onboarding.check_domain", tenant=salon).count() == 1
    listed = api.get(one(salon, "domains/")).json()
    assert [each["domain"] for each in listed["results"]] == [host, "salon.localhost"]
    record = listed["results"][0]["record"]
    assert record == {"type": "TXT", "name": f"_bookme.{host}", "value": proof_of(host, tenant=salon)}
    assert api.post(one(salon, f"domains/{host}/verify/")).json()["reason"] == "record_missing"
    internet.dns.set(record["name"], "TXT", f'"{record["value"]}"')
    assert api.post(one(salon, f"domains/{host}/verify/")).json()["verified_at"] is not None
    forget_tenants()
    assert api.get(one(salon)).json()["url"] == f"http://{host}:8000/"
    assert facts(salon)[-1] == ("business.domain_verified", "operator", operator.pk)
    assert api.post(one(salon, "domains/other.example/verify/")).status_code == 404


def test_an_operator_without_the_second_factor_is_told_so(api: Api, salon: Tenant, settings: Any) -> None:
    settings.OPERATORS_NEED_TWO_FACTOR = True
    for answer in (api.get(TENANTS), api.post(TENANTS, ORDER), api.post(one(salon, "close/"))):
        assert (answer.status_code, answer.json()["code"]) == (403, "two_factor_required")
    assert Tenant.objects.get(pk=salon.pk).status == TenantStatus.ACTIVE
    assert not Tenant.objects.filter(slug="harbour").exists()


def test_the_admin_s_session_is_an_operator_s_and_wants_the_csrf_token(operator: User, salon: Tenant) -> None:
    page = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    page.force_login(operator)
    assert page.get("/api/v1/platform/tenants/").status_code == 200
    refused = page.post(f"/api/v1/{one(salon, 'close/')}")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")


@pytest.mark.parametrize("host", ["salon.localhost", "localhost"])
def test_a_business_has_no_such_thing(token: str, salon: Tenant, host: str) -> None:
    """On a business's host, or where one is named, its own API answers, and not the platform's."""
    named = {"x_tenant": "salon"} if host == "localhost" else {}
    assert Api(host=host, token=token).get(TENANTS, None, **named).status_code == 404
    assert Api(host="localhost", token=token, prefix="/t/salon/api/v1/").get(TENANTS).status_code == 404


def test_the_owner_reads_what_operators_did_with_the_business(api: Api, salon: Tenant, owner: Person) -> None:
    api.patch(one(salon), {"name": "Saloon"})
    for step in ("suspend/", "resume/"):
        assert api.post(one(salon, step)).status_code == 200
    told = owner.api.get("audit/", {"topic": "operator"}).json()["results"]
    assert [(each["text"], each["actor"]["name"], each["subject"]) for each in told] == [
        ("The business was opened", "BookMe (Olga)", None),
        ("The business was suspended", "BookMe (Olga)", None),
        ("What the business is called, or its addresses, was changed", "BookMe (Olga)", None),
    ]
    assert {each["address"] for each in told} == {"127.0.0.1"}
