"""A carrier of which each business has a share."""

from bookme.communications.channels.base import Carrier, Outgoing, Receipt, UnclearError
from bookme.communications.rationing import give_room_back, take_room


class RationedCarrier:
    """Carries as `carrier` does, as many messages in an hour and in a day as the platform lets one business send."""

    def __init__(self, carrier: Carrier) -> None:
        self.price, self.cap = carrier.price, carrier.cap
        self.has_window, self.can_be_asked = carrier.has_window, carrier.can_be_asked
        self._carrier = carrier

    def send(self, message: Outgoing) -> Receipt:
        """Raises NoRoomError, a NotYet, where it is full; what was surely not taken leaves its room to others."""
        take_room(can_wait=message.can_wait)
        try:
            return self._carrier.send(message)
        except UnclearError:
            raise
        except Exception:
            give_room_back()
            raise

    def taken(self, message: Outgoing) -> Receipt | None:
        return self._carrier.taken(message)
