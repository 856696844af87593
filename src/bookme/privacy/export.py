"""All that is known of a person, as one JSON document; read from the database as it is sent."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Q

from bookme.eventlog.models import Event
from bookme.privacy.facts import PERSONAL, told_fact
from bookme.privacy.holdings import HOLDINGS, Holding
from bookme.privacy.selectors import Subject
from bookme.tenants.models import Tenant

_AT_ONCE = 500
_WITH_EMAIL = sorted(name for name, texts in PERSONAL.items() if "email" in texts)
_FACT = ("id", "name", "occurred_at", "actor_kind", "actor_id", "actor_name", "payload")


@dataclass(frozen=True)
class PersonalExport:
    filename: str
    parts: Iterator[bytes]


def export_person(*, subject: Subject, tenant: Tenant, now: dt.datetime) -> PersonalExport:
    """By section as in HOLDINGS, and `events`: what happened to them and by them here."""
    day = now.astimezone(tenant.config.zone).date()
    return PersonalExport(f"{tenant.slug}-my-data-{day}.json", _document(subject, tenant, now))


def facts_about(subject: Subject) -> Q:
    """Facts about anything of theirs, done by them, or told with their address."""
    found = Q(subject_id__in=subject.rows)
    if subject.user_id:
        found |= Q(actor_id=subject.user_id)
    if subject.email:
        found |= Q(is_audit=True, name__in=_WITH_EMAIL, payload__email=subject.email)
    return found


def _document(subject: Subject, tenant: Tenant, now: dt.datetime) -> Iterator[bytes]:
    head = {"name": tenant.name, "slug": tenant.slug}
    yield b'{\n"business": ' + _json(head) + b',\n"exported_at": ' + _json(now)
    for holding in HOLDINGS:
        if holding.section:
            yield from _section(holding.section, _rows(holding, subject), is_one=holding.is_one)
    facts = Event.objects.filter(facts_about(subject)).order_by("occurred_at", "id").values(*_FACT)
    told = (told_fact(each, subject) for each in facts.iterator(chunk_size=_AT_ONCE))
    yield from _section("events", told)
    yield b"\n}\n"


def _rows(holding: Holding, subject: Subject) -> Iterator[dict[str, Any]]:
    rows = holding.model._default_manager.filter(holding.rows(subject), holding.also_told).order_by("pk").distinct()
    names = list(holding.told)
    for values in rows.values_list(*holding.told.values()).iterator(chunk_size=_AT_ONCE):
        yield dict(zip(names, values, strict=True))


def _section(name: str, rows: Iterable[dict[str, Any]], *, is_one: bool = False) -> Iterator[bytes]:
    yield b",\n" + _json(name) + b": "
    if is_one:
        yield _json(next(iter(rows), None))
        return
    before = b"["
    for row in rows:
        yield before + b"\n" + _json(row)
        before = b","
    yield b"[]" if before == b"[" else b"\n]"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=str)
