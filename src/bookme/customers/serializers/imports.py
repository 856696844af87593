"""A list of customers as a CSV file: what its cells may say."""

import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bookme.core.http.fields import EmailField, LanguageField, MultilineText, PhoneField, PlainText
from bookme.core.http.serializers import TagsField
from bookme.core.http.uploads import lines_of
from bookme.core.imports import FileLines
from bookme.customers.actions import Address, ImportedCustomer

COLUMNS = (
    "name",
    "email",
    "phone",
    "language",
    "notes",
    "tags",
    "marketing_consent",
    "address",
    "address_line_2",
    "city",
    "county",
    "postcode",
    "country",
)
# The parts of an address by their columns.
_ADDRESS = {"line1": "address", "line2": "address_line_2"} | {
    name: name for name in ("city", "county", "postcode", "country")
}
_ADDRESS_NEEDS = ("address", "postcode")
_BETWEEN_TAGS = re.compile(r"[,;|\n]")
_YES = {"yes", "y", "true", "1", "x", "oui", "sí", "si", "نعم"}
_NO = {"no", "n", "false", "0", "non", "لا"}


class YesNoField(serializers.Field[Any, Any, Any, Any]):
    """Yes or no, in the languages that we speak; empty is neither."""

    default_error_messages = {"not_yes_or_no": "Say yes or no."}

    def to_internal_value(self, data: Any) -> bool | None:
        word = str(data).casefold()
        if word and word not in _YES | _NO:
            self.fail("not_yes_or_no")
        return word in _YES if word else None


class TagsCell(TagsField):
    """Words between commas, semicolons or bars; one that comes again counts once."""

    def to_internal_value(self, data: Any) -> list[str]:
        words = (each.strip() for each in _BETWEEN_TAGS.split(data))
        return super().to_internal_value(list(dict.fromkeys(each for each in words if each)))


class CustomerLine(serializers.Serializer[Any]):
    """One line of the list, every column of it a text."""

    name = PlainText(max_length=120)
    email = EmailField(allow_blank=True)
    phone = PhoneField(allow_blank=True)
    language = LanguageField()
    notes = MultilineText(allow_blank=True)
    tags = TagsCell()
    marketing_consent = YesNoField()
    address = PlainText(max_length=200, allow_blank=True)
    address_line_2 = PlainText(max_length=200, allow_blank=True)
    city = PlainText(max_length=100, allow_blank=True)
    county = PlainText(max_length=100, allow_blank=True)
    postcode = PlainText(max_length=16, allow_blank=True)
    country = serializers.RegexField(r"^([A-Z]{2})?\Z", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = {}
        if not (attrs["email"] or attrs["phone"]):
            wrong["email"] = "Give an e-mail address or a phone number."
        if any(attrs[column] for column in _ADDRESS.values()):
            wrong |= {name: "An address needs this." for name in _ADDRESS_NEEDS if not attrs[name]}
        if wrong:
            told = {name: [serializers.ErrorDetail(text, code="required")] for name, text in wrong.items()}
            raise serializers.ValidationError(told)
        return attrs


def customers_in(data: bytes, *, context: Mapping[str, Any]) -> FileLines[ImportedCustomer]:
    """Reads a CSV file with the COLUMNS, of which it needs `name`; `context` is that of ApiView. As `lines_of`."""
    reader = CustomerLine(context=dict(context))
    return lines_of(data, columns=COLUMNS, required=("name",), reader=reader, made=_customer)


def _customer(line: int, values: dict[str, Any], unread: frozenset[str]) -> ImportedCustomer:  # noqa: ARG001
    parts = {part: values.pop(column, "") for part, column in _ADDRESS.items()}
    return ImportedCustomer(
        line=line,
        name=values.pop("name", ""),
        address=Address(**parts) if any(parts.values()) else None,
        marketing=values.pop("marketing_consent", None),
        **values,
    )
