"""What a config file says is answered by the API, every object with its key, in the language that is asked for."""

import datetime as dt
from typing import Any

import pytest

from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.core.time import DAY_NAMES, clock_minutes
from bookme.onboarding.actions import apply_config
from bookme.tenants.context import public_scope
from bookme.tenants.selectors import forget_tenants
from tests.factories.users import Api, make_person
from tests.onboarding.files import SLUGS, demo

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
PATHS = {
    "locations": "locations",
    "resources": "resources",
    "categories": "service-categories",
    "services": "services",
    "extras": "extras",
    "custom_fields": "questions",
    "staff": "staff",
}


def _text(text: str | dict[str, str], language: str, first: str) -> str:
    return text if isinstance(text, str) else text.get(language) or text[first]


def _rows(api: Api, path: str, language: str) -> list[dict[str, Any]]:
    answer = api.get(f"{path}/?page_size=100", accept_language=language)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_a_business_is_answered_as_its_file_says(db: None, slug: str) -> None:
    config = demo(slug)
    with public_scope():
        tenant = apply_config(data=config, actor=SYSTEM, now=NOW).tenant
    forget_tenants()
    api = Api(host=f"{slug}.localhost")
    first = config["languages"][0]
    for language in config["languages"]:
        for section, path in PATHS.items():
            told = {
                entry["key"]: _text(entry.get("name", entry.get("label")), language, first)
                for entry in config.get(section, [])
            }
            found = {row["key"]: row.get("name", row.get("label")) for row in _rows(api, path, language)}
            assert found == told, (section, language)

    services = {row["key"]: row for row in _rows(api, "services", first)}
    for entry in config["services"]:
        shown = services[entry["key"]]
        assert (shown["price"], shown["currency"]) == (entry["price"], config["currency"])
        assert shown["duration_minutes"] == entry["duration_minutes"]
        assert shown["requires"] == entry.get("requires", [])

    people = {row["key"]: row for row in _rows(api, "staff", first)}
    for entry in config["staff"]:
        hours = _rows(api, f"staff/{people[entry['key']]['id']}/working-hours", first)
        assert {(row["weekday"], row["start"], row["end"]) for row in hours} == {
            (DAY_NAMES.index(shift["day"]), clock_minutes(shift["start"]), clock_minutes(shift["end"]))
            for shift in entry.get("hours", [])
        }
        assert {"email", "phone", "user_id"}.isdisjoint(people[entry["key"]])
    closures = _rows(api, "closures", first)
    assert [(row["name"], row["from"], row["to"]) for row in closures] == [
        (each["name"], each["from"], each["to"])
        for each in sorted(config.get("closures", []), key=lambda it: it["from"])
    ]
    owner = make_person(tenant, Role.OWNER)
    assert all("translations" in row for row in _rows(owner.api, "services", first))
