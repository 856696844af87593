"""What follows what: the one table. Every event of every app is in it, if only with nothing."""

from bookme.eventlog.registry import wire
from bookme.onboarding.events import BusinessClosed, BusinessConfigured, BusinessResumed, BusinessSuspended

wire(
    {
        BusinessConfigured: (),
        BusinessSuspended: (),
        BusinessResumed: (),
        BusinessClosed: (),
    }
)
