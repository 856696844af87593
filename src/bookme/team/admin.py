"""Who belongs to which business, and who is asked to, for operators."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect

from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.http.admin import DayRange, OperatorAdmin, all_fields, business_site, platform_site
from bookme.core.http.client import origin_of
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.team.actions import settle_member
from bookme.team.models import Invitation
from bookme.tenants.context import tenant_scope
from bookme.users.actions import join
from bookme.users.models import Membership
from bookme.users.selectors import operator_actor


@admin.register(Membership, site=platform_site)
class MembershipAdmin(OperatorAdmin):
    """Changed by the actions that the business itself uses, so that its own rules hold and its history tells of it."""

    list_display = ("user", "tenant", "role", "is_active", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role", "is_active", "tenant")
    search_fields = ("user__email", "user__name", "tenant__name", "tenant__slug")
    autocomplete_fields = ("user", "tenant")
    fields = ("user", "tenant", "role", "is_active", "denied", "location_ids", "staff_ids", "customer_scope",
              "created_at")  # fmt: skip
    readonly_fields = ("denied", "location_ids", "staff_ids", "customer_scope", "created_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if obj else ("user", "tenant", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose it is and where stays as it is: another is another membership."""
        return ("user", "tenant", *self.readonly_fields) if obj else self.readonly_fields

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What the business's rules refuse is said, and leaves no trace."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        actor, role = _operator(request), Role(obj.role)
        with tenant_scope(obj.tenant):
            if change:
                member = Membership.objects.select_related("user", "tenant").get(pk=obj.pk)
                settle_member(member=member, role=role, is_active=obj.is_active, actor=actor, now=now())
            else:
                obj.pk = join(user=obj.user, tenant=obj.tenant, role=role, actor=actor).pk


@admin.register(Invitation, site=business_site)
class InvitationAdmin(OperatorAdmin):
    list_display = ("email", "name", "role", "staff", "invited_by_name", "sent_at", "expires_at", "accepted_at",
                    "declined_at", "revoked_at")  # fmt: skip
    list_select_related = ("staff",)
    list_filter = (("sent_at", DayRange), "role")
    search_fields = ("email", "name", "invited_by_name")
    readonly_fields = all_fields(Invitation)


def _operator(request: HttpRequest) -> Actor:
    user: Any = request.user
    return operator_actor(user).coming_from(origin_of(request))
