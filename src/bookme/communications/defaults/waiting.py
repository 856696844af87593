"""What is told to who waits for a place."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts


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
        Kind.WAIT_CLOSED: (
            _("Does not take place: {{ service }}, {{ when }}"),
            _("It does not take place"),
            _(
                "{{ customer }}, {{ business }} had to call this off and is sorry about it."
                " You are not waiting for it any more."
            ),
        ),
    }[kind]
    return Texts(subject=subject, heading=heading, body=body)
