"""The list of bookings and what narrows it."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.bookings.conftest import Shop
from tests.bookings.desk import monday
from tests.bookings.rows import booked
from tests.factories.bookings import VisitFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person


class TestTheList:
    def test_filters(self, shop: Shop, owner: Person) -> None:
        first = booked(shop, visit=VisitFactory(contact_name="Grace Hopper", reference="GRACE111"))
        second = booked(
            shop,
            appointment__staff=shop.ben,
            appointment__starts_at=monday(10) + dt.timedelta(days=1),
            status="pending",
        )

        def found(**query: Any) -> list[str]:
            answer = owner.api.get("bookings/", query)
            assert answer.status_code == 200, answer.content
            return [each["id"] for each in answer.json()["results"]]

        one, two = str(first.pk), str(second.pk)
        assert found() == [one, two]
        assert found(date="2030-01-07") == [one]
        assert found(**{"from": "2030-01-08"}) == [two]
        assert found(**{"from": "2030-01-07", "to": "2030-01-07"}) == [one]
        assert found(staff=str(shop.ben.pk)) == [two]
        assert found(service=str(shop.service.pk)) == [one, two]
        assert found(service=str(ServiceFactory().pk)) == []
        assert found(status="pending") == [two]
        assert found(status=["pending", "confirmed"]) == [one, two]
        assert found(customer=str(first.visit.customer_id)) == [one]
        assert found(location=str(shop.place.pk)) == [one, two]
        assert found(search="hopper") == [one]
        assert found(search="GRACE1") == [one]
        assert found(search="grace hopper") == [one]
        assert found(search="grace nobody") == []
        assert found(search="%") == []

    @pytest.mark.parametrize(
        "query",
        [
            "date=soon",
            "from=2030-02-30",
            "service=cut",
            "status=lost",
            "page=0",
            "search=" + "x" * 101,
            "search=%00",
            "date=9999-12-31",
        ],
    )
    def test_what_cannot_be_read(self, shop: Shop, owner: Person, query: str) -> None:
        answer = owner.api.get(f"bookings/?{query}")
        assert answer.status_code in {400, 404}, answer.content
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_page_takes_three_queries_however_long(
        self, shop: Shop, owner: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        owner.api.get("bookings/")  # signs in
        for days in range(3):
            booked(shop, appointment__starts_at=monday(11) + dt.timedelta(days=days))
            with django_assert_num_queries(3):
                assert len(owner.api.get("bookings/").json()["results"]) == days + 1
