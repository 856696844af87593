"""From what a body says to what an action is asked for."""

from typing import Any

from django.utils.translation import get_language
from rest_framework.request import Request

from bookme.bookings.actions import BookingRequest, Item
from bookme.core.http.client import client_address
from bookme.customers.actions import Address, Contact


def asked_for(request: Request, given: dict[str, Any]) -> BookingRequest:
    """Of a checked body that is a WhoInput, and names one service or session, or has `items`."""
    return BookingRequest(
        items=items_of(given) if "items" in given else (_item_of(given),),
        start=given.get("start"),
        contact=Contact(**given["customer"]),
        location_id=given["location"],
        party_size=given["party_size"],
        notes=given["notes"],
        answers=given["answers"],
        address=Address(**given["address"]) if given["address"] else None,
        consents=given["consents"],
        language=get_language() or "",
        timezone=given["timezone"],
        guest_address=client_address(request._request) or None,
        outside_hours=given.get("outside_hours", False),
        overbook=given.get("overbook", False),
    )


def items_of(given: dict[str, Any]) -> tuple[Item, ...]:
    """The services of a body with `items`."""
    return tuple(
        Item(
            service_id=item["service"],
            staff_id=item["staff"],
            extra_ids=tuple(item["extras"]),
            pointer=f"/items/{index}",
        )
        for index, item in enumerate(given["items"])
    )


def _item_of(given: dict[str, Any]) -> Item:
    return Item(
        session_id=given["session"],
        service_id=given["service"],
        staff_id=given["staff"],
        extra_ids=tuple(given["extras"]),
    )
