"""Where a second factor is demanded, nobody has powers without it: of the team by the business, of operators by us."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.services.models import Category
from bookme.tenants.models import Tenant
from bookme.users.models import TwoFactor, User
from tests.answers import ids
from tests.factories.bookings import BookingFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import PASSWORD, Api, Person, UserFactory
from tests.users.second_factor import Factor, turn_on
from tests.web.conftest import configure

pytestmark = pytest.mark.usefixtures("clock")

DEMANDED = {"require_two_factor": True}


@pytest.fixture
def strict(salon: Tenant) -> Tenant:
    configure(salon, team=DEMANDED)
    return salon


def _adds(person: Person) -> Any:
    return person.api.post("service-categories/", {"name": "Nails"})


def test_a_member_who_lacks_it_has_no_powers(strict: Tenant, owner: Person) -> None:
    answer = _adds(owner)
    assert (answer.status_code, answer.json()["code"]) == (403, "two_factor_required")
    assert not Category.objects.exists()
    for path in ("customers/", "bookings/export/", "notifications/"):
        assert owner.api.get(path).status_code in {403, 404}, path
    me = owner.api.get("auth/me/").json()
    assert (me["two_factor_required"], me["role"], me["permissions"]) == (True, None, [])
    assert owner.api.get("auth/2fa/").json()["is_demanded"]


def test_the_control_has_them(salon: Tenant, owner: Person) -> None:
    assert _adds(owner).status_code == 201


def test_setting_it_up_gives_them_at_once(strict: Tenant, owner: Person) -> None:
    assert _adds(owner).status_code == 403
    begun = Factor(owner.api.post("auth/2fa/setup/").json()["secret"], [])
    assert _adds(owner).status_code == 403, "begun is not done"
    assert owner.api.post("auth/2fa/confirm/", {"code": begun.code()}).status_code == 200
    assert _adds(owner).status_code == 201
    me = owner.api.get("auth/me/").json()
    assert (me["two_factor_required"], me["role"]) == (False, "owner")


def test_turning_it_off_takes_them(strict: Tenant, owner: Person) -> None:
    factor = turn_on(owner.user)
    assert _adds(owner).status_code == 201
    given = {"code": factor.code(), "current_password": PASSWORD}
    assert owner.api.post("auth/2fa/disable/", given).status_code == 204
    assert _adds(owner).json()["code"] == "two_factor_required"


def test_the_demand_holds_at_once_for_who_is_in(salon: Tenant, owner: Person, stylist: Person) -> None:
    assert owner.api.get("customers/").status_code == stylist.api.get("customers/").status_code == 200
    configure(salon, team=DEMANDED)
    assert owner.api.get("customers/").status_code == stylist.api.get("customers/").status_code == 403


def test_customers_are_not_the_team(strict: Tenant, customer: Person) -> None:
    me = customer.api.get("auth/me/").json()
    assert (me["role"], me["two_factor_required"]) == ("customer", False)
    assert not customer.api.get("auth/2fa/").json()["is_demanded"]
    assert customer.api.get("bookings/").status_code == 200


def test_it_is_this_business_s_own_demand(strict: Tenant, rival_owner: Person) -> None:
    assert rival_owner.api.post("service-categories/", {"name": "Nails"}).status_code == 201


def test_knowing_costs_no_query(salon: Tenant, owner: Person) -> None:
    """The sign-in is read with its person, their membership and their second factor."""
    turn_on(owner.user)
    counts = []
    assert _adds(owner).status_code == 201
    for demanded in (False, True):
        configure(salon, team={"require_two_factor": demanded})
        assert owner.api.get("service-categories/").status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert owner.api.get("service-categories/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", ["member", "operator"])
def test_who_lacks_it_sees_what_anybody_sees(strict: Tenant, owner: Person, settings: Any, kind: str) -> None:
    """What is not offered any more is for the team; so is whatever the team alone is told of a row."""
    gone = ServiceFactory(is_active=False)
    BookingFactory()
    api, guest = owner.api, Api(host=owner.host)
    if kind == "operator":
        UserFactory(email="operator@platform.example", is_staff=True)
        guest = Api(host="localhost", prefix="/t/salon/api/v1/")
        given = {"email": "operator@platform.example", "password": PASSWORD}
        api = Api(host="localhost", prefix=guest.prefix, token=guest.post("auth/login/", given).json()["access"])
    for demanded in (False, True):
        settings.OPERATORS_NEED_TWO_FACTOR = demanded
        configure(strict, team={"require_two_factor": demanded})
        assert api.get(f"services/{gone.pk}/").status_code == (404 if demanded else 200)
        if demanded:
            assert api.get("services/").json() == guest.get("services/").json()
            assert ids(api.get("bookings/")) == set()
        else:
            assert len(ids(api.get("bookings/"))) == 1


# Operators --------------------------------------------------------------------------------------
@pytest.fixture
def operator(salon: Tenant) -> User:
    return UserFactory(email="operator@platform.example", is_staff=True)


@pytest.mark.parametrize("prefix", ["/t/salon/api/v1/", "/api/v1/"])
def test_an_operator_sets_it_up_by_the_api_before_anything_else(operator: User, settings: Any, prefix: str) -> None:
    settings.OPERATORS_NEED_TWO_FACTOR = True
    guest = Api(host="localhost", prefix=prefix)
    tokens = guest.post("auth/login/", {"email": operator.email, "password": PASSWORD}).json()
    here = Api(host="localhost", prefix=prefix, token=tokens["access"])
    business = Api(host="localhost", prefix="/t/salon/api/v1/", token=tokens["access"])

    refused = business.post("service-categories/", {"name": "Nails"})
    assert (refused.status_code, refused.json()["code"]) == (403, "two_factor_required")
    begun = here.post("auth/2fa/setup/").json()
    assert "issuer=BookMe" in begun["uri"], "they are of no business"
    factor = Factor(begun["secret"], [])
    assert here.post("auth/2fa/confirm/", {"code": factor.code(steps=-1)}).status_code == 200
    assert business.post("service-categories/", {"name": "Nails"}).status_code == 201

    asked = guest.post("auth/login/", {"email": operator.email, "password": PASSWORD})
    assert (asked.status_code, asked.json()["code"]) == (401, "two_factor_required")
    given = {"challenge": asked.json()["challenge"], "code": factor.code()}
    elsewhere = Api(host="localhost", prefix="/api/v1/" if prefix != "/api/v1/" else "/t/salon/api/v1/")
    assert elsewhere.post("auth/2fa/verify/", given).status_code == 401, "it is for where it was given"
    assert guest.post("auth/2fa/verify/", given).status_code == 200


def test_no_operator_s_challenge_is_taken_on_a_business_s_own_domain(operator: User) -> None:
    factor = turn_on(operator)
    asked = Api(host="localhost", prefix="/t/salon/api/v1/").post(
        "auth/login/", {"email": operator.email, "password": PASSWORD}
    )
    given = {"challenge": asked.json()["challenge"], "code": factor.code()}
    answer = Api(host="salon.localhost").post("auth/2fa/verify/", given)
    assert (answer.status_code, answer.json()["code"]) == (401, "challenge_invalid")
    assert TwoFactor.objects.get().last_step == 0
