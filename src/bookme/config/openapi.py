"""Examples for the description of the API: what a client sends to book, move, cancel and join a class, and is told."""

from typing import Any

_VISIT = "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b"
_BOOKING = "0198f6a0-1c30-7b1a-9c2d-3e4f5a6b7c8d"
_SERVICE = "0198f69f-aa10-7c11-8d12-1e2f3a4b5c6d"
_SESSION = "0198f69f-bb20-7d21-9e22-2f3a4b5c6d7e"
_STAFF = "0198f69f-cc30-7e31-8f32-3a4b5c6d7e8f"
_LOCATION = "0198f69f-dd40-7f41-9a42-4b5c6d7e8f9a"
_TOKEN = "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b:1:Zk3v"  # noqa: S105 - nobody's

_CUSTOMER = {"name": "Ada Lovelace", "email": "ada@mail.example", "phone": "+442079460102"}
_CONSENTS = {"terms": True, "privacy": True, "marketing": False}
_BOOKED = {
    "id": _BOOKING,
    "visit": _VISIT,
    "reference": "K7M2QX",
    "status": "confirmed",
    "start": "2027-03-01T09:30:00+00:00",
    "end": "2027-03-01T10:15:00+00:00",
    "service": _SERVICE,
    "staff": _STAFF,
    "location": _LOCATION,
    "price": "58.00",
    "currency": "GBP",
    "payment_due": "0.00",
    "hold_expires_at": None,
}

REQUESTS: dict[str, dict[str, Any]] = {
    "auth_login": {"Sign in": {"email": "owner@salon.example", "password": "bookme-demo"}},
    "bookings_create": {
        "Book a time": {
            "service": _SERVICE,
            "start": "2027-03-01T09:30:00+00:00",
            "staff": "any",
            "customer": _CUSTOMER,
            "consents": _CONSENTS,
        },
        "Join a class": {"session": _SESSION, "party_size": 2, "customer": _CUSTOMER, "consents": _CONSENTS},
        "Have somebody come": {
            "service": _SERVICE,
            "start": "2027-03-01T13:00:00+00:00",
            "address": {"line1": "2 Low Street", "city": "London", "postcode": "N1 2BB", "country": "GB"},
            "answers": {"pets": "A cat"},
            "customer": _CUSTOMER,
            "consents": _CONSENTS,
        },
    },
    "bookings_reschedule": {"Move": {"start": "2027-03-02T11:00:00+00:00"}},
    "bookings_cancel": {"Cancel": {"reason": "I am ill."}},
}
ANSWERS: dict[str, dict[str, dict[str, Any]]] = {
    "auth_login": {"200": {"Signed in": {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}}},
    "bookings_create": {"201": {"Booked": {**_BOOKED, "manage_token": _TOKEN}}},
    "bookings_reschedule": {
        "200": {"Moved": {**_BOOKED, "start": "2027-03-02T11:00:00+00:00", "end": "2027-03-02T11:45:00+00:00"}}
    },
    "bookings_cancel": {"200": {"Cancelled": {**_BOOKED, "status": "cancelled"}}},
    "bookings_available_slots": {
        "200": {
            "Two free times": {
                "service": _SERVICE,
                "timezone": "Europe/London",
                "days": [
                    {
                        "date": "2027-03-01",
                        "slots": [
                            {
                                "start": "2027-03-01T09:30:00+00:00",
                                "end": "2027-03-01T10:15:00+00:00",
                                "location": _LOCATION,
                                "staff": [_STAFF],
                            }
                        ],
                    },
                    {"date": "2027-03-02", "slots": []},
                ],
            }
        }
    },
}


def add_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular. An empty default is not written: it would not have the form that its field demands."""
    for operations in result["paths"].values():
        for operation in operations.values():
            _illustrate(operation)
    _drop_empty_defaults(result["components"]["schemas"])
    return result


def _drop_empty_defaults(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("default") == "":
            del node["default"]
        for each in node.values():
            _drop_empty_defaults(each)
    elif isinstance(node, list):
        for each in node:
            _drop_empty_defaults(each)


def _illustrate(operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        _put(content, REQUESTS.get(name, {}))
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            _put(content, ANSWERS.get(name, {}).get(status, {}))


def _put(content: dict[str, Any], examples: dict[str, Any]) -> None:
    if examples:
        content["examples"] = {
            title.replace(" ", "_"): {"summary": title, "value": value} for title, value in examples.items()
        }
