"""`python -m benchmarks [rounds]`: what slots, bookings and the outbox cost, as ratios to floors in the same run.

On an own database of the embedded servers, which is gone afterwards. Nothing is asserted: the figures are to be read.
The log is written as ever, into nothing.
"""

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import django
from django.conf import settings
from django.db import connection

from bookme.dev import servers


def main(rounds: int) -> None:
    with servers.up("test") as running, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = running.database_url, running.redis_url
        os.environ["DJANGO_SETTINGS_MODULE"] = "bookme.config.settings.test"
        django.setup()
        settings.DEBUG = False  # else every query is written down
        settings.BUSINESS_URLCONF = "benchmarks.urls"
        connection.settings_dict["TEST"]["NAME"] = "bench"
        connection.settings_dict["CONN_MAX_AGE"] = None
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            _measure(rounds)
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measure(rounds: int) -> None:
    from benchmarks import bookings, claims, crowd, slots
    from benchmarks.salon import CONFIG
    from bookme.tenants.context import tenant_scope
    from bookme.tenants.models import Tenant, TenantStatus
    from bookme.tenants.provisioning import create_tenant

    made = create_tenant(slug="bench", name="Bench", kind="salon", config=CONFIG, domains=["bench.localhost"])
    Tenant.objects.filter(pk=made.pk).update(status=TenantStatus.ACTIVE)
    with tenant_scope(Tenant.objects.select_related("tenantconfig").get(pk=made.pk)):
        slots.measure(rounds)
        bookings.measure(rounds)
        crowd.measure(max(rounds // 20, 1))
    claims.measure(rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
