"""Booking on the business's own website: what to put there, what it looks like, and which sites may have it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.actor import GUEST, Actor
from bookme.core.errors import Invalid
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.onboarding.actions import change_settings
from bookme.services.selectors import services_for
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url
from bookme.web.context import own_name
from bookme.web.fields import PlainText
from bookme.web.team.doors import team_page
from bookme.web.team.shell import show, tell

ANY = "*"  # no slug and no language
MODES = (
    ("button", gettext_lazy("A button that opens it")),
    ("inline", gettext_lazy("In the page itself")),
)
POSITIONS = (
    (ANY, gettext_lazy("Where the code is")),
    ("right", gettext_lazy("Always in view, lower right")),
    ("left", gettext_lazy("Always in view, lower left")),
)


def _select(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.Select(attrs={"class": "input"}))


class LookForm(forms.Form):
    """How it is to be; what is no choice of ours is as if nothing were said."""

    mode = _select(gettext_lazy("What is it?"), MODES)
    label = PlainText(label=gettext_lazy("What does the button say?"), required=False, max_length=40)
    position = _select(gettext_lazy("Where is the button?"), POSITIONS)
    service = _select(gettext_lazy("Which service?"))
    lang = _select(gettext_lazy("In which language?"))

    def __init__(self, asked: QueryDict, *, language: str) -> None:
        usual = {"mode": "button", "position": ANY, "service": ANY, "lang": ANY}
        super().__init__(usual | asked.dict(), auto_id="f-%s", label_suffix="")
        services = [(each.slug, each.text("name", language)) for each in services_for(GUEST)]
        languages = [(code, own_name(code)) for code in require_tenant().config.languages]
        self._offer("service", [(ANY, _("They choose it themselves")), *services])
        self._offer("lang", [(ANY, _("As the page around it, or the visitor")), *languages])

    @property
    def is_inline(self) -> bool:
        return self.said().get("mode") == "inline"

    def said(self) -> dict[str, str]:
        """The attributes of the script that are worth saying."""
        given = self.cleaned_data if self.is_valid() else {}
        said = {name: value for name, value in given.items() if value and value != ANY}
        if said.get("mode") == "inline":
            return {name: value for name, value in said.items() if name not in {"label", "position"}}
        return {name: value for name, value in said.items() if name != "mode"}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices


class SitesForm(forms.Form):
    """One site a line."""

    sites = forms.CharField(
        label=gettext_lazy("Allowed sites"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4, "dir": "ltr", "spellcheck": "false"}),
        help_text=gettext_lazy("One on each line, as in the address bar: https://www.example.com"),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        listed = "\n".join(require_tenant().config.allowed_origins)
        super().__init__(data, initial={"sites": listed}, auto_id="f-%s", label_suffix="")

    def patch(self) -> dict[str, Any]:
        """Of a valid form: a merge patch of the settings. A page's address stands for its site."""
        lines = [line.strip().rstrip("/") for line in self.cleaned_data["sites"].splitlines()]
        return {"allowed_origins": list(dict.fromkeys(line for line in lines if line))}


@team_page(Permission.CONFIG_MANAGE)
def website_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET shows the code for what `?mode=…` asks for, and what it looks like; POST changes which sites may have it."""
    sites = SitesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and sites.is_valid():
        try:
            with write():
                change_settings(tenant=require_tenant(), patch=sites.patch(), actor=actor)
        except Invalid as error:
            for each in error.errors:
                sites.add_error("sites", each.detail.partition(": ")[2] or each.detail)
        else:
            tell(request, _("The allowed sites are saved."))
            return redirect("team-website")
    look = LookForm(request.GET, language=request.LANGUAGE_CODE)
    said = look.said()
    context = {
        "here": "team-website",
        "look": look,
        "sites": sites,
        "listed": require_tenant().config.allowed_origins,
        "said": said,
        "snippet": _snippet(said),
    }
    return show(request, actor, "team/website.html", context, status=422 if sites.errors else 200)


def _snippet(said: dict[str, str]) -> str:
    """As it is to be copied: the script, and the plain link for who has none."""
    query = QueryDict(mutable=True)
    query.update({name: said[name] for name in ("service", "lang") if name in said})
    link = business_url(require_tenant(), "/book/") + (f"?{query.urlencode()}" if query else "")
    told = {"src": business_url(require_tenant(), "/embed.js"), "said": said, "link": link}
    return render_to_string("widget/snippet.html", told).strip()
