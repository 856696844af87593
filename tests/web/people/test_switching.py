"""One person in two businesses: listed, and from one to the other by a press of a button on either side."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant, TenantConfig, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.users.actions.passwords import FRESH
from bookme.users.links import LinkPurpose, one_time_token
from bookme.users.models import Membership, SignIn, TwoFactor, User
from tests.factories.users import Person, make_person
from tests.team.conftest import told
from tests.web.team.conftest import shown


@pytest.fixture
def both(salon: Tenant, rival: Tenant) -> Person:
    """A manager here who is of the staff there."""
    person = make_person(salon, Role.MANAGER)
    Membership.objects.create(user=person.user, tenant=rival, role="staff")
    return person


def there() -> Client:
    return Client(headers={"host": "rival.localhost"})


def way(person: Person, rival: Tenant) -> str:
    """The path that the page leads to, on the other business's own domain."""
    answer = person.page.post("/team/switch/", {"business": str(rival.pk)})
    assert answer.status_code == 200
    found = re.search(r'content="0;url=http://rival\.localhost:8000(/team/continue/[^"]+)"', answer.text)
    assert found
    return found[1]


def test_all_ones_businesses_are_told_by_the_api(both: Person, rival: Tenant) -> None:
    customer_of = both.tenant
    body = both.api.get("auth/businesses/").json()
    assert body["results"] == [
        {"id": str(rival.pk), "slug": "rival", "name": "Rival", "url": "http://rival.localhost:8000/", "role": "staff"},
        {
            "id": str(customer_of.pk), "slug": "salon", "name": "Salon",
            "url": "http://salon.localhost:8000/", "role": "manager",
        },
    ]  # fmt: skip
    Membership.objects.filter(user=both.user, tenant=rival).update(is_active=False)
    assert [each["slug"] for each in both.api.get("auth/businesses/").json()["results"]] == ["salon"]


def test_who_is_in_one_business_has_no_menu(owner: Person, both: Person) -> None:
    assert "/team/switch/" not in shown(owner, "/team/")
    page = shown(both, "/team/")
    assert "/team/switch/" in page
    assert "Rival" in page


@pytest.mark.parametrize("change", ["customer", "removed", "suspended", "closed"])
def test_where_they_are_not_of_the_team_they_do_not_go(both: Person, rival: Tenant, change: str) -> None:
    member = Membership.objects.filter(user=both.user, tenant=rival)
    if change == "customer":
        member.update(role="customer")
    elif change == "removed":
        member.update(is_active=False)
    else:
        Tenant.objects.filter(pk=rival.pk).update(status=TenantStatus(change))
        forget_tenants()
    assert "/team/switch/" not in shown(both, "/team/")
    assert both.page.post("/team/switch/", {"business": str(rival.pk)}).status_code == 404


@pytest.mark.parametrize("asked", ["", "x", "https://evil.example/", "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b"])
def test_nobody_is_led_elsewhere(both: Person, asked: str) -> None:
    answer = both.page.post("/team/switch/", {"business": asked, "next": "https://evil.example/"})
    assert answer.status_code == 404
    assert both.page.post("/team/switch/", {"business": str(both.tenant.pk)}).status_code == 404


def test_no_link_signs_in(both: Person, rival: Tenant) -> None:
    browser, path = there(), way(both, rival)
    page = browser.get(path)
    assert f"Continue as {both.user.name}" in page.text
    assert browser.get("/team/").status_code == 302
    assert SignIn.objects.filter(tenant=rival).count() == 0
    answer = browser.post(path)
    assert answer["Location"] == "/team/"
    assert browser.get("/team/").status_code == 200
    with tenant_scope(rival):
        assert [each["way"] for each in told("account.signed_in")] == ["switch"]
    assert there().post(path).status_code == 404, "good once"


def test_it_takes_a_token_against_forged_forms(both: Person, rival: Tenant) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "rival.localhost"})
    assert strict.post(way(both, rival)).status_code == 403
    assert SignIn.objects.filter(tenant=rival).count() == 0


def test_who_is_there_already_just_goes_on(both: Person, rival: Tenant) -> None:
    browser = there()
    browser.post(way(both, rival))
    assert browser.get(way(both, rival))["Location"] == "/team/"


def test_the_way_is_good_for_a_minute_and_in_one_business(both: Person, rival: Tenant) -> None:
    path = way(both, rival)
    assert both.page.post(path.replace("rival", "salon")).status_code == 404
    with time_machine.travel(now().timestamp() + 61):
        assert there().get(path).status_code == there().post(path).status_code == 404
    wrong = one_time_token(user=both.user, tenant=rival, purpose=LinkPurpose.SIGN_IN)
    assert there().post(f"/team/continue/{wrong}/").status_code == 404
    assert there().post(path).status_code == 302


def test_who_was_removed_there_meanwhile_stays_out(both: Person, rival: Tenant) -> None:
    path = way(both, rival)
    Membership.objects.filter(user=both.user, tenant=rival).update(is_active=False)
    assert there().post(path).status_code == 404


def test_a_business_that_demands_two_factors_still_does(both: Person, rival: Tenant) -> None:
    config = TenantConfig.objects.get(tenant=rival)
    TenantConfig.objects.filter(tenant=rival).update(data=config.data | {"team": {"require_two_factor": True}})
    forget_tenants()
    browser: Any = there()
    browser.post(way(both, rival))
    assert browser.get("/team/people/").status_code in {302, 403}
    with tenant_scope(Tenant.objects.select_related("tenantconfig").get(pk=rival.pk)):
        api = Person(user=both.user, membership=Membership.objects.get(user=both.user, tenant=rival)).api
        answer = api.get("customers/")
    assert (answer.status_code, answer.json()["code"]) == (403, "two_factor_required")


@pytest.mark.parametrize("has_password", [True, False])
def test_coming_over_proves_nothing_anew(both: Person, rival: Tenant, has_password: bool) -> None:
    """A stranger at an unlocked screen is asked there what they are asked here."""
    if not has_password:
        both.user.set_unusable_password()
        both.user.save()
    path = way(both, rival)
    SignIn.objects.update(proven_at=now() - FRESH - dt.timedelta(minutes=1))
    browser: Any = there()
    assert browser.post(path).status_code == 302
    for page in (both.page, browser):
        assert page.post("/account/security/two-factor/").status_code == 422
        assert page.post("/account/security/password/", {"password": "of-a-perfect-stranger"}).status_code == 422
    assert not TwoFactor.objects.exists()
    assert User.objects.get(pk=both.user.pk).password == both.user.password
