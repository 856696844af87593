"""What is told of businesses and their settings."""

from typing import Any

from bookme.core.permissions import Role
from bookme.services.models import Question
from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url
from bookme.users.models import Membership, User

TEAM_PATH = "/team/"
TEAM_ROLES = (Role.OWNER.value, Role.MANAGER.value, Role.STAFF.value)


def business_named(slug: str) -> Tenant | None:
    with public_scope():
        return Tenant.objects.select_related("tenantconfig").filter(slug=slug).first()


def businesses_told() -> list[dict[str, Any]]:
    """Every business, for operators: `{slug, name, kind, status, url, team_url, owner, people}`."""
    with public_scope():
        return [business_told(tenant) for tenant in Tenant.objects.order_by("slug")]


def business_told(tenant: Tenant) -> dict[str, Any]:
    people = _team(tenant)
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "kind": tenant.kind,
        "status": tenant.status,
        "url": business_url(tenant),
        "team_url": business_url(tenant, TEAM_PATH),
        "owner": next((each["email"] for each in people if each["role"] == Role.OWNER.value), None),
        "people": people,
    }


def first_owner(tenant: Tenant) -> User | None:
    """Who was made the owner first."""
    with public_scope():
        owners = Membership.objects.filter(tenant=tenant, role=Role.OWNER.value, is_active=True)
        member = owners.select_related("user").order_by("created_at", "id").first()
    return member.user if member else None


def active_questions() -> list[Question]:
    """The intake questions that a booking asks, for anyone."""
    return list(Question.objects.filter(is_active=True).prefetch_related("services").order_by("position", "id"))


def _team(tenant: Tenant) -> list[dict[str, str]]:
    with public_scope():
        members = Membership.objects.filter(tenant=tenant, role__in=TEAM_ROLES, is_active=True)
        return [
            {"name": each.user.name, "email": each.user.email, "role": each.role}
            for each in members.select_related("user").order_by("created_at", "id")
        ]
