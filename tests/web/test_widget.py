"""Booking on other sites: the script, and the steps in a frame, which know no cookie."""

import gzip
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from bookme.bookings.models import Visit, WaitlistEntry
from bookme.core.time import now
from bookme.tenants.models import Tenant
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person
from tests.web.conftest import GOOD, MONDAY, Shop, Visitor, configure, page_of

SITE = "https://www.salon.example"
LINK = re.compile(r"<(?:a|form)\b[^>]*>")


@pytest.fixture
def listed(shop: Shop) -> Shop:
    configure(shop.tenant, allowed_origins=[SITE])
    return shop


def ancestors(answer: HttpResponse) -> list[str]:
    policy = answer["Content-Security-Policy"]
    (found,) = [each.split() for each in policy.split("; ") if each.startswith("frame-ancestors")]
    return found[1:]


def stays_or_opens_a_tab(answer: HttpResponse) -> str:
    """The page; every link of it stays in the frame, or opens a tab: a frame shows nothing else."""
    page = page_of(answer)
    for link in LINK.findall(page):
        found = re.search(r'(?:href|action)="([^"]*)"', link)
        leaves = found and not re.match(r"$|#|\?|/embed/(en|fr-fr)/|tel:|mailto:", found[1])
        assert not leaves or 'target="_blank" rel="noopener"' in link, link
    assert 'class="top"' not in page
    assert 'class="wrap foot"' not in page
    return page


def test_only_frames_may_be_on_listed_sites(visitor: Visitor, listed: Shop) -> None:
    framed = visitor.get("/embed/en/book/")
    assert framed.status_code == 200
    assert ancestors(framed) == ["'self'", SITE]
    assert "X-Frame-Options" not in framed
    assert framed["X-Robots-Tag"] == "noindex"
    for path in ("/", "/book/", "/classes/", "/embed.js", "/account/sign-in/", "/team/sign-in/"):
        answer = visitor.get(path)
        assert ancestors(answer) == ["'self'"], path
        assert answer["X-Frame-Options"] == "DENY", path
        assert "X-Robots-Tag" not in answer, path


def test_errors_in_a_frame_are_seen_there(visitor: Visitor, listed: Shop) -> None:
    for path, status in (("/embed/en/nothing/", 404), ("/embed/xx/book/", 404), ("/embed/en/book/done/forged/", 404)):
        answer = visitor.get(path)
        assert (answer.status_code, ancestors(answer)) == (status, ["'self'", SITE])
        assert 'href="/embed/en/book/"' in stays_or_opens_a_tab(answer)
    assert visitor.client.delete("/embed/en/book/").status_code == 405


def test_without_a_list_only_the_business_s_own_pages_frame_it(visitor: Visitor, shop: Shop) -> None:
    assert ancestors(visitor.get("/embed/en/book/")) == ["'self'"]


def test_the_list_is_each_business_s_own(listed: Shop, rival: Tenant) -> None:
    answer = Client(headers={"host": "rival.localhost"}).get("/embed/en/book/")
    assert (answer.status_code, ancestors(answer)) == (200, ["'self'"])


def test_the_platform_has_no_frames(listed: Shop) -> None:
    platform = Client(headers={"host": "localhost"})
    for path in ("/embed/", "/embed/en/book/", "/embed.js", "/t/salon/embed/en/book/"):
        answer = platform.get(path)
        assert answer.status_code in {302, 404}
        assert SITE not in answer.get("Content-Security-Policy", "")


def test_a_booking_in_the_frame_without_a_cookie(visitor: Visitor, listed: Shop) -> None:
    client = visitor.client
    answer = client.get("/embed/", {"service": "cut"}, follow=True)
    assert answer.redirect_chain == [("/embed/en/book/?service=cut", 302)]
    assert re.search(r'value="[^"]+" checked', stays_or_opens_a_tab(answer))
    answer = client.post("/embed/en/book/", {"service": str(listed.cut.id)}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/embed/en/book/professional/?d=")
    stays_or_opens_a_tab(answer)
    answer = client.post(answer.redirect_chain[-1][0], {"staff": "any"}, follow=True)
    page = stays_or_opens_a_tab(answer)
    slot = re.search(r'name="slot" value="([^"]+)"', page)
    assert slot
    answer = client.post(answer.redirect_chain[-1][0], {"slot": slot[1]}, follow=True)
    address = answer.redirect_chain[-1][0]
    assert address.startswith("/embed/en/book/details/?d=")
    page = stays_or_opens_a_tab(answer)
    assert 'href="/account/sign-in/?next=%2Fbook%2Fdetails%2F%3Fd%3D' in page
    assert "data-booked" not in page
    answer = client.post(address, GOOD, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/embed/en/book/done/")
    page = stays_or_opens_a_tab(answer)
    visit = Visit.objects.get()
    assert visit.reference in page
    assert "data-booked" in page
    assert re.search(r'href="/manage/[^"/]+/" target="_blank"', page)
    assert not client.cookies


def test_classes_and_the_waitlist_in_the_frame(visitor: Visitor, listed: Shop) -> None:
    yoga = ServiceFactory(name="Yoga", slug="yoga", kind="class", capacity=1)
    at = now().replace(day=8, hour=18, minute=0, second=0, microsecond=0)
    open_one = SessionFactory(service=yoga, staff=listed.ana, location=listed.place, starts_at=at, capacity=1)
    full = SessionFactory(
        service=yoga, staff=listed.ben, location=listed.place, starts_at=at, capacity=1, seats_taken=1
    )
    configure(listed.tenant, features={"waitlist": True})
    answer = visitor.client.get("/embed/", {"service": "yoga"}, follow=True)
    assert answer.redirect_chain == [("/embed/en/classes/?service=yoga", 302)]
    assert f"/embed/en/classes/{open_one.id}/book/" in stays_or_opens_a_tab(answer)
    stays_or_opens_a_tab(visitor.get(f"/embed/en/classes/{open_one.id}/"))
    answer = visitor.client.get(f"/embed/en/classes/{full.id}/wait/", follow=True)
    stays_or_opens_a_tab(answer)
    answer = visitor.client.post(answer.redirect_chain[-1][0], GOOD, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/embed/en/waitlist/")
    stays_or_opens_a_tab(answer)
    assert WaitlistEntry.objects.count() == 1


def test_who_is_signed_in_is_a_guest_in_a_frame(owner: Person, listed: Shop, visitor: Visitor) -> None:
    draft = visitor.draft().token()
    assert "You are signed in as" in page_of(owner.page.get("/book/details/", {"d": draft}))
    answer = owner.page.get("/embed/en/book/details/", {"d": draft})
    assert owner.user.email not in stays_or_opens_a_tab(answer)
    assert "csrfmiddlewaretoken" not in page_of(answer)
    answer = owner.page.post(f"/embed/en/book/details/?d={draft}", GOOD)
    assert answer.status_code == 302
    assert Visit.objects.get().customer.user_id is None
    assert owner.page.get("/team/").status_code == 200, "and is signed in still"


def test_where_guests_may_not_book_it_goes_on_in_a_tab(visitor: Visitor, listed: Shop) -> None:
    configure(listed.tenant, policies={"guest_booking": False})
    answer = visitor.get("/embed/en/book/details/", visitor.draft())
    page = stays_or_opens_a_tab(answer)
    (link,) = re.findall(r'href="(/book/details/[^"]+)" target="_blank"', page)
    outside = visitor.client.get(link.replace("&amp;", "&"))
    assert "Sign in to book" in page_of(outside)
    assert listed.cut.name.partition(" ")[0] in page_of(outside)
    assert visitor.book().status_code == 200
    assert not Visit.objects.exists()


def test_the_language_is_in_the_address(visitor: Visitor, listed: Shop) -> None:
    configure(listed.tenant, languages=["en", "fr-FR", "ar"])
    answer = visitor.client.get("/embed/", {"lang": "ar"}, follow=True)
    assert answer.redirect_chain == [("/embed/ar/book/", 302)]
    assert '<html lang="ar" dir="rtl"' in page_of(answer)
    assert "lang" not in visitor.client.cookies
    visitor.client.cookies["lang"] = "ar"
    answer = visitor.client.get("/embed/fr-fr/book/", headers={"accept-language": "en"})
    assert '<html lang="fr-FR"' in page_of(answer)
    answer = visitor.client.get("/embed/", headers={"accept-language": "fr"}, follow=True)
    assert answer.redirect_chain == [("/embed/fr-fr/book/", 302)]


def test_another_language_is_another_address(visitor: Visitor, listed: Shop) -> None:
    configure(listed.tenant, languages=["en", "fr-FR"])
    path, query = "/embed/en/book/time/", {"d": visitor.draft(start=None).token(), "date": "2030-01-07"}
    assert 'name="lang" value="fr-FR"' in stays_or_opens_a_tab(visitor.client.get(path, query))
    sent = {"slot": MONDAY.isoformat(), "lang": "fr-FR"}
    answer = visitor.client.post(f"{path}?{urlencode(query)}", sent, follow=True)
    (there,) = answer.redirect_chain
    assert there[0].startswith("/embed/fr-fr/book/time/?d=")
    page = stays_or_opens_a_tab(answer)
    assert '<html lang="fr-FR"' in page
    assert re.search(rf'value="{re.escape(MONDAY.isoformat())}"[^>]* checked', page)
    page = stays_or_opens_a_tab(visitor.client.get("/embed/en/classes/", {"service": "none"}))
    assert 'href="/embed/fr-fr/classes/?service=none"' in page
    assert "lang" not in visitor.client.cookies


def test_a_draft_of_the_frame_is_good_outside_of_it(visitor: Visitor, listed: Shop) -> None:
    token = visitor.draft().token()
    assert visitor.get("/embed/en/book/details/", d=token).status_code == 200
    assert visitor.get("/book/details/", d=token).status_code == 200
    answer = visitor.get("/embed/en/book/details/", d="forged")
    assert (answer.status_code, answer["Location"]) == (302, "/embed/en/book/?again=1")


def test_the_script_is_small_kept_and_the_same_for_everybody(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, languages=["en", "fr", "ar", "pl", "es"], branding={"primary_color": "#0f5ea8"})
    answer = visitor.get("/embed.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=900"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(gzip.compress(answer.content)) <= 3072
    text = answer.content.decode()
    assert "#0f5ea8" in text
    assert '"dir": "rtl"' in text
    assert not answer.cookies
    french = visitor.client.get("/embed.js", headers={"accept-language": "fr"})
    assert french.content == answer.content
    again = visitor.client.get("/embed.js", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    configure(shop.tenant, branding={"primary_color": "#8a2be2"})
    changed: Any = visitor.client.get("/embed.js", headers={"if-none-match": answer["ETag"]})
    assert changed.status_code == 200


def test_a_name_cannot_break_out_of_the_script(visitor: Visitor, shop: Shop) -> None:
    Tenant.objects.filter(pk=shop.tenant.pk).update(name="</script>`${alert(1)}\u2028")
    configure(shop.tenant)
    text = visitor.get("/embed.js").content.decode()
    assert "</script>" not in text
    assert "\u2028" not in text
