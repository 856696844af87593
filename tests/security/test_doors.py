"""What comes to the doors of a business from outside and is not what a browser sends."""

import json

import pytest
from celery import current_app
from django.test import Client

from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.selectors import forget_tenants
from tests.factories.locations import LocationFactory
from tests.web.conftest import Shop, Visitor, shop, visitor  # noqa: F401 - fixtures


def _at(host: str) -> Client:
    return Client(headers={"host": host}, raise_request_exception=False)


@pytest.mark.parametrize("host", ["salon.localhost:", "localhost:", "salon.localhost.:"])
@pytest.mark.usefixtures("salon")
def test_a_host_that_ends_in_a_colon_is_no_host(host: str) -> None:
    answer = _at(host).get("/api/v1/config/")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (404, "unknown_host")


@pytest.mark.usefixtures("salon")
def test_a_form_with_too_many_fields_is_refused_on_a_page_of_ours() -> None:
    answer = _at("salon.localhost").post("/book/", {f"field-{n}": "1" for n in range(1001)})
    assert answer.status_code == 400
    assert "/static/bm/core" in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "accepted", "status"), [("POST", "*/*", 405), ("GET", "image/png", 406), ("GET", "text/html", 406)]
)
@pytest.mark.usefixtures("salon")
def test_problems_are_json_where_the_view_answers_in_yaml(method: str, accepted: str, status: int) -> None:
    answer = _at("salon.localhost").generic(method, "/api/schema/", headers={"accept": accepted})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.content)["status"] == status


def test_a_cache_tells_the_answers_to_different_sites_apart(salon: Tenant) -> None:
    """Else what was kept for a visitor without an origin is handed to a listed site, which may not read it."""
    with public_scope():
        kept = TenantConfig.objects.get(tenant=salon)
        kept.data["allowed_origins"] = ["https://listed.example"]
        kept.save()
    forget_tenants()
    answer = _at("salon.localhost").get("/api/v1/services/")
    assert "public" in answer["Cache-Control"]
    assert "origin" in answer["Vary"].lower()


def test_a_service_that_is_given_nowhere_any_more_is_not_chosen(visitor: Visitor, shop: Shop) -> None:  # noqa: F811
    elsewhere = LocationFactory(name="Elsewhere")
    shop.cut.locations.set([elsewhere])
    elsewhere.is_active = False
    elsewhere.save()
    answer = visitor.post("/book/", {"service": str(shop.cut.id)})
    assert answer.status_code == 422
    assert "Choose a service to go on." in answer.content.decode()


def test_beat_sends_nothing_that_no_tenant_asked_for() -> None:
    """Celery's own daily clean-up of results carries no tenant, and would fail every night."""
    assert not current_app.conf.result_expires
