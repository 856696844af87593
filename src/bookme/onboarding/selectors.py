"""What is told of businesses and their settings."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from bookme.core.permissions import Role
from bookme.services.models import Question
from bookme.tenants.context import public_scope
from bookme.tenants.models import Domain, Tenant
from bookme.tenants.selectors import business_urls
from bookme.users.models import Membership, User

TEAM_PATH = "/team/"
TEAM_ROLES = (Role.OWNER.value, Role.MANAGER.value, Role.STAFF.value)


def business_named(slug: str) -> Tenant | None:
    with public_scope():
        return Tenant.objects.select_related("tenantconfig").filter(slug=slug).first()


def businesses_told() -> list[dict[str, Any]]:
    """Every business, for operators: `{slug, name, kind, status, url, team_url, owner, people}`."""
    with public_scope():
        return _told(list(Tenant.objects.order_by("slug")))


def business_told(tenant: Tenant) -> dict[str, Any]:
    return _told([tenant])[0]


def first_owner(tenant: Tenant) -> User | None:
    """Who was made the owner first."""
    with public_scope():
        owners = Membership.objects.filter(tenant=tenant, role=Role.OWNER.value, is_active=True)
        member = owners.select_related("user").order_by("created_at", "id").first()
    return member.user if member else None


def businesses() -> QuerySet[Tenant]:
    """All of them, for operators, with `owners` and their host names, the primary one first."""
    owners = Membership.objects.filter(role=Role.OWNER.value, is_active=True).select_related("user")
    return Tenant.objects.prefetch_related(
        Prefetch("domains", Domain.objects.order_by("-is_primary", "domain", "id")),
        Prefetch("memberships", owners.order_by("created_at", "id"), to_attr="owners"),
    ).order_by("slug", "id")


def domains_of(tenant: Tenant) -> QuerySet[Domain]:
    """The host names of a business, with it, the primary one first."""
    return Domain.objects.filter(tenant=tenant).select_related("tenant").order_by("-is_primary", "domain", "id")


def active_questions() -> list[Question]:
    """The intake questions that a booking asks, for anyone."""
    return list(Question.objects.filter(is_active=True).prefetch_related("services").order_by("position", "id"))


def _told(tenants: list[Tenant]) -> list[dict[str, Any]]:
    """In a fixed number of queries."""
    urls, teams = business_urls(tenants), _teams(tenants)
    return [
        {
            "slug": each.slug,
            "name": each.name,
            "kind": each.kind,
            "status": each.status,
            "url": urls[each.pk],
            "team_url": urls[each.pk].removesuffix("/") + TEAM_PATH,
            "owner": next((one["email"] for one in teams[each.pk] if one["role"] == Role.OWNER.value), None),
            "people": teams[each.pk],
        }
        for each in tenants
    ]


def _teams(tenants: list[Tenant]) -> dict[UUID, list[dict[str, str]]]:
    teams: dict[UUID, list[dict[str, str]]] = {each.pk: [] for each in tenants}
    with public_scope():
        members = Membership.objects.filter(tenant__in=tenants, role__in=TEAM_ROLES, is_active=True)
        for each in members.select_related("user").order_by("created_at", "id"):
            teams[each.tenant_id].append({"name": each.user.name, "email": each.user.email, "role": each.role})
    return teams
