"""The file's places, services, extras and questions."""

import datetime as dt
from typing import Any
from uuid import UUID

from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.core.time import zone
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.onboarding import columns, named
from bookme.onboarding.actions.rows import Wanted, retire, sync_children, sync_keyed, sync_links
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.validation import Fault
from bookme.onboarding.validation.timetable import closure_edge
from bookme.services.models import Category, Extra, Question, Service, ServiceRequirement
from bookme.staff.models import Staff

MODELS: dict[str, Any] = {
    "locations": Location,
    "resources": Resource,
    "categories": Category,
    "custom_fields": Question,
    "services": Service,
    "extras": Extra,
    "staff": Staff,
}


class Sections:
    """One application of a file to the rows of the business that is entered."""

    def __init__(self, *, config: dict[str, Any], names: dict[str, Any], ledger: Ledger, now: dt.datetime) -> None:
        self.config, self.names, self.ledger, self.now = config, names, ledger, now
        self.rows: dict[str, dict[str, Any]] = {}

    def entries(self, section: str) -> list[dict[str, Any]]:
        """The section's entries, with defaults where the last file said more."""
        return [named.padded(section, entry, self.names) for entry in self.config.get(section, [])]

    def id_of(self, section: str, key: str) -> UUID:
        found: UUID = self.rows[section][key].pk
        return found

    def paths(self, section: str, name: str) -> dict[UUID, str]:
        return {row.pk: f"{section}.{key}.{name}" for key, row in self.rows[section].items()}

    def sync(self, section: str, **more: Any) -> None:
        """Rows of the section. `more` maps a column to a function of the entry: its value, or `...` for none."""
        language = self.config["languages"][0]
        wanted = []
        for position, entry in enumerate(self.entries(section)):
            texts, others = columns.text_columns(entry, language)
            values = {**columns.plain_columns(section, entry), **texts, "position": position}
            for column, of in more.items():
                if (value := of(entry)) is not ...:
                    values[column] = value
            if named.is_returning(section, entry["key"], self.names):
                values["is_active"] = True
            wanted.append(Wanted(entry["key"], values, others, tuple(texts)))
        self.rows[section] = sync_keyed(model=MODELS[section], section=section, wanted=wanted, ledger=self.ledger)

    def retire_gone(self, section: str) -> None:
        """Rows whose entry is gone; a fault for each that somebody has booked."""
        keys = {entry["key"] for entry in self.config.get(section, [])}
        gone = [row for key, row in self.rows[section].items() if key not in keys and row.is_active]
        for row in gone:
            if booked := _future_bookings(section, row.pk, self.now):
                why = f"is still booked ({booked} to come)"
                self.ledger.faults.append(
                    Fault((section,), f'the entry "{row.key}" is gone, but it {why}', "has_future_bookings")
                )
        retire(MODELS[section], gone, section=section, ledger=self.ledger)

    def links(self, section: str, name: str, through: Any, target: str, target_section: str) -> None:
        """A list of keys as many-to-many rows, of the entries that say it."""
        source = f"{MODELS[section]._meta.model_name}_id"
        wanted = {
            self.id_of(section, entry["key"]): {self.id_of(target_section, key) for key in entry[name]}
            for entry in self.entries(section)
            if name in entry
        }
        sync_links(
            through=through,
            source=source,
            target=target,
            wanted=wanted,
            paths=self.paths(section, name),
            keys={row.pk: key for key, row in self.rows[target_section].items()},
            ledger=self.ledger,
        )


def sync_places(sections: Sections) -> None:
    """Locations with their opening hours, and what stands in them."""
    sections.sync("locations")
    opening = {
        sections.id_of("locations", entry["key"]): [columns.hours_columns(each) for each in entry["opening_hours"]]
        for entry in sections.entries("locations")
        if "opening_hours" in entry
    }
    sync_children(
        model=OpeningHours,
        owner="location_id",
        wanted=opening,
        paths=sections.paths("locations", "opening_hours"),
        ledger=sections.ledger,
    )
    sections.sync("resources", location_id=lambda entry: sections.id_of("locations", entry["location"]))


def sync_catalogue(sections: Sections) -> None:
    """Categories, services with what they need and where, extras, questions."""
    sections.sync("categories")
    sections.sync(
        "services",
        category_id=lambda entry: _category(sections, entry),
        policy=lambda entry: columns.policy_column(entry) if {"policy", "deposit"} & set(entry) else ...,
    )
    needs = {
        sections.id_of("services", entry["key"]): [{"kind": each["kind"]} for each in entry["requires"]]
        for entry in sections.entries("services")
        if "requires" in entry
    }
    sync_children(
        model=ServiceRequirement,
        owner="service_id",
        wanted=needs,
        paths=sections.paths("services", "requires"),
        ledger=sections.ledger,
    )
    sections.links("services", "locations", Service.locations.through, "location_id", "locations")
    sections.sync("extras")
    sections.links("extras", "services", Extra.services.through, "service_id", "services")
    sections.sync("custom_fields")
    sections.links("custom_fields", "services", Question.services.through, "service_id", "services")


def sync_closures(sections: Sections, *, zone_name: str) -> None:
    """Closures of the file, known by name, range and location; those made by hand are left alone."""
    there = {
        (row.name, row.starts_at, row.ends_at, row.location_id): row for row in Closure.objects.filter(from_file=True)
    }
    new = []
    for entry in sections.config.get("closures", []):
        place = sections.rows["locations"][entry["location"]] if "location" in entry else None
        tz = zone((place.timezone if place else "") or zone_name)
        starts_at, ends_at = (
            closure_edge(entry[name], last=name == "to").replace(tzinfo=tz).astimezone(dt.UTC)
            for name in ("from", "to")
        )
        same = (entry["name"], starts_at, ends_at, place.pk if place else None)
        if there.pop(same, None) is None:
            new.append(
                Closure(name=entry["name"], starts_at=starts_at, ends_at=ends_at, location=place, from_file=True)
            )
            sections.ledger.created(f"closures.{entry['name']}")
    for row in there.values():
        sections.ledger.removed(f"closures.{row.name}")
    if there:
        Closure.objects.filter(pk__in=[row.pk for row in there.values()]).delete()
    Closure.objects.bulk_create(new)


def _category(sections: Sections, entry: dict[str, Any]) -> Any:
    if "category" not in entry:
        return ...
    return sections.id_of("categories", entry["category"]) if entry["category"] else None


def _future_bookings(section: str, row_id: UUID, now: dt.datetime) -> int:
    """Appointments still to end with somebody in them."""
    if section == "resources":
        held = ResourceAllocation.objects.filter(resource_id=row_id, appointment__seats_taken__gt=0)
        return held.filter(appointment__ends_at__gt=now).count()
    column = {"locations": "location_id", "services": "service_id", "staff": "staff_id"}.get(section)
    if column is None:
        return 0
    return Appointment.objects.filter(**{column: row_id}, seats_taken__gt=0, ends_at__gt=now).count()
