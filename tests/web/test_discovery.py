"""What search engines and previews of links read, and the app on a phone's screen."""

import datetime as dt
import json
import re
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from bookme.services.models import Service
from bookme.web.brand import brand_of
from bookme.web.site.pictures import app_icon, social_card
from tests.factories.locations import ClosureFactory, OpeningHoursFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import MONDAY, Shop, Visitor, configure, page_of, publish

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
TONES = brand_of("#6d3b5e").light


def structured(page: str) -> list[dict[str, object]]:
    return [json.loads(each) for each in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]


@pytest.fixture
def yoga(shop: Shop) -> Service:
    return ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana], description="Slow & <b>calm</b>")


def test_the_start_page_tells_where_when_and_how_to_book(visitor: Visitor, shop: Shop) -> None:
    OpeningHoursFactory(location=shop.place, weekday=0)
    configure(
        shop.tenant, branding={"tagline": "Good hair </script><script>alert(1)"}, contact={"phone": "+442079460958"}
    )
    page = page_of(visitor.get("/"))
    (found,) = structured(page)
    assert found["@type"] == "HealthAndBeautyBusiness"
    assert found["name"] == shop.tenant.name
    assert found["description"] == "Good hair </script><script>alert(1)"
    assert "<script>alert(1)" not in page
    assert found["address"]["postalCode"] == "N1 1AA"  # type: ignore[index]
    assert found["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "https://schema.org/Monday",
            "opens": "09:00",
            "closes": "17:00",
        }
    ]
    assert found["potentialAction"]["target"]["urlTemplate"].endswith("/book/")  # type: ignore[index]
    assert 'property="og:image" content="http://salon.localhost' in page
    assert page.count('rel="canonical"') == 1
    assert "hreflang" not in page.partition("<body")[0]


def test_open_or_not_just_now(visitor: Visitor, shop: Shop) -> None:
    assert "Open now, until" in page_of(visitor.get("/"))
    ClosureFactory(starts_at=MONDAY - dt.timedelta(days=10), ends_at=MONDAY)
    assert "Closed, opens" in page_of(visitor.get("/"))


def test_every_language_has_its_address(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, languages=["en", "ar"])
    head = page_of(visitor.get("/")).partition("<body")[0]
    assert 'hreflang="ar" href="http://salon.localhost:8000/?lang=ar"' in head.replace("&amp;", "&")
    text = visitor.get("/sitemap.xml").content.decode()
    assert 'hreflang="ar"' in text
    ElementTree.fromstring(text)


def test_the_sitemap_has_what_is_for_everybody(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    hidden = publish(visitor, yoga, MONDAY + dt.timedelta(days=1))
    type(hidden).objects.filter(pk=hidden.pk).update(published=False)
    tree = ElementTree.fromstring(visitor.get("/sitemap.xml").content)
    paths = {each.text.partition("localhost:8000")[2] for each in tree.iter(LOCATION) if each.text}
    assert paths == {"/", "/privacy/", "/terms/", "/classes/", f"/classes/{session.pk}/"}
    for path in paths:
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert 'content="noindex"' not in page_of(answer)
    robots = visitor.get("/robots.txt").content.decode()
    assert "Sitemap: http://salon.localhost:8000/sitemap.xml" in robots
    assert {"Disallow: /manage/", "Disallow: /m/", "Disallow: /w/"} <= set(robots.splitlines())


def test_the_steps_of_a_booking_are_found_as_one_page(visitor: Visitor, shop: Shop) -> None:
    """A draft makes addresses without end: they are the first step's, and what asks who somebody is is not found."""
    steps = {"/book/": None, "/book/time/": visitor.draft(start=None)}
    for path, draft in steps.items():
        page = page_of(visitor.get(path, draft))
        assert '<link rel="canonical" href="http://salon.localhost:8000/book/">' in page
        assert '<meta name="description"' in page
        assert 'content="noindex"' not in page
    assert 'content="noindex"' in page_of(visitor.get("/book/details/", visitor.draft()))
    assert "Disallow: /book/" not in visitor.get("/robots.txt").content.decode()


def described(page: str) -> tuple[str, list[str], list[str]]:
    """The title of a page, its descriptions and its canonical addresses."""
    head = unescape(page.partition("<body")[0])
    (title,) = re.findall(r"<title>([^<]+)</title>", head)
    about = re.findall(r'<meta name="description" content="([^"]+)">', head)
    return title, about, re.findall(r'<link rel="canonical" href="http://salon.localhost:8000([^"]+)">', head)


def test_every_page_that_is_found_says_what_it_is_and_where(visitor: Visitor, yoga: Service, shop: Shop) -> None:
    Service.objects.filter(pk=yoga.pk).update(description="")
    session = f"/classes/{publish(visitor, yoga).pk}/"
    pages = {"/": "/", "/book/": "/book/", "/classes/": "/classes/", session: session}
    pages |= {"/privacy/": "/privacy/", "/terms/": "/terms/"}
    found = {path: described(page_of(visitor.get(path))) for path in pages}
    for path, (title, about, canonical) in found.items():
        assert shop.tenant.name in title, path
        assert (len(about), canonical) == (1, [pages[path]]), path
    assert len({title for title, *_rest in found.values()}) == len(pages)
    assert len({about[0] for _title, about, _canonical in found.values()}) == len(pages)


def test_where_the_postcode_comes_first_that_is_the_page_that_is_found(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, features={"service_areas": True})
    assert visitor.get("/book/").status_code == 302
    page = page_of(visitor.get("/book/where/"))
    title, about, canonical = described(page)
    assert (title, canonical) == (f"Where should we come? · {shop.tenant.name}", ["/book/where/"])
    assert about == [f"{shop.tenant.name}: Services. Book online in under a minute."]
    assert 'content="noindex"' not in page
    assert f'property="og:title" content="{shop.tenant.name}"' in page


def test_a_session_has_a_page_with_the_dates_of_its_course(visitor: Visitor, yoga: Service, shop: Shop) -> None:
    first = publish(visitor, yoga, taken=7)
    week_after = publish(visitor, yoga, MONDAY + dt.timedelta(days=7), taken=8)
    other_hour = publish(visitor, yoga, MONDAY + dt.timedelta(days=7, hours=2))
    page = page_of(visitor.get(f"/classes/{first.pk}/"))
    assert "Ana Okafor" in page
    assert "1 place left" in page
    assert f"/classes/{week_after.pk}/" in page
    assert f"/classes/{other_hour.pk}/" not in page
    assert f"/classes/{first.pk}/book/" in page
    (event,) = structured(page)
    assert event["@type"] == "Event"
    assert event["offers"]["availability"] == "https://schema.org/InStock"  # type: ignore[index]
    assert event["description"] == "Slow & <b>calm</b>"
    full = page_of(visitor.get(f"/classes/{week_after.pk}/"))
    assert "All places are taken" in full
    configure(shop.tenant, features={"waitlist": True})
    assert f"/classes/{week_after.pk}/wait/" in page_of(visitor.get(f"/classes/{week_after.pk}/"))


def test_a_session_that_was_called_off_is_gone(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    type(session).objects.filter(pk=session.pk).update(published=False)
    answer = visitor.get(f"/classes/{session.pk}/")
    assert answer.status_code == 410
    assert 'content="noindex"' in page_of(answer)


def test_the_app(visitor: Visitor, shop: Shop) -> None:
    answer = visitor.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert (told["name"], told["start_url"], told["display"]) == (shop.tenant.name, "/", "standalone")
    assert told["short_name"]
    assert f"{shop.tenant.name} ".startswith(f"{told['short_name']} ")
    for each in told["icons"]:
        icon = Image.open(BytesIO(visitor.get(each["src"]).content))
        assert f"{icon.width}x{icon.height}" == each["sizes"]
    assert visitor.get("/icon-100000.png").status_code == 404
    worker = visitor.get("/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/offline/" in worker.content.decode()
    offline = page_of(visitor.get("/offline/"))
    assert "You are offline" in offline
    assert 'href=""' in offline, "it leads to the page that it stands in for"
    assert 'rel="manifest"' in page_of(visitor.get("/"))


def test_pictures_are_of_the_business() -> None:
    card = Image.open(BytesIO(social_card("House of Hair", "Good hair", TONES)))
    assert card.size == (1200, 630)
    assert social_card("House of Hair", "Good hair", TONES) != social_card("House of Heirs", "Good hair", TONES)
    assert app_icon("HH", TONES, 192) != app_icon("HH", brand_of("#1f5f5b").light, 192)
    # No letters that our font has not: boxes say nothing.
    assert app_icon("قص", TONES, 192) == app_icon("", TONES, 192)
    Image.open(BytesIO(social_card("x" * 300, "y" * 300, TONES)))
