"""In which zone to tell somebody when it is, of what is online."""

from zoneinfo import ZoneInfo

from bookme.bookings.models import Visit, WaitlistEntry
from bookme.core.time import zone_if_known
from bookme.locations.models import Location


def reader_zone(asked: Visit | WaitlistEntry, place: Location | None) -> ZoneInfo | None:
    """Of who asked for it: as they said then, else as their account says; None where nobody knows, or it is not online.

    A stranger who gives somebody's phone finds that customer's row: what is on it is told to nobody but its owner.
    """
    if place is None or not place.online:
        return None
    is_owner = asked.user_id is not None and asked.user_id == asked.customer.user_id
    return zone_if_known(asked.timezone) or (zone_if_known(asked.customer.timezone) if is_owner else None)
