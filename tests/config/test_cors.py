"""CORS: exactly the origins that a business lists."""

from typing import Any

import pytest
from django.test import Client

from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.selectors import forget_tenants

ORIGIN = "https://house.example"
PREFLIGHT = "DELETE, GET, OPTIONS, PATCH, POST, PUT"


def _varies_by_origin(answer: Any) -> bool:
    return "origin" in {each.strip().lower() for each in answer.headers.get("Vary", "").split(",")}


@pytest.fixture
def listed(salon: Tenant) -> None:
    with public_scope():
        kept = TenantConfig.objects.get(tenant=salon)
        kept.data["allowed_origins"] = [ORIGIN]
        kept.save()
    forget_tenants()


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("salon.localhost", ORIGIN, ORIGIN),
        ("salon.localhost", "https://other.example", None),
        ("salon.localhost", "null", None),
        ("rival.localhost", ORIGIN, None),
    ],
)
def test_only_listed_origins_are_answered(host: str, origin: str, allowed: str | None) -> None:
    browser = Client(headers={"host": host, "origin": origin})
    answer = browser.get("/api/v1/services/")
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert _varies_by_origin(answer)
    asked = browser.options("/api/v1/services/", headers={"access-control-request-method": "GET"})
    assert asked.headers.get("Access-Control-Allow-Origin") == allowed
    assert asked.headers.get("Access-Control-Allow-Methods", "") == (PREFLIGHT if allowed else "")


@pytest.mark.parametrize("path", ["/api/v1/services/", "/api/v1/config/", "/api/v1/nothing/", "/api/schema/"])
@pytest.mark.parametrize("origin", [None, "https://other.example", ORIGIN])
def test_a_cache_cannot_serve_one_origin_what_another_was_told(
    salon: Tenant, listed: None, path: str, origin: str | None
) -> None:
    """Also an answer without an Origin varies by it: kept by a cache, it would lock the listed ones out."""
    given = {"origin": origin} if origin else {}
    answer = Client(headers={"host": "salon.localhost", **given}).get(path)
    assert _varies_by_origin(answer)
    if etag := answer.headers.get("ETag"):
        again = Client(headers={"host": "salon.localhost", "if-none-match": etag, **given}).get(path)
        assert again.status_code == 304
        assert _varies_by_origin(again)


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(("mount", "headers"), [("/t/salon", {}), ("", {"x-tenant": "salon"})])
def test_the_business_seen_from_the_platform_varies_too(mount: str, headers: dict[str, str]) -> None:
    browser = Client(headers={"host": "localhost", "origin": ORIGIN} | headers)
    answer = browser.get(f"{mount}/api/v1/services/")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert _varies_by_origin(answer)


@pytest.mark.usefixtures("listed")
def test_pages_have_no_cors() -> None:
    answer = Client(headers={"host": "salon.localhost", "origin": ORIGIN}).get("/")
    assert "Access-Control-Allow-Origin" not in answer.headers
