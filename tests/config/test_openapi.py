"""The description of the API: complete, valid, without a warning; and the Postman collection that is made of it."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from bookme.bookings.serializers.bookings import BookingInput
from bookme.bookings.serializers.steps import ReasonInput, RescheduleInput
from bookme.communications.serializers.channel_accounts import AccountInput
from bookme.config.management.commands.openapi import described_api
from bookme.config.openapi import ANSWERS, REQUESTS
from bookme.config.postman import FORMAT, collection
from bookme.tenants.models import Tenant
from bookme.users.serializers import LoginInput
from tests.urltable import operations


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return described_api()


@pytest.fixture(scope="module")
def described(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Operations by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_an_independent_validator_finds_it_valid(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_it_is_made_without_a_warning() -> None:
    reset_generator_stats()
    described_api()
    assert (list(GENERATOR_STATS._warn_cache), list(GENERATOR_STATS._error_cache)) == ([], [])


def test_every_operation_is_described(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    found = {(method, re.sub(r"\{\w+\}", "{}", path).lstrip("/")) for method, path in described}
    assert found == {(each.method, each.path) for each in operations()}


def test_the_export_takes_the_filters_of_the_list(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    listed, exported = (described["GET", f"/api/v1/{path}"]["parameters"] for path in ("bookings/", "bookings/export/"))
    of_pages = {"page", "page_size"}
    filters = [each for each in listed if each["name"] not in of_pages]
    assert {each["name"] for each in filters} >= {"date", "from", "to", "service", "staff", "status", "search"}
    assert [each for each in exported if each["name"] != "format"] == filters


def test_every_operation_says_what_it_is(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    ids = [each["operationId"] for each in described.values()]
    assert len(set(ids)) == len(ids)
    for where, each in described.items():
        assert each.get("description"), where
        assert each["summary"], where
        assert each["tags"], where
        assert "default" in each["responses"], where


def test_summaries_read_well(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    told = {where: each["summary"] for where, each in described.items()}
    assert told["POST", "/api/v1/service-categories/"] == "Add service category"
    assert told["DELETE", "/api/v1/services/{id}/"] == "Archive service"
    assert told["DELETE", "/api/v1/closures/{id}/"] == "Remove closure"
    assert told["PUT", "/api/v1/staff/{id}/working-hours/"] == "Replace staff working hours"


def test_every_example_belongs_to_an_operation(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert REQUESTS.keys() | ANSWERS.keys() <= {each["operationId"] for each in described.values()}
    booking = described["POST", "/api/v1/bookings/"]
    assert {"Book_a_time", "Join_a_class"} <= booking["requestBody"]["content"]["application/json"]["examples"].keys()


@pytest.mark.parametrize(
    ("operation", "serializer"),
    [
        ("auth_login", LoginInput),
        ("communications_accounts_update", AccountInput),
        ("bookings_create", BookingInput),
        ("bookings_reschedule", RescheduleInput),
        ("bookings_cancel", ReasonInput),
    ],
)
def test_the_examples_would_be_accepted(operation: str, serializer: Any) -> None:
    for title, body in REQUESTS[operation].items():
        checked = serializer(data=body, context={"country": "GB", "currency": "GBP"})
        assert checked.is_valid(), (title, checked.errors)
        assert body.keys() <= checked.fields.keys()


@pytest.mark.parametrize("host", ["salon.localhost", "localhost"])
def test_it_is_served_with_its_pages(db: None, host: str) -> None:
    client = Client(headers={"host": host})
    served = client.get("/api/schema/", headers={"accept": "application/json"})
    page = client.get("/api/docs/")

    assert served.status_code == page.status_code == 200
    paths = json.loads(served.content)["paths"].keys()
    assert {each for each in paths if not each.startswith("/api/v1/platform/")} == described_api()["paths"].keys()
    text = page.content.decode()
    assert "swagger-ui" in text
    assert re.findall(r'(?:src|href)="(?!/)', text) == []


def test_it_is_yaml_and_by_its_format_json(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    accepted = {"accept": "text/html,*/*;q=0.8"}
    for query, content_type in (
        ("", "application/vnd.oai.openapi"),
        ("?format=yaml", "application/yaml"),
        ("?format=json", "application/json"),
    ):
        answer = client.get(f"/api/schema/{query}", headers=accepted)
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, content_type)
    assert answer.json()["paths"].keys() >= described_api()["paths"].keys()
    refused = client.get("/api/schema/?format=xml", headers=accepted)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/format")


def test_the_postman_collection_has_every_operation(schema: dict[str, Any], tmp_path: Path) -> None:
    call_command("postman", str(tmp_path / "made.json"), stdout=StringIO())
    made = json.loads((tmp_path / "made.json").read_text())

    assert made == collection(schema)
    assert made["info"]["schema"] == FORMAT
    items = [item for folder in made["item"] for item in folder["item"]]
    assert len(items) == len(operations())
    for item in items:
        request = item["request"]
        assert request["url"]["raw"].startswith("{{baseUrl}}/api/v1/")
        assert request["url"]["raw"].count(":") == len(request["url"]["variable"])
        assert ("body" in request) <= (request["method"] in {"POST", "PUT", "PATCH"})
        if "body" in request:
            json.loads(request["body"]["raw"])


def test_a_collection_signs_in_once_and_books(schema: dict[str, Any]) -> None:
    items = {item["name"]: item for folder in collection(schema)["item"] for item in folder["item"]}

    assert "pm.collectionVariables.set('access'" in "".join(
        items["Sign in by e-mail and password"]["event"][0]["script"]["exec"]
    )
    body = json.loads(items["Add booking"]["request"]["body"]["raw"])
    assert body == REQUESTS["bookings_create"]["Book a time"]
    assert json.loads(items["Add service"]["request"]["body"]["raw"])["duration_minutes"] == 1


def test_the_openapi_command_writes_the_description(schema: dict[str, Any], tmp_path: Path) -> None:
    call_command("openapi", str(tmp_path / "made.json"), stdout=StringIO())
    assert json.loads((tmp_path / "made.json").read_text()) == schema


def test_where_the_calls_go_is_the_business_that_serves_the_page(salon: Tenant, settings: Any) -> None:
    for host, headers, mount, expected in (
        ("salon.localhost", {}, "", "/"),
        ("localhost", {"x-tenant": "salon"}, "", "/t/salon"),
        ("localhost", {}, "/t/salon", "/t/salon"),
        ("localhost", {}, "", "/t/{slug}"),
    ):
        browser = Client(headers={"host": host, "accept": "application/json", **headers})
        (server,) = browser.get(f"{mount}/api/schema/").json()["servers"]
        assert server["url"] == expected
        asked = server["url"].replace("{slug}", "salon").rstrip("/") + "/api/v1/services/"
        assert browser.get(asked).status_code == 200
    assert server["variables"]["slug"]["enum"] == ["rival", "salon"]
    settings.LOCAL_MODE = False
    (server,) = browser.get("/api/schema/").json()["servers"]
    assert server["variables"]["slug"].keys() == {"default", "description"}, "customers are not told"


def test_on_the_platform_a_call_that_names_nobody_is_told_how(salon: Tenant) -> None:
    browser = Client(headers={"host": "localhost"})
    answer = browser.get("/api/v1/services/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "X-Tenant" in answer.json()["detail"]
    assert "X-Tenant" not in browser.get("/t/salon/api/v1/nothing/").json()["detail"]


@pytest.fixture
def on_the_platform(db: None) -> dict[str, Any]:
    """What the platform's own host answers."""
    described: dict[str, Any] = Client(headers={"host": "localhost"}).get("/api/schema/?format=json").json()
    return described


def test_on_the_platform_it_has_what_operators_do(on_the_platform: dict[str, Any]) -> None:
    validate(on_the_platform)
    business = on_the_platform["servers"]
    ids = []
    for each in operations(settings.ROOT_URLCONF):
        path = next(known for known in on_the_platform["paths"] if re.sub(r"{\w+}", "{}", known) == f"/{each.path}")
        item = on_the_platform["paths"][path]
        operation = item[each.method.lower()]
        ids.append(operation["operationId"])
        assert operation["summary"], str(each)
        assert operation["description"], str(each)
        where = [server["url"] for server in item["servers"]]
        assert where == (["/"] if "/platform/" in path else [business[0]["url"], "/"]), str(each)
    assert len(ids) == len(set(ids)) > 10


def test_it_is_made_without_a_warning_too(on_the_platform: dict[str, Any]) -> None:
    reset_generator_stats()
    SchemaGenerator(urlconf="bookme.config.urls.described").get_schema(request=None, public=True)
    assert (list(GENERATOR_STATS._warn_cache), list(GENERATOR_STATS._error_cache)) == ([], [])


def test_a_business_s_own_has_nothing_of_it(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert [path for _, path in described if "platform" in path] == []
