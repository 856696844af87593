"""The sentences of each kind of message, for each who reads it. Pure; the caller has chosen the language."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bookme.communications.itinerary import by_visit, what_of
from bookme.communications.told import Audience, BookingFacts, Kind, Sender


@dataclass(frozen=True)
class Words:
    """`heading` is the message in three words, `intro` one or two sentences below it."""

    subject: str
    heading: str
    intro: str


def words_for(*, kind: Kind, audience: Audience, sender: Sender, bookings: Sequence[BookingFacts], when: str) -> Words:
    """Subject, heading and first sentences. `when` is the start as people write it; a visit is one booking to them."""
    booking = bookings[0]
    told = {
        "service": what_of(bookings),
        "business": sender.name,
        "customer": booking.customer_name,
        "when": when,
    }
    by_customer, is_series = booking.cancelled_by == "customer", len(by_visit(bookings)) > 1
    if audience is Audience.BUSINESS:
        tables = [_to_business(by_customer), _of_series_to_business(by_customer)]
    else:
        tables = [_to_customer(by_customer), _of_series_to_customer(by_customer)]
    table = {**tables[0], **tables[1]} if is_series else tables[0]
    if kind is Kind.RESCHEDULED and not is_series and not any(each.old_start for each in bookings):
        table = {kind: _changed(audience)}
    subject, heading, intro = table[kind]
    return Words(subject=subject % told, heading=heading % told, intro=intro % told)


def _to_customer(by_customer: bool) -> dict[Kind, tuple[str, str, str]]:
    return {
        Kind.REQUESTED: (
            _("Request received: %(service)s, %(when)s"),
            _("We have your request"),
            _("Thank you, %(customer)s. %(business)s will look at it and write to you; it is not confirmed yet."),
        ),
        Kind.CONFIRMED: (
            _("You're booked: %(service)s, %(when)s"),
            _("You're booked"),
            _("Thank you, %(customer)s. %(business)s looks forward to seeing you."),
        ),
        Kind.DECLINED: (
            _("Not possible: %(service)s, %(when)s"),
            _("This time is not possible"),
            _("%(customer)s, %(business)s is sorry that it cannot take your booking. Another time may suit."),
        ),
        Kind.RESCHEDULED: (
            _("New time: %(service)s, %(when)s"),
            _("Your booking has moved"),
            _("%(customer)s, this is the new time of your booking at %(business)s."),
        ),
        Kind.CANCELLED: (
            _("Cancelled: %(service)s, %(when)s"),
            _("Your booking is cancelled"),
            _("%(customer)s, your booking is cancelled, as you asked.")
            if by_customer
            else _("%(customer)s, %(business)s had to cancel your booking and is sorry about it."),
        ),
        Kind.EXPIRED: (
            _("No answer in time: %(service)s, %(when)s"),
            _("Your request has ended"),
            _("%(customer)s, %(business)s did not answer in time and is sorry about it. Nothing was booked."),
        ),
        Kind.REMINDER: (
            _("See you soon: %(service)s, %(when)s"),
            _("See you soon"),
            _("%(customer)s, this is a reminder of your booking at %(business)s."),
        ),
    }


def _of_series_to_customer(by_customer: bool) -> dict[Kind, tuple[str, str, str]]:
    """Where one visit is told otherwise than several."""
    return {
        Kind.DECLINED: (
            _("Not possible: %(service)s, %(when)s"),
            _("These times are not possible"),
            _("%(customer)s, %(business)s is sorry that it cannot take your bookings. Other times may suit."),
        ),
        Kind.RESCHEDULED: (
            _("New times: %(service)s, %(when)s"),
            _("Your bookings have moved"),
            _("%(customer)s, these are the new times of your bookings at %(business)s."),
        ),
        Kind.CANCELLED: (
            _("Cancelled: %(service)s, %(when)s"),
            _("Your bookings are cancelled"),
            _("%(customer)s, your bookings are cancelled, as you asked.")
            if by_customer
            else _("%(customer)s, %(business)s had to cancel your bookings and is sorry about it."),
        ),
    }


def _to_business(by_customer: bool) -> dict[Kind, tuple[str, str, str]]:
    return {
        Kind.REQUESTED: (
            _("New request: %(customer)s, %(service)s, %(when)s"),
            _("A new request"),
            _("%(customer)s asks for %(service)s. Please confirm or decline it."),
        ),
        Kind.CONFIRMED: (
            _("Booked: %(customer)s, %(service)s, %(when)s"),
            _("A new booking"),
            _("%(customer)s is booked for %(service)s."),
        ),
        Kind.DECLINED: (
            _("Declined: %(customer)s, %(service)s, %(when)s"),
            _("A request was declined"),
            _("%(customer)s has been told that this is not possible."),
        ),
        Kind.EXPIRED: (
            _("Not answered: %(customer)s, %(service)s, %(when)s"),
            _("A request has ended"),
            _("Nobody confirmed or declined it in time. %(customer)s has been told."),
        ),
        Kind.RESCHEDULED: (
            _("Moved: %(customer)s, %(service)s, %(when)s"),
            _("A booking has moved"),
            _("This is the new time of %(customer)s."),
        ),
        Kind.CANCELLED: (
            _("Cancelled: %(customer)s, %(service)s, %(when)s"),
            _("A booking was cancelled"),
            _("%(customer)s has cancelled. The time is free again.")
            if by_customer
            else _("The booking of %(customer)s was cancelled by the team. The time is free again."),
        ),
    }


def _of_series_to_business(by_customer: bool) -> dict[Kind, tuple[str, str, str]]:
    """Where one visit is told otherwise than several."""
    return {
        Kind.CONFIRMED: (
            _("Booked: %(customer)s, %(service)s, %(when)s"),
            _("New bookings"),
            _("%(customer)s is booked for %(service)s."),
        ),
        Kind.RESCHEDULED: (
            _("Moved: %(customer)s, %(service)s, %(when)s"),
            _("Bookings have moved"),
            _("These are the new times of %(customer)s."),
        ),
        Kind.CANCELLED: (
            _("Cancelled: %(customer)s, %(service)s, %(when)s"),
            _("Bookings were cancelled"),
            _("%(customer)s has cancelled. The times are free again.")
            if by_customer
            else _("The bookings of %(customer)s were cancelled by the team. The times are free again."),
        ),
    }


def _changed(audience: Audience) -> tuple[str, str, str]:
    """Something else than its start, such as its end or its place."""
    if audience is Audience.BUSINESS:
        return (
            _("Changed: %(customer)s, %(service)s, %(when)s"),
            _("A booking has changed"),
            _("%(customer)s has been told how it is now."),
        )
    return (
        _("Changed: %(service)s, %(when)s"),
        _("Your booking has changed"),
        _("%(customer)s, this is how your booking at %(business)s is now."),
    )
