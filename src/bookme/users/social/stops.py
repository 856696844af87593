"""Why somebody does not get in by a provider."""

from enum import StrEnum

from bookme.core.errors import NotAllowed


class Stop(StrEnum):
    """Each has words of its own on the page that tells (`web.social.telling`)."""

    CANCELLED = "cancelled"  # they did not want to go on at the provider
    UNAVAILABLE = "unavailable"  # the provider does not answer, or is not offered any more
    REFUSED = "refused"  # what came from the provider does not hold
    OLD = "old"  # too old, used before, or not of ours
    ELSEWHERE = "elsewhere"  # not the browser that began
    UNCONFIRMED = "unconfirmed"  # the provider does not vouch for the address
    NO_ADDRESS = "no_address"  # it told none
    NO_MEMBER = "no_member"  # at the team's door, by whom the business does not know
    REMOVED = "removed"  # the business let them go
    CLOSED = "closed"  # an account that does not sign in so
    TAKEN = "taken"  # theirs is another person's already
    SIGNED_OUT = "signed_out"  # whoever wanted to add it is not signed in any more


# What is no accident: it is told in the history of the business.
FAILURES = frozenset({Stop.REFUSED, Stop.ELSEWHERE, Stop.NO_MEMBER, Stop.REMOVED, Stop.CLOSED, Stop.TAKEN})


class Stopped(NotAllowed):
    """It ends here; `stop` says why."""

    def __init__(self, stop: Stop) -> None:
        super().__init__("Signing in by this provider did not work.", code=f"social_{stop}")
        self.stop = stop
