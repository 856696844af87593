"""What the owner changes without a file."""

import copy
from typing import Any

from django.db import transaction

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed
from bookme.core.money import fits
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.onboarding.actions.business import refuse_bad_settings, save_settings, stored_form
from bookme.onboarding.actions.rows import update_row
from bookme.onboarding.events import BusinessConfigured
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.validation import BadConfig, Fault, normalised
from bookme.services.models import Extra, Service
from bookme.staff.models import StaffService
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.selectors import forget_tenants

# Of messages: what has a default that null is not.
_NULL_IS_NONE = ("quiet_from", "quiet_to")


def change_settings(*, tenant: Tenant, patch: object, actor: Actor) -> Tenant:
    """Merge a JSON merge patch (RFC 7396) into the settings; null goes back to the default, and of quiet hours it says
    that there are none. Returns the business anew.

    Rows cannot be changed here, nor the first language, which the texts are written in; and what the team may see, and
    how it signs in, is not a program's to change. Raises NotAllowed (`people_only`), and BadConfig with every fault.
    Locks the settings; publishes `business.configured` if anything changed.
    """
    actor.demand_everywhere(Permission.CONFIG_MANAGE)
    if not isinstance(patch, dict):
        raise BadConfig([Fault((), "must be an object", "type")])
    if "team" in patch and actor.kind is ActorKind.KEY:
        raise NotAllowed("This is for people, not for programs.", code="people_only")
    with transaction.atomic():
        row = TenantConfig.objects.select_for_update().get(pk=tenant.pk)
        before = row.data | {"name": tenant.name}
        wanted = _kept_nulls(_merged(before, normalised(patch)), patch)
        _refuse_other_language(before, wanted)
        refuse_bad_settings(wanted)
        _refuse_finer_prices(wanted["currency"])
        ledger = Ledger()
        found = Tenant.objects.get(pk=tenant.pk)
        if found.name != wanted["name"]:
            update_row(found, {"name": wanted["name"]}, path="business", ledger=ledger)
        save_settings(row, stored_form(wanted), ledger=ledger)
        if not ledger.is_empty:
            publish(_fact(tenant, ledger), actor=actor)
    found.tenantconfig = row
    forget_tenants()
    return found


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = copy.copy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _kept_nulls(wanted: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """With what was said to be nothing where the default is something: else nobody could say so, or send it back."""
    asked, there = patch.get("messages"), wanted.get("messages", {})
    if not isinstance(asked, dict) or not isinstance(there, dict):
        return wanted
    nulls = {name: None for name in _NULL_IS_NONE if name in asked and asked[name] is None}
    return wanted | {"messages": there | nulls} if nulls else wanted


def _refuse_other_language(before: dict[str, Any], after: dict[str, Any]) -> None:
    languages = after.get("languages")
    if isinstance(languages, list) and languages[:1] != before["languages"][:1]:
        what = f'must stay "{before["languages"][0]}" here: the texts are written in it'
        raise BadConfig([Fault(("languages", 0), what, "first_language")])


def _refuse_finer_prices(currency: str) -> None:
    """Amounts are never rounded: a currency without pence cannot take over prices that have some."""
    for model in (Service, Extra, StaffService):
        prices = model._default_manager.filter(price__isnull=False).values_list("price", flat=True)
        if any(price is not None and not fits(price, currency) for price in prices):
            raise BadConfig([Fault(("currency",), "has fewer decimals than some prices have", "currency_digits")])


def _fact(tenant: Tenant, ledger: Ledger) -> BusinessConfigured:
    return BusinessConfigured(
        tenant_id=tenant.pk,
        source="api",
        file_hash="",
        changes_total=ledger.changes_total,
        changes=ledger.changes,
    )
