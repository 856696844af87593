"""The demo: five businesses, their life, and people with a known password. Only in local mode."""

import datetime as dt
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from bookme.communications.kinds import WHATSAPP_NAMES, Audience, Kind
from bookme.communications.models import ApprovalState, WhatsAppTemplate
from bookme.communications.selectors.texts import written_languages
from bookme.communications.variables import vocabulary_of
from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.onboarding.actions.apply import apply_config, file_hash
from bookme.onboarding.actions.demo_life import live_on
from bookme.onboarding.actions.lifecycle import resume_business
from bookme.onboarding.actions.team import demo_password
from bookme.onboarding.events import BusinessConfigured
from bookme.onboarding.imagined import demo_customer
from bookme.onboarding.validation import BadConfig, read_config
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.users.models import Membership, User

DEMO_DIR = Path(__file__).parents[1] / "demo"
OPERATOR_EMAIL = "admin@bookme.example"
SOURCE = "demo"
_IN_APPROVED_TEXTS = ("customer", "service", "when", "business", "reason", "held_until", "link")


def load_demo(*, now: dt.datetime) -> dict[str, list[str]]:
    """Apply the demo files that are not applied yet, make their customers and the operator, and let the days go on.

    What was changed in a demo business since stays, until its file changes; bookings come to it once a day. Returns
    each business whose file was new, with the faults that stood against it: none, then it was loaded. Raises
    RuntimeError outside local mode: the password is public.
    """
    if not settings.LOCAL_MODE:
        raise RuntimeError("the demo exists only in local mode")
    told = {}
    with public_scope():
        known = {tenant.slug: tenant for tenant in Tenant.objects.select_related("tenantconfig")}
        for path in sorted(DEMO_DIR.glob("*.client.config.json")):
            config = read_config(path.read_bytes())
            tenant = known.get(config["slug"])
            if tenant is None or not _is_done(tenant, config):
                told[config["slug"]] = _load(config, now=now)
                tenant = Tenant.objects.filter(slug=config["slug"]).first()
            if tenant is not None and tenant.status != TenantStatus.CLOSED:
                with tenant_scope(tenant):
                    live_on(config, now=now)
        _make_operator()
    return told


def _is_done(tenant: Tenant, config: dict[str, Any]) -> bool:
    """The file was applied before, or somebody closed the business."""
    if tenant.status == TenantStatus.CLOSED:
        return True
    with tenant_scope(tenant):
        facts = Event.objects.filter(name=BusinessConfigured.name, payload__source=SOURCE)
        last = facts.order_by("-occurred_at", "-id").values_list("payload__file_hash", flat=True).first()
    return last == file_hash(config)


def _load(config: dict[str, Any], *, now: dt.datetime) -> list[str]:
    try:
        with transaction.atomic():
            result = apply_config(data=config, actor=SYSTEM, now=now, source=SOURCE)
            if result.is_new:
                resume_business(tenant=result.tenant, actor=SYSTEM)
                _approve_texts(result.tenant)
            _make_customer(result.tenant)
    except BadConfig as error:
        return [fault.text for fault in error.faults]
    return []


def _make_customer(tenant: Tenant) -> None:
    known = demo_customer(tenant.slug)
    person = {"name": known.name, "password": demo_password()}
    user, _ = User.objects.get_or_create(email=known.email, defaults=person)
    Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": Role.CUSTOMER.value})
    with tenant_scope(tenant):
        Customer.objects.get_or_create(email=known.email, defaults={"name": known.name, "user_id": user.pk})


def _approve_texts(tenant: Tenant) -> None:
    """WhatsApp carries nothing else to who has not written: the texts that a business would have had approved."""
    with tenant_scope(tenant):
        if not tenant.config.features.whatsapp:
            return
        for name, language in product(WHATSAPP_NAMES, written_languages()):
            known = vocabulary_of(Kind(name), Audience.CUSTOMER).meanings
            WhatsAppTemplate.objects.create(
                name=name,
                language=language,
                content_id=f"HX{sha256(f'{name}:{language}'.encode()).hexdigest()[:32]}",
                variables=[each for each in _IN_APPROVED_TEXTS if each in known],
                state=ApprovalState.APPROVED,
            )


def _make_operator() -> None:
    operator = {"name": "Demo Operator", "password": demo_password(), "is_staff": True, "is_superuser": True}
    User.objects.get_or_create(email=OPERATOR_EMAIL, defaults=operator)
