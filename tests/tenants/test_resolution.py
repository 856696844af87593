"""Which business a request is for: by domain, by header, by path; and what is answered when it is for none."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_script_prefix

from bookme.core.time import now
from bookme.tenants import selectors
from bookme.tenants.models import Domain, Tenant, TenantStatus
from bookme.tenants.selectors import (
    KEEP_ENTRIES,
    business_url,
    forget_tenants,
    normalised_host,
    tenant_by_host,
    tenant_by_slug,
)
from tests.factories.users import Api, Person

ME = "/api/v1/auth/me/"


def _get(path: str, host: str, **headers: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.get(path, headers={"host": host} | {name.replace("_", "-"): text for name, text in headers.items()})


def _is_problem(answer: Any, status: int, code: str) -> None:
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("salon.localhost", "salon.localhost"),
        ("SALON.LocalHost:8000", "salon.localhost"),
        ("salon.localhost.", "salon.localhost"),
        ("salon.localhost.:8000", "salon.localhost"),
        (" salon.localhost ", "salon.localhost"),
        ("bücher.example:80", "xn--bcher-kva.example"),
        ("[::1]:8000", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
        (":8000", ""),
        ("salon.localhost:", ""),  # Django refuses it, too
        ("salon.localhost:abc", ""),
        ("salon.localhost:80:80", "salon.localhost:80"),
        ("ü" * 80, ""),
        ("ü..example", ""),
        ("salon\x00.localhost", ""),  # no database can be asked for it
        ("salon\n.localhost", ""),
    ],
)
def test_hosts_as_they_stand_among_the_domains(raw: str, host: str) -> None:
    assert normalised_host(raw) == host


@pytest.mark.parametrize("host", ["salon.localhost", "SALON.localhost:8000", "salon.localhost.", "salon.localhost.:80"])
def test_by_domain(owner: Person, host: str) -> None:
    answer = _get(ME, host, authorization=f"Bearer {owner.tokens.access}")
    assert answer.json()["tenant"]["slug"] == "salon"


def test_by_header_and_by_path_on_the_platform_s_host_only(owner: Person, rival_owner: Person) -> None:
    access = f"Bearer {owner.tokens.access}"
    by_header = _get(ME, "localhost", x_tenant="salon", authorization=access)
    assert by_header.json()["tenant"]["slug"] == "salon"
    assert "X-Tenant" in by_header["Vary"]
    assert _get(f"/t/salon{ME}", "localhost", authorization=access).json()["tenant"]["slug"] == "salon"
    # The path names one business and the header another: the path is what links and bookmarks hold.
    both = _get(f"/t/salon{ME}", "localhost", x_tenant="rival", authorization=access)
    assert both.json()["tenant"]["slug"] == "salon"
    # On a business's own domain neither of them means anything.
    assert _get(ME, "salon.localhost", x_tenant="rival", authorization=access).json()["tenant"]["slug"] == "salon"
    assert _get(f"/t/rival{ME}", "salon.localhost", authorization=access).status_code == 404


@pytest.mark.parametrize("host", ["nobody.localhost", "evil.example", "", "salon.localhost.evil.example", "127.0.0.1"])
def test_an_unknown_host(salon: Tenant, host: str) -> None:
    _is_problem(_get(ME, host), 404, "unknown_host")
    page = _get("/", host)
    assert page.status_code == 404
    assert b"Traceback" not in page.content
    assert b"salon" not in page.content.lower().replace(host.encode(), b"")


@pytest.mark.parametrize("slug", ["nobody", "SALON", "a b", "x" * 500, "%00", "..", "é", "sal\u0131n"])
def test_an_unknown_slug(salon: Tenant, slug: str) -> None:
    assert _get(f"/t/{slug}{ME}", "localhost").status_code == 404
    if slug.isascii():
        _is_problem(_get(ME, "localhost", x_tenant=slug), 404, "unknown_tenant")


@pytest.mark.parametrize("path", ["/t/", "/t", "/t//", "/t//api/v1/auth/me/"])
def test_a_path_without_a_slug_is_a_path_of_the_platform(salon: Tenant, path: str) -> None:
    assert _get(path, "localhost").status_code in {301, 404}


@pytest.mark.parametrize("host", ["salon.localhost:abc", "salon.localhost:99999999", "salon_x.localhost"])
def test_a_host_that_is_none_is_never_a_fault_of_ours(salon: Tenant, host: str) -> None:
    answer = _get(ME, host)
    assert answer.status_code in {400, 401, 404}
    assert answer["Content-Type"] == "application/problem+json"


def test_pages_are_on_the_business_s_own_domain(salon: Tenant) -> None:
    moved = _get("/t/salon/book/a b/?service=1&x=%C3%A9", "localhost")
    assert moved.status_code == 302
    assert moved["Location"] == "http://salon.localhost:8000/book/a%20b/?service=1&x=%C3%A9"
    assert _get("/t/salon", "localhost")["Location"] == "http://salon.localhost:8000/"
    assert _get("/t/salon//evil.example/", "localhost")["Location"].startswith("http://salon.localhost:8000//")


def test_links_come_from_settings(salon: Tenant, settings: Any) -> None:
    assert business_url(salon, "/x/") == "http://salon.localhost:8000/x/"
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    assert business_url(salon) == "https://salon.localhost/"
    Domain.objects.create(tenant=salon, domain="a.example", is_primary=False)
    assert business_url(salon) == "https://salon.localhost/"
    Domain.objects.filter(tenant=salon).delete()
    assert business_url(salon) == "https://salon.localhost/"


@pytest.mark.parametrize(
    ("status", "by_domain", "by_path", "admin"),
    [
        (TenantStatus.TRIAL, 401, 401, {200, 302}),
        (TenantStatus.ACTIVE, 401, 401, {200, 302}),
        (TenantStatus.SUSPENDED, 503, 503, {200, 302}),
        (TenantStatus.CLOSED, 404, 404, {200, 302}),
    ],
)
def test_the_business_s_standing(
    salon: Tenant, status: TenantStatus, by_domain: int, by_path: int, admin: set[int]
) -> None:
    Tenant.objects.filter(pk=salon.pk).update(status=status)
    assert _get(ME, "salon.localhost").status_code == by_domain
    assert _get(f"/t/salon{ME}", "localhost").status_code == by_path
    assert _get(ME, "localhost", x_tenant="salon").status_code == by_path
    assert _get("/t/salon/admin/", "localhost").status_code in admin


def test_a_suspended_business(owner: Person, salon: Tenant) -> None:
    access = f"Bearer {owner.tokens.access}"
    Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    refused = _get(ME, "salon.localhost", authorization=access)
    _is_problem(refused, 503, "suspended")
    assert int(refused["Retry-After"]) == 3600
    assert _get("/", "salon.localhost").status_code == 503
    login = Api(host="salon.localhost").post("auth/login/", {"email": owner.user.email, "password": "x"})
    assert login.status_code == 503


def test_a_schema_that_is_behind_is_not_entered(owner: Person, salon: Tenant) -> None:
    Tenant.objects.filter(pk=salon.pk).update(schema_version="older")
    refused = _get(ME, "salon.localhost", authorization=f"Bearer {owner.tokens.access}")
    _is_problem(refused, 503, "updating")
    assert "Retry-After" in refused
    page = _get("/", "salon.localhost")
    assert page.status_code == 503
    assert "Retry-After" in page


def test_answers_are_kept_misses_too(salon: Tenant) -> None:
    for look_up, key in ((tenant_by_host, "salon.localhost"), (tenant_by_slug, "nobody")):
        with CaptureQueriesContext(connection) as queries:
            first, again = look_up(key), look_up(key)
        assert len([each for each in queries if "tenants_tenant" in each["sql"]]) == 1
        assert first is again
    forget_tenants()
    with CaptureQueriesContext(connection) as queries:
        tenant_by_host("salon.localhost")
    assert len(queries) == 2  # the business, and its domains


def test_they_are_kept_for_seconds(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(selectors.time, "monotonic", lambda: clock[0])
    assert tenant_by_host("salon.localhost") is not None
    Domain.objects.filter(domain="salon.localhost").delete()
    clock[0] += 4.9
    assert tenant_by_host("salon.localhost") is not None
    clock[0] += 0.2
    assert tenant_by_host("salon.localhost") is None


def test_made_up_hosts_do_not_fill_the_memory(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "KEEP_ENTRIES", 10)
    for each in range(25):
        assert tenant_by_host(f"host{each}.example") is None
    assert len(selectors._kept) <= 10 < KEEP_ENTRIES


def test_a_slug_may_be_a_domain_of_another(salon: Tenant, rival: Tenant) -> None:
    """Look-ups by host and by slug do not meet in the same drawer."""
    Domain.objects.create(tenant=rival, domain="salon", is_primary=False, verified_at=now())
    by_host, by_slug = tenant_by_host("salon"), tenant_by_slug("salon")
    assert by_host is not None
    assert by_slug is not None
    assert (by_host.slug, by_slug.slug) == ("rival", "salon")


def test_a_prefix_ends_with_its_request(salon: Tenant) -> None:
    before = get_script_prefix()
    assert _get(f"/t/salon{ME}", "localhost").status_code == 401
    assert get_script_prefix() == before
