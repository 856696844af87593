"""Keys by which programs act for a business: made, used, revoked."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from bookme.core.actor import GUEST, Actor, Origin
from bookme.core.errors import FieldError, Invalid, NotAllowed, NotSignedIn, TooMany
from bookme.core.limits import network_of
from bookme.core.permissions import Permission
from bookme.core.time import MINUTE
from bookme.eventlog.actions import publish
from bookme.tenants.context import current_tenant
from bookme.tenants.models import Tenant
from bookme.users.events import ApiKeyChanged, ApiKeyUsed, SignInFailed
from bookme.users.keys import grantable_by, new_key, read_key
from bookme.users.limits import count_wrong_key
from bookme.users.models import ApiKey
from bookme.users.selectors import actor_of_key

TOLD_EVERY = dt.timedelta(hours=1)


@dataclass(frozen=True)
class MadeKey:
    """The row, and the one copy of the key itself."""

    row: ApiKey
    text: str


def make_api_key(
    *,
    name: str,
    permissions: Collection[Permission],
    expires_at: dt.datetime | None,
    tenant: Tenant,
    actor: Actor,
    now: dt.datetime,
) -> MadeKey:
    """A key of the business that may do this, until it expires or is revoked. Nobody can read it again.

    Raises NotAllowed `out_of_scope` for whoever sees a part of the business only, `not_yours` for what they may not do
    themselves, each with its pointer; and Invalid for an end that is past. Publishes ApiKeyChanged.
    """
    _demand_grantable(permissions, actor)
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("/expires_at", "This is past already.", code="past")
    key = new_key()
    named = sorted({each.value for each in permissions})
    with transaction.atomic():
        row = ApiKey.objects.create(
            tenant=tenant,
            name=name,
            prefix=key.prefix,
            digest=key.digest,
            permissions=named,
            created_by=actor.id,
            expires_at=expires_at,
        )
        publish(ApiKeyChanged(key_id=row.pk, key_name=name, change="made", permissions=named), actor=actor)
    return MadeKey(row, key.text)


def revoke_api_key(*, key: ApiKey, actor: Actor, now: dt.datetime) -> None:
    """It is worthless from now on. Once more changes nothing. Publishes ApiKeyChanged.

    A key works for the whole business: raises NotAllowed `out_of_scope` to who reaches a part of it.
    """
    actor.demand_everywhere(Permission.API_KEYS_MANAGE)
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            publish(
                ApiKeyChanged(key_id=key.pk, key_name=key.name, change="revoked", permissions=key.permissions),
                actor=actor,
            )


def admit_key(*, text: str, origin: Origin, now: dt.datetime) -> Actor:
    """Who acts by a key that holds in the current business.

    Raises NotSignedIn: `key_invalid`, and of one whose secret is right `key_revoked` or `key_expired`; after too many
    from one network TooMany instead, which never stops a key that holds. Publishes ApiKeyUsed or SignInFailed, in a
    transaction of its own.
    """
    found = _row_of(text)
    if found is None:
        _refuse(GUEST.coming_from(origin), NotSignedIn("This is no key of this business.", code="key_invalid"))
    actor = actor_of_key(found).coming_from(origin)
    if found.revoked_at is not None:
        _refuse(actor, NotSignedIn("This key was revoked.", code="key_revoked"))
    if found.expires_at is not None and found.expires_at <= now:
        _refuse(actor, NotSignedIn("This key has expired.", code="key_expired"))
    _note_use(found, actor, now)
    return actor


def _demand_grantable(permissions: Collection[Permission], actor: Actor) -> None:
    mine = grantable_by(actor)
    if not mine:
        raise NotAllowed(
            "A key reaches the whole business, and your role here does not: ask its owner.", code="out_of_scope"
        )
    faults = [
        FieldError(
            f"/permissions/{number}",
            "not_yours",
            _("You may not do this yourself: %(permission)s.") % {"permission": each.value},
        )
        for number, each in enumerate(permissions)
        if each not in mine
    ]
    if faults:
        raise NotAllowed("A key may do no more than who makes it.", code="not_yours", errors=faults)


def _row_of(text: str) -> ApiKey | None:
    key, tenant = read_key(text), current_tenant()
    if key is None or tenant is None:
        return None
    row = ApiKey.objects.filter(prefix=key.prefix, tenant=tenant).first()
    return row if row is not None and key.proves(row.digest) else None


def _refuse(actor: Actor, refusal: NotSignedIn) -> NoReturn:
    """Raises the refusal, or TooMany; tells of each failure, and of those that are too many once."""
    try:
        count_wrong_key(address=actor.origin.address)
    except TooMany as error:
        if error.is_first:
            _tell_failure(actor, "too_many")
        raise
    _tell_failure(actor, "api_key")
    raise refusal


def _tell_failure(actor: Actor, reason: str) -> None:
    with transaction.atomic():
        publish(SignInFailed(user_id=None, email="", reason=reason), actor=actor)


def _note_use(key: ApiKey, actor: Actor, now: dt.datetime) -> None:
    before = key.last_used_at
    if before is None or now - before >= MINUTE:
        ApiKey.objects.filter(pk=key.pk, last_used_at=before).update(last_used_at=now)  # of many at once, one writes
    if _is_first(key, network_of(actor.origin.address), now):
        with transaction.atomic():
            publish(ApiKeyUsed(key_id=key.pk, key_name=key.name), actor=actor)


def _is_first(key: ApiKey, network: str, now: dt.datetime) -> bool:
    """Of that key from that network within the hour; without Redis, from anywhere. The cache learns no address."""
    mark = hashlib.sha256(f"{key.pk} {network}".encode()).hexdigest()[:32]
    try:
        return caches["default"].add(f"api-key-told:{mark}", 1, int(TOLD_EVERY.total_seconds()))
    except RedisError:
        return key.last_used_at is None or now - key.last_used_at >= TOLD_EVERY
