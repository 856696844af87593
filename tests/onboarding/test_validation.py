"""Bad files: every fault at once, each with its path, and never a traceback."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bookme.onboarding.validation import BadConfig, check_config, config_warnings, read_config
from bookme.onboarding.validation.shape import config_schema
from tests.onboarding.files import DEMO, SLUGS, demo, entry, small

Change = Callable[[dict[str, Any]], Any]


def faults_of(data: Any) -> list[str]:
    with pytest.raises(BadConfig) as refused:
        check_config(data)
    assert [each.detail for each in refused.value.errors] == [fault.text for fault in refused.value.faults]
    return [fault.text for fault in refused.value.faults]


def test_the_schema_is_one_and_closed_everywhere() -> None:
    Draft202012Validator.check_schema(config_schema())

    def objects(part: Any) -> Any:
        if isinstance(part, dict):
            if "object" in (part.get("type") or []) or part.get("type") == "object":
                yield part
            for value in part.values():
                yield from objects(value)
        elif isinstance(part, list):
            for value in part:
                yield from objects(value)

    found = list(objects(config_schema()))
    assert len(found) > 20
    assert [part for part in found if "additionalProperties" not in part] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_the_demo_files_are_good(slug: str) -> None:
    data = read_config((DEMO / f"{slug}.client.config.json").read_bytes())
    assert check_config(data) == demo(slug)
    assert list(Draft202012Validator(config_schema()).iter_errors(data)) == []


def test_the_catalogue_of_valclean_is_in_both_of_its_languages() -> None:
    data = demo("valclean")
    named = [each["name"] for part in ("locations", "categories", "services", "extras") for each in data[part]]
    asked = [text for each in data["custom_fields"] for text in (each["label"], *each.get("choices", ()))]
    said = [data["branding"]["tagline"], *named, *asked]
    assert [text for text in said if not isinstance(text, dict) or text.keys() != {"en", "pl"}] == []


def test_one_file_with_twenty_faults_tells_all_of_them() -> None:
    data = demo("valclean")
    data["slug"] = "Val Clean"
    data["timezone"] = "Europe/Mars"
    data["currency"] = "ZZZ"
    data["country"] = "XX"
    data["languages"] = ["en", "pl", "klingon"]
    data["colour"] = "red"
    data["contact"]["email"] = "nobody"
    data["contact"]["phone"] = "12"
    data["branding"]["logo"] = "javascript:alert(1)"
    data["policies"]["deposit"] = {"kind": "none", "value": "1"}
    data["reminders"].append(dict(data["reminders"][0]))
    data["services"][0]["category"] = "garden"
    data["services"][1]["price"] = "12.3456"
    data["services"][2]["name"] = {"de": "Ofen"}
    data["services"][3]["duration_minutes"] = 0
    data["services"][4]["kind"] = "class"
    data["extras"][0]["services"].append("gardening")
    del data["staff"][0]["name"]
    data["staff"][0]["hours"][0]["breaks"][0]["end"] = "18:00"
    data["staff"][1]["role"] = "boss"
    data["staff"][2]["email"] = "VAL@valclean.example"
    data["closures"][0]["to"] = "2026-12-01"
    assert faults_of(data) == [
        "branding.logo: must be an address that starts with https:// or http://",
        "closures[0].to: must be after the start",
        "colour: is not a known key",
        "contact.email: must be an e-mail address",
        "contact.phone: must be a possible phone number with its country, such as +442079460101",
        "country: is no known country, such as GB",
        "currency: is no known currency, such as GBP",
        'extras[0].services[3]: there is no "gardening" in services',
        "languages[2]: is no known language, such as en",
        "policies.deposit.value: is not allowed here",
        "reminders[2]: is there twice",
        'services[0].category: there is no "garden" in categories',
        "services[1].price: must be an amount as text, such as 58.00",
        "services[2].name.de: is not one of the languages of this business",
        "services[2].name.en: is missing: it is the first language",
        "services[3].duration_minutes: must be at least 1",
        "services[4].capacity: is missing: a class needs it",
        "slug: must be lower-case letters, digits and single hyphens, and start with a letter",
        "staff[0].hours[0].breaks[0]: must lie within the hours it interrupts",
        "staff[0].name: is missing",
        "staff[1].role: must be owner, manager or staff",
        "staff[2].email: is the e-mail of another one already",
        "timezone: is no known time zone, such as Europe/London",
    ]


def _set(section: str, key: str, /, **values: Any) -> Change:
    return lambda data: entry(data, section, key).update(values)


def _hours(*shifts: dict[str, Any]) -> Change:
    return lambda data: entry(data, "staff", "bo").update(hours=list(shifts))


def _cancelling(**values: Any) -> Change:
    return lambda data: data.update(policies={"cancellation": values})


def _steps(*minutes_before: int) -> list[dict[str, int]]:
    return [{"minutes_before": each, "percent": 50} for each in minutes_before]


MON = {"day": "mon", "start": "09:00", "end": "17:00"}

BAD: list[tuple[Change, str]] = [
    (lambda d: d.update(version=2), "version: must be 1"),
    (lambda d: d.update(version=True), "version: must be a whole number"),
    (lambda d: d.update(name="Sal\u0000on"), "name: must not contain control characters"),
    (lambda d: d.update(name="Sal\u202eon"), "name: must not contain control characters"),
    (lambda d: d.update(name="x" * 121), "name: must be at most 120 characters long"),
    (lambda d: d.update(name="  "), "name: must not be blank"),
    (lambda d: d.update(slug="salon\n"), "slug: must be lower-case letters"),
    (lambda d: d.update(domains=["Salon.localhost"]), "domains[0]: must be a host name in lower case"),
    (lambda d: d.update(domains=["127.0.0.1"]), "domains[0]: must be a host name in lower case"),
    (lambda d: d.update(domains=["a.example", "a.example"]), "domains: must not hold the same entry twice"),
    (lambda d: d.update(languages=[]), "languages: must not be empty"),
    (lambda d: d.update(allowed_origins=["https://a.example/path"]), "allowed_origins[0]: must be an origin"),
    (lambda d: d.update(contact={"website": "https://a example"}), "contact.website: must be an address"),
    (lambda d: d.update(branding={"font": "x; } body {"}), "branding.font: must be the name of a font"),
    (lambda d: d.update(branding={"primary_color": "red"}), "branding.primary_color: must be a colour"),
    (
        lambda d: d.update(policies={"deposit": {"kind": "percent", "value": "101"}}),
        "policies.deposit.value: must be a perc",
    ),
    (
        lambda d: d.update(policies={"deposit": {"kind": "percent", "value": None}}),
        "policies.deposit.value: must be a text",
    ),
    (lambda d: d.update(policies={"deposit": {"kind": "percent"}}), "policies.deposit.value: is missing"),
    (
        lambda d: d.update(policies={"deposit": {"kind": "fixed", "value": "0.00"}}),
        "policies.deposit.value: must be more",
    ),
    (lambda d: d.update(policies={"max_days_ahead": 10**30}), "policies.max_days_ahead: must be at most 730"),
    (lambda d: d.update(policies={"max_days_ahead": 1.5}), "policies.max_days_ahead: must be a whole number"),
    (lambda d: d.update(policies=None), "policies: must be an object"),
    (lambda d: d.update(policies={"max_per_day": 0}), "policies.max_per_day: must be at least 1"),
    (
        lambda d: d.update(policies={"max_per_customer": "2"}),
        "policies.max_per_customer: must be a whole number or null",
    ),
    (lambda d: d.update(policies={"travel_minutes": 1441}), "policies.travel_minutes: must be at most 1440"),
    (_cancelling(refund_percent=-1), "policies.cancellation.refund_percent: must be at least 0"),
    (_cancelling(fee_steps=[{"minutes_before": 9}]), "policies.cancellation.fee_steps[0].percent: is missing"),
    (_cancelling(fee_steps=_steps(*range(11))), "policies.cancellation.fee_steps: must have at most 10 entries"),
    (_cancelling(fee_steps=_steps(9, 9)), "policies.cancellation.fee_steps[1].minutes_before: is there twice"),
    (
        _cancelling(free_until_minutes=60, fee_steps=_steps(60, 61)),
        "policies.cancellation.fee_steps[1].minutes_before: must be at most 60: until then it is free",
    ),
    (
        lambda d: (
            d.update(policies={"cancellation": {"free_until_minutes": 60}})
            or entry(d, "services", "cut").update(policy={"cancellation": {"fee_steps": _steps(61)}})
        ),
        "services[0].policy.cancellation.fee_steps[0].minutes_before: must be at most 60: until then it is free",
    ),
    (
        _set("services", "cut", bookable_hours=[{"day": "mon", "start": "09:00", "end": "09:00"}]),
        "services[0].bookable_hours[0].end: must be after the start",
    ),
    (
        _set("services", "cut", bookable_hours=[{"day": "mon", "start": "24:00", "end": "25:00"}]),
        "services[0].bookable_hours[0].start: must be a time from 00:00 to 23:59",
    ),
    (
        _set(
            "services",
            "cut",
            bookable_hours=[
                {"day": "sun", "start": "20:00", "end": "34:00"},
                {"day": "mon", "start": "09:00", "end": "17:00"},
            ],
        ),
        "services[0].bookable_hours[1]: overlaps another one",
    ),
    (_set("services", "cut", bookable_hours=[{"day": "mon"}]), "services[0].bookable_hours[0].end: is missing"),
    (
        _set("services", "cut", bookable_dates=[{"from": "2027-06-02", "to": "2027-06-01"}]),
        "services[0].bookable_dates[0].to: must not be before the first date",
    ),
    (
        _set("services", "cut", bookable_dates=[{"from": "2027-02-29", "to": "2027-06-01"}]),
        "services[0].bookable_dates[0].from: must be a date",
    ),
    (
        _set("services", "cut", bookable_dates=[{"from": "2027-06-01", "to": "2027-06-01"}] * 51),
        "services[0].bookable_dates: must have at most 50 entries",
    ),
    (lambda d: d.update(staff=[]), "staff: must not be empty"),
    (lambda d: d["staff"].pop(0), 'staff: must have at least one with the role "owner"'),
    (_set("staff", "bo", role="manager", email=None), "staff[1].email: must be a text"),
    (
        lambda d: entry(d, "staff", "bo").pop("email") and _set("staff", "bo", role="manager")(d),
        "staff[1].email: is missing",
    ),
    (_set("staff", "bo", key="ada"), 'staff[1].key: "ada" is the key of another one already'),
    (_set("staff", "bo", services=["cut", {"service": "cut"}]), 'staff[1].services: must not hold "cut" twice'),
    (_set("staff", "bo", services=["shave"]), 'staff[1].services[0]: there is no "shave" in services'),
    (_set("staff", "bo", services=[{"service": "shave"}]), 'staff[1].services[0].service: there is no "shave"'),
    (_set("staff", "bo", services=[{"price": "1.00"}]), "staff[1].services[0].service: is missing"),
    (_hours({"day": "mon", "start": "17:00", "end": "09:00"}), "staff[1].hours[0].end: must be after the start"),
    (
        _hours({"day": "mon", "start": "25:00", "end": "26:00"}),
        "staff[1].hours[0].start: must be a time from 00:00 to 23:59",
    ),
    (
        _hours({"day": "mon", "start": "09:00", "end": "48:01"}),
        "staff[1].hours[0].end: must be a time from 00:00 to 48:00",
    ),
    (_hours(MON, {**MON, "start": "16:00", "end": "18:00"}), "staff[1].hours[1]: overlaps another one"),
    (_hours({"day": "sun", "start": "20:00", "end": "34:00"}, MON), "staff[1].hours[1]: overlaps another one"),
    (
        _hours(
            {"on_date": "2026-12-24", "start": "20:00", "end": "26:00"},
            {"on_date": "2026-12-25", "start": "01:00", "end": "10:00"},
        ),
        "staff[1].hours[1]: overlaps another one",
    ),
    (_hours({"day": "mon"}), "staff[1].hours[0].start: is missing"),
    (_hours({**MON, "on_date": "2026-12-24"}), "staff[1].hours[0].day: is not allowed here"),
    (_hours({"on_date": "2026-02-30"}), "staff[1].hours[0].on_date: must be a date"),
    (
        _hours({"on_date": "2026-12-24"}, {"on_date": "2026-12-24", "start": "09:00", "end": "10:00"}),
        "staff[1].hours[1]: overlaps another one",
    ),
    (_hours({**MON, "location": "moon"}), 'staff[1].hours[0].location: there is no "moon" in locations'),
    (
        _hours({**MON, "breaks": [{"start": "12:00", "end": "13:00"}, {"start": "12:30", "end": "14:00"}]}),
        "staff[1].hours[0].breaks[1]: overlaps another one",
    ),
    (
        _hours({**MON, "breaks": [{"start": "13:00", "end": "12:00"}]}),
        "staff[1].hours[0].breaks[0].end: must be after start",
    ),
    (_set("services", "cut", capacity=2), "services[0].capacity: must be 1 for an individual service"),
    (_set("services", "cut", kind="group"), "services[0].capacity: must be at least 2 for a group service"),
    (_set("services", "yoga", min_to_run=9), "services[2].min_to_run: must be at most the capacity"),
    (_set("services", "yoga", staff_needed=2), "services[2].staff_needed: must be 1 for a class"),
    (_set("services", "cut", course="whole"), "services[0].course: must be none but for a class"),
    (_set("services", "cut", price=30), "services[0].price: must be a text"),
    (_set("services", "cut", price="30.00\n"), "services[0].price: must be an amount"),
    (_set("services", "cut", price="٣٠"), "services[0].price: must be an amount"),
    (
        _set("services", "cut", requires=[{"kind": "pool"}]),
        "services[0].requires[0].kind: there is no resource of the kind",
    ),
    (_set("services", "cut", locations=["moon"]), 'services[0].locations[0]: there is no "moon" in locations'),
    (_set("services", "cut", metadata={"a": [1]}), "services[0].metadata.a: must be a text or a number or"),
    (_set("services", "cut", policy={"deposit": {"kind": "none"}}), "services[0].policy.deposit: is not a known key"),
    (
        lambda d: (d.update(currency="JPY"), _set("services", "cut", price="30.50")(d)),
        "services[0].price: must have no decimals",
    ),
    (
        lambda d: d.update(messages={"monthly_cap": "20.005"}),
        "messages.monthly_cap: must have at most 2 decimals, as GBP has",
    ),
    (lambda d: d.update(messages={"countries": ["GB", "QX"]}), "messages.countries[1]: is no known country"),
    (_set("extras", "mask", price="5.001"), "extras[0].price: must have at most 2 decimals, as GBP has"),
    (_set("custom_fields", "length", kind="text"), "custom_fields[0].choices: is not allowed here"),
    (_set("custom_fields", "length", choices=["A", {"en": "A"}]), "custom_fields[0].choices[1]: is there twice"),
    (_set("custom_fields", "length", min=1), "custom_fields[0].min: is not allowed here"),
    (
        lambda d: d["custom_fields"].append({"key": "n", "label": "N", "kind": "integer", "min": 2, "max": 1}),
        "custom_fields[1].max: must be at least the minimum",
    ),
    (lambda d: d["sessions"][0].update(service="cut"), "sessions[0].service: must be a service of the kind class"),
    (
        lambda d: entry(d, "staff", "ada")["services"].remove("yoga"),
        'sessions[0].staff: "ada" does not do this service',
    ),
    (lambda d: d["sessions"][0].update(location="annex"), "sessions[0].resource: is at another location"),
    (
        lambda d: entry(d, "services", "yoga").update(locations=["annex"]),
        "sessions[0].location: is not one of the service's",
    ),
    (lambda d: d["sessions"].append(d["sessions"][0] | {"weeks": 9}), "sessions[1]: is there twice"),
    (lambda d: d["closures"].append(d["closures"][0]), "closures[1]: is there twice"),
    (
        lambda d: d["closures"][0].update({"from": "2026-12-25T10:00", "to": "2026-12-25T10:00"}),
        "closures[0].to: must be after",
    ),
    (lambda d: d["closures"][0].update({"to": "2030-12-25"}), "closures[0].to: must be at most 732 days after"),
    (
        lambda d: d["closures"][0].update({"from": "25.12.2026"}),
        "closures[0].from: must be a date or a date with a time",
    ),
    (lambda d: d["locations"][0].update(latitude=51.5), "locations[0].longitude: is missing beside the others"),
    (lambda d: d["locations"][0].update(latitude=91, longitude=0), "locations[0].latitude: must be at most 90"),
]


@pytest.mark.parametrize(("change", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_a_fault_is_told_with_its_path(change: Change, fault: str) -> None:
    data = small()
    check_config(small())
    change(data)
    found = faults_of(data)
    assert [text for text in found if text.startswith(fault)], found


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "(file): is not JSON: line 1, column 1"),
        (b"{", "(file): is not JSON: line 1, column 2"),
        (b'{"a": 1,\n}', "(file): is not JSON: line "),
        (b'{"a": NaN}', "(file): is not JSON: NaN is no number of JSON"),
        (b'{"a": 1e999}', "(file): is not JSON: 1e999 is too large a number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "(file): is not JSON: "),
        (b'{"slug": "a", "slug": "b"}', '(file): has the key "slug" twice in one object'),
        (b"\xef\xbb\xbf{}", "(file): starts with a byte order mark"),
        (b'{"name": "Caf\xe9"}', "(file): is not UTF-8 (byte 13)"),
        (b"[" * 100_000, "(file): is "),
        (b"[" * 50 + b"]" * 50, "(file): is nested more than 32 deep"),
        (b" " * (2 * 1024 * 1024 + 1), "(file): is larger than 2 MB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_what_is_no_json_is_told_so(content: bytes, fault: str) -> None:
    with pytest.raises(BadConfig) as refused:
        read_config(content)
    assert [each.text.startswith(fault) for each in refused.value.faults] == [True], refused.value.faults


@pytest.mark.parametrize("data", [None, [], "text", 1, {}, {"services": {}}, {"staff": [None, 1, []]}])
def test_what_is_no_config_is_told_so(data: Any) -> None:
    assert faults_of(data)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert read_config(b'{"weeks": 4.0, "radius": 4.5}') == {"weeks": 4, "radius": 4.5}


def test_what_will_surprise_is_warned_of() -> None:
    data = small()
    check_config(data)
    assert config_warnings(data) == []
    data["reminders"] = [{"channel": "sms", "minutes_before": 60}, {"channel": "email", "minutes_before": 60}]
    data["services"].append(
        {"key": "shave", "name": "Shave", "duration_minutes": 10, "price": "9.00", "requires": [{"kind": "room"}],
         "locations": ["annex"]}
    )  # fmt: skip
    check_config(data)
    assert [each.text for each in config_warnings(data)] == [
        "reminders[0]: goes by the next channel, if there is one, while features.sms is off",
        "services[3]: cannot be booked: nobody does it",
        'services[3]: has no "room" at "annex" and cannot be booked there',
    ]
