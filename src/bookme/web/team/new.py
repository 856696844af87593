"""Booking for somebody on the phone or at the desk: what, when, who."""

import datetime as dt
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookme.bookings.actions import BookingRequest, Item, book_course, create_series, create_visit
from bookme.bookings.availability import Cause
from bookme.bookings.models import Visit
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.selectors.courses import CourseDates, courses_of
from bookme.bookings.selectors.customers import customers_found, customers_visible_to
from bookme.bookings.selectors.openings import with_alternatives
from bookme.bookings.selectors.visits import bookings_of_visit
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, FieldError, Invalid
from bookme.core.fetch import one
from bookme.core.ids import uuid7
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.customers.actions import Contact
from bookme.customers.models import ConsentKind, Customer
from bookme.postcodes.selectors import normalized
from bookme.services.models import Service
from bookme.services.selectors import questions_of, services_for
from bookme.tenants.context import require_tenant
from bookme.tenants.models import BusinessKind
from bookme.web.booking.forms import ADDRESS_FIELDS, DetailsForm
from bookme.web.once import once
from bookme.web.team.doors import asked_day, asked_id, team_page
from bookme.web.team.force import flags_of, refusal_against, refusal_of, wall_instant
from bookme.web.team.picker import pick, session_choices
from bookme.web.team.repeat import Repeat, asked_repeat, repeat_query, repeats, rule_query
from bookme.web.team.shell import show, tell
from bookme.web.team.wanted import Wanted, wanted_of
from bookme.web.wording import told

CUSTOMERS_SHOWN = 8
Dates = Repeat | CourseDates  # what is booked in one go, where it is more than one time
_WHY_NOT: dict[str, Promise] = {
    "customer_limit": gettext_lazy("This customer has as many bookings of the service ahead as they may."),
    "course_full": gettext_lazy("This course has just filled up."),
    "course_changed": gettext_lazy("The dates of this course have just changed. Look again."),
}


class CallerForm(DetailsForm):
    """Who it is for. The team cannot consent in anybody's name; a caller may have no e-mail, or nothing at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in ConsentKind:
            del self.fields[kind.value]
        self.fields["name"].label = _("Name")
        self.fields["email"].required = False
        self.fields["phone"].help_text = _("Without a phone number or an e-mail nobody can be told of changes.")
        self.fields["notes"].label = _("Notes of the customer")
        for name in ("name", "email", "phone", *ADDRESS_FIELDS):
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = "off"

    def to_request(self, **more: Any) -> BookingRequest:
        given = self.cleaned_data
        return BookingRequest(
            contact=Contact(name=given["name"], email=given["email"], phone=given["phone"]),
            notes=given["notes"].replace("\r\n", "\n"),
            answers=self._answers(),
            address=self._address(),
            source="team",
            **more,
        )


@team_page(Permission.BOOKINGS_MANAGE, methods=("GET", "HEAD"))
def choose_service(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is wanted: everything on offer, by category."""
    offered = services_for(actor).filter(is_active=True, staff_services__staff__is_active=True).distinct()
    by_category = sorted(offered, key=category_order)
    groups = [(category, list(found)) for category, found in groupby(by_category, key=lambda each: each.category)]
    return show(request, actor, "team/new_service.html", {"here": "team-new", "groups": groups})


@team_page(Permission.BOOKINGS_MANAGE, methods=("GET", "HEAD"))
def choose_time(request: HttpRequest, actor: Actor) -> HttpResponse:
    """When, with whom and where."""
    wanted, at = wanted_of(request, actor), now()
    if not wanted.is_class and (start := wall_instant(request.GET, wanted.zone)):
        return redirect(wanted.url("team-new-customer", start=start.isoformat()))
    today = at.astimezone(wanted.zone).date()
    asked = asked_day(request, today=today) if "day" in request.GET else None
    context: dict[str, Any] = {"here": "team-new", "wanted": wanted, "hidden": wanted.fields()}
    if wanted.postcode and wanted.point is None:
        context["unknown_postcode"] = told(Invalid(code="postcode_unknown"))
    if wanted.is_class:
        context["sessions"] = session_choices(wanted, now=at)
    else:
        day = asked.isoformat() if asked else None
        context |= {
            "picker": pick(wanted, asked=asked, now=at, url=lambda each: wanted.url("team-new-time", day=each)),
            "anyone_url": wanted.with_person(None).url("team-new-time", day=day),
            "person_urls": [(each, wanted.with_person(each).url("team-new-time", day=day)) for each in wanted.people],
            "place_urls": [(each, wanted.with_place(each).url("team-new-time", day=day)) for each in wanted.places],
        }
    return show(request, actor, "team/new_time.html", context)


@team_page(Permission.BOOKINGS_MANAGE)
def enter_customer(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who it is for: somebody known, found by `?q=`, or somebody new. POST books."""
    wanted = wanted_of(request, actor)
    if wanted.starts_at is None:
        return redirect(wanted.url("team-new-time"))
    repeat = asked_repeat(request)
    if repeat is None and repeats(request):
        return redirect(f"{reverse('team-new-repeat')}?{request.GET.urlencode()}&none=1")
    customer, course = _customer(request, actor), _course(wanted, repeat)
    form = _form(request, wanted, customer)
    context: dict[str, Any] = {"alternatives": [], "error": ""}
    if request.method == "POST" and form.is_valid():
        dates = course if course and "course" in request.POST else repeat
        outcome = _attempt(request, actor, wanted, form, dates)
        if isinstance(outcome, HttpResponse):
            return outcome
        context |= outcome
    if request.headers.get("HX-Target") == "found":
        return render(request, "team/_found.html", _search(request, actor, wanted, repeat))
    if repeat is None:
        context.setdefault("refusal", refusal_against(wanted, actor, now()))
    context |= _search(request, actor, wanted, repeat) | {
        "here": "team-new",
        "wanted": wanted,
        "repeat": repeat,
        "course": course,
        "course_price": course.price * wanted.party_size if course else None,
        "takes_course": course and ("course" in request.POST or not (request.POST or course.takes_single_dates)),
        "dates": [each.astimezone(wanted.zone) for each in repeat.starts] if repeat else [],
        "repeat_url": wanted.url("team-new-repeat", **wanted.when, **(rule_query(repeat.form) if repeat else {})),
        "form": form,
        "customer": customer,
        "draft_id": _draft_id(request),
        "back_url": wanted.url("team-new-time", day=wanted.starts_at.date(), session=None),
    }
    status = 409 if context["error"] else 422 if form.errors else 200
    return show(request, actor, "team/new_customer.html", context, status=status)


def _attempt(
    request: HttpRequest, actor: Actor, wanted: Wanted, form: CallerForm, dates: Dates | None
) -> HttpResponse | dict[str, Any]:
    """Books and leads on; else why not, for the page."""
    try:
        return _booked(request, actor, wanted, form, dates)
    except SlotUnavailable as error:
        return _taken(wanted, actor, error) if dates is None else _dates_taken()
    except Conflict as error:
        if error.code not in _WHY_NOT:
            raise
        return {"error": str(_WHY_NOT[error.code])}
    except Invalid as error:
        form.take_errors(error.errors or [FieldError("", error.code, error.detail)])
        return {}


def _booked(request: HttpRequest, actor: Actor, wanted: Wanted, form: CallerForm, dates: Dates | None) -> HttpResponse:
    draft_id, repeats = _draft_id(request), isinstance(dates, Repeat)
    asked = _request(wanted, form, repeats=True) if repeats else _request(wanted, form, **flags_of(request.POST))
    at = now()
    visit = once(
        Visit,
        key=draft_id.hex,
        form_id=draft_id.hex,
        make=lambda: _book(asked, wanted, dates, actor=actor, now=at),
    )
    text, count = _("%(name)s is booked."), 1
    if dates is not None:
        count = len(dates.ahead if isinstance(dates, CourseDates) else dates.starts)
        text = ngettext("%(name)s is booked on %(count)d date.", "%(name)s is booked on %(count)d dates.", count)
    tell(request, text % {"name": visit.contact_name, "count": count})
    return redirect(_page_of(visit, actor))


def _book(asked: BookingRequest, wanted: Wanted, dates: Dates | None, *, actor: Actor, now: dt.datetime) -> Visit:
    """What repeats, or a course, is told of by the first of its series."""
    if dates is None:
        return create_visit(request=asked, actor=actor, now=now)
    if isinstance(dates, CourseDates):
        return book_course(request=asked, course_id=dates.id, actor=actor, now=now)[0]
    person = wanted.person.pk if wanted.person else None
    return create_series(request=asked, rule=dates.rule, starts=dates.starts, person=person, actor=actor, now=now)[0]


def _request(wanted: Wanted, form: CallerForm, *, repeats: bool = False, **flags: bool) -> BookingRequest:
    """A session; else a service at a time, as which a class repeats too: in the session that it has then."""
    language = require_tenant().config.language
    if wanted.session is not None and not repeats:
        items = (Item(session_id=wanted.session.pk),)
        return form.to_request(items=items, party_size=wanted.party_size, language=language)
    person = None if wanted.is_class else wanted.person
    return form.to_request(
        items=(
            Item(
                service_id=wanted.service.pk,
                staff_id=person.pk if person else None,
                extra_ids=tuple(each.pk for each in wanted.extras),
            ),
        ),
        start=wanted.session.starts_at if wanted.session else wanted.start,
        location_id=wanted.place.pk if wanted.place else None,
        party_size=wanted.party_size,
        language=language,
        **flags,
    )


def _page_of(visit: Visit, actor: Actor) -> str:
    """The new booking, or the agenda for who may not see it: it is on somebody else's calendar."""
    booking = bookings_of_visit(visit).get()
    if bookings_visible_to(actor).filter(pk=booking.pk).exists():
        return reverse("team-booking", args=[booking.pk])
    return reverse("team-agenda")


def _taken(wanted: Wanted, actor: Actor, error: SlotUnavailable) -> dict[str, Any]:
    found = with_alternatives(error, now=now()).extra["alternatives"]
    urls = []
    for each in found:
        start = dt.datetime.fromisoformat(each["start"]).astimezone(wanted.zone)
        where = {"session": each["session"]} if "session" in each else {"start": each["start"]}
        urls.append((start, wanted.url("team-new-customer", **where)))
    error_text = _("That time is not free any more.")
    if Cause.AREA in error.causes:
        error_text = _("Nobody can come to this postcode then.")
    return {"error": error_text, "alternatives": urls, "refusal": refusal_of(error.causes, actor, wanted.person)}


def _dates_taken() -> dict[str, Any]:
    return {"error": _("Some of these dates are not free any more. Look at them again."), "alternatives": []}


def _form(request: HttpRequest, wanted: Wanted, customer: Customer | None) -> CallerForm:
    tenant = require_tenant()
    return CallerForm(
        request.POST if request.method == "POST" else None,
        config=tenant.config,
        questions=list(questions_of(wanted.service)),
        language=request.LANGUAGE_CODE,
        with_address=tenant.kind == BusinessKind.MOBILE or wanted.asks_where,
        initial=_initial(customer, wanted.postcode),
    )


def _initial(customer: Customer | None, postcode: str) -> dict[str, Any]:
    """What is known of them; their address, unless the caller wants it at another postcode."""
    if customer is None:
        return {"postcode": postcode}
    known = {"name": customer.name, "email": customer.email, "phone": customer.phone, "postcode": postcode}
    newest = next(iter(customer.addresses.all()), None)
    if newest and postcode and normalized(newest.postcode) != normalized(postcode):
        return known
    return known | ({name: getattr(newest, name) for name in ADDRESS_FIELDS} if newest else {})


def _course(wanted: Wanted, repeat: Repeat | None) -> CourseDates | None:
    """That of the session, if more of it than this date can be booked."""
    if wanted.session is None or repeat is not None:
        return None
    course = next(iter(courses_of([wanted.session], now=now(), for_team=True).values()), None)
    return course if course and len(course.ahead) > 1 else None


def _customer(request: HttpRequest, actor: Actor) -> Customer | None:
    wanted = asked_id(request.GET.get("customer"))
    return one(customers_visible_to(actor), wanted) if wanted else None


def _search(request: HttpRequest, actor: Actor, wanted: Wanted, repeat: Repeat | None) -> dict[str, Any]:
    """Whom the words name, if this actor may look at customers."""
    may_search = actor.may(Permission.CUSTOMERS_READ)
    words = request.GET.get("q", "")[:100]
    found = customers_found(actor, words, count=CUSTOMERS_SHOWN) if may_search else []
    when = wanted.when | repeat_query(repeat)
    return {
        "may_search": may_search,
        "words": words,
        "found": [(each, wanted.url("team-new-customer", customer=each.pk, **when)) for each in found],
        "search_hidden": wanted.fields(**when),
        "new_url": wanted.url("team-new-customer", **when),
    }


def _draft_id(request: HttpRequest) -> UUID:
    """What makes the same form book once; a new one where the form has none."""
    try:
        return UUID(request.POST.get("draft", ""))
    except ValueError:
        return uuid7()


def category_order(service: Service) -> tuple[int, str, int]:
    """Services by category and within it, as the business orders them; those without a category last."""
    category = service.category
    return (category.position, str(category.pk), service.position) if category else (2**31, "", service.position)
