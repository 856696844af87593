"""CORS: exactly the origins that a business lists."""

import pytest
from django.test import Client

from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.selectors import forget_tenants

ORIGIN = "https://house.example"


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
    answer = Client(headers={"host": host, "origin": origin}).get("/api/v1/services/")
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed


@pytest.mark.usefixtures("listed")
def test_pages_have_no_cors() -> None:
    answer = Client(headers={"host": "salon.localhost", "origin": ORIGIN}).get("/")
    assert "Access-Control-Allow-Origin" not in answer.headers
