"""`config/`: read by anyone, changed by the owner."""

from typing import Any

import pytest
from django.test import Client

from bookme.core.actor import SYSTEM
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.onboarding.actions import apply_config
from bookme.onboarding.openapi import answer_schema
from bookme.onboarding.validation.shape import INTERNAL, SCHEMA_PATH
from bookme.services.models import Service
from bookme.tenants.config import BusinessConfig
from bookme.tenants.models import Tenant, TenantConfig
from tests.factories.users import Api, Person, Stranger, make_key
from tests.onboarding.files import small


@pytest.fixture
def configured(salon: Tenant) -> Tenant:
    data = small() | {"branding": {"tagline": {"en": "Good hair", "fr": "Beaux cheveux"}}}
    return apply_config(data=data, actor=SYSTEM, now=now()).tenant


def test_anyone_may_read_it_with_every_default(stranger: Stranger, configured: Tenant) -> None:
    answer = stranger.api.get("config/")
    assert answer.status_code == 200
    told = answer.json()
    assert sorted(told) == answer_schema(whole=False)["required"]
    assert (told["slug"], told["name"], told["currency"], told["languages"]) == ("salon", "Salon", "GBP", ["en", "fr"])
    assert told["policies"]["hold_minutes"] == 20
    assert told["policies"]["max_days_ahead"] == 90
    assert told["policies"]["deposit"] == {"kind": "fixed", "value": "5.00"}
    assert told["features"] == dict.fromkeys(["sms", "whatsapp", "online_payment", "waitlist", "service_areas"], False)
    assert told["branding"]["tagline"] == "Good hair"
    assert [each["key"] for each in told["questions"]] == ["length"]


def test_what_no_customer_needs_is_told_to_whoever_may_change_it(
    owner: Person, manager: Person, stylist: Person, customer: Person, stranger: Stranger, configured: Tenant
) -> None:
    told = owner.api.get("config/").json()
    assert sorted(told) == answer_schema(whole=True)["required"]
    assert (told["team"]["require_two_factor"], told["allowed_origins"]) == (False, [])
    program = Api(host=owner.host, token=make_key(configured, Permission.CONFIG_MANAGE).text)
    assert program.get("config/").json() == told
    public = {name: value for name, value in told.items() if name not in INTERNAL}
    other = Api(host=owner.host, token=make_key(configured, Permission.CUSTOMERS_READ).text)
    for api in (manager.api, stylist.api, customer.api, stranger.api, other):
        assert api.get("config/").json() == public


def test_a_reader_who_has_it_already_is_told_so(stranger: Stranger, configured: Tenant) -> None:
    answer = stranger.api.get("config/")
    assert answer["Cache-Control"] == "public, max-age=30"
    assert stranger.api.get("config/", if_none_match=answer["ETag"]).status_code == 304


def test_texts_follow_the_language_that_is_asked_for(stranger: Stranger, configured: Tenant) -> None:
    told = stranger.api.get("config/", accept_language="fr-CH, en;q=0.5").json()
    assert (told["language"], told["branding"]["tagline"]) == ("fr", "Beaux cheveux")
    assert told["questions"][0]["choices"] == ["Short", "Long"]
    assert told["questions"][0]["choice_labels"] == ["Short", "Longs"]


def test_the_owner_changes_it_and_the_history_knows(owner: Person, configured: Tenant) -> None:
    patch = {
        "name": "Salon Two",
        "policies": {"hold_minutes": 25, "deposit": None},
        "contact": {"phone": "+44 20 7946 0101"},
    }
    answer = owner.api.patch("config/", patch)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["name"], told["policies"]["hold_minutes"], told["policies"]["deposit"]["kind"]) == (
        "Salon Two",
        25,
        "none",
    )
    assert told["contact"]["phone"] == "+442079460101"
    assert told["version"] == configured.tenantconfig.version + 1
    assert owner.api.get("config/").json() == told
    fact = Event.objects.filter(name="business.configured").latest("occurred_at")
    assert (fact.actor_id, fact.payload["source"]) == (owner.user.pk, "api")
    assert {"path": "settings.policies.hold_minutes", "before": 20, "after": 25} in fact.payload["changes"]
    assert {"path": "business.name", "before": "Salon", "after": "Salon Two"} in fact.payload["changes"]


def test_the_same_again_changes_nothing(owner: Person, configured: Tenant) -> None:
    before = Event.objects.count(), TenantConfig.objects.get(tenant=configured).updated_at
    assert owner.api.patch("config/", {"policies": {"hold_minutes": 20}}).status_code == 200
    assert owner.api.patch("config/", {}).status_code == 200
    assert (Event.objects.count(), TenantConfig.objects.get(tenant=configured).updated_at) == before


def test_what_the_team_may_is_not_a_program_s_to_change(owner: Person, configured: Tenant) -> None:
    token = make_key(configured, Permission.CONFIG_MANAGE).text
    program = Api(host=owner.host, token=token)
    refused = program.patch("config/", {"name": "Salon Two", "team": {"require_two_factor": True}})
    assert (refused.status_code, refused.json()["code"]) == (403, "people_only")
    assert owner.api.get("config/").json()["name"] == "Salon"
    assert program.patch("config/", {"name": "Salon Two"}).status_code == 200
    told = owner.api.patch("config/", {"team": {"staff_see_all_bookings": True}}).json()
    assert told["team"]["staff_see_all_bookings"] is True


def test_a_currency_cannot_take_over_prices_that_it_has_no_coins_for(owner: Person, configured: Tenant) -> None:
    assert owner.api.patch("config/", {"currency": "JPY"}).status_code == 200
    assert owner.api.patch("config/", {"currency": "GBP"}).status_code == 200
    Service.objects.filter(key="cut").update(price="30.50")
    answer = owner.api.patch("config/", {"currency": "JPY"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/currency")
    assert owner.api.get("config/").json()["currency"] == "GBP"


def test_without_quiet_hours_is_kept_and_is_not_the_default(owner: Person, configured: Tenant) -> None:
    """What is answered can be sent back: a null stays one where it says something else than the default."""
    never = {"quiet_from": None, "quiet_to": None}
    told = owner.api.patch("config/", {"messages": never | {"follow_up_hours": 24}}).json()["messages"]
    assert never.items() <= told.items()
    assert owner.api.patch("config/", {"messages": told}).json()["messages"] == told
    stored = TenantConfig.objects.get(pk=configured.pk).data
    assert BusinessConfig.from_data(stored).messages.quiet_from is None
    told = owner.api.patch("config/", {"messages": {"follow_up_hours": None}}).json()["messages"]
    assert (told["follow_up_hours"], told["quiet_from"]) == (None, None)
    told = owner.api.patch("config/", {"messages": None}).json()["messages"]
    assert (told["quiet_from"], told["quiet_to"]) == ("21:00", "08:00")


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        ({"policies": {"hold_minutes": 0}, "currency": "ZZZ"}, ["/currency", "/policies/hold_minutes"]),
        (
            {"policies": {"max_per_day": 0, "max_per_customer": 1001, "travel_minutes": -1}},
            ["/policies/max_per_customer", "/policies/max_per_day", "/policies/travel_minutes"],
        ),
        (
            {
                "policies": {
                    "cancellation": {"fee_steps": [{"minutes_before": 2000, "percent": 1}], "refund_percent": 101}
                }
            },
            ["/policies/cancellation/fee_steps/0/minutes_before", "/policies/cancellation/refund_percent"],
        ),
        ({"messages": {"monthly_cap": "0.005"}}, ["/messages/monthly_cap"]),
        ({"messages": {"countries": ["GB", "GB"]}}, ["/messages/countries"]),
        ({"slug": "other"}, ["/slug"]),
        ({"services": []}, ["/services"]),
        ({"timezone": None}, ["/timezone"]),
        ({"name": "x" * 10_000}, ["/name"]),
        ({"name": "a\nb"}, ["/name"]),
        ({"languages": ["fr", "en"]}, ["/languages/0"]),
        ({"branding": {"tagline": {"de": "Haar"}}}, ["/branding/tagline/de"]),
        ({"reminders": [{"channel": "email", "minutes_before": 10**20}]}, None),
        ({"policies": []}, ["/policies"]),
        ({"allowed_origins": ["*"]}, ["/allowed_origins/0"]),
        ({"a/b~c": 1}, ["/a~1b~0c"]),
        ([], [""]),
        ("text", None),
    ],
)
def test_bad_changes_are_refused_with_their_pointers(
    owner: Person, configured: Tenant, patch: Any, pointers: list[str] | None
) -> None:
    before = owner.api.get("config/").json()
    answer = owner.api.patch("config/", patch)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    if pointers is not None:
        assert [each["pointer"] for each in answer.json()["errors"]] == pointers
    assert owner.api.get("config/").json() == before
    assert not Event.objects.filter(payload__source="api").exists()


def test_nobody_else_may_change_it(
    manager: Person, stylist: Person, customer: Person, rival_owner: Person, stranger: Stranger, configured: Tenant
) -> None:
    patch = {"name": "Taken over"}
    for person in (manager, stylist, customer):
        assert person.api.patch("config/", patch).status_code == 403
    assert stranger.api.patch("config/", patch).status_code == 401
    foreign = Client(headers={"host": "salon.localhost", "authorization": f"Bearer {rival_owner.tokens.access}"})
    assert foreign.patch("/api/v1/config/", patch, content_type="application/json").status_code == 401
    assert Tenant.objects.get(pk=configured.pk).name == "Salon"


def test_the_file_wins_again_for_what_it_names(owner: Person, configured: Tenant) -> None:
    owner.api.patch("config/", {"policies": {"hold_minutes": 99, "max_days_ahead": 10}})
    apply_config(data=small(), actor=SYSTEM, now=now())
    policies = owner.api.get("config/").json()["policies"]
    assert (policies["hold_minutes"], policies["max_days_ahead"]) == (20, 10)


def test_the_schema_is_published_on_the_platform_host(db: None) -> None:
    answer = Client(headers={"host": "localhost"}).get("/schemas/client.config.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert answer.content == SCHEMA_PATH.read_bytes()
