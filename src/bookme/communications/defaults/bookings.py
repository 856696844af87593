"""What is told of bookings: of one, of a visit of several services, and of a series."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts, either

Said = tuple[str, str, str]


def booking_texts(kind: Kind, audience: Audience) -> Texts:
    to_customer = audience is Audience.CUSTOMER
    said = _asked() | _ended() | _around() if to_customer else _asked_of_team(audience) | _ended_to_team()
    subject, heading, body = said[kind]
    return Texts(subject=subject, heading=heading, body=body)


def _asked() -> dict[Kind, Said]:
    return {
        Kind.REQUESTED: (
            _("Request received: {{ service }}, {{ when }}"),
            _("We have your request"),
            _("Thank you, {{ customer }}. {{ business }} will look at it and write to you; it is not confirmed yet."),
        ),
        Kind.CONFIRMED: (
            _("You're booked: {{ service }}, {{ when }}"),
            _("You're booked"),
            _("Thank you, {{ customer }}. {{ business }} looks forward to seeing you."),
        ),
        Kind.RESCHEDULED: _moved(),
    }


def _ended() -> dict[Kind, Said]:
    return {
        Kind.DECLINED: (
            _("Not possible: {{ service }}, {{ when }}"),
            either("is_series", _("These times are not possible"), _("This time is not possible")),
            either(
                "is_series",
                _("{{ customer }}, {{ business }} is sorry that it cannot take your bookings. Other times may suit."),
                _("{{ customer }}, {{ business }} is sorry that it cannot take your booking. Another time may suit."),
            ),
        ),
        Kind.CANCELLED: (
            _("Cancelled: {{ service }}, {{ when }}"),
            either("is_series", _("Your bookings are cancelled"), _("Your booking is cancelled")),
            either("by_customer", _cancelled_by_them(), _cancelled_by_business()),
        ),
        Kind.EXPIRED: (
            _("No answer in time: {{ service }}, {{ when }}"),
            _("Your request has ended"),
            _("{{ customer }}, {{ business }} did not answer in time and is sorry about it. Nothing was booked."),
        ),
    }


def _cancelled_by_them() -> str:
    return either(
        "is_series",
        _("{{ customer }}, your bookings are cancelled, as you asked."),
        _("{{ customer }}, your booking is cancelled, as you asked."),
    )


def _cancelled_by_business() -> str:
    return either(
        "is_series",
        _("{{ customer }}, {{ business }} had to cancel your bookings and is sorry about it."),
        _("{{ customer }}, {{ business }} had to cancel your booking and is sorry about it."),
    )


def _around() -> dict[Kind, Said]:
    return {
        Kind.REMINDER: (
            _("See you soon: {{ service }}, {{ when }}"),
            _("See you soon"),
            _("{{ customer }}, this is a reminder of your booking at {{ business }}."),
        ),
        Kind.HOLD_ENDING: (
            _("Held for you until {{ held_until }}: {{ service }}, {{ when }}"),
            _("Your time is held, not booked yet"),
            _("{{ customer }}, {{ business }} holds this for you until {{ held_until }}. After that it is free again."),
        ),
        Kind.NO_SHOW: (
            _("We missed you: {{ service }}, {{ when }}"),
            _("We missed you"),
            _("{{ customer }}, {{ business }} had kept this time for you. If that is a mistake, please answer."),
        ),
        Kind.FOLLOW_UP: (
            _("Thank you for coming to {{ business }}"),
            _("It was good to see you"),
            _("{{ customer }}, thank you for your visit. You are welcome again whenever you like."),
        ),
    }


def _moved() -> tuple[str, str, str]:
    """`is_changed`: something else than its start is another, such as its end or its place."""
    changed = (
        _("Changed: {{ service }}, {{ when }}"),
        _("Your booking has changed"),
        _("{{ customer }}, this is how your booking at {{ business }} is now."),
    )
    moved = (
        either("is_series", _("New times: {{ service }}, {{ when }}"), _("New time: {{ service }}, {{ when }}")),
        either("is_series", _("Your bookings have moved"), _("Your booking has moved")),
        either(
            "is_series",
            _("{{ customer }}, these are the new times of your bookings at {{ business }}."),
            _("{{ customer }}, this is the new time of your booking at {{ business }}."),
        ),
    )
    subject, heading, body = (either("is_changed", *pair) for pair in zip(changed, moved, strict=True))
    return subject, heading, body


def _asked_of_team(audience: Audience) -> dict[Kind, Said]:
    return {
        Kind.REQUESTED: (
            _("New request: {{ customer }}, {{ service }}, {{ when }}"),
            _("A new request"),
            _("{{ customer }} asks for {{ service }}. Please confirm or decline it."),
        ),
        Kind.CONFIRMED: (
            _("Booked: {{ customer }}, {{ service }}, {{ when }}"),
            either("is_series", _("New bookings"), _("A new booking")),
            _("{{ customer }} is booked for {{ service }}."),
        ),
        Kind.RESCHEDULED: _moved_to_team(audience),
    }


def _ended_to_team() -> dict[Kind, Said]:
    by_them = either(
        "is_series",
        _("{{ customer }} has cancelled. The times are free again."),
        _("{{ customer }} has cancelled. The time is free again."),
    )
    by_team = either(
        "is_series",
        _("The bookings of {{ customer }} were cancelled by the team. The times are free again."),
        _("The booking of {{ customer }} was cancelled by the team. The time is free again."),
    )
    return {
        Kind.DECLINED: (
            _("Declined: {{ customer }}, {{ service }}, {{ when }}"),
            _("A request was declined"),
            _("{{ customer }} has been told that this is not possible."),
        ),
        Kind.EXPIRED: (
            _("Not answered: {{ customer }}, {{ service }}, {{ when }}"),
            _("A request has ended"),
            _("Nobody confirmed or declined it in time. {{ customer }} has been told."),
        ),
        Kind.CANCELLED: (
            _("Cancelled: {{ customer }}, {{ service }}, {{ when }}"),
            either("is_series", _("Bookings were cancelled"), _("A booking was cancelled")),
            either("by_customer", by_them, by_team),
        ),
    }


def _moved_to_team(audience: Audience) -> tuple[str, str, str]:
    changed = (
        _("Changed: {{ customer }}, {{ service }}, {{ when }}"),
        _("A booking has changed"),
        _("{{ customer }} has been told how it is now."),
    )
    moved = (
        _("Moved: {{ customer }}, {{ service }}, {{ when }}"),
        either("is_series", _("Bookings have moved"), _("A booking has moved")),
        either(
            "is_series", _("These are the new times of {{ customer }}."), _("This is the new time of {{ customer }}.")
        ),
    )
    subject, heading, body = (either("is_changed", *pair) for pair in zip(changed, moved, strict=True))
    if audience is Audience.BUSINESS:
        return subject, heading, body
    gone = _("It is with {{ staff }} now, and no longer in your calendar.")
    return subject, heading, either("is_gone", gone, body)
