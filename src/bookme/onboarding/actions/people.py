"""The file's people: their calendars, what they do, and when and where."""

import datetime as dt
from typing import Any
from uuid import UUID

from bookme.core.actor import Actor
from bookme.onboarding import columns
from bookme.onboarding.actions.catalogue import Sections
from bookme.onboarding.actions.rows import sync_children, update_row
from bookme.onboarding.actions.team import NamedTeam, sync_team
from bookme.onboarding.validation import Fault
from bookme.onboarding.validation.entries import services_of
from bookme.services.models import Service
from bookme.staff.models import ServiceArea, Staff, StaffService, WorkingHours
from bookme.tenants.models import Tenant
from bookme.users.actions import lock_team


def sync_people(sections: Sections, *, tenant: Tenant, actor: Actor, now: dt.datetime) -> None:
    """Staff with what they do and when and where, and who signs in as whom. Locks the team."""
    lock_team(tenant)
    team = NamedTeam(sections, tenant=tenant, now=now)
    before = {user_id for _key, user_id in _signing_in() if user_id}
    user_ids = {key: team.user_id_of(email) for key, email in team.emails.items()}
    _make_room(sections, user_ids)
    sections.sync(
        "staff",
        email=lambda entry: entry["email"].lower() if "email" in entry else ...,
        user_id=lambda entry: user_ids.get(entry["key"], ...),
    )
    _sync_services(sections)
    _sync_hours(sections)
    _sync_areas(sections)
    sync_team(team, before=before, actor=actor)


def _signing_in() -> list[tuple[str | None, UUID | None]]:
    return list(Staff.objects.filter(key__isnull=False).values_list("key", "user_id"))


def _make_room(sections: Sections, user_ids: dict[str, UUID | None]) -> None:
    """A user has one calendar, and the column is unique: whoever holds a place that the file gives away is emptied.

    That is a swap of addresses, or an entry that has a new key. A person without a key is not the file's to change.
    """
    keys = [entry["key"] for entry in sections.config["staff"]]
    taker = {user_id: key for key, user_id in user_ids.items() if user_id}
    moving = []
    for row in Staff.objects.filter(user_id__in=list(taker)):
        key = next(key for user_id, key in taker.items() if user_id == row.user_id)
        if row.key is None:
            what = f"belongs already to {row.name}, who is not of this file"
            sections.ledger.faults.append(Fault(("staff", keys.index(key), "email"), what, "taken"))
            del user_ids[key]
        elif row.key != key:
            moving.append(row.pk)
    if moving:
        Staff.objects.filter(pk__in=moving).update(user_id=None)


def _sync_services(sections: Sections) -> None:
    """Who does what. Services that the file does not know are left alone."""
    known = set(Service.objects.filter(key__isnull=False).values_list("pk", flat=True))
    wanted = {}
    for person in sections.entries("staff"):
        if "services" not in person:
            continue
        wanted[sections.id_of("staff", person["key"])] = {
            sections.id_of("services", key): columns.plain_columns("extras", own) for key, own in services_of(person)
        }
    there = {
        (row.staff_id, row.service_id): row
        for row in StaffService.objects.filter(staff_id__in=wanted, service_id__in=known)
    }
    paths, keys = sections.paths("staff", "services"), {row.pk: key for key, row in sections.rows["services"].items()}
    new = []
    for staff_id, given in wanted.items():
        for service_id, own in given.items():
            row = there.pop((staff_id, service_id), None)
            values = {"price": own.get("price"), "duration_minutes": own.get("duration_minutes")}
            path = f"{paths[staff_id]}.{keys[service_id]}"
            if row is None:
                new.append(StaffService(staff_id=staff_id, service_id=service_id, **values))
                sections.ledger.created(path)
            else:
                update_row(row, values, path=path, ledger=sections.ledger)
    for staff_id, service_id in there:
        sections.ledger.removed(f"{paths[staff_id]}.{keys[service_id]}")
    if there:
        StaffService.objects.filter(pk__in=[row.pk for row in there.values()]).delete()
    StaffService.objects.bulk_create(new)


def _sync_hours(sections: Sections) -> None:
    wanted = {
        sections.id_of("staff", person["key"]): [_shift(sections, shift) for shift in person["hours"]]
        for person in sections.entries("staff")
        if "hours" in person
    }
    sync_children(
        model=WorkingHours,
        owner="staff_id",
        wanted=wanted,
        paths=sections.paths("staff", "hours"),
        ledger=sections.ledger,
    )


def _shift(sections: Sections, shift: dict[str, Any]) -> dict[str, Any]:
    place = sections.id_of("locations", shift["location"]) if "location" in shift else None
    return columns.hours_columns(shift) | {"breaks": columns.breaks_column(shift), "location_id": place}


def _sync_areas(sections: Sections) -> None:
    wanted = {
        sections.id_of("staff", person["key"]): [columns.area_columns(area) for area in person["areas"]]
        for person in sections.entries("staff")
        if "areas" in person
    }
    sync_children(
        model=ServiceArea,
        owner="staff_id",
        wanted=wanted,
        paths=sections.paths("staff", "areas"),
        ledger=sections.ledger,
    )
