"""What people are told of a refusal on pages, where the API's own words are not for them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.core.errors import DomainError, FieldError
from bookme.core.languages import said

_TOLD: dict[str, Promise] = {
    "too_many_bookings": _("There are too many bookings of yours for now. Call us, please."),
    "too_many_waiting": _("There are too many bookings of yours for now. Call us, please."),
    "too_many_attempts": _("Too many failed attempts. Try again in a few minutes."),
    "too_many_mails": _("Too many mails were asked for. Try again in an hour."),
    "too_many_requests": _("This was tried too often for now. Try again in a few minutes."),
    "use_sign_in_link": _("Too many failed attempts. Have a link sent to you to sign in with, or try again later."),
    "use_recovery_code": _("Too many wrong codes. Give one of your recovery codes, or try again tomorrow."),
    "customer_limit": _("You have as many bookings of this service ahead as you may have."),
    "course_begun": _("This course has begun."),
    "course_changed": _("The dates of this course have just changed. Look again."),
    "unknown_session": _("That time has just been taken. Here is what is free now."),
    "course_only": _("This class is booked as a whole course."),
    "too_late": _("It is too late for that. Call us, please."),
    "too_often": _("This booking has been moved as often as it may be."),
    "wrong_status": _("This booking is no longer in a state that allows this."),
    "guest_booking_off": _("Sign in or register to book here."),
    "not_full": _("There is room again."),
    "already_waiting": _("You are waiting for it already. The link to your place was sent to you."),
    "not_offered": _("Nothing of this is given on this day."),
    "offer_over": _("This offer has run out: the place has gone to the next in line."),
    "no_such_time": _("On one of the dates the clock skips this time. Pick another one, please."),
    "bookings_ahead": _("Something is still to come: cancel it, or wait until it is over."),
    "team_member": _("You work here: leave the team first, then ask again."),
    "wrong_password": _("This is not your password."),
    "wrong_code": _("This code is not right, or was used already."),
    "challenge_invalid": _("This took too long. Begin again."),
    "sign_in_again": _("Sign out and in again first: this sign-in is too old for that."),
    "postcode_unknown": _("We do not know this postcode. Is it written as it should be?"),
}


def told(error: DomainError | FieldError) -> str:
    """In the visitor's language; as the API says it where there are no other words."""
    return str(_TOLD.get(error.code) or said(error.detail))
