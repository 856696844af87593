"""The file's people: their calendars, and who may sign in as what."""

import datetime as dt
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password

from bookme.core.permissions import Role
from bookme.onboarding import columns
from bookme.onboarding.actions.catalogue import Sections
from bookme.onboarding.actions.rows import sync_children, update_row
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.validation import Fault
from bookme.onboarding.validation.entries import services_of
from bookme.services.models import Service
from bookme.staff.models import ServiceArea, Staff, StaffService, WorkingHours
from bookme.tenants.models import Tenant
from bookme.users.actions import forget_unproven_password
from bookme.users.models import Membership, User


def sync_people(sections: Sections, *, tenant: Tenant, now: dt.datetime) -> None:
    """Staff with what they do and when and where; a user and a membership for each that has an e-mail."""
    emails = {entry["key"]: entry["email"].lower() for entry in sections.entries("staff") if "email" in entry}
    users = sync_users(emails=emails, names=_names(sections), ledger=sections.ledger, now=now)
    before = {str(key): user_id for key, user_id in _signing_in()}
    user_ids = {key: users[email].pk if email else None for key, email in emails.items()}
    _make_room(sections, user_ids)
    sections.sync(
        "staff",
        email=lambda entry: entry["email"].lower() if "email" in entry else ...,
        user_id=lambda entry: user_ids.get(entry["key"], ...),
    )
    _sync_services(sections)
    _sync_hours(sections)
    _sync_areas(sections)
    _sync_memberships(sections, tenant=tenant, before=before)


def sync_users(*, emails: dict[str, str], names: dict[str, str], ledger: Ledger, now: dt.datetime) -> dict[str, User]:
    """The users of these addresses, made where there are none; one that exists is never changed.

    In local mode a new one has the demo password, else none: they come by a link.
    """
    wanted = {email: names[key] for key, email in emails.items() if email}
    users = {user.email: user for user in User.objects.filter(email__in=list(wanted))}
    new = [
        User(email=email, password=first_password(), name=name, email_verified_at=now if settings.LOCAL_MODE else None)
        for email, name in wanted.items()
        if email not in users
    ]
    User.objects.bulk_create(new)
    for user in new:
        ledger.created(f"users.{user.pk}")
    return users | {user.email: user for user in new}


def first_password() -> str:
    """The stored form of what a new person signs in with: nothing, but in local mode the demo password."""
    return _demo_password() if settings.LOCAL_MODE else make_password(None)


@lru_cache(maxsize=1)
def _demo_password() -> str:
    """Hashed once: it is slow on purpose, and these people share it anyway."""
    return make_password(settings.DEMO_PASSWORD)


def sync_membership(*, user_id: UUID, tenant: Tenant, role: Role | None, path: str, ledger: Ledger) -> None:
    """The person belongs to the business; `role` None leaves that of a member as it is.

    Who was not of the team comes by a link, unless their address is known to be theirs.
    """
    member = Membership.objects.filter(user_id=user_id, tenant=tenant).first()
    if member is None or member.role == Role.CUSTOMER.value:
        forget_unproven_password(user_id=user_id)
    if member is None:
        Membership.objects.create(user_id=user_id, tenant=tenant, role=(role or Role.STAFF).value)
        ledger.created(f"{path}.membership")
        return
    values: dict[str, Any] = {"is_active": True}
    if role is not None or member.role == Role.CUSTOMER.value:
        values["role"] = (role or Role.STAFF).value
    update_row(member, values, path=path, ledger=ledger)


def _signing_in() -> list[tuple[str | None, UUID | None]]:
    return list(Staff.objects.filter(key__isnull=False).values_list("key", "user_id"))


def _names(sections: Sections) -> dict[str, str]:
    language = sections.config["languages"][0]
    return {
        entry["key"]: columns.text_columns(entry, language)[0]["name"] for entry in sections.config.get("staff", [])
    }


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


def _sync_memberships(sections: Sections, *, tenant: Tenant, before: dict[str, UUID | None]) -> None:
    """Who is in the file belongs to the business; who left it, or gave their place to another address, does not."""
    current: set[UUID] = set()
    for person in sections.entries("staff"):
        user_id = sections.rows["staff"][person["key"]].user_id
        if user_id is None:
            continue
        current.add(user_id)
        role = Role(person["role"]) if "role" in person else None
        sync_membership(
            user_id=user_id, tenant=tenant, role=role, path=f"staff.{person['key']}", ledger=sections.ledger
        )
    left = {user_id for user_id in before.values() if user_id} - current
    members = Membership.objects.filter(user_id__in=left, tenant=tenant, is_active=True).exclude(
        role=Role.CUSTOMER.value
    )
    for member in members if left else ():
        update_row(member, {"is_active": False}, path=f"members.{member.user_id}", ledger=sections.ledger)
