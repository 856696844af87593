"""What each operation of the matrix is sent: the least that it takes. Names in braces are of `world.Side`.

A GET has its query here. An operation that is not here is sent nothing.
"""

from typing import Any

from tests.bookings.desk import CONSENTS, monday
from tests.security.world import POSTCODE


class Csv(str):
    """A file."""

    __slots__ = ()


_ADDRESS = {"line1": "1 High Street", "postcode": POSTCODE}
_WHO = {"customer": {"name": "New", "email": "new@mail.example"}, "consents": CONSENTS, "address": _ADDRESS}
_THREE, _FOUR = monday(15).isoformat(), monday(16).isoformat()
_VISIT = {"start": _THREE, "items": [{"service": "{service}", "staff": "{staff}"}], "location": "{location}"}
_RULE = {"rule": {"frequency": "weekly", "count": 2}}
_DAYS = {"from": "2030-01-07", "to": "2030-01-08"}
_SHIFT = {"weekday": 0, "start": 1080, "end": 1140, "location": "{location}"}
_AREA = {"postcode": POSTCODE, "latitude": 51.5, "longitude": -0.1, "radius_km": 5}
_PASSWORD = "another-good-long-password"

QUERIES: dict[str, dict[str, Any]] = {
    "GET bookings/available-slots/": {"service": "{service}", "staff": "{staff}", **_DAYS},
    "GET bookings/explain-slot/": {"service": "{service}", "staff": "{staff}", "start": _THREE},
    "GET bookings/export/": {"format": "csv"},
    "GET calendar/busy/": _DAYS,
    "GET customers/me/appointments/": {"when": "all"},
    "GET services/by-postcode/": {"postcode": POSTCODE},
    "GET staff/by-postcode/": {"postcode": POSTCODE},
    "GET visits/available-slots/": {"service": "{service}", "staff": "{staff}", **_DAYS},
}
_MESSAGE = {"message": "{message}", "channel": "{channel}", "language": "{language}"}

BODIES: dict[str, Any] = {
    "PATCH auth/me/": {"name": "New"},
    "POST api-keys/": {"name": "New", "permissions": ["bookings.read"]},
    "POST auth/2fa/confirm/": {"code": "000000"},
    "POST auth/2fa/disable/": {"code": "000000", "current_password": "{password}"},
    "POST auth/2fa/recovery-codes/": {"code": "000000"},
    "POST auth/2fa/setup/": {"current_password": "{password}"},
    "POST auth/2fa/verify/": {"challenge": "{challenge}", "code": "{code}"},
    "POST auth/email/": {"email": "new@people.example", "current_password": "{password}"},
    "POST auth/email/confirm/": {"token": "{email_token}"},
    "POST auth/email/undo/": {"token": "{undo_token}", "password": _PASSWORD},
    "POST auth/login/": {"email": "{email}", "password": "{password}"},
    "POST auth/password-reset/": {"email": "{email}"},
    "POST auth/password-reset/confirm/": {"token": "{reset_token}", "password": _PASSWORD},
    "POST auth/password/": {"current_password": "{password}", "password": _PASSWORD},
    "POST auth/refresh/": {"refresh": "{refresh}"},
    "POST auth/register/": {"email": "new@people.example", "password": _PASSWORD, "name": "New"},
    "POST auth/sign-in-link/": {"email": "{email}"},
    "POST auth/sign-in-link/confirm/": {"token": "{sign_in_token}"},
    "POST auth/verify-email/": {"token": "{register_token}"},
    "PATCH bookings/{booking}/": {"version": 1, "internal_notes": "New"},
    "POST bookings/": {"service": "{service}", "staff": "{staff}", "location": "{location}", "start": _THREE, **_WHO},
    "POST bookings/import/": Csv("start,service,staff,location,name\n2030-01-10 10:00,Cut,{person},{place},New\n"),
    "POST bookings/{booking}/reschedule/": {"start": _FOUR},
    "PATCH closures/{closure}/": {"name": "New"},
    "POST closures/": {"name": "New", "location": "{location}", **_DAYS},
    "PUT communications/accounts/{channel}/": {
        "provider": "smtp",
        "sender": "hello@salon.example",
        "credentials": {"host": "mail.salon.example", "port": "587", "security": "starttls"},
    },
    "PATCH config/": {"contact": {"phone": "+442079460101"}},
    "POST courses/{course}/book/": _WHO,
    "PATCH customers/me/": {"channels": {}},
    "PATCH customers/me/messages/": {"wanted": {"booking.reminder": False}},
    "POST customers/me/erase/": {"current_password": "{password}"},
    "PATCH customers/{customer}/": {"notes": "New"},
    "POST customers/": {"name": "New", "email": "new@mail.example"},
    "POST customers/import/": Csv("name,email\nNew,new@mail.example\n"),
    "PATCH extras/{extra}/": {"name": "New"},
    "POST extras/": {"name": "New", "price": "5.00", "duration_minutes": 5},
    "POST invitations/": {"email": "new@people.example", "role": "staff"},
    "POST invitations/accept/": {"token": "{invitation_token}", "name": "New", "password": _PASSWORD},
    "POST invitations/decline/": {"token": "{invitation_token}"},
    "POST invitations/look/": {"token": "{invitation_token}"},
    "PATCH locations/{location}/": {"name": "New"},
    "POST locations/": {"name": "New"},
    "POST locations/{location}/opening-hours/": {"weekday": 6, "start": 540, "end": 600},
    "PUT locations/{location}/opening-hours/": [],
    "POST members/me/leave/": {"current_password": "{password}"},
    "PATCH members/{member}/": {"customer_scope": "own"},
    "POST platform/tenants/": {"slug": "harbour", "name": "Harbour", "kind": "salon", "owner": "ada@mail.example"},
    "PATCH platform/tenants/{tenant}/": {"name": "New"},
    "PATCH questions/{question}/": {"label": "New"},
    "POST questions/": {"label": "New", "kind": "text"},
    "PATCH resources/{resource}/": {"name": "New"},
    "POST resources/": {"name": "New", "kind": "room", "location": "{location}"},
    "POST series/": _VISIT | _WHO | _RULE,
    "POST series/preview/": _VISIT | _RULE | {"postcode": POSTCODE},
    "POST series/{series}/cancel/": {"scope": "all"},
    "POST series/{series}/reschedule/": {"scope": "all", "start": _FOUR},
    "PUT communications/templates/{message}/{channel}/{language}/": {"subject": "New", "heading": "New", "body": "New"},
    "POST communications/templates/{message}/{channel}/{language}/restore/": {"version": 1},
    "POST communications/preview/": _MESSAGE,
    "PATCH communications/whatsapp-templates/{whatsapp_template}/": {"variables": ["customer"]},
    "POST communications/whatsapp-templates/": {
        "name": "booking.cancelled",
        "language": "en",
        "content_id": f"HX{0:032x}",
        "variables": ["customer"],
    },
    "POST communications/preview/send/": _MESSAGE,
    "PATCH service-categories/{category}/": {"name": "New"},
    "POST service-categories/": {"name": "New"},
    "PATCH services/{service}/": {"name": "New"},
    "POST services/": {"name": "New", "price": "40.00", "duration_minutes": 60},
    "PATCH sessions/{session}/": {"capacity": 9},
    "POST sessions/": {"service": "{class}", "staff": "{staff}", "location": "{location}", "start": _THREE},
    "PATCH staff/{staff}/": {"title": "New"},
    "POST staff/": {"name": "New"},
    "PATCH staff/me/messages/": {"wanted": {}},
    "POST staff/{staff}/areas/": _AREA,
    "PUT staff/{staff}/areas/": [_AREA],
    "PUT staff/{staff}/services/": [{"service": "{service}"}],
    "POST staff/{staff}/time-off/": _DAYS,
    "POST staff/{staff}/working-hours/": _SHIFT,
    "PUT staff/{staff}/working-hours/": [_SHIFT],
    "POST visits/": _VISIT | _WHO,
    "POST visits/{visit}/reschedule/": {"start": _FOUR},
    "PATCH waitlist/{waiting}/": {"to": "first"},
    "POST waitlist/": {"session": "{full}", **_WHO},
}

# What a list, or a file, tells of: the row by which it is known whether near, far or both of them are in it.
LISTS = {
    "GET api-keys/": "key",
    "GET auth/sign-ins/": "sign_in",
    "GET bookings/": "booking",
    "GET bookings/export/": "reference",
    "GET calendar/busy/": "staff",
    "GET communications/notifications/": "notification",
    "GET communications/stopped/": "stopped",
    "GET customers/": "customer",
    "GET customers/me/appointments/": "booking",
    "GET invitations/": "invitation",
    "GET members/": "member",
    "GET waitlist/": "waiting",
}
