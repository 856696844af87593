"""`bookme invariants`: whether every open business is sound. Exit code 0 only if each count is 0."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from bookme.config.invariants import broken_invariants
from bookme.core.time import now
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus


class Command(BaseCommand):
    help = "Count, in every open business, what must never be: overlaps, oversold seats, lost messages."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with public_scope():
            open_ones = Tenant.objects.select_related("tenantconfig").filter(
                status__in=[TenantStatus.TRIAL, TenantStatus.ACTIVE]
            )
            tenants = list(open_ones.order_by("slug"))
        broken = [self._check(tenant) for tenant in tenants]
        looked_at = f"{len(tenants)} business{'' if len(tenants) == 1 else 'es'}"
        if any(broken):
            self.stderr.write(f"{looked_at}, something wrong in {sum(map(bool, broken))}")
            sys.exit(1)
        self.stdout.write(f"{looked_at}, nothing wrong found")

    def _check(self, tenant: Tenant) -> int:
        """How many checks fail; prints each with its count."""
        with tenant_scope(tenant):
            found = broken_invariants(now=now())
        for name, count in found.items():
            self.stdout.write(f"{tenant.slug}: {name}: {count}")
        return sum(count > 0 for count in found.values())
