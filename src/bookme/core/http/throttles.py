"""Limits on how often one caller may ask. Counted in one atomic step; without Redis everybody may.

class AutocompleteView(ApiView):
    throttle_classes = [throttle(Limit("address-autocomplete", most=30, seconds=60))]
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bookme.core.errors import TooMany
from bookme.core.http.client import client_address
from bookme.core.limits import Limit, count, network_of


def throttle(limit: Limit) -> type[BaseThrottle]:
    """A throttle class: per signed-in person, else per network address; all businesses together."""
    return type("Throttle", (_WindowThrottle,), {"limit": limit})


class _WindowThrottle(BaseThrottle):
    limit: Limit

    def allow_request(self, request: Request, view: Any) -> bool:
        counted = count(self.limit, _caller(request))
        if counted.is_over(self.limit):
            raise TooMany(retry_after=counted.seconds_left)
        return True


def _caller(request: Request) -> str:
    actor = request.user
    return str(actor.id) if actor is not None and actor.id else network_of(client_address(request._request))
