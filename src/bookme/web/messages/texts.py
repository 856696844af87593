"""What messages say: the business's own texts and the built-in ones, written, looked at and gone back to."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bookme.communications.actions import reset_template, restore_version, save_template, send_test
from bookme.communications.letters import Rendered
from bookme.communications.models import Channel
from bookme.communications.segments import segments_of
from bookme.communications.selectors.previews import preview
from bookme.communications.selectors.texts import (
    Place,
    TextInForce,
    channels_of,
    overview,
    text_in_force,
    versions_of,
    written_languages,
)
from bookme.communications.templating import Texts
from bookme.communications.wording import AUDIENCES, CHANNELS, KINDS, Said
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, TooMany
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.context import own_name
from bookme.web.mail_policy import MAIL_POLICY
from bookme.web.messages.looks import KIND_ICONS, tabs_for
from bookme.web.messages.switches import group_of
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import put_beside
from bookme.web.team.shell import complain, show, tell

HERE = "team-message-texts"
_NAMES = ("subject", "heading", "body")


class TextsForm(forms.Form):
    """A text as it is written; only an e-mail has a subject and a heading. `version` is the one that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, widget=forms.TextInput)
    heading = forms.CharField(label=gettext_lazy("Heading"), required=False, widget=forms.TextInput)
    body = forms.CharField(label=gettext_lazy("Text"), required=False, widget=forms.Textarea)
    flags = forms.MultipleChoiceField(
        label=gettext_lazy("Preview it with"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, found: TextInForce, data: Any = None) -> None:
        texts = found.texts
        initial = {
            "subject": texts.subject,
            "heading": texts.heading,
            "body": texts.body,
            "version": found.version or 0,
        }
        super().__init__(data, initial=initial, auto_id="f-%s", label_suffix="")
        for name in _NAMES:
            self.fields[name].widget.attrs |= {"class": "input", "dir": "auto", "spellcheck": "true"}
        self.fields["body"].widget.attrs["rows"] = 12 if found.place.channel is Channel.EMAIL else 6
        if found.place.channel is not Channel.EMAIL:
            del self.fields["subject"], self.fields["heading"]
        flags = self.fields["flags"]
        assert isinstance(flags, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        known = found.place.vocabulary
        flags.choices = [(each, f"{each}: {known.meanings[each]}") for each in sorted(known.flags | known.now_and_then)]

    def texts(self) -> Texts:
        """As it was sent; what is wrong with it is for the rules to say."""
        given = {name: self.cleaned_data.get(name, "").replace("\r\n", "\n") for name in _NAMES}
        return Texts(**given)


@dataclass(frozen=True)
class Choice:
    """Another language, or channel, of the same."""

    label: Promise | str
    url: str
    is_current: bool


@dataclass(frozen=True)
class TextLine:
    """A message with the text that holds."""

    row: TextInForce

    @property
    def said(self) -> Said:
        return KINDS[self.row.place.kind]

    @property
    def icon(self) -> str:
        return KIND_ICONS.get(self.row.place.kind, "shield-check")

    @property
    def audience(self) -> Promise:
        return AUDIENCES[self.row.place.audience]

    @property
    def url(self) -> str:
        return text_url(self.row.place)


def text_url(place: Place, name: str = "team-message-text") -> str:
    return reverse(name, args=[place.name, place.channel.value, place.language])


@team_page(Permission.MESSAGES_MANAGE, methods=("GET", "HEAD"))
def texts_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Of one `?channel=` in one `?language=`, the first ones if it does not say."""
    languages, channel = written_languages(), request.GET.get("channel", "")
    language = request.GET.get("language", "")
    language = language if language in languages else languages[0]
    channel = channel if channel in Channel.values else Channel.EMAIL.value
    groups: dict[Promise, list[TextLine]] = {}
    for each in overview(actor, language=language, channel=channel):
        groups.setdefault(group_of(each.place.kind), []).append(TextLine(each))
    here = reverse(HERE)
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, HERE),
        "groups": groups.items(),
        "languages": [Choice(own_name(c), f"{here}?language={c}&channel={channel}", c == language) for c in languages],
        "channels": [
            Choice(label, f"{here}?language={language}&channel={each.value}", each.value == channel)
            for each, label in CHANNELS.items()
        ],
    }
    return show(request, actor, "messages/texts.html", context)


@team_page(Permission.MESSAGES_MANAGE)
def text_page(request: HttpRequest, actor: Actor, message: str, channel: str, language: str) -> HttpResponse:
    """GET shows; POST saves a new version, or sends a test with `do`."""
    found = text_in_force(actor, name=message, channel=channel, language=language)
    if request.method != "POST":
        return _page(request, actor, found, TextsForm(found))
    form = TextsForm(found, request.POST)
    if not form.is_valid():
        return _page(request, actor, found, form, status=422)
    return (_tested if request.POST.get("do") == "test" else _saved)(request, actor, found, form)


@team_page(Permission.MESSAGES_MANAGE, methods=("POST",))
def change_text(request: HttpRequest, actor: Actor, message: str, channel: str, language: str) -> HttpResponse:
    """Goes back to a version of theirs, or without one to the built-in text."""
    place = text_in_force(actor, name=message, channel=channel, language=language).place
    which, of = request.POST.get("version", ""), _of(place)
    with write():
        if which.isdecimal():
            restore_version(**of, version=int(which[:9]), actor=actor)
        else:
            reset_template(**of, actor=actor)
    tell(request, _("That text holds again.") if which.isdecimal() else _("The built-in text holds again."))
    return redirect(text_url(place))


@xframe_options_sameorigin
@team_page(Permission.MESSAGES_MANAGE)
def text_preview(request: HttpRequest, actor: Actor, message: str, channel: str, language: str) -> HttpResponse:
    """How it looks, for a frame: what is in the form, else what holds. Nothing in it runs."""
    found = text_in_force(actor, name=message, channel=channel, language=language)
    form = TextsForm(found, request.POST or None)
    rendered, faults = _looked_at(actor, found, form)
    headers = {"Content-Security-Policy": MAIL_POLICY}
    if rendered is not None and rendered.html:
        return HttpResponse(rendered.html, headers=headers)
    context = {"place": found.place, "rendered": rendered, "faults": faults}
    shown = render_to_string("messages/preview.html", context)
    return HttpResponse(shown, status=422 if faults else 200, headers=headers)


@team_page(Permission.MESSAGES_MANAGE, methods=("POST",))
def text_count(request: HttpRequest, actor: Actor, message: str, channel: str, language: str) -> HttpResponse:
    """How long it is, while it is being written."""
    found = text_in_force(actor, name=message, channel=channel, language=language)
    rendered, faults = _looked_at(actor, found, TextsForm(found, request.POST))
    return render(request, "messages/_count.html", {"rendered": rendered, "faults": faults} | _size(found, rendered))


def _looked_at(actor: Actor, found: TextInForce, form: TextsForm) -> tuple[Rendered | None, list[str]]:
    texts, flags = (form.texts(), form.cleaned_data["flags"]) if form.is_bound and form.is_valid() else (None, [])
    try:
        return preview(actor, **_of(found.place), texts=texts, flags=flags, now=now()), []
    except Invalid as error:
        return None, [each.detail for each in error.errors]


def _saved(request: HttpRequest, actor: Actor, found: TextInForce, form: TextsForm) -> HttpResponse:
    expected = form.cleaned_data["version"] or 0
    try:
        with write():
            save_template(**_of(found.place), texts=form.texts(), actor=actor, expected=expected)
    except Invalid as error:
        put_beside(form, error, {name: name for name in _NAMES})
        return _page(request, actor, found, form, status=422)
    except Conflict:
        complain(request, _("Somebody else has changed this text meanwhile. Theirs is among the versions below."))
        return _page(request, actor, found, form, status=409)
    tell(request, _("The text is saved. It holds from now on."))
    return redirect(text_url(found.place))


def _tested(request: HttpRequest, actor: Actor, found: TextInForce, form: TextsForm) -> HttpResponse:
    status = 200
    try:
        flags = form.cleaned_data["flags"]
        to = send_test(**_of(found.place), texts=form.texts(), flags=flags, actor=actor, now=now())
        tell(request, _("A test is on its way to %(to)s.") % {"to": to})
    except Invalid as error:
        put_beside(form, error, {name: name for name in _NAMES})
        status = 422
    except TooMany:
        complain(request, _("Those were enough tests for now. Try again later."))
        status = 429
    except Conflict as error:
        complain(request, _WHY_NOT.get(error.code, _("The test could not be sent.")))
        status = 409
    return _page(request, actor, found, form, status=status)


_WHY_NOT: dict[str, Any] = {
    "no_address": gettext_lazy(
        "There is no address of yours to send it to: an SMS goes to the number of your calendar."
    ),
    "channel_off": gettext_lazy("This channel is not switched on here."),
    "not_set_up": gettext_lazy("Nothing is set up that could carry it."),
    "stopped": gettext_lazy("Nothing goes to your address by this channel any more."),
}


def _page(
    request: HttpRequest, actor: Actor, found: TextInForce, form: TextsForm, *, status: int = 200
) -> HttpResponse:
    place = found.place
    rendered, _faults = _looked_at(actor, found, TextsForm(found))
    context = {
        "here": "team-messages",
        "line": TextLine(found),
        "form": form,
        "fields": [form[name] for name in _NAMES if name in form.fields],
        "flags": form["flags"] if place.vocabulary.flags | place.vocabulary.now_and_then else None,
        "variables": [(name, said) for name, said in place.vocabulary.meanings.items()],
        "is_flag": place.vocabulary.flags,
        "languages": [
            Choice(own_name(each), text_url(replace(place, language=each)), each == place.language)
            for each in written_languages()
        ],
        "channels": [
            Choice(CHANNELS[each], text_url(replace(place, channel=each)), each is place.channel)
            for each in channels_of(place.kind, place.audience)
        ],
        "versions": versions_of(actor, place)[:20],
        "urls": {name: text_url(place, f"team-message-text-{name}") for name in ("preview", "count", "change")},
        "rendered": rendered,
        **_size(found, rendered),
    }
    return show(request, actor, "messages/text.html", context, status=status)


def _size(found: TextInForce, rendered: Rendered | None) -> dict[str, Any]:
    """Of an SMS, what networks count."""
    is_sms = found.place.channel is Channel.SMS
    return {
        "channel": found.place.channel.value,
        "size": segments_of(rendered.text) if rendered and is_sms else None,
        "length": len(rendered.text) if rendered else 0,
    }


def _of(place: Place) -> dict[str, str]:
    return {"name": place.name, "channel": place.channel.value, "language": place.language}
