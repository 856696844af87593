"""What all pages share: language, colours, security headers, error pages, static files."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.test import Client, RequestFactory

from bookme.bookings.wording import place_text
from bookme.services.models import Service
from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.web import errors
from bookme.web.brand import brand_of
from bookme.web.context import BusinessPage, page_css
from bookme.web.finders import SubsetFontFinder
from bookme.web.middleware import choose_language
from bookme.web.site.opening import merged
from bookme.web.storage import HashedStorage
from tests.web.conftest import Shop, Visitor, configure, page_of


@pytest.mark.parametrize(
    ("offered", "chosen", "accepted", "expected"),
    [
        (["fr", "ar"], [], "", "fr"),
        (["fr", "ar"], [], "ar-MA,ar;q=0.9,en;q=0.1", "ar"),
        (["fr", "ar"], [], "en-GB, de;q=0.5", "fr"),
        (["fr", "ar"], ["", "ar"], "fr", "ar"),
        (["fr", "ar"], ["xx", "../../etc"], "ar", "ar"),
        (["en", "fr"], ["fr", "en"], "en", "fr"),
        (["en"], [], "\x00;;q=x" * 50, "en"),
        (["en", "fr"], [], "fr-CA", "fr"),
        (["en", "fr-FR", "ar-MA"], [], "fr-fr;q=0.8, ar-ma", "ar-MA"),
        (["en", "fr-FR", "fr-CA"], [], "FR-ca", "fr-CA"),
        (["en", "fr-FR", "fr"], [], "fr-CA", "fr"),
        (["en", "fr-FR"], [], "fr-CA,en;q=0.5", "fr-FR"),
        (["en", "ar-MA"], ["ar-MA"], "", "ar-MA"),
        (["en"], ["fr"], "fr-CA, ar-MA;q=0.9", "en"),
        (["en"], [], "*", "en"),
    ],
)
def test_which_language(offered: list[str], chosen: list[str], accepted: str, expected: str) -> None:
    assert choose_language(offered, chosen, accepted) == expected


def test_languages_of_the_business(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, languages=["fr", "ar", "en"], country="MA", currency="MAD")
    Service.objects.filter(pk=shop.cut.pk).update(name="Coupe", translations={"ar": {"name": "قص"}})
    answer = visitor.get("/")
    page = page_of(answer)
    assert '<html lang="fr" dir="ltr"' in page
    assert "Coupe" in page
    assert "40 MAD" in page.replace("\xa0", " ")
    assert {"Accept-Language", "Cookie"} <= {each.strip() for each in answer["Vary"].split(",")}
    answer = visitor.get("/", lang="ar")
    page = page_of(answer)
    assert '<html lang="ar" dir="rtl"' in page
    assert "قص" in page
    assert answer.cookies["lang"].value == "ar"
    assert '<html lang="ar"' in page_of(visitor.get("/"))
    assert "lang" not in visitor.get("/", lang="pl").cookies
    api = visitor.client.get("/api/v1/services/", headers={"accept-language": "en"})
    assert api["Content-Language"] == "en"


def test_a_language_with_a_region_is_spoken_and_written(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, languages=["en", "fr-FR", "ar-MA"], country="MA", currency="MAD")
    Service.objects.filter(pk=shop.cut.pk).update(translations={"fr-FR": {"name": "Coupe"}})
    answer = visitor.client.get("/", headers={"accept-language": "fr-FR,fr;q=0.9"})
    page = page_of(answer)
    assert answer["Content-Language"] == "fr-FR"
    assert '<html lang="fr-FR" dir="ltr"' in page
    assert "Réserver" in page
    assert "Coupe" in page
    assert "lundi" in page.lower()
    page = page_of(visitor.client.get("/", headers={"accept-language": "ar-MA"}))
    assert '<html lang="ar-MA" dir="rtl"' in page
    assert "الاثنين" in page


def test_the_page_wears_the_business_s_colour_under_a_strict_policy(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, branding={"primary_color": "#0f5ea8", "font": "Source Serif 4"})
    answer = visitor.get("/")
    page = page_of(answer)
    nonce = page.partition('<style nonce="')[2].partition('"')[0]
    assert len(nonce) > 20
    assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
    assert "--brand:light-dark(#0f5ea8," in page
    assert '--font-head:"Source Serif 4"' in page
    assert "unsafe-inline" not in answer["Content-Security-Policy"].replace("style-src-attr 'unsafe-inline'", "")


@pytest.mark.parametrize("font", ['Inter";}body{display:none', "x" * 61, "</style>", "Inter"])
def test_a_font_s_name_is_only_a_name(shop: Shop, font: str) -> None:
    configure(shop.tenant, branding={"font": font})
    assert "--font-head" not in page_css(BusinessPage(shop.tenant, "en"))


def test_a_customer_finds_where_to_sign_in(visitor: Visitor) -> None:
    (link,) = re.findall(r'<a class="me-in" href="([^"]+)">', page_of(visitor.get("/")))
    assert 'name="password"' in page_of(visitor.get(link))


def test_a_page_that_is_not_there(visitor: Visitor) -> None:
    answer = visitor.get("/nothing/")
    assert answer.status_code == 404
    page = page_of(answer)
    assert "There is nothing here" in page
    assert "Salon" in page
    answer = visitor.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.content)["code"] == "not_found"


def test_an_unknown_host(db: None) -> None:
    answer = Client(headers={"host": "nobody.localhost"}).get("/")
    assert answer.status_code == 404
    assert "no business at this address" in page_of(answer)


def test_by_its_number_a_local_machine_says_where_to_go(db: None, settings: Any) -> None:
    stranger = Client(headers={"host": "127.0.0.1:8000"})
    answer = stranger.get("/")
    assert answer.status_code == 404
    assert 'href="http://localhost:8000/"' in page_of(answer)
    assert "http://localhost:8000/" in stranger.get("/api/v1/config/").json()["detail"]
    settings.LOCAL_MODE = False
    assert "localhost" not in page_of(stranger.get("/"))


def test_a_suspended_business(salon: Tenant) -> None:
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    forget_tenants()
    answer = Client(headers={"host": "salon.localhost"}).get("/book/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    assert "not taking bookings" in page_of(answer)


def _request(path: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.LANGUAGE_CODE = "en"
    return request


def test_our_own_faults_need_nothing_that_may_be_broken() -> None:
    answer = errors.server_error(HttpRequest())
    assert answer.status_code == 500
    assert "on our side" in answer.content.decode()
    answer = errors.server_error(_request("/api/v1/services/"))
    assert json.loads(answer.content)["code"] == "server_error"


def test_other_refusals(salon: Tenant) -> None:
    for view, status in ((errors.bad_request, 400), (errors.forbidden, 403), (errors.csrf_failure, 403)):
        assert view(_request("/x/")).status_code == status
        problem = view(_request("/api/v1/x/"))
        assert (problem.status_code, problem["Content-Type"]) == (status, "application/problem+json")


def test_the_platform_s_start_page(db: None) -> None:
    page = page_of(Client(headers={"host": "localhost"}).get("/"))
    assert "Bookings, without the double ones" in page
    assert 'href="http://salon.localhost:8000/"' in page


def test_outside_local_mode_it_names_nobody(db: None, settings: object) -> None:
    settings.LOCAL_MODE = False  # type: ignore[attr-defined]
    page = page_of(Client(headers={"host": "localhost"}).get("/"))
    assert "salon.localhost" not in page


def test_times_of_a_week_that_touch_are_one() -> None:
    assert merged([(600, 720), (540, 600), (900, 960), (930, 940)]) == [(540, 720), (900, 960)]


def test_fonts_are_cut_to_size(settings: object, tmp_path: Path) -> None:
    settings.FONT_CACHE_DIR = tmp_path  # type: ignore[attr-defined]
    finder = SubsetFontFinder()
    for weight in ("400", "600"):
        found = Path(finder.find(f"bm/fonts/inter-{weight}.woff2"))
        assert found.read_bytes()[:4] == b"wOF2"
        assert found.stat().st_size < 30_000
        assert finder.find(f"bm/fonts/inter-{weight}.woff2", find_all=True) == [str(found)]
    assert [name for name, _storage in finder.list(None)] == ["inter-400.woff2", "inter-600.woff2"]
    assert finder.check() == []


@pytest.mark.parametrize(
    "path", ["bm/fonts/../../etc/passwd", "bm/fonts/inter-500.woff2", "bm/core.css", "inter-400.woff2"]
)
def test_nothing_else_is_found_as_a_font(path: str) -> None:
    assert SubsetFontFinder().find(path) == []


def test_where_the_font_has_gone_the_page_goes_without(
    settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FONT_CACHE_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(finders, "find", lambda *_args, **_options: None)
    finder = SubsetFontFinder()
    assert finder.find("bm/fonts/inter-400.woff2") == []
    assert list(finder.list(None)) == []


def test_every_static_file_of_ours_can_be_hashed(settings: object, tmp_path: Path) -> None:
    """`collectstatic` as in production, of our files and htmx alone."""
    settings.STATIC_ROOT = tmp_path  # type: ignore[attr-defined]
    storage = HashedStorage(location=str(tmp_path), base_url="/static/")
    names = ["bm/core.css", "bm/booking.css", "bm/site.css", "bm/booking.js", "bm/mark.svg"]
    names += ["bm/fonts/inter-400.woff2", "bm/fonts/inter-600.woff2", "django_htmx/htmx-2.min.js"]
    for name in names:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(str(finders.find(name))).read_bytes())
    results = {
        name: (hashed, done) for name, hashed, done in storage.post_process({name: (storage, name) for name in names})
    }
    assert all(not isinstance(done, Exception) for _hashed, done in results.values())
    css = (tmp_path / storage.hashed_files["bm/core.css"]).read_text()
    assert "fonts/inter-400.woff2" not in css
    assert "fonts/inter-400." in css


def test_the_accent_and_the_website_are_on_the_page(visitor: Visitor, shop: Shop) -> None:
    plain = page_of(visitor.get("/"))
    configure(
        shop.tenant,
        branding={"primary_color": "#6d3b5e", "accent_color": "#d8efe7"},
        contact={"website": "https://www.salon.example/"},
    )
    page = page_of(visitor.get("/"))
    assert f"--brand-soft:light-dark({brand_of('#6d3b5e', '#d8efe7').light.brand_soft}," in page
    assert '<a href="https://www.salon.example/" rel="noopener"><bdi>www.salon.example</bdi></a>' in page
    assert "www.salon.example" not in plain


def test_an_address_has_its_state(visitor: Visitor, shop: Shop) -> None:
    shop.place.city, shop.place.county, shop.place.postcode = "Boston", "MA", "02110"
    shop.place.save()
    assert place_text(shop.place).endswith("Boston, MA 02110")
    for page in (visitor.get("/"), visitor.get("/book/time/", visitor.draft())):
        assert "Boston, MA 02110" in page_of(page)
    shop.place.county = ""
    assert place_text(shop.place).endswith("Boston 02110")
