"""Who somebody is in a business, read anew for every request."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, NullIf

from bookme.core.actor import Actor, ActorKind, Origin
from bookme.core.permissions import PERMISSIONS_OF, TEAM_ROLES, CustomerScope, Permission, Role
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import current_tenant, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.users.codes import provisioning_uri
from bookme.users.keys import powers_of_key
from bookme.users.models import (
    AccountRequest,
    ApiKey,
    EmailChange,
    Membership,
    RecoveryCode,
    SignIn,
    SocialIdentity,
    TwoFactor,
    User,
)
from bookme.users.rules import scope
from bookme.users.tokens import Audience, Claims

PENDING_AGE = dt.timedelta(hours=1)
PLATFORM_NAME = "BookMe"
_OPEN = (TenantStatus.TRIAL, TenantStatus.ACTIVE)


def live_sign_in(*, sign_in_id: UUID, tenant_id: UUID | None, now: dt.datetime) -> SignIn | None:
    """The sign-in with its user and membership, in one query; None if any of the three does not hold any more.

    Without a tenant it must be an operator's.
    """
    found = (
        SignIn.objects.select_related("user__two_factor", "membership")
        .filter(id=sign_in_id, revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if found is None or not _holds(found, tenant_id):
        return None
    if found.membership is not None:
        found.membership.user = found.user
    return found


def sign_in_of(claims: Claims, *, now: dt.datetime) -> SignIn | None:
    """The sign-in that a token belongs to, as in `live_sign_in`; None also if the person's secrets or role changed."""
    found = live_sign_in(sign_in_id=claims.sign_in_id, tenant_id=claims.tenant_id, now=now)
    if found is None or found.user_id != claims.user_id or found.user.secrets_version != claims.version:
        return None
    return found if audience_of(found.membership) is claims.audience else None


def _holds(sign_in: SignIn, tenant_id: UUID | None) -> bool:
    if sign_in.tenant_id != tenant_id:
        return False
    if tenant_id is None:
        return sign_in.user.is_staff and sign_in.membership_id is None
    membership = sign_in.membership
    return membership is not None and membership.is_active and membership.tenant_id == tenant_id


def person(user_id: UUID) -> User | None:
    """With their second factor."""
    return User.objects.select_related("two_factor").filter(pk=user_id).first()


def social_identities_of(user: User) -> QuerySet[SocialIdentity]:
    """The accounts elsewhere by which they sign in, in the order in which they added them."""
    return SocialIdentity.objects.filter(user=user)


def has_account(email: str) -> bool:
    """Whether somebody signs in under that lower-case address; for who has proven that it is theirs."""
    return User.objects.filter(email=email, email_verified_at__isnull=False).exists()


def onward_of(request_id: str) -> str:
    """The path to go on with that an AccountRequest holds; empty if there is no such request."""
    try:
        found = AccountRequest.objects.filter(pk=UUID(request_id)).values_list("onward", flat=True).first()
    except ValueError:
        return ""
    return found or ""


def sign_ins_of(sign_in: SignIn, *, now: dt.datetime) -> QuerySet[SignIn]:
    """The open ones of the same person in the same business, each with `current`."""
    open_now = SignIn.objects.filter(revoked_at=None, expires_at__gt=now, user=sign_in.user_id)
    is_this = ExpressionWrapper(Q(pk=sign_in.pk), output_field=BooleanField())
    return open_now.filter(tenant=sign_in.tenant_id).annotate(current=is_this)


def actor_of(sign_in: SignIn) -> Actor:
    """Who acts by this sign-in; its user and membership are loaded."""
    if sign_in.membership is None:
        return operator_actor(sign_in.user)
    return actor_from_membership(sign_in.membership)


def actor_from_membership(membership: Membership) -> Actor:
    """The member with their role's permissions minus the denied ones, and their scopes; loads the user if it is not.

    Of the staff, with what the business lets them see beyond their own.
    """
    user, role, team = membership.user, Role(membership.role), _config_of(membership).team
    denied = {each for each in Permission if each.value in membership.denied}
    permissions, all_customers = PERMISSIONS_OF[role], membership.customer_scope == CustomerScope.ALL
    if role is Role.STAFF:
        permissions |= {Permission.BOOKINGS_READ_ALL} if team.staff_see_all_bookings else frozenset()
        all_customers |= team.staff_see_all_customers
    lacks = _demanded_of(membership) and not user.has_two_factor
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        name=user.name or user.email,
        role=None if lacks else role,
        permissions=frozenset() if lacks else permissions - denied,
        location_ids=scope(membership.location_ids),
        staff_ids=scope(membership.staff_ids),
        all_customers=all_customers,
        email=user.email if user.email_verified_at else "",
        lacks_two_factor=lacks,
    )


def operator_actor(user: User) -> Actor:
    """An operator of the platform: may what an owner may, in every business, and is seen to be no owner."""
    lacks = not user.may_operate
    return Actor(
        kind=ActorKind.OPERATOR,
        id=user.id,
        name=user.name or user.email,
        permissions=frozenset() if lacks else PERMISSIONS_OF[Role.OWNER],
        all_customers=True,
        email=user.email if user.email_verified_at else "",
        lacks_two_factor=lacks,
    )


def actor_of_key(key: ApiKey) -> Actor:
    """A key acts as itself, with what it was given: in the whole business, of which it sees all customers or none."""
    return Actor(
        kind=ActorKind.KEY,
        id=key.pk,
        name=key.name,
        permissions=powers_of_key(key.permissions),
        all_customers=Permission.CUSTOMERS_READ.value in key.permissions,
    )


def api_keys_of(tenant_id: UUID) -> QuerySet[ApiKey]:
    """The newest first, each with `created_by_name`, and `maker_left`: whether they are of the team no more."""
    maker = User.objects.filter(pk=OuterRef("created_by"))
    members = Membership.objects.filter(tenant=OuterRef("tenant"), is_active=True, role__in=TEAM_ROLES)
    is_member, is_operator = Exists(members.filter(user=OuterRef("created_by"))), Exists(maker.filter(is_staff=True))
    called = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
    name = Coalesce(Subquery(maker.values(called=called)), Value(""))
    as_operator = Concat(Value("BookMe ("), name, Value(")"))
    return ApiKey.objects.filter(tenant=tenant_id).annotate(
        created_by_name=Case(When(~is_member & is_operator, then=as_operator), default=name),
        maker_left=~is_member & ~is_operator,
    )


def acting_as(user: User, origin: Origin) -> Actor:
    """A person who acts on their own account before, or without, being signed in to a business."""
    return Actor(kind=ActorKind.USER, id=user.pk, name=user.name or user.email, origin=origin)


def pending_two_factor(user: User, *, now: dt.datetime) -> TwoFactor | None:
    """The second factor that they began to set up within the hour and have not confirmed."""
    begun = TwoFactor.objects.filter(user=user, confirmed_at=None, created_at__gte=now - PENDING_AGE).first()
    if begun is not None:
        begun.user = user
    return begun


def two_factor_uri(begun: TwoFactor, *, tenant: Tenant | None) -> str:
    """What the QR code says: the app shows it under the name of the business, or of the platform."""
    issuer = tenant.name if tenant else PLATFORM_NAME
    return provisioning_uri(secret=begun.secret, email=begun.user.email, issuer=issuer)


def two_factor_demanded(sign_in: SignIn) -> bool:
    """Whether whoever signed in so has to have a second factor."""
    if sign_in.membership is None:
        return bool(settings.OPERATORS_NEED_TWO_FACTOR)
    return _demanded_of(sign_in.membership)


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def in_each_business_of(user_id: UUID) -> Iterator[Tenant]:
    """The businesses that they belong to, in whatever role, each entered while it is looked at.

    One whose schema is behind is left out.
    """
    memberships = Membership.objects.select_related("tenant").filter(user=user_id, is_active=True)
    for membership in list(memberships.order_by("tenant_id")):
        if membership.tenant.schema_is_current:
            with tenant_scope(membership.tenant):
                yield membership.tenant


def verified_emails(user_id: UUID) -> list[str]:
    """The addresses that are verified to be theirs: the one they have, and those that it followed a moment ago."""
    user = User.objects.filter(pk=user_id, email_verified_at__isnull=False).first()
    return [user.email, *former_emails(user_id)] if user else []


def belongs_elsewhere(user_id: UUID, tenant_id: UUID) -> bool:
    """Whether they are a member of another business."""
    return Membership.objects.filter(user=user_id, is_active=True).exclude(tenant=tenant_id).exists()


def former_emails(user_id: UUID) -> list[str]:
    """The addresses that were theirs until a change that is not forgotten yet."""
    changed = EmailChange.objects.filter(user=user_id, confirmed_at__isnull=False, undone_at=None)
    return list(changed.order_by("confirmed_at").values_list("former", flat=True))


def candidate(email: str, tenant: Tenant | None, *, operators: bool) -> Membership | User | None:
    """Who may sign in here under that lower-case e-mail: with `operators`, one of the platform, else a member."""
    if operators and (user := User.objects.filter(email=email, is_active=True, is_staff=True).first()):
        return user
    if tenant is None:
        return None
    members = Membership.objects.select_related("user").filter(user__email=email, user__is_active=True)
    return members.filter(tenant=tenant, is_active=True).first()


def team_of(tenant: Tenant) -> QuerySet[Membership]:
    """Who belongs to the team now, in the order in which they came, each with `last_seen`: when they signed in last."""
    members = Membership.objects.filter(tenant=tenant, is_active=True, role__in=TEAM_ROLES)
    seen = members.annotate(last_seen=Max("sign_ins__used_at"))
    return seen.select_related("user__two_factor").order_by("created_at", "id")


def businesses_of(user_id: UUID) -> QuerySet[Membership]:
    """Where somebody is a member, by the names of the businesses; without those that are not open to anybody."""
    usable = Membership.objects.filter(user=user_id, is_active=True, tenant__status__in=_OPEN)
    return usable.select_related("tenant").order_by("tenant__name", "id")


def other_teams_of(user_id: UUID, *, but: Tenant) -> QuerySet[Membership]:
    """The other businesses of whose team somebody is, by their names."""
    return businesses_of(user_id).filter(role__in=TEAM_ROLES).exclude(tenant=but)


def user_of(who: Membership | User) -> User:
    return who.user if isinstance(who, Membership) else who


def audience_of(membership: Membership | None) -> Audience:
    """Whom a token is for; none stands for an operator."""
    if membership is None:
        return Audience.PLATFORM
    return Audience.CUSTOMER if membership.role == Role.CUSTOMER else Audience.TEAM


def _demanded_of(membership: Membership) -> bool:
    return membership.role in TEAM_ROLES and _config_of(membership).team.require_two_factor


def _config_of(membership: Membership) -> BusinessConfig:
    """The settings of the business, which has been entered as a rule."""
    entered = current_tenant()
    return (entered if entered is not None and entered.pk == membership.tenant_id else membership.tenant).config
