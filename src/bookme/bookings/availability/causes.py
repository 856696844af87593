"""What can keep a start from being offered, and which of it the team may waive."""

from enum import StrEnum


class Cause(StrEnum):
    """What keeps a start from being offered. Shut opening hours are `hours`; `capacity` is a party too large.

    `rule` is a time or date at which the service is not given, `day_limit` a date with as many of it as may be, `area`
    a weekday on which the person does not go there, `travel` too little time from or to another place, and `staff` too
    few people who are free to do it together.
    """

    HOURS = "hours"
    BREAK = "break"
    CLOSURE = "closure"
    TIME_OFF = "time_off"
    BOOKING = "booking"
    PADDING = "padding"
    NOTICE = "notice"
    HORIZON = "horizon"
    GRID = "grid"
    RESOURCE = "resource"
    CAPACITY = "capacity"
    EXTERNAL = "external"
    RULE = "rule"
    DAY_LIMIT = "day_limit"
    AREA = "area"
    TRAVEL = "travel"
    STAFF = "staff"


OUTSIDE_HOURS = frozenset(
    {
        Cause.HOURS,
        Cause.BREAK,
        Cause.CLOSURE,
        Cause.TIME_OFF,
        Cause.NOTICE,
        Cause.HORIZON,
        Cause.GRID,
        Cause.RULE,
        Cause.DAY_LIMIT,
        Cause.AREA,
        Cause.TRAVEL,
    }
)
OVERBOOKING = frozenset({Cause.BOOKING, Cause.PADDING, Cause.EXTERNAL, Cause.RESOURCE})
