"""The one table of what a booking's status may become. Pure."""

from enum import StrEnum

from bookme.core.errors import Conflict
from bookme.tenants.config import Policy


class Status(StrEnum):
    HELD = "held"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.HELD: frozenset({Status.PENDING, Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED}),
    Status.CONFIRMED: frozenset({Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}),
    Status.ARRIVED: frozenset({Status.COMPLETED, Status.NO_SHOW}),
    Status.COMPLETED: frozenset(),
    Status.NO_SHOW: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.DECLINED: frozenset(),
    Status.EXPIRED: frozenset(),
}

UNDO: dict[Status, Status] = {
    Status.ARRIVED: Status.CONFIRMED,
    Status.COMPLETED: Status.ARRIVED,
    Status.NO_SHOW: Status.CONFIRMED,
    Status.CANCELLED: Status.CONFIRMED,
}

KEEPS_SEATS = frozenset(
    {Status.HELD, Status.PENDING, Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW}
)
UPCOMING = frozenset({Status.HELD, Status.PENDING, Status.CONFIRMED})
TAKES_PLACE = frozenset({Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED})


def first_status(*policies: Policy, is_held: bool = False) -> Status:
    """Of a visit under these policies: the business's yes to one of its services is its yes to all."""
    if is_held:
        return Status.HELD
    return Status.CONFIRMED if all(each.auto_confirm for each in policies) else Status.PENDING


def require_transition(current: Status, wanted: Status) -> None:
    """Raises Conflict `wrong_status` unless the table allows it."""
    if wanted not in TRANSITIONS[current]:
        raise _refused(current, f"cannot become {wanted.value.replace('_', ' ')}")


def steps_from(status: Status, *, has_begun: bool) -> frozenset[Status]:
    """What a booking can be made by hand at this moment. Before it begins nobody is done, and nobody is missing.

    A hold is confirmed by its payment, or by whoever it was offered to, and a request only until its start; both expire
    by themselves.
    """
    barred = {Status.PENDING, Status.EXPIRED}
    if status is Status.HELD or has_begun:
        barred.add(Status.CONFIRMED)
    if not has_begun:
        barred.add(Status.NO_SHOW)
        if status is Status.CONFIRMED:
            barred.add(Status.COMPLETED)
    return TRANSITIONS[status] - barred


def require_step(current: Status, wanted: Status, *, has_begun: bool) -> None:
    """Raises Conflict unless `steps_from` has it: `too_early` or `too_late` if only the time is wrong.

    `wrong_status` otherwise.
    """
    require_transition(current, wanted)
    if wanted in steps_from(current, has_begun=has_begun):
        return
    if wanted not in steps_from(current, has_begun=not has_begun):
        raise _refused(current, f"cannot be made {wanted.value.replace('_', ' ')} by hand")
    if has_begun:
        raise Conflict("Its start has passed.", code="too_late", extra={"status": current.value})
    raise Conflict("It has not begun yet.", code="too_early", extra={"status": current.value})


def undone(current: Status) -> Status:
    """The status that undoing the last step leads to; raises Conflict `wrong_status` where there is none."""
    if current not in UNDO:
        raise _refused(current, "has nothing to undo")
    return UNDO[current]


def _refused(current: Status, what: str) -> Conflict:
    return Conflict(
        f"A booking that is {current.value.replace('_', ' ')} {what}.",
        code="wrong_status",
        extra={"status": current.value},
    )
