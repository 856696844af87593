"""What forms of all pages are made of: a plain text, and a phone number as people type it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookme.core.phones import phone_number
from bookme.core.text import has_control_characters


class PlainText(forms.CharField):
    """A text without control characters."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        multiline = isinstance(self.widget, forms.Textarea)
        if has_control_characters(value.replace("\r\n", "\n"), multiline=multiline):
            raise ValidationError(_("This has characters that cannot be shown."), code="control_characters")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"class": "input"}


def demand_phone(text: str, *, country: str) -> str:
    """The number that was typed in that country, as E.164; empty stays empty. Raises ValidationError."""
    number = phone_number(text.strip(), country=country) if text.strip() else ""
    if number is None:
        raise ValidationError(_("This is not a possible phone number."), code="invalid_phone")
    return number
