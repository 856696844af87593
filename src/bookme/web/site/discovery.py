"""How a business is found: what search engines read of it, and what a link to it shows where it is shared."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookme.bookings.selectors.sessions import sessions_between
from bookme.core.actor import GUEST
from bookme.core.time import now
from bookme.locations.models import Location
from bookme.services.models import ServiceKind
from bookme.services.selectors import services_for
from bookme.tenants.context import require_tenant
from bookme.tenants.models import BusinessKind
from bookme.tenants.selectors import business_url
from bookme.web.classes.cards import ClassCard
from bookme.web.context import BusinessPage
from bookme.web.site.opening import OpenDay

SESSIONS_LISTED = 200
SESSION_DAYS = 90

# The most telling type of schema.org for each kind of business.
_TYPES = {
    BusinessKind.SALON: "HealthAndBeautyBusiness",
    BusinessKind.CLASSES: "SportsActivityLocation",
    BusinessKind.MOBILE: "HomeAndConstructionBusiness",
    BusinessKind.CLINIC: "MedicalBusiness",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Everybody may read what is for everybody."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {path}"
            for path in ("/account/", "/api/", "/embed/", "/m/", "/manage/", "/team/", "/w/", "/waitlist/")
        ),
        f"Sitemap: {business_url(require_tenant(), reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages for everybody, each in every language of the business."""
    tenant = require_tenant()
    paths = [reverse("home"), reverse("privacy"), reverse("terms")]
    if services_for(GUEST).filter(kind=ServiceKind.CLASS).exists():
        at = now()
        sessions = sessions_between(at, at + dt.timedelta(days=SESSION_DAYS))[:SESSIONS_LISTED]
        paths += [reverse("classes"), *(reverse("class-session", args=[each.pk]) for each in sessions)]
    base = business_url(tenant, "")
    pages = [(base + path, alternates(base + path, tenant.config.languages)) for path in paths]
    return render(request, "business/sitemap.xml", {"pages": pages}, content_type="application/xml; charset=utf-8")


def alternates(url: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """The same page in each language; none where there is only one."""
    return [(code, f"{url}?{urlencode({'lang': code})}") for code in languages] if len(languages) > 1 else []


def business_data(page: BusinessPage, places: Iterable[tuple[Location, list[OpenDay]]]) -> list[dict[str, Any]]:
    """Each of its places as schema.org's LocalBusiness, with a way to book; see https://schema.org/LocalBusiness."""
    config, url = page.config, business_url(page.tenant)
    base = {
        "@context": "https://schema.org",
        "@type": _TYPES[BusinessKind(page.tenant.kind)],
        "name": page.name,
        "description": page.tagline,
        "url": url,
        "image": business_url(page.tenant, reverse("social-card")),
        "logo": config.branding.logo,
        "telephone": config.contact.phone,
        "email": config.contact.email,
        "currenciesAccepted": config.currency,
        "potentialAction": {
            "@type": "ReserveAction",
            "target": {"@type": "EntryPoint", "urlTemplate": business_url(page.tenant, reverse("book"))},
        },
    }
    return [_said(base | _place_data(place, week)) for place, week in places if not place.online] or [_said(base)]


def session_data(page: BusinessPage, card: ClassCard) -> dict[str, Any]:
    """A session of a class as schema.org's Event; see https://schema.org/Event.

    What is only had with the rest of its course is offered at the price of that.
    """
    session, service = card.session, card.session.service
    url = business_url(page.tenant, reverse("class-session", args=[session.pk]))
    place = session.location
    where = (
        {"@type": "VirtualLocation", "url": url}
        if place.online
        else _said({"@type": "Place", "name": place.text("name", page.language), **_place_data(place, [])})
    )
    online = "OnlineEventAttendanceMode" if place.online else "OfflineEventAttendanceMode"
    return _said(
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": service.text("name", page.language),
            "description": service.text("description", page.language),
            "startDate": session.starts_at.isoformat(),
            "endDate": session.ends_at.isoformat(),
            "eventAttendanceMode": f"https://schema.org/{online}",
            "eventStatus": "https://schema.org/EventScheduled",
            "location": where,
            "organizer": {"@type": "Organization", "name": page.name, "url": business_url(page.tenant)},
            "performer": {"@type": "Person", "name": session.staff.text("name", page.language)},
            "offers": {
                "@type": "Offer",
                "price": str(card.price),
                "priceCurrency": page.config.currency,
                "availability": f"https://schema.org/{'InStock' if card.seats_left > 0 else 'SoldOut'}",
                "url": url,
            },
        }
    )


def _place_data(place: Location, week: list[OpenDay]) -> dict[str, Any]:
    if not place.address_line1:
        return {"openingHoursSpecification": _hours_data(week)}
    found: dict[str, Any] = {
        "address": _said(
            {
                "@type": "PostalAddress",
                "streetAddress": ", ".join(filter(None, (place.address_line1, place.address_line2))),
                "addressLocality": place.city,
                "addressRegion": place.county,
                "postalCode": place.postcode,
                "addressCountry": place.country or require_tenant().config.country,
            }
        ),
        "openingHoursSpecification": _hours_data(week),
    }
    if place.phone:
        found["telephone"] = place.phone
    if place.latitude is not None and place.longitude is not None:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return found


def _hours_data(week: list[OpenDay]) -> list[dict[str, str]]:
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{_DAYS[day.date.weekday()]}",
            "opens": f"{start:%H:%M}",
            "closes": f"{end:%H:%M}",
        }
        for day in week
        for start, end in day.hours
    ]


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", [])}
