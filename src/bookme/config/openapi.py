"""Examples for the description of the API: what a client sends to book, move, cancel and join a class, and is told."""

from typing import Any

_VISIT = "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b"
_BOOKING = "0198f6a0-1c30-7b1a-9c2d-3e4f5a6b7c8d"
SERVICE = "0198f69f-aa10-7c11-8d12-1e2f3a4b5c6d"
SESSION = "0198f69f-bb20-7d21-9e22-2f3a4b5c6d7e"
STAFF = "0198f69f-cc30-7e31-8f32-3a4b5c6d7e8f"
LOCATION = "0198f69f-dd40-7f41-9a42-4b5c6d7e8f9a"
EXTRA = "0198f69f-ee50-7f51-8a52-5c6d7e8f9a0b"
_TOKEN = "zWmTq0h3sVb8Yk1pUo5nRgGY9qAcLX4_iktcbX6PmgsB"  # noqa: S105 - nobody's

_CUSTOMER = {"name": "Ada Lovelace", "email": "ada@mail.example", "phone": "+442079460102"}
_CONSENTS = {"terms": True, "privacy": True, "marketing": False}
_CANCELLING = "Cancelling is free until it begins."
_BOOKED: dict[str, Any] = {
    "id": _BOOKING,
    "visit": _VISIT,
    "reference": "K7M2QX4B",
    "status": "confirmed",
    "start": "2027-03-01T09:30:00+00:00",
    "end": "2027-03-01T10:30:00+00:00",
    "timezone": "Europe/London",
    "service": SERVICE,
    "service_name": "Cut & finish",
    "staff": STAFF,
    "staff_name": "Anna Okafor",
    "helpers": [],
    "location": LOCATION,
    "location_name": "Soho",
    "session": None,
    "party_size": 1,
    "extras": [{"id": EXTRA, "name": "Scalp massage", "price": "12.00", "duration_minutes": 15}],
    "price": "70.00",
    "currency": "GBP",
    "payment_due": "0.00",
    "fee": "0.00",
    "hold_expires_at": None,
    "contact": _CUSTOMER,
    "notes": "",
    "answers": {},
    "address": None,
    "cancellation": {"allowed": True, "free_until": "2027-02-28T09:30:00+00:00", "fee": "0.00", "text": _CANCELLING},
    "reschedule": {"allowed": True, "until": "2027-02-28T09:30:00+00:00", "moves_left": 3},
    "times_moved": 0,
    "version": 1,
    "created_at": "2027-02-22T18:05:00+00:00",
}
_MOVED = _BOOKED | {
    "start": "2027-03-02T11:00:00+00:00",
    "end": "2027-03-02T12:00:00+00:00",
    "cancellation": {"allowed": True, "free_until": "2027-03-01T11:00:00+00:00", "fee": "0.00", "text": _CANCELLING},
    "reschedule": {"allowed": True, "until": "2027-03-01T11:00:00+00:00", "moves_left": 2},
    "times_moved": 1,
    "version": 2,
}
_CANCELLED = _MOVED | {
    "status": "cancelled",
    "cancellation": _MOVED["cancellation"] | {"allowed": False},
    "reschedule": _MOVED["reschedule"] | {"allowed": False},
    "version": 3,
}


def _slot(start: str, end: str) -> dict[str, Any]:
    return {"start": start, "end": end, "location": LOCATION, "staff": [STAFF]}


REQUESTS: dict[str, dict[str, Any]] = {
    "communications_accounts_update": {
        "Mail by Mailgun": {
            "provider": "mailgun",
            "sender": "hello@salon.example",
            "credentials": {"api_key": "key-0123", "region": "eu", "webhook_signing_key": "0123"},
        },
        "SMS by Twilio": {
            "provider": "twilio",
            "sender": "+447700900123",
            "credentials": {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "0123"},
            "price": "0.0425",
        },
    },
    "auth_login": {"Sign in": {"email": "owner@salon.example", "password": "bookme-demo"}},
    "bookings_create": {
        "Book a time": {
            "service": SERVICE,
            "start": "2027-03-01T09:30:00+00:00",
            "staff": "any",
            "extras": [EXTRA],
            "customer": _CUSTOMER,
            "consents": _CONSENTS,
        },
        "Join a class": {"session": SESSION, "party_size": 2, "customer": _CUSTOMER, "consents": _CONSENTS},
        "Have somebody come": {
            "service": SERVICE,
            "start": "2027-03-01T13:00:00+00:00",
            "address": {"line1": "2 Low Street", "city": "London", "postcode": "N1 2BB", "country": "GB"},
            "answers": {"pets": "A cat"},
            "customer": _CUSTOMER,
            "consents": _CONSENTS,
        },
    },
    "courses_book": {"Book all dates": {"party_size": 1, "customer": _CUSTOMER, "consents": _CONSENTS}},
    "bookings_reschedule": {"Move": {"start": "2027-03-02T11:00:00+00:00"}},
    "bookings_cancel": {"Cancel": {"reason": "I am ill."}},
}
ANSWERS: dict[str, dict[str, dict[str, Any]]] = {
    "staff_by_postcode": {
        "200": {
            "Who comes": {
                "count": 1,
                "next": None,
                "previous": None,
                "results": [
                    {
                        "id": STAFF,
                        "key": None,
                        "name": "Anna Okafor",
                        "slug": "anna-okafor",
                        "title": "",
                        "bio": "",
                        "color": "",
                        "services": [SERVICE],
                        "position": 0,
                        "distance_km": 2.0,
                        "days": [0, 1, 4],
                    }
                ],
            }
        }
    },
    "auth_social": {
        "200": {
            "Google is on": {
                "count": 1,
                "next": None,
                "previous": None,
                "results": [
                    {
                        "provider": "google",
                        "name": "Google",
                        "start_url": "https://salon.example/account/social/google/",
                    }
                ],
            }
        }
    },
    "auth_login": {"200": {"Signed in": {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}}},
    "events_list": {
        "200": {
            "Somebody has come": {
                "results": [
                    {
                        "position": 1206,
                        "id": "0198f6a4-2a10-7d5e-8b6c-9d0e1f2a3b4c",
                        "name": "booking.arrived",
                        "occurred_at": "2027-03-02T10:55:00+00:00",
                        "subject": _BOOKING,
                        "actor": {"kind": "user", "id": "0198f69e-1100-7a2b-8c3d-4e5f6a7b8c9d", "name": "Anna Okafor"},
                        "payload": {
                            "booking_id": _BOOKING,
                            "visit_id": _VISIT,
                            "customer_id": "0198f6a0-1b10-7c2d-8e3f-5a6b7c8d9e0f",
                            "reference": "K7M2QX4B",
                            "status": "arrived",
                            "service_id": SERVICE,
                            "staff_id": STAFF,
                            "location_id": LOCATION,
                            "start": "2027-03-02T11:00:00+00:00",
                            "end": "2027-03-02T12:00:00+00:00",
                            "party_size": 1,
                            "also": [],
                            "told_with": "",
                        },
                    }
                ],
                "cursor": 1206,
                "has_more": False,
            }
        }
    },
    "bookings_create": {"201": {"Booked": {**_BOOKED, "manage_token": _TOKEN}}},
    "bookings_reschedule": {"200": {"Moved": _MOVED}},
    "bookings_cancel": {"200": {"Cancelled": _CANCELLED}},
    "bookings_available_slots": {
        "200": {
            "Three free times": {
                "service": SERVICE,
                "timezone": "Europe/London",
                "cancellation_text": _CANCELLING,
                "days": [
                    {
                        "date": "2027-03-01",
                        "slots": [
                            _slot("2027-03-01T09:30:00+00:00", "2027-03-01T10:30:00+00:00"),
                            _slot("2027-03-01T13:00:00+00:00", "2027-03-01T14:00:00+00:00"),
                        ],
                    },
                    {
                        "date": "2027-03-02",
                        "slots": [_slot("2027-03-02T11:00:00+00:00", "2027-03-02T12:00:00+00:00")],
                    },
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
