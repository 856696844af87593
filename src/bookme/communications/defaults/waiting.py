"""What is told to who waits for a place."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts, either


def waiting_texts(kind: Kind, _audience: Audience) -> Texts:
    subject, heading, body = {
        Kind.WAIT_JOINED: (
            _("On the waitlist: {{ service }}, {{ when }}"),
            _("You are on the waitlist"),
            _(
                "Thank you, {{ customer }}. As soon as a place is free, {{ business }} holds it for you and writes to"
                " you. Nothing is booked yet."
            ),
        ),
        Kind.WAIT_OFFERED: (
            _("A place is free: {{ service }}, {{ when }}"),
            _("A place is free for you"),
            _(
                "{{ customer }}, {{ business }} holds it for you until {{ held_until }}. Take it or turn it down;"
                " after that it goes to the next in line."
            ),
        ),
        Kind.WAIT_MOVED: (
            _("Changed: {{ service }}, {{ when }}"),
            _("What you wait for has changed"),
            _(
                "{{ customer }}, this is how it is at {{ business }} now. You wait for it still; leave the line if it"
                " does not suit you any more."
            ),
        ),
        Kind.WAIT_CLOSED: _closed(),
    }[kind]
    return Texts(subject=subject, heading=heading, body=body)


def _closed() -> tuple[str, str, str]:
    return (
        either(
            "is_course",
            _("Booked as a whole course now: {{ service }}, {{ when }}"),
            _("Does not take place: {{ service }}, {{ when }}"),
        ),
        either("is_course", _("It is booked as a whole course now"), _("It does not take place")),
        either(
            "is_course",
            _(
                "{{ customer }}, its dates are not booked one by one any more at {{ business }}, but as a whole"
                " course. You are not waiting for one of them any more."
            ),
            _(
                "{{ customer }}, {{ business }} had to call this off and is sorry about it."
                " You are not waiting for it any more."
            ),
        ),
    )
