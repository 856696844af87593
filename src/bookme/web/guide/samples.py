"""What the style guide's examples are filled with."""

from django import forms
from django.utils.datastructures import MultiValueDict

from bookme.web.account.forms import AccountForm
from bookme.web.booking.flow import Step
from bookme.web.fields import PlainText

STEPS = [
    Step("Services", "done", "#stepper"),
    Step("Professional", "done", "#stepper"),
    Step("Time", "now", ""),
    Step("Details", "ahead", ""),
    Step("Done", "ahead", ""),
]


class SampleForm(AccountForm):
    """A field of each kind; it is shown refused, with what was written into it."""

    name = PlainText(label="Your name")
    phone = PlainText(label="Phone", required=False, help_text="For the day itself, if something comes up.")
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"class": "input", "dir": "ltr"}))
    code = PlainText(label="Code", disabled=True)
    place = forms.ChoiceField(
        label="Place", choices=[("a", "Marlow Yard"), ("b", "Harbour")], widget=forms.Select(attrs={"class": "input"})
    )
    notes = PlainText(label="Anything we should know", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    terms = forms.BooleanField(label="I agree to the terms")
    marketing = forms.BooleanField(label="Tell me about offers", required=False, help_text="At most once a month.")


def sample_form() -> SampleForm:
    """At rest but for `email` and `terms`."""
    written = {"name": "Mia Thompson", "email": "mia at mail", "place": "a", "phone": "+44 20 7946 0123"}
    form = SampleForm(MultiValueDict({name: [value] for name, value in written.items()}), initial={"code": "HH-2041"})
    form.is_valid()
    return form
