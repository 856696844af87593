"""`/team/website/`: the code for the business's own site, and which sites may have it."""

import html
import re

import pytest

from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.factories.users import Person
from tests.web.conftest import Shop, configure, page_of

PAGE = "/team/website/"
SITE = "https://www.salon.example"


def snippet(person: Person, **asked: str) -> str:
    """What is to be copied, as text; the preview has the same attributes."""
    page = page_of(person.page.get(PAGE, asked))
    (code,) = re.findall(r'<code id="snippet">(.*?)</code>', page, re.DOTALL)
    code = html.unescape(code)
    (attributes,) = re.findall(r'embed\.js"( data-.*)?></script>', code)
    assert f'<script async src="/embed.js"{attributes}></script>' in page
    return code


def listed(person: Person) -> list[str]:
    return list(Tenant.objects.get(pk=person.tenant.pk).config.allowed_origins)


def test_the_code_is_as_it_was_asked_for(owner: Person, shop: Shop) -> None:
    configure(shop.tenant, languages=["en", "fr"])
    assert snippet(owner) == (
        '<script async src="http://salon.localhost:8000/embed.js"></script>\n'
        '<noscript><a href="http://salon.localhost:8000/book/">Book</a></noscript>'
    )
    told = snippet(owner, label='Book "now" <b>', service="cut", lang="fr", position="right")
    assert 'data-label="Book &quot;now&quot; &lt;b&gt;" data-position="right" data-service="cut" data-lang="fr"' in told
    assert 'href="http://salon.localhost:8000/book/?service=cut&amp;lang=fr">Book &quot;now&quot; &lt;b&gt;</a>' in told
    told = snippet(owner, mode="inline", label="Book now", position="left", service="cut")
    assert 'embed.js" data-mode="inline" data-service="cut"></script>' in told


@pytest.mark.parametrize("asked", [{"service": "nothing"}, {"mode": "x"}, {"lang": "xx"}, {"position": '"><script>'}])
def test_what_is_no_choice_of_ours_is_not_copied(owner: Person, shop: Shop, asked: dict[str, str]) -> None:
    assert "data-" not in snippet(owner, **asked)


def test_the_sites_are_changed_here(owner: Person, shop: Shop) -> None:
    assert "No site is allowed yet" in page_of(owner.page.get(PAGE))
    given = {"sites": f"  {SITE}/\r\n\r\n{SITE}\r\nhttps://salon.example:8443"}
    answer = owner.page.post(PAGE, given, follow=True)
    page = page_of(answer)
    assert "The allowed sites are saved." in page
    assert "No site is allowed yet" not in page
    assert f"{SITE}\nhttps://salon.example:8443</textarea>" in page
    assert listed(owner) == [SITE, "https://salon.example:8443"]
    assert Event.objects.get(name="business.configured").actor_id == owner.user.pk
    framed = owner.page.get("/embed/en/book/")
    assert f"frame-ancestors 'self' {SITE} https://salon.example:8443" in framed["Content-Security-Policy"]


@pytest.mark.parametrize(
    "site", ["www.salon.example", f"{SITE}/book", "*", "https://*.example", "'none'; script-src *"]
)
def test_what_is_no_site_is_refused(owner: Person, shop: Shop, site: str) -> None:
    configure(shop.tenant, allowed_origins=[SITE])
    answer = owner.page.post(PAGE, {"sites": f"{SITE}\n{site}"})
    assert answer.status_code == 422
    assert "must be an origin" in page_of(answer)
    assert html.escape(site) in page_of(answer), "what was written is kept"
    assert listed(owner) == [SITE]


def test_it_is_for_who_keeps_the_settings(owner: Person, manager: Person, stylist: Person, shop: Shop) -> None:
    for person in (manager, stylist):
        assert person.page.get(PAGE).status_code == 403
        assert person.page.post(PAGE, {"sites": SITE}).status_code == 403
        assert PAGE not in page_of(person.page.get("/team/"))
    assert PAGE in page_of(owner.page.get("/team/"))
    assert listed(owner) == []
