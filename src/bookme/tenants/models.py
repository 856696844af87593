"""Businesses, the hosts that lead to them, their settings, and the outbox. All in the public schema."""

import secrets
from functools import cached_property

from django.db import models
from django.db.models import Q
from django_tenants.models import DomainMixin, TenantMixin

from bookme.core.ids import uuid7
from bookme.tenants.config import BusinessConfig
from bookme.tenants.template import template_version


def schema_name_for(tenant_id: object) -> str:
    """`t_` and the last 12 hex digits of the id: the first ones are a clock, and would make neighbours collide."""
    return f"t_{str(tenant_id).replace('-', '')[-12:]}"


def new_link_key() -> str:
    return secrets.token_urlsafe(32)


class TenantStatus(models.TextChoices):
    TRIAL = "trial", "Trial"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    CLOSED = "closed", "Closed"


class BusinessKind(models.TextChoices):
    SALON = "salon", "Salon"
    CLASSES = "classes", "Classes"
    MOBILE = "mobile", "Mobile trade"
    CLINIC = "clinic", "Clinic"


class Tenant(TenantMixin):
    """A business. Its schema is made by `tenants.provisioning`, never by saving a row, and is never renamed."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=48, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=BusinessKind.choices)
    status = models.CharField(max_length=16, choices=TenantStatus.choices, default=TenantStatus.TRIAL)
    link_key = models.CharField(max_length=64, default=new_link_key, editable=False)
    schema_version = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TenantStatus.values), name="tenant_status_known"),
            models.CheckConstraint(condition=Q(kind__in=BusinessKind.values), name="tenant_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Customers and team may use it."""
        return self.status in {TenantStatus.TRIAL, TenantStatus.ACTIVE}

    @property
    def schema_is_current(self) -> bool:
        return self.schema_version == template_version()

    @cached_property
    def config(self) -> BusinessConfig:
        """The business's settings, read once for this object."""
        return BusinessConfig.from_data(self.tenantconfig.data)


class Unproven(models.TextChoices):
    """What the last look at a host name found instead of a proof."""

    RECORD_MISSING = "record_missing", "The record is not there"
    RECORD_WRONG = "record_wrong", "The record says something else"
    FILE_MISSING = "file_missing", "DNS cannot be read, and the file is not there"
    FILE_WRONG = "file_wrong", "DNS cannot be read, and the file says something else"
    TAKEN = "taken", "Another business has proven it"


class Domain(DomainMixin):
    """A host name, lower case and without a port, that leads to a business once `verified_at` is set.

    Several businesses may claim a name, and the first to prove that it is theirs has it. `reason` is what the last
    look, at `checked_at`, found of one that is not proven.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.CharField(max_length=253, db_index=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    is_primary = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(max_length=16, choices=Unproven.choices, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["domain", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_primary=True), name="domain_one_primary"),
            models.UniqueConstraint(fields=["tenant", "domain"], name="domain_once_per_tenant"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(verified_at__isnull=False), name="domain_proven_once"
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class TenantConfig(models.Model):
    """A business's settings as data, in the shape of `tenants.config.BusinessConfig`. Rows of the file live in tables.

    `named` holds the names, not the values, of what the config file applied last says (`onboarding.named`).
    """

    tenant = models.OneToOneField(Tenant, primary_key=True, on_delete=models.CASCADE)
    data = models.JSONField(default=dict)
    named = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.tenant_id} v{self.version}"


class OutboxMessage(models.Model):
    """Something that must happen, now or later: written in the transaction of its cause, run by `tenants.tasks`.

    `args` holds ids only; what they mean is read when it runs. `key` makes a repeat harmless.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    due_at = models.DateTimeField()
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=100)
    args = models.JSONField(default=dict)
    key = models.CharField(max_length=200)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    dead = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], nulls_distinct=False, name="outbox_key_per_tenant"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, dead=False), name="outbox_due"),
            models.Index(
                fields=["tenant", "due_at"], condition=Q(done_at=None, dead=False), name="outbox_due_of_tenant"
            ),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="outbox_done"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.key}"
