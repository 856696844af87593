"""`/team/domains/`: what the owner has to set so that the business is at a name of its own."""

from typing import Any

import pytest

from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.onboarding.actions.domains import CHECKS
from bookme.tenants.context import tenant_scope
from bookme.tenants.hosts import proof_of
from bookme.tenants.models import Domain, Tenant
from tests.factories.tenants import DomainFactory
from tests.factories.users import Person
from tests.internet import Internet
from tests.web.conftest import Shop, configure, page_of

PAGE = "/team/domains/"
HOST = "book.salon.example"


@pytest.fixture
def claimed(shop: Shop, settings: Any) -> Domain:
    settings.LOCAL_MODE = False
    return DomainFactory(tenant=shop.tenant, domain=HOST, is_primary=True, verified_at=None)


def check(owner: Person, row: Domain) -> str:
    """Presses the button; returns the page that comes next."""
    answer = owner.page.post(f"{PAGE}{row.pk}/check/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    return page_of(answer)


def test_it_says_what_to_set(owner: Person, claimed: Domain) -> None:
    page = page_of(owner.page.get(PAGE))
    assert page.index(f">{HOST}<") < page.index(">salon.localhost<")
    assert page.count("Not proven yet") == page.count("Online") == 1
    assert page.count("Links lead here") == 1
    assert page.index("Links lead here") > page.index(">salon.localhost<")
    for text in ("TXT", f"_bookme.{HOST}", proof_of(HOST, tenant=owner.tenant), "This has not been looked for yet."):
        assert text in page
    assert f"http://{HOST}/.well-known/bookme-verification.txt" in page
    assert f'href="http://{HOST}' not in page, "it leads elsewhere as yet"


def test_checking_tells_what_was_found(owner: Person, claimed: Domain, internet: Internet) -> None:
    page = check(owner, claimed)
    assert page.count("The record is not there, or not to be seen yet.") == 2, "said at once, and beside the name"
    assert "Last look:" in page
    internet.dns.set(f"_bookme.{HOST}", "TXT", f'"{proof_of(HOST, tenant=owner.tenant)}"')
    page = check(owner, claimed)
    assert f"{HOST} is yours, and online." in page
    assert "Check now" not in page
    assert f'href="http://{HOST}:8000/"' in page
    assert Event.objects.get(name="business.domain_verified").actor_id == owner.user.pk


def test_too_many_checks_are_told_in_words(owner: Person, claimed: Domain, internet: Internet) -> None:
    for _ in range(CHECKS.most):
        owner.page.post(f"{PAGE}{claimed.pk}/check/")
    asked = len(internet.dns.asked)
    assert "checked often enough" in check(owner, claimed)
    assert len(internet.dns.asked) == asked


def test_it_speaks_the_reader_s_language(owner: Person, claimed: Domain, internet: Internet) -> None:
    configure(owner.tenant, languages=["en", "fr"])
    owner.page.post(f"{PAGE}{claimed.pk}/check/")
    assert "L’enregistrement n’y est pas" in page_of(owner.page.get(PAGE, {"lang": "fr"}))
    told = owner.api.get("domains/", accept_language="fr").json()["results"][0]
    assert told["detail"] == "L’enregistrement n’y est pas, ou n’est pas encore visible."


def test_it_is_for_who_keeps_the_settings(
    owner: Person, manager: Person, stylist: Person, rival: Tenant, claimed: Domain, internet: Internet
) -> None:
    for person in (manager, stylist):
        assert person.page.get(PAGE).status_code == 403
        assert person.page.post(f"{PAGE}{claimed.pk}/check/").status_code == 403
        assert PAGE not in page_of(person.page.get("/team/"))
    assert PAGE in page_of(owner.page.get("/team/"))
    with tenant_scope(rival):
        theirs = DomainFactory(tenant=rival, domain="rival.example", is_primary=False, verified_at=None)
    assert owner.page.post(f"{PAGE}{theirs.pk}/check/").status_code == 404
    assert internet.dns.asked == []
    assert "rival.example" not in page_of(owner.page.get(PAGE))


def test_a_proven_one_is_not_checked_again(owner: Person, claimed: Domain, internet: Internet) -> None:
    Domain.objects.filter(pk=claimed.pk).update(verified_at=now())
    assert "is yours, and online" in check(owner, claimed)
    assert internet.dns.asked == []
