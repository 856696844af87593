"""Who gets into the operators' admin, and how."""

import pytest
from django.test import Client

from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from bookme.users.models import User
from tests.config.admin.desk import BUSINESS_LISTS, PLATFORM_LISTS, SALON
from tests.factories.users import PASSWORD, Person, UserFactory, make_person


def test_an_operator_signs_in_and_out(operator: User) -> None:
    browser = Client(headers={"host": "localhost"})
    assert browser.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    answer = browser.post("/admin/login/?next=/admin/", {"username": "Admin@BookMe.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200
    browser.post("/admin/logout/")
    assert browser.get("/admin/").status_code == 302


def test_nobody_else_gets_in(salon: Tenant, operator: User) -> None:
    owner = make_person(salon, Role.OWNER, email="owner@salon.example")
    gone = UserFactory(email="gone@bookme.example", is_staff=True, is_active=False)
    for email in (owner.user.email, gone.email, "nobody@bookme.example"):
        browser = Client(headers={"host": "localhost"})
        answer = browser.post("/admin/login/", {"username": email, "password": PASSWORD})
        assert answer.status_code == 200, email
        assert "_auth_user_id" not in browser.session
    signed_in = Client(headers={"host": "localhost"})
    signed_in.force_login(owner.user)
    for path in ["/admin/", SALON, *PLATFORM_LISTS, *BUSINESS_LISTS]:
        assert signed_in.get(path).status_code == 302, path


def test_who_stops_being_an_operator_is_out_at_once(admin: Client, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert admin.get("/admin/").status_code == 302
    assert admin.get(f"{SALON}bookings/booking/").status_code == 302


def test_a_session_of_a_business_is_worthless_here(owner: Person) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.cookies["sessionid"] = owner.page.cookies["sessionid"].value
    for path in ("/admin/", SALON):
        assert browser.get(path).status_code == 302


def test_the_password_cannot_be_guessed_without_end(operator: User) -> None:
    browser = Client(headers={"host": "localhost"})
    for _ in range(10):
        browser.post("/admin/login/", {"username": operator.email, "password": "wrong"})
    answer = browser.post("/admin/login/", {"username": operator.email, "password": PASSWORD})
    assert "Too many failed attempts" in answer.text
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("path", ["/admin/", "/t/salon/admin/", "/admin/login/"])
def test_a_business_domain_has_no_admin(salon: Tenant, operator: User, path: str) -> None:
    browser = Client(headers={"host": "salon.localhost"})
    browser.force_login(operator)
    assert browser.get(path).status_code == 404


def test_the_way_from_the_platform_to_a_business_and_whose_data_it_is(admin: Client, salon: Tenant) -> None:
    platform = admin.get("/admin/tenants/tenant/").text
    assert 'href="/t/salon/admin/"' in platform
    assert "Data of" not in platform
    switched = admin.get(SALON).text
    assert "Data of Salon" in switched
    assert "Data of Rival" not in switched
    assert 'href="/t/rival/admin/"' in switched, "the switch is on every page"
    assert 'href="/t/salon/admin/bookings/booking/"' in switched


def test_only_the_admin_has_the_policy_that_unfold_needs(admin: Client, client: Client, salon: Tenant) -> None:
    for path in ("/admin/", SALON, "/admin/login/"):
        assert "'unsafe-eval'" in admin.get(path).headers["Content-Security-Policy"]
    assert "unsafe-eval" not in client.get("/admin/").headers.get("Content-Security-Policy", "")
    assert "unsafe-eval" not in admin.get("/mailbox/").headers["Content-Security-Policy"]
