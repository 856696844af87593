"""What a field takes, what it refuses and by which code, and how it is answered."""

from typing import Any

import pytest

from bookme.tenants.models import TenantConfig
from tests.factories.users import Api

LONG = "1" * 5000

ACCEPTED = [
    ("name", "  Ana  ", "Ana"),
    ("name", "Zoë 🌿 أنا", "Zoë 🌿 أنا"),
    ("name", 5, "5"),
    ("notes", " one\r\ntwo\tthree\rfour ", "one\ntwo\tthree\nfour"),
    ("email", " Ana@Example.COM ", "ana@example.com"),
    ("phone", "020 7946 0101", "+442079460101"),
    ("phone", "+212 661-234567", "+212661234567"),
    ("start", "2027-01-15T09:30:00Z", "2027-01-15T09:30:00+00:00"),
    ("start", "2027-07-15T09:30:00Z", "2027-07-15T10:30:00+01:00"),
    ("start", "2027-07-15 09:30+0200", "2027-07-15T08:30:00+01:00"),
    ("start", "2027-10-31T01:30:00+01:00", "2027-10-31T01:30:00+01:00"),
    ("start", "2027-10-31T01:30:00+00:00", "2027-10-31T01:30:00+00:00"),
    ("day", "2028-02-29", "2028-02-29"),
    ("price", "58", "58.00"),
    ("price", 58.5, "58.50"),
    ("price", "0", "0.00"),
    ("party", 3, 3),
    ("party", 2**31 - 1, 2**31 - 1),
    ("data", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
    ("days", [6, 6, 0], [6, 6, 0]),
]

REFUSED = [
    ("name", "", "blank"),
    ("name", "   ", "blank"),
    ("name", None, "null"),
    ("name", {"a": 1}, "invalid"),
    ("name", True, "invalid"),
    ("name", "n" * 10_000, "max_length"),
    ("name", "a\nb", "control_characters"),
    ("name", "a\u202eb", "control_characters"),
    ("name", "a\x7fb", "control_characters"),
    ("notes", "a\x1bb", "control_characters"),
    ("email", "nobody", "invalid"),
    ("email", "a@b", "invalid"),
    ("email", f"{'a' * 250}@example.com", "max_length"),
    ("email", "a\u2028@example.com", "invalid"),
    ("phone", "0", "invalid_phone"),
    ("phone", "+", "invalid_phone"),
    ("phone", "+44 1", "invalid_phone"),
    ("phone", "9" * 5000, "invalid_phone"),
    ("phone", "+9999999999999", "invalid_phone"),
    ("start", "2027-01-15T09:30:00", "naive_datetime"),
    ("start", "2027-01-15", "invalid"),
    ("start", "tomorrow", "invalid"),
    ("start", 1800000000, "invalid"),
    ("start", None, "null"),
    ("start", "2027-02-30T09:30:00Z", "invalid"),
    ("start", "2027-01-15T25:30:00Z", "invalid"),
    ("start", "2027-01-15T09:30:00+25:00", "invalid"),
    ("start", "9999-12-31T23:59:59-01:00", "out_of_range"),
    ("start", "0001-01-01T00:00:00+01:00", "out_of_range"),
    ("start", "٢٠٢٧-01-15T09:30:00Z", "invalid"),
    ("start", "2027-01-15T09:30:00 Europe/London", "invalid"),
    ("day", "2027-2-1", "invalid"),
    ("day", "2027-02-29", "invalid"),
    ("day", "2027-02-01T00:00:00Z", "invalid"),
    ("day", "9999-12-31", "out_of_range"),
    ("day", 20270201, "invalid"),
    ("price", "-1", "min_value"),
    ("price", "1.005", "too_many_decimals"),
    ("price", "1e400", "max_digits"),
    ("price", "NaN", "invalid"),
    ("price", "Infinity", "invalid"),
    ("price", "1" * 20, "max_digits"),
    ("price", LONG, "max_string_length"),
    ("price", True, "invalid"),
    ("price", "sNaN", "invalid"),
    ("party", -1, "min_value"),
    ("party", 2**31, "max_value"),
    ("party", 2**63 - 1, "max_value"),
    ("party", 2**64, "number_too_large"),
    ("party", 1.5, "invalid"),
    ("party", True, "invalid"),
    ("party", LONG, "max_string_length"),
    ("id", "1", "invalid"),
    ("id", "00000000-0000-0000-0000-00000000000g", "invalid"),
    ("id", -1, "invalid"),
    ("id", ["x"], "invalid"),
    ("data", [1], "not_a_dict"),
    ("data", {"a": "x" * 9000}, "too_large"),
    ("data", {"a": "\x00"}, "control_characters"),
]


@pytest.mark.parametrize(("field", "given", "answered"), ACCEPTED)
def test_accepted(door: Api, field: str, given: Any, answered: Any) -> None:
    answer = door.post("echo/", {field: given})
    assert answer.status_code == 200, answer.content
    assert answer.json() == {field: answered}


@pytest.mark.parametrize(("field", "given", "code"), REFUSED)
def test_refused(door: Api, field: str, given: Any, code: str) -> None:
    answer = door.post("echo/", {field: given})
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    faults = answer.json()["errors"]
    assert code in {each["code"] for each in faults}
    assert all(each["pointer"].startswith(f"/{field}") for each in faults)
    assert answer.json()["code"] in {code, "invalid"}


def test_of_a_list_that_is_too_long_no_member_is_told(door: Api) -> None:
    answer = door.post("echo/", {"days": [9] * 60_000})
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/days", "max_length")]
    some = door.post("echo/", {"days": [0, 9, 9]}).json()["errors"]
    assert [each["pointer"] for each in some] == ["/days/1", "/days/2"]


@pytest.mark.parametrize(
    ("currency", "given", "answered"),
    [("JPY", "9000", "9000"), ("JPY", "1.5", None), ("KWD", "1.5", "1.500"), ("KWD", "1.2345", None)],
)
def test_a_currency_s_own_digits(door: Api, currency: str, given: str, answered: str | None) -> None:
    row = TenantConfig.objects.get(tenant__slug="salon")
    row.data = row.data | {"currency": currency}
    row.save()
    answer = door.post("echo/", {"price": given})
    assert (answer.status_code, answer.json().get("price")) == ((200, answered) if answered else (400, None))
