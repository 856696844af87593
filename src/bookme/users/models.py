"""People who sign in, and what they are in which business. All in the public schema."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from bookme.core.encryption import EncryptedTextField
from bookme.core.ids import uuid7
from bookme.core.permissions import CustomerScope, Role
from bookme.tenants.models import Tenant


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person; without a password they can only come by a link."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator of the platform."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, once for the whole platform. `is_staff` means operator of the platform, not staff of a business."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=8, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator", default=False)
    token_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_two_factor(self) -> bool:
        """Whether their second factor is on; no query if it was loaded with them."""
        found: TwoFactor | None = getattr(self, "two_factor", None)
        return found is not None and found.confirmed_at is not None

    @property
    def may_operate(self) -> bool:
        """Whether they are an operator with all that the platform demands of one."""
        return self.is_active and self.is_staff and (self.has_two_factor or not settings.OPERATORS_NEED_TWO_FACTOR)

    @property
    def secrets_version(self) -> str:
        """Changes with the password, by whatever way, and with `token_version`: tokens and sessions hold it."""
        digest = salted_hmac("bookme.users.version", self.password, algorithm="sha256").hexdigest()
        return f"{self.token_version}.{digest[:16]}"

    def get_session_auth_hash(self) -> str:
        """What Django's own sessions, those of the admin, hold: they end as the others do."""
        return self.secrets_version


class Membership(models.Model):
    """A person's role in one business. `denied` takes single permissions away; null scopes mean everything."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(each.value, each.value.title()) for each in Role])
    denied = models.JSONField(default=list, blank=True)
    location_ids = models.JSONField(null=True, blank=True)
    staff_ids = models.JSONField(null=True, blank=True)
    customer_scope = models.CharField(
        max_length=8,
        choices=[(each.value, each.value.title()) for each in CustomerScope],
        default=CustomerScope.OWN.value,
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["tenant_id", "role", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=[each.value for each in Role]), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class SignInKind(models.TextChoices):
    API = "api", "API"
    PAGE = "page", "Pages"


class SignIn(models.Model):
    """One sign-in: a family of refresh tokens, or a session of the pages. Revoking it ends all of them at once.

    `refresh_jti` is the one refresh token that is good now; `membership` is null for an operator of the platform.
    `proven_at` is when they proved who they are; null of who came over from another business, and proved nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="sign_ins")
    kind = models.CharField(max_length=8, choices=SignInKind.choices)
    refresh_jti = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "tenant"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class AccountRequestKind(models.TextChoices):
    REGISTER = "register", "Register"
    SIGN_IN = "sign_in", "Sign in by link"
    RESET = "reset", "New password"


class AccountRequest(models.Model):
    """What somebody at a public form asks for under an address that may be anybody's; answered by mail alone.

    It is written, as fast and as long, whether or not the address is known: whose it is, the worker looks up who writes
    the mail. `name`, `phone` and `password` (as stored) are for registering: they become an account only when the link
    in that mail is followed. `onward` is the path of the page to go on with, or empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=AccountRequestKind.choices)
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    password = models.CharField(max_length=128, blank=True)
    language = models.CharField(max_length=8, blank=True)
    onward = models.CharField(max_length=4000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["created_at"], name="account_request_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.email}"


class EmailChange(models.Model):
    """A new address that a person wants, and the one they had; theirs once the link that went there is followed.

    `version` is that of their secrets when they asked: another password takes back what was asked for under the old.
    `undone_at`: the link that went to the former one was followed, of this change or of one before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    former = models.EmailField()
    version = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.former} {self.email}"


class TwoFactor(models.Model):
    """A person's second factor: one-time codes by time (RFC 6238). On once `confirmed_at` is set.

    `last_step` is the 30 s step of the last code that was taken: none is taken twice.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="two_factor")
    secret = EncryptedTextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """One of the codes for whoever lost the second factor: good once. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user_id)


class SocialIdentity(models.Model):
    """An account elsewhere by which a person signs in: who they are to that provider, which never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="social_identities")
    provider = models.CharField(max_length=16)
    subject = models.CharField(max_length=255)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["provider", "subject"], name="social_identity_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.subject}"


class ApiKey(models.Model):
    """A program that acts for a business, as itself. `prefix` finds the row, `digest` (SHA-256) proves the rest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    permissions = models.JSONField(default=list)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name
