"""The lists that a business brings from elsewhere: its customers, and its bookings."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookme.bookings.actions.importing import KNOWN, ImportedBooking, import_bookings
from bookme.bookings.selectors.customers import customers_visible_to
from bookme.bookings.serializers.imports import COLUMNS as BOOKING_COLUMNS
from bookme.bookings.serializers.imports import bookings_in
from bookme.bookings.states import Status
from bookme.core.actor import Actor
from bookme.core.imports import REFUSED, FileLines, ImportReport
from bookme.core.money import amount_text
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.customers.actions import ImportedCustomer, Outcome, import_customers
from bookme.customers.serializers import COLUMNS as CUSTOMER_COLUMNS
from bookme.customers.serializers import customers_in
from bookme.services.models import ServiceKind
from bookme.staff.selectors import all_offers, calendars_of
from bookme.tenants.context import require_tenant
from bookme.web.team.cards import LOOKS, Look
from bookme.web.team.shell import tell, tell_of_day
from bookme.web.team.taking_over import WRONG, About, Kind

_KNOWN = gettext_lazy("Known already")
_ADA = {"name": "Ada Lovelace", "email": "ada@mail.example", "phone": "+442079460958"}
_GRACE = {"name": "Grace Hopper", "email": "grace@mail.example"}


def _about_customer(line: ImportedCustomer) -> About:
    return About(line.name, line.email or line.phone)


def _customers_button(count: int) -> str:
    return ngettext("Import %(count)s customer", "Import %(count)s customers", count) % {"count": count}


def _take_customers(*, file: FileLines[ImportedCustomer], dry_run: bool, actor: Actor) -> ImportReport:
    return import_customers(file=file, dry_run=dry_run, actor=actor, within=customers_visible_to(actor))


def _tell_of_customers(
    request: HttpRequest,
    file: FileLines[ImportedCustomer],  # noqa: ARG001 - a kind's
    report: ImportReport,
) -> None:
    new, filled = (report.counts.get(each, 0) for each in (Outcome.CREATED, Outcome.UPDATED))
    made = ngettext("%(count)d customer is new", "%(count)d customers are new", new) % {"count": new}
    more = ngettext("%(count)d was filled in", "%(count)d were filled in", filled) % {"count": filled}
    tell(request, f"{made}, {more}.")


def _customers_like(actor: Actor) -> Sequence[Mapping[str, str]]:  # noqa: ARG001 - a kind's
    config = require_tenant().config
    address = {"address": "12 Market Street", "city": "London", "postcode": "E1 6AN", "country": "GB"}
    answers = {"language": config.language, "tags": "regular, evenings", "marketing_consent": "yes"}
    return [_ADA | answers | address, _GRACE]


CUSTOMERS = Kind(
    slug="customers",
    permission=Permission.CUSTOMERS_MANAGE,
    icon="user-plus",
    columns=CUSTOMER_COLUMNS,
    outcomes={
        REFUSED: WRONG,
        Outcome.CREATED: Look(gettext_lazy("New"), "user-plus", "ok"),
        Outcome.UPDATED: Look(gettext_lazy("Filled in"), "pencil", "brand"),
        Outcome.UNCHANGED: Look(_KNOWN, "check"),
        Outcome.ARCHIVED: Look(gettext_lazy("Archived, stays so"), "archive"),
    },
    writes=(Outcome.CREATED, Outcome.UPDATED),
    heading=gettext_lazy("Import customers"),
    hint=gettext_lazy(
        "Its first line names the columns. It needs a name, and an e-mail address or a phone number; "
        "the rest is as you have it. At most 5,000 lines."
    ),
    told={
        "empty": gettext_lazy("There is nobody in this file."),
        "twice": gettext_lazy("An earlier line is about the same person."),
        "out_of_scope": gettext_lazy("The business knows them, but they are not among the customers whom you see."),
        "not_yes_or_no": gettext_lazy("Say yes or no."),
    },
    read=customers_in,
    take=_take_customers,
    about=_about_customer,
    button=_customers_button,
    tell=_tell_of_customers,
    example=_customers_like,
)


def _take_bookings(*, file: FileLines[ImportedBooking], dry_run: bool, actor: Actor) -> ImportReport:
    return import_bookings(file=file, dry_run=dry_run, actor=actor, now=now())


def _about_booking(line: ImportedBooking) -> About:
    return About(line.contact.name, " · ".join(filter(None, (line.service, line.staff))), line.start)


def _bookings_button(count: int) -> str:
    return ngettext("Import %(count)s booking", "Import %(count)s bookings", count) % {"count": count}


def _tell_of_bookings(request: HttpRequest, file: FileLines[ImportedBooking], report: ImportReport) -> None:
    """The way on is to the first day on which something of it is to come, or else to the last on which it was."""
    known = {each.line for each in report.lines if each.outcome == KNOWN}
    days = [each.start.date() for each in file.lines if each.start and each.line not in known]
    text = ngettext("%(count)d booking was imported.", "%(count)d bookings were imported.", len(days))
    there = ngettext("%(count)d was known already.", "%(count)d were known already.", len(known))
    told = [text % {"count": len(days)}] + ([there % {"count": len(known)}] if known else [])
    today = now().astimezone(require_tenant().config.zone).date()
    day = min((each for each in days if each >= today), default=max(days, default=today))
    tell_of_day(request, day, " ".join(told))


def _bookings_like(actor: Actor) -> Sequence[Mapping[str, str]]:
    """One that was, and one that is to come, of what is on offer here."""
    offers = all_offers(actor).filter(service__is_active=True, staff__in=calendars_of(actor))
    offer = offers.exclude(service__kind=ServiceKind.CLASS).select_related("staff", "service").first()
    config = require_tenant().config
    what = {"service": offer.service.name, "staff": offer.staff.name} if offer else {"service": _("Haircut")}
    price = {"price": amount_text(offer.service.price, config.currency)} if offer else {}
    today = now().astimezone(config.zone).date()
    was, comes = today - dt.timedelta(days=7), today + dt.timedelta(days=28)
    first = {"start": f"{was} 10:00", "status": Status.COMPLETED.value, "currency": config.currency, **price}
    return [what | first | _ADA, what | {"start": f"{comes} 14:30"} | _GRACE]


_NO_SUCH_MOMENT = gettext_lazy("Give a day and a time, such as 2027-03-01 09:30.")
_STATUSES = {each.value: look for each, look in LOOKS.items()}
_TOO_LARGE = gettext_lazy("This number is too large.")
BOOKINGS = Kind(
    slug="bookings",
    permission=Permission.BOOKINGS_IMPORT,
    icon="calendar-plus",
    columns=BOOKING_COLUMNS,
    outcomes={REFUSED: WRONG, **_STATUSES, KNOWN: Look(_KNOWN, "check")},
    writes=tuple(_STATUSES),
    heading=gettext_lazy("Import bookings"),
    hint=gettext_lazy(
        "Its first line names the columns. It needs the start, such as 2027-03-01 09:30, the service and a name; "
        "the rest is as you have it. At most 5,000 lines."
    ),
    told={
        "empty": gettext_lazy("There is no booking in this file."),
        "overlap": gettext_lazy("Meanwhile something else was booked at one of these times. Choose the file again."),
        "start/invalid": _NO_SUCH_MOMENT,
        "end/invalid": _NO_SUCH_MOMENT,
        "out_of_range": gettext_lazy("This date is too far away."),
        "end/out_of_range": gettext_lazy("It has to end after it begins, and within a day."),
        "no_such_time": gettext_lazy("The clock was put forward over this time: there is no such time on this day."),
        "between_minutes": gettext_lazy("Write whole minutes."),
        "invalid_choice": gettext_lazy(
            "There is no such status. Write confirmed, completed, cancelled or no_show, or nothing."
        ),
        "wrong_status": gettext_lazy("A booking of this time cannot be in this status."),
        "unknown_service": gettext_lazy("There is no service of this name."),
        "unknown_staff": gettext_lazy("There is nobody of this name who does it."),
        "unknown_location": gettext_lazy("There is no place of this name."),
        "ambiguous": gettext_lazy("There are several of this name."),
        "staff/required": gettext_lazy("Say who did it: nobody does it now."),
        "location/required": gettext_lazy("Say where: it is given nowhere now."),
        "out_of_scope": gettext_lazy("This is not among the calendars and places that you look after."),
        "not_offered": gettext_lazy("This service is not offered any more."),
        "party_too_large": gettext_lazy("So many cannot come together."),
        "min_value": gettext_lazy("This number is too small."),
        "max_value": _TOO_LARGE,
        "max_digits": _TOO_LARGE,
        "max_whole_digits": _TOO_LARGE,
        "max_decimal_places": gettext_lazy("This has too many decimal places."),
        "other_currency": gettext_lazy("Prices here are in another currency."),
        "twice": gettext_lazy("An earlier line has this reference for somebody else."),
    },
    read=bookings_in,
    take=_take_bookings,
    about=_about_booking,
    button=_bookings_button,
    tell=_tell_of_bookings,
    example=_bookings_like,
    words=[(word, look.label) for word, look in _STATUSES.items() if word != Status.HELD],
)
