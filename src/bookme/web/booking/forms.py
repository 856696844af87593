"""What is asked at the details step. It checks how things are written; whether they fit is for the action to say."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.answers import question_key
from bookme.core.errors import FieldError
from bookme.customers.actions import Address, Contact
from bookme.customers.models import ConsentKind
from bookme.customers.wording import consent_wording
from bookme.services.models import Question, QuestionKind
from bookme.tenants.config import BusinessConfig
from bookme.web.fields import PlainText, demand_phone
from bookme.web.guarded import GuardedForm
from bookme.web.wording import told

ANSWER = "answer-"
ADDRESS_FIELDS = ("line1", "line2", "city", "postcode")

# Where the API's pointers are in this form; answers and consents are found by their last part.
_FIELD_OF = {
    "/customer/name": "name",
    "/customer/email": "email",
    "/customer/phone": "phone",
    "/notes": "notes",
    "/party_size": "party_size",
    **{f"/address/{each}": each for each in ADDRESS_FIELDS},
}


class DetailsForm(forms.Form):
    """Name, contact, the business's own questions, consents; with `seats` how many come, with `with_address` where."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    phone = PlainText(label=gettext_lazy("Phone"), max_length=40, required=False)
    notes = PlainText(
        label=gettext_lazy("Anything we should know?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        config: BusinessConfig,
        questions: Sequence[Question],
        language: str,
        with_address: bool = False,
        seats: int = 1,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="f-%s", label_suffix="")
        self.config, self.questions = config, list(questions)
        self._attributes()
        if seats > 1:
            self.fields["party_size"] = _party_field(seats)
        if with_address:
            self.fields |= _address_fields()
        for question in questions:
            self.fields[ANSWER + question_key(question)] = answer_field(question, language)
        for kind in ConsentKind:
            self.fields[kind.value] = forms.BooleanField(
                required=kind != ConsentKind.MARKETING,
                label=consent_wording(kind),
            )
        for name, field in self.fields.items():
            is_consent = name in ConsentKind.values
            field.error_messages["required"] = (
                _("We need your agreement to this to book.") if is_consent else _("Please fill this in.")
            )

    def _attributes(self) -> None:
        wants_phone = any(each.channel in {"sms", "whatsapp"} for each in self.config.reminders)
        if wants_phone:
            self.fields["phone"].help_text = _("For a reminder before your booking.")
        for name, hints in (
            ("name", {"autocomplete": "name"}),
            ("email", {"autocomplete": "email", "inputmode": "email", "class": "input", "dir": "ltr"}),
            ("phone", {"autocomplete": "tel", "inputmode": "tel", "type": "tel", "dir": "ltr"}),
        ):
            self.fields[name].widget.attrs |= hints
        self.fields["phone"].widget.input_type = "tel"

    def keep_typed(self, data: Any) -> None:
        """Shows again what has been filled in so far, without a word on what is missing."""
        self.data = data
        typed = {name: field.widget.value_from_datadict(data, {}, name) for name, field in self.fields.items()}
        self.initial = {**self.initial, **typed}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_phone(self) -> str:
        return demand_phone(self.cleaned_data["phone"], country=self.config.country)

    def fields_named(self, names: Iterable[str]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]

    def contact_fields(self) -> list[BoundField]:
        return self.fields_named(["name", "email", "phone", "party_size"])

    def address_fields(self) -> list[BoundField]:
        return self.fields_named(ADDRESS_FIELDS)

    def answer_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(ANSWER)]

    def consent_fields(self) -> list[BoundField]:
        return self.fields_named(kind.value for kind in ConsentKind)

    def to_request(self, **more: Any) -> BookingRequest:
        """What was asked for, of a form that is valid; `more` says what and when."""
        given = self.cleaned_data
        return BookingRequest(
            contact=Contact(name=given["name"], email=given["email"], phone=given["phone"]),
            notes=given["notes"].replace("\r\n", "\n"),
            answers=self._answers(),
            address=self._address(),
            consents={kind.value: bool(given[kind.value]) for kind in ConsentKind},
            source="page",
            **more,
        )

    def take_errors(self, faults: Iterable[FieldError]) -> None:
        """Put each fault of the action beside its field; what has no field is said above the form."""
        for fault in faults:
            self.add_error(self._field_of(fault.pointer), told(fault))

    def _field_of(self, pointer: str) -> str | None:
        prefix, _slash, last = pointer.rpartition("/")
        if prefix == "/answers":
            name: str | None = ANSWER + last.replace("~1", "/").replace("~0", "~")
        elif prefix == "/consents":
            name = last
        else:
            name = _FIELD_OF.get(pointer)
        return name if name in self.fields else None

    def _address(self) -> Address | None:
        if "line1" not in self.fields:
            return None
        parts = {name: self.cleaned_data[name] for name in ADDRESS_FIELDS}
        return Address(country=self.config.country, **parts)

    def _answers(self) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for question in self.questions:
            key = question_key(question)
            value = self.cleaned_data[ANSWER + key]
            if value not in {None, ""}:
                answers[key] = value.isoformat() if question.kind == QuestionKind.DATE else value
        return answers


class GuestForm(GuardedForm, DetailsForm):
    """As a visitor fills it in. A program is told so plainly: no person shall believe that they booked and did not."""

    tells_trapped = True


def answer_field(question: Question, language: str) -> forms.Field:
    """The field for a question of the business's own."""
    field = _FIELDS[QuestionKind(question.kind)](question, language)
    field.label = question.text("label", language)
    field.help_text = question.text("help_text", language)
    field.required = question.required
    field.widget.is_required = question.required
    if question.kind != QuestionKind.BOOLEAN:
        field.widget.attrs["class"] = "input"
    return field


def _party_field(seats: int) -> forms.Field:
    return forms.TypedChoiceField(
        label=_("How many people?"),
        choices=[(each, str(each)) for each in range(1, seats + 1)],
        coerce=int,
        widget=forms.Select(attrs={"class": "input"}),
    )


def _address_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "line1": PlainText(label=_("Address"), max_length=200),
        "line2": PlainText(label=_("Flat, building"), max_length=200, required=False),
        "city": PlainText(label=_("Town"), max_length=100),
        "postcode": PlainText(label=_("Postcode"), max_length=16),
    }
    hints = {"line1": "address-line1", "line2": "address-line2", "city": "address-level2", "postcode": "postal-code"}
    for name, hint in hints.items():
        fields[name].widget.attrs["autocomplete"] = hint
    return fields


def _text_field(_question: Question, _language: str) -> forms.Field:
    return PlainText(max_length=2000)


def _integer_field(question: Question, _language: str) -> forms.Field:
    return forms.IntegerField(
        min_value=question.minimum,
        max_value=question.maximum,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def _choice_field(question: Question, language: str) -> forms.Field:
    """What is shown is in the visitor's language, what is sent is as it is stored."""
    told = zip(question.choices, question.choices_in(language), strict=True)
    return forms.ChoiceField(choices=[("", _("Choose …")), *told])


def _boolean_field(_question: Question, _language: str) -> forms.Field:
    return forms.BooleanField(required=False)


def _date_field(_question: Question, _language: str) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


_FIELDS: dict[QuestionKind, Callable[[Question, str], forms.Field]] = {
    QuestionKind.TEXT: _text_field,
    QuestionKind.INTEGER: _integer_field,
    QuestionKind.CHOICE: _choice_field,
    QuestionKind.BOOLEAN: _boolean_field,
    QuestionKind.DATE: _date_field,
}
