"""The texts that WhatsApp has approved: outside of a day after somebody wrote, it carries no others."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.communications.actions import (
    change_whatsapp_template,
    make_whatsapp_template,
    refresh_whatsapp_templates,
    remove_whatsapp_template,
)
from bookme.communications.kinds import WHATSAPP_NAMES, Kind
from bookme.communications.models import ApprovalState, WhatsAppTemplate
from bookme.communications.selectors.texts import written_languages
from bookme.communications.selectors.whatsapp import whatsapp_templates_for
from bookme.communications.serializers.whatsapp import WhatsAppTemplateSerializer
from bookme.communications.wording import APPROVALS, KINDS
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, TooMany
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.web.context import own_name
from bookme.web.fields import PlainText
from bookme.web.messages.looks import tabs_for
from bookme.web.team.cards import Look
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import context_of, put_beside
from bookme.web.team.shell import complain, show, tell

HERE = "team-message-whatsapp"
_SIGNS: Mapping[ApprovalState, tuple[str, str]] = {
    ApprovalState.PENDING: ("hourglass", "warn"),
    ApprovalState.APPROVED: ("check", "ok"),
    ApprovalState.REJECTED: ("circle-x", "bad"),
    ApprovalState.PAUSED: ("pause", "warn"),
}
LOOKS = {each: Look(APPROVALS[each], *signs) for each, signs in _SIGNS.items()}
_NAMES = ("name", "language", "content_id", "variables")


class ApprovedTextForm(forms.Form):
    """A text that is to be approved, by the provider's id of it."""

    name = forms.ChoiceField(label=gettext_lazy("Message"), widget=forms.Select(attrs={"class": "input"}))
    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=forms.Select(attrs={"class": "input"}))
    content_id = PlainText(
        label=gettext_lazy("Its id at Twilio"), max_length=64, help_text=gettext_lazy("HX and 32 digits and letters.")
    )
    variables = PlainText(
        label=gettext_lazy("What is put in, in order"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Such as: customer, service, when. The first is its {{1}}."),
    )

    def __init__(self, data: Any = None, *, row: WhatsAppTemplate | None = None) -> None:
        initial = (
            {name: getattr(row, name) for name in _NAMES} | {"variables": ", ".join(row.variables)} if row else None
        )
        super().__init__(data, initial=initial, auto_id="f-%s", label_suffix="")
        languages = dict.fromkeys([*([row.language] if row else []), *written_languages()])
        choices: dict[str, list[tuple[str, Promise | str]]] = {
            "name": [(name, KINDS[Kind(name)].label) for name in WHATSAPP_NAMES],
            "language": [(each, own_name(each)) for each in languages],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        for name in ("content_id", "variables"):
            self.fields[name].widget.attrs |= {"dir": "ltr", "spellcheck": "false"}

    def values(self) -> dict[str, Any]:
        """As the API reads them."""
        given = {name: self.cleaned_data[name] for name in _NAMES}
        return given | {"variables": given["variables"].replace(",", " ").split()}


@team_page(Permission.MESSAGES_MANAGE)
def whatsapp_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET lists them; POST adds one."""
    form = ApprovedTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        checked = WhatsAppTemplateSerializer(data=form.values(), context=context_of(actor))
        if _is_written(form, checked, lambda values: make_whatsapp_template(values=values, actor=actor)):
            tell(request, _("The text is added. It goes out once WhatsApp has approved it."))
            return redirect(HERE)
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, HERE),
        "lines": [
            (each, KINDS[Kind(each.name)].label, own_name(each.language), LOOKS[ApprovalState(each.state)])
            for each in whatsapp_templates_for(actor)
        ],
        "form": form,
    }
    return show(request, actor, "messages/whatsapp.html", context, status=422 if form.errors else 200)


@team_page(Permission.MESSAGES_MANAGE)
def whatsapp_text(request: HttpRequest, actor: Actor, template_id: UUID) -> HttpResponse:
    """GET shows one of them, to be changed; POST changes it. With another id it waits for its approval again."""
    row = one(whatsapp_templates_for(actor), template_id)
    form = ApprovedTextForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        checked = WhatsAppTemplateSerializer(row, data=form.values(), context=context_of(actor))
        if _is_written(
            form, checked, lambda values: change_whatsapp_template(template=row, values=values, actor=actor)
        ):
            tell(request, _("The text is changed."))
            return redirect(HERE)
    look = LOOKS[ApprovalState(row.state)]
    context = {"here": "team-messages", "row": row, "label": KINDS[Kind(row.name)].label, "look": look, "form": form}
    return show(request, actor, "messages/whatsapp_text.html", context, status=422 if form.errors else 200)


@team_page(Permission.MESSAGES_MANAGE, methods=("POST",))
def refresh_whatsapp(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Asks the provider what was approved, in no transaction."""
    try:
        refresh_whatsapp_templates(actor=actor)
    except TooMany:
        complain(request, _("This was tried often enough for now. Try again later."))
    except Conflict as error:
        complain(request, _REFUSED.get(error.code, _("The provider did not say. Try again in a moment.")))
    else:
        tell(request, _("This is what WhatsApp says now."))
    return redirect(HERE)


@team_page(Permission.MESSAGES_MANAGE, methods=("POST",))
def remove_whatsapp(request: HttpRequest, actor: Actor, template_id: UUID) -> HttpResponse:
    with write():
        remove_whatsapp_template(template=one(whatsapp_templates_for(actor), template_id), actor=actor)
    tell(request, _("The text is taken off. That message goes by the next channel."))
    return redirect(HERE)


_REFUSED: dict[str, Any] = {
    "channel_off": gettext_lazy("There is no account that carries WhatsApp."),
    "provider_credentials": gettext_lazy("It does not let us in: the name, the password or the key is not right."),
}


def _is_written(
    form: ApprovedTextForm, checked: WhatsAppTemplateSerializer, keep: Callable[[Mapping[str, Any]], object]
) -> bool:
    """Keeps it; what is wrong is said at its field."""
    refused: WhatsAppTemplateSerializer | Invalid = checked
    if checked.is_valid():
        try:
            with write():
                keep(checked.validated_data)
        except Invalid as error:
            refused = error
        else:
            return True
    put_beside(form, refused, {name: name for name in _NAMES})
    return False
