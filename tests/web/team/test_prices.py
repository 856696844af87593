"""Prices and lengths."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.staff.models import StaffService
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.services import ServiceFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import done, sent, shown

FORM = {
    "price": "45.50",
    "duration_minutes": "50",
    "padding_before_minutes": "0",
    "padding_after_minutes": "10",
    "is_active": "on",
}


def path_of(shop: Shop) -> str:
    return f"/team/prices/{shop.cut.pk}/"


def test_a_price_changes_and_is_told(salon_team: Shop, manager: Person) -> None:
    assert 'value="40.00"' in shown(manager, path_of(salon_team))
    assert "£45.50" in done(manager, path_of(salon_team), FORM)
    service = Service.objects.get(pk=salon_team.cut.pk)
    assert (service.price, service.duration_minutes, service.padding_after_minutes) == (Decimal("45.5"), 50, 10)
    assert Event.objects.get().payload["changes"]["price"] == ["40", "45.5"]


def test_what_is_no_longer_booked_is_apart(salon_team: Shop, owner: Person) -> None:
    page = done(owner, path_of(salon_team), {name: each for name, each in FORM.items() if name != "is_active"})
    assert page.index("No longer offered") < page.index("Cut &amp; finish")
    assert not Service.objects.get(pk=salon_team.cut.pk).is_active


def test_own_prices_are_named(salon_team: Shop, owner: Person) -> None:
    StaffService.objects.filter(staff=salon_team.ana, service=salon_team.cut).update(price=60)
    assert "£60" in shown(owner, path_of(salon_team))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "-1"),
        ("price", "45.505"),
        ("price", "NaN"),
        ("price", "1e99"),
        ("price", ""),
        ("price", "\u0000"),
        ("duration_minutes", "0"),
        ("duration_minutes", "1441"),
        ("duration_minutes", "1.5"),
        ("padding_after_minutes", "481"),
    ],
)
def test_faults_are_beside_their_fields(salon_team: Shop, owner: Person, field: str, value: str) -> None:
    response = sent(owner, path_of(salon_team), FORM | {field: value})
    assert response.status_code == 422
    assert f'id="f-{field}_error"' in page_of(response)
    assert Service.objects.get(pk=salon_team.cut.pk).price == 40
    assert not Event.objects.exists()


def test_staff_look_and_do_not_touch(salon_team: Shop, stylist: Person) -> None:
    page = shown(stylist, "/team/prices/")
    assert "£40" in page
    assert path_of(salon_team) not in page
    shown(stylist, path_of(salon_team), status=403)
    assert sent(stylist, path_of(salon_team), FORM).status_code == 403
    assert Service.objects.get(pk=salon_team.cut.pk).price == 40


def test_unknown_services_are_not_found(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign: Any = ServiceFactory()
    for each in (foreign.pk, uuid4()):
        shown(owner, f"/team/prices/{each}/", status=404)
        assert sent(owner, f"/team/prices/{each}/", FORM).status_code == 404
