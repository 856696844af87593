"""What no schema can tell: references, repeats, languages, amounts, people."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bookme.core.money import currency_codes
from bookme.onboarding.validation.entries import by_key, entries, items, number, part, services_of, word
from bookme.onboarding.validation.faults import Fault, Path, of_rule
from bookme.onboarding.validation.timetable import timetable_faults
from bookme.services.models import Course, ServiceKind
from bookme.services.rules import bounds_faults, price_faults, repeated, seats_faults
from bookme.tenants.config import Cancellation, DepositKind
from bookme.tenants.rules import MAX_FEE_STEPS, deposit_faults, fee_step_faults

KEYED_SECTIONS = ("locations", "resources", "categories", "custom_fields", "services", "extras", "staff")
TEXTS = ("name", "title", "bio", "description", "label", "help_text", "tagline")

_ONE_KEY = (
    ("resources", "location", "locations"),
    ("services", "category", "categories"),
    ("sessions", "service", "services"),
    ("sessions", "staff", "staff"),
    ("sessions", "location", "locations"),
    ("sessions", "resource", "resources"),
    ("closures", "location", "locations"),
)
_MANY_KEYS = (
    ("services", "locations", "locations"),
    ("extras", "services", "services"),
    ("custom_fields", "services", "services"),
)
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,3})?", re.ASCII)


def settings_faults(data: dict[str, Any]) -> Iterator[Fault]:
    """Of the part that is no rows: what `PATCH config/` may change."""
    yield from _language_faults(data, part(data, "branding"), ("branding",))
    yield from _repeated_reminders(data)
    yield from _deposit_faults(data, part(data, "policies"), ("policies", "deposit"))
    yield from _fee_step_faults(data, part(data, "policies"), ("policies",))
    yield from _amount_faults(data, part(data, "messages"), ("messages", "monthly_cap"))


def rows_faults(data: dict[str, Any]) -> Iterator[Fault]:
    """Of the part that becomes rows."""
    for section in KEYED_SECTIONS:
        yield from _repeated_keys(data, section)
        for path, entry in entries(data, section):
            yield from _language_faults(data, entry, path)
    yield from _reference_faults(data)
    yield from _service_faults(data)
    yield from _question_faults(data)
    yield from _people_faults(data)
    yield from timetable_faults(data)


def _languages(data: dict[str, Any]) -> list[str]:
    return [value for _, value in items(data, "languages") if isinstance(value, str)]


def _language_faults(data: dict[str, Any], entry: dict[str, Any], path: Path) -> Iterator[Fault]:
    languages = _languages(data)
    texts = [((*path, name), entry.get(name)) for name in TEXTS] + list(items(entry, "choices", path))
    for place, text in texts:
        if not isinstance(text, dict) or not languages:
            continue
        for language in text:
            if language not in languages:
                yield Fault((*place, language), "is not one of the languages of this business", "unknown_language")
        if languages[0] not in text:
            yield Fault((*place, languages[0]), "is missing: it is the first language", "required")


def _repeated_reminders(data: dict[str, Any]) -> Iterator[Fault]:
    seen: set[tuple[Any, Any]] = set()
    for path, entry in entries(data, "reminders"):
        one = (word(entry, "channel"), number(entry, "minutes_before"))
        if None not in one and one in seen:
            yield Fault(path, "is there twice", "repeated")
        seen.add(one)


def _deposit_faults(data: dict[str, Any], parent: dict[str, Any], path: Path) -> Iterator[Fault]:
    """A deposit whose shape is good: a kind, and a value where that has one."""
    deposit, currency = part(parent, "deposit"), word(data, "currency")
    if "value" in deposit and word(deposit, "value") is None:
        return
    if word(deposit, "kind") in set(DepositKind) and currency in currency_codes():
        yield from (of_rule(each, path) for each in deposit_faults(deposit, str(currency), pointer=""))


def _fee_step_faults(data: dict[str, Any], policy: dict[str, Any], path: Path) -> Iterator[Fault]:
    """Of policies that are the business's, or a service's over them."""
    own, general = part(policy, "cancellation"), part(part(data, "policies"), "cancellation")
    free = next((each for one in (own, general) if (each := number(one, "free_until_minutes")) is not None), None)
    steps = own.get("fee_steps")
    if isinstance(steps, list) and len(steps) <= MAX_FEE_STEPS:
        minutes = [number(each, "minutes_before") if isinstance(each, dict) else None for each in steps]
        default = Cancellation().free_until_minutes
        found = fee_step_faults(minutes, free_until_minutes=default if free is None else free, pointer="")
        yield from (of_rule(each, (*path, "cancellation", "fee_steps")) for each in found)


def _amount_faults(data: dict[str, Any], entry: dict[str, Any], path: Path) -> Iterator[Fault]:
    """More digits than the currency has, such as 9000.50 in JPY."""
    currency, amount = word(data, "currency"), word(entry, str(path[-1]))
    if currency in currency_codes() and amount is not None and _AMOUNT.fullmatch(amount):
        yield from (of_rule(each, path) for each in price_faults(Decimal(amount), str(currency), pointer=""))


def _repeated_keys(data: dict[str, Any], section: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, entry in entries(data, section):
        key = word(entry, "key")
        if key in seen:
            yield Fault((*path, "key"), f'"{key}" is the key of another one already', "repeated")
        if key is not None:
            seen.add(key)


def _reference_faults(data: dict[str, Any]) -> Iterator[Fault]:
    known = {section: set(by_key(data, section)) for section in KEYED_SECTIONS}
    for path, name, section in _references(data):
        if isinstance(name, str) and name not in known[section]:
            yield Fault(path, f'there is no "{name[:60]}" in {section}', "unknown_reference")


def _references(data: dict[str, Any]) -> Iterator[tuple[Path, Any, str]]:
    """Every place that names a key, with the section that it must be in."""
    for section, name, target in _ONE_KEY:
        for path, entry in entries(data, section):
            yield (*path, name), entry.get(name), target
    for section, name, target in _MANY_KEYS:
        for path, entry in entries(data, section):
            yield from ((place, value, target) for place, value in items(entry, name, path))
    for path, person in entries(data, "staff"):
        for place, shift in entries(person, "hours", path):
            yield (*place, "location"), shift.get("location"), "locations"
        for place, given in items(person, "services", path):
            inside = isinstance(given, dict)
            yield (*place, "service") if inside else place, given.get("service") if inside else given, "services"


def _service_faults(data: dict[str, Any]) -> Iterator[Fault]:
    kinds = {word(entry, "kind") for _, entry in entries(data, "resources")}
    for path, entry in entries(data, "services"):
        yield from _amount_faults(data, entry, (*path, "price"))
        yield from _deposit_faults(data, entry, (*path, "deposit"))
        yield from _fee_step_faults(data, part(entry, "policy"), (*path, "policy"))
        yield from _capacity_faults(entry, path)
        for place, need in entries(entry, "requires", path):
            kind = word(need, "kind")
            if kind is not None and kind not in kinds:
                yield Fault((*place, "kind"), f'there is no resource of the kind "{kind[:60]}"', "unknown_reference")
    for path, entry in entries(data, "extras"):
        yield from _amount_faults(data, entry, (*path, "price"))


def _capacity_faults(entry: dict[str, Any], path: Path) -> Iterator[Fault]:
    """With the defaults of the columns. What is no number the schema tells; here it stands for none."""
    values: dict[str, Any] = {"kind": word(entry, "kind") or ServiceKind.INDIVIDUAL}
    values |= {name: number(entry, name) or 1 for name in ("capacity", "staff_needed")}
    values["min_to_run"] = number(entry, "min_to_run") if number(entry, "capacity") else None
    values["course"] = word(entry, "course") or Course.NONE
    if values["kind"] == ServiceKind.CLASS and "capacity" not in entry:
        yield Fault((*path, "capacity"), "is missing: a class needs it", "required")
    yield from (of_rule(each, path) for each in seats_faults(values))


def _question_faults(data: dict[str, Any]) -> Iterator[Fault]:
    for path, entry in entries(data, "custom_fields"):
        bounds = {"kind": word(entry, "kind"), "minimum": number(entry, "min"), "maximum": number(entry, "max")}
        yield from (of_rule(each, path) for each in bounds_faults(bounds))
        choices = [
            (place, text)
            for place, each in items(entry, "choices", path)
            if (text := _first_text(data, each)) is not None
        ]
        for index in repeated([text for _, text in choices]):
            yield Fault(choices[index][0], "is there twice", "repeated")


def _first_text(data: dict[str, Any], text: object) -> str | None:
    """A text as it is stored, in the first language."""
    found = text.get(next(iter(_languages(data)), "")) if isinstance(text, dict) else text
    return found if isinstance(found, str) else None


def _people_faults(data: dict[str, Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, person in entries(data, "staff"):
        email, role = word(person, "email"), word(person, "role")
        if email and email.lower() in seen:
            yield Fault((*path, "email"), "is the e-mail of another one already", "repeated")
        if email:
            seen.add(email.lower())
        if role in {"owner", "manager"} and "email" not in person:
            yield Fault((*path, "email"), f"is missing: {role}s sign in with it", "required")
        yield from _given_faults(data, person, path)
    people = data.get("staff")
    if isinstance(people, list) and people and all(word(each, "role") != "owner" for _, each in entries(data, "staff")):
        yield Fault(("staff",), 'must have at least one with the role "owner"', "no_owner")


def _given_faults(data: dict[str, Any], person: dict[str, Any], path: Path) -> Iterator[Fault]:
    names = [key for key, _ in services_of(person)]
    for key in sorted({key for key in names if names.count(key) > 1}):
        yield Fault((*path, "services"), f'must not hold "{key[:60]}" twice', "repeated")
    for place, given in entries(person, "services", path):
        yield from _amount_faults(data, given, (*place, "price"))
