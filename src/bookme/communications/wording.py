"""The sentences of each kind of message, for each who reads it. Pure; the caller has chosen the language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bookme.communications.told import Audience, BookingFacts, Kind, Sender


@dataclass(frozen=True)
class Words:
    """`heading` is the message in three words, `intro` one or two sentences below it."""

    subject: str
    heading: str
    intro: str


def words_for(*, kind: Kind, audience: Audience, sender: Sender, booking: BookingFacts, when: str) -> Words:
    """Subject, heading and first sentences. `when` is the start as people write it."""
    told = {
        "service": booking.service,
        "business": sender.name,
        "customer": booking.customer_name,
        "when": when,
    }
    table = _to_business(booking) if audience is Audience.BUSINESS else _to_customer(booking)
    subject, heading, intro = table[kind]
    return Words(subject=subject % told, heading=heading % told, intro=intro % told)


def _to_customer(booking: BookingFacts) -> dict[Kind, tuple[str, str, str]]:
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
            if booking.cancelled_by == "customer"
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


def _to_business(booking: BookingFacts) -> dict[Kind, tuple[str, str, str]]:
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
            if booking.cancelled_by == "customer"
            else _("The booking of %(customer)s was cancelled by the team. The time is free again."),
        ),
    }
