"""What the steps have in common: their order and addresses, and how a page of them is answered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urljoin

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookme.bookings.links import manage_token
from bookme.bookings.models import Visit
from bookme.core.actor import GUEST
from bookme.core.errors import NotFound
from bookme.services.models import ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.selectors import areas_count
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import Apart, Choice, Nowhere
from bookme.web.booking.draft import BadDraft, Draft
from bookme.web.booking.loading import load_choice
from bookme.web.booking.lost import lost_texts
from bookme.web.booking.zones import asked_zone
from bookme.web.once import is_made
from bookme.web.widget.frames import in_language

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Step:
    """`state` is `done`, `now` or `ahead`; a step that is done can be gone back to. `name` is that of its page."""

    label: str
    state: str
    url: str
    name: str = ""


def guest_page(view: View) -> View:
    """A page that acts on its signed token alone: who is signed in is shown, and has no part in what it does.

    So there is nothing that could be forged. Where somebody acts as themselves, the form is protected: see
    `web.me.is_own_form`.
    """
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


def step_before(view: View) -> View:
    """As `with_choice`, on a step before the details: a draft that is booked already is another of the same here."""
    return with_choice(view, unbooked=True)


def with_choice(view: View, *, unbooked: bool = False) -> View:
    """Hands the view the choice behind `?d=`; without a good one the visitor starts again, and is told why.

    What of it is still good is chosen already then. Where areas count, and nobody is known to come, it is first asked
    where to.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            draft = Draft.from_token(request.GET.get("d", ""))
            draft = another_if_booked(draft) if unbooked else draft
            draft = replace(draft, zone=asked_zone(request) or draft.zone)
            choice = load_choice(draft)
        except BadDraft as error:
            return start_again(error.draft)
        except (NotFound, Apart):
            return choose_again(draft)
        except Nowhere:
            return go_to("book-where", draft)
        return view(request, choice, *args, **kwargs)

    return wrapped


def asked_draft(request: HttpRequest) -> Draft:
    """That of the address, of services; without a good one a new one, with what was chosen in one that is too old."""
    try:
        draft = another_if_booked(Draft.from_token(request.GET.get("d", "")))
    except BadDraft as error:
        draft = error.draft or Draft()
    return draft if draft.session_id is None and draft.course_id is None else Draft()


def another_if_booked(draft: Draft) -> Draft:
    """Of what has been booked already another one, without its time; who has the address can book it once only."""
    if draft.lines and is_made(Visit, key=draft.id.hex):
        return replace(draft.anew(), is_another=True)
    return draft


def start_again(draft: Draft | None = None) -> HttpResponseRedirect:
    """Says that it was left for too long; `draft` is what is chosen already all the same."""
    if draft is None or draft.lines:
        return HttpResponseRedirect(address("book", draft, again=1))
    return choose_again(draft)


def choose_again(draft: Draft) -> HttpResponseRedirect:
    """What was chosen cannot be booked as it is: to the services, or to what is said of the class."""
    if draft.session_id is not None:
        return HttpResponseRedirect(reverse("class-session", args=[draft.session_id]))
    if draft.course_id is not None:
        return HttpResponseRedirect(f"{reverse('classes')}?again=1")
    return HttpResponseRedirect(address("book", draft) if draft.lines else address("book", again=1))


def address(name: str, draft: Draft | None = None, **query: object) -> str:
    """The address of a step, with the draft in it."""
    parts = {"d": draft.token()} if draft else {}
    parts |= {key: str(value) for key, value in query.items() if value is not None}
    return reverse(name) + (f"?{urlencode(parts)}" if parts else "")


def go_to(name: str, draft: Draft) -> HttpResponse:
    return redirect(address(name, draft))


def asked_language(request: HttpRequest) -> str:
    """The language that a button of a page's form asks for: what is in the form is not sent, but kept."""
    code = request.POST.get("lang", "") if request.method == "POST" else ""
    return code if code in require_tenant().config.languages else ""


def is_sent(request: HttpRequest) -> bool:
    """The form of the page is sent, not only shown in another language."""
    return request.method == "POST" and not asked_language(request)


def same_step(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The page of this request in the language that was asked for, with what has been chosen on it by now."""
    return redirect(urljoin(request.path, in_language(request, asked_language(request), d=draft.token())))


def to_done(visit: Visit, zone: str = "") -> HttpResponse:
    """To the last page, which is that of the visit; `zone` is where the visitor is, if that matters."""
    query = f"?{urlencode({'zone': zone})}" if zone else ""
    return redirect(reverse("book-done", args=[manage_token(visit)]) + query)


def after_where(choice: Choice) -> str:
    """The step that comes once it is known what it is, and where areas count, where to."""
    return "book-professional" if choice.has_several_people else "book-time"


def where_first() -> bool:
    """All that can be booked is done at the customer's: what there is depends on where they are."""
    if not areas_count():
        return False
    usual = require_tenant().config.policy
    own = services_for(GUEST).exclude(kind=ServiceKind.CLASS).select_related(None).prefetch_related(None)
    policies = [usual.overridden(policy) for policy in own.values_list("policy", flat=True)]
    return bool(policies) and all(policy.at_customer for policy in policies)


def steps(
    current: str, choice: Choice | None = None, draft: Draft | None = None, *, starts_where: bool | None = None
) -> list[Step]:
    """The steps of this booking; who does it is not asked where only one person can, where to only by areas.

    `draft` is what there is before anything has been chosen, `starts_where` what `where_first` said, if it was asked.
    """
    draft = choice.draft if choice else draft
    if choice is not None and choice.session is not None:
        names = [("classes", _("Classes")), ("book-details", _("Details")), ("book-done", _("Done"))]
        return _stated(names, current, draft)
    names = [("book", _("Services"))]
    if where_first() if starts_where is None else starts_where:
        names.insert(0, ("book-where", _("Where")))
    elif areas_count() and (choice is None or choice.asks_where):
        names.append(("book-where", _("Where")))
    if choice is None or choice.has_several_people:
        names.append(("book-professional", _("Professional")))
    names.append(("book-time", _("Time")))
    if draft is not None and draft.repeat:
        names.append(("book-dates", _("Dates")))
    names += [("book-details", _("Details")), ("book-done", _("Done"))]
    return _stated(names, current, draft)


def _stated(names: list[tuple[str, str]], current: str, draft: Draft | None) -> list[Step]:
    at = [name for name, _label in names].index(current)
    return [
        Step(label, "done", _way_back(name, draft), name)
        if place < at
        else Step(label, "now" if place == at else "ahead", "", name)
        for place, (name, label) in enumerate(names)
    ]


def _way_back(name: str, draft: Draft | None) -> str:
    return reverse(name) if name == "classes" else address(name, draft)


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the flow. It differs for htmx, which swaps parts of it: a cache must not mix them up."""
    marks: list[Step] = context.get("steps", [])
    context["step_number"] = next((place for place, step in enumerate(marks, 1) if step.state == "now"), 0)
    choice: Choice | None = context.get("choice")
    draft: Draft | None = choice.draft if choice else context.get("draft")
    if draft is not None and draft.postcode and (choice is None or choice.asks_where):
        context = {"where_url": address("book-where", draft), "postcode": draft.postcode} | context
    context["lost"] = lost_texts(choice) if choice else []
    if draft is not None and draft.is_another:
        context["lost"] = [_("This has been booked already. What you choose now is another booking."), *context["lost"]]
    if context["step_number"] == 1:
        context["for_members"] = not (choice.allows_guests if choice else require_tenant().config.policy.guest_booking)
    context["back_url"] = next((step.url for step in reversed(marks) if step.state == "done"), "/")
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
