"""The rules of the catalogue bind whoever calls its actions."""

from decimal import Decimal
from typing import Any

import pytest

from bookme.core.errors import Invalid
from bookme.eventlog.models import Event
from bookme.services import actions
from bookme.services.models import Extra, Question, Service
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.users import Person

CUT: dict[str, Any] = {"name": "Cut", "duration_minutes": 45, "price": Decimal(40)}


def faults(refused: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(each.pointer, each.code) for each in refused.value.errors}


def steps(*minutes_before: int) -> list[dict[str, int]]:
    return [{"minutes_before": each, "percent": 50} for each in minutes_before]


def hours(day: str, start: str, end: str) -> dict[str, str]:
    return {"day": day, "start": start, "end": end}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"capacity": 2}, {("/capacity", "capacity_of_kind")}),
        ({"kind": "group"}, {("/capacity", "capacity_of_kind")}),
        ({"kind": "class", "capacity": 8, "min_to_run": 9}, {("/min_to_run", "too_large")}),
        ({"kind": "class", "capacity": 8, "staff_needed": 2}, {("/staff_needed", "staff_of_kind")}),
        ({"course": "whole"}, {("/course", "course_of_kind")}),
        ({"kind": "group", "capacity": 4, "course": "drop_in"}, {("/course", "course_of_kind")}),
        ({"price": Decimal("40.001")}, {("/price", "too_many_decimals")}),
        ({"price": Decimal(-1)}, {("/price", "min_value")}),
        ({"policy": {"max_days_ahead": 731}}, {("/policy/max_days_ahead", "max_value")}),
        ({"policy": {"hold_minutes": 0}}, {("/policy/hold_minutes", "min_value")}),
        (
            {"policy": {"cancellation": {"late_fee_percent": 101}}},
            {("/policy/cancellation/late_fee_percent", "max_value")},
        ),
        (
            {"policy": {"max_per_day": 0, "max_per_customer": 1001, "travel_minutes": 1441}},
            {
                ("/policy/max_per_day", "min_value"),
                ("/policy/max_per_customer", "max_value"),
                ("/policy/travel_minutes", "max_value"),
            },
        ),
        (
            {"policy": {"cancellation": {"fee_steps": steps(1441, 120, 120), "refund_percent": 101}}},
            {
                ("/policy/cancellation/fee_steps/0/minutes_before", "max_value"),
                ("/policy/cancellation/fee_steps/2/minutes_before", "twice"),
                ("/policy/cancellation/refund_percent", "max_value"),
            },
        ),
        (
            {"policy": {"cancellation": {"free_until_minutes": 60, "fee_steps": steps(60, 61)}}},
            {("/policy/cancellation/fee_steps/1/minutes_before", "max_value")},
        ),
        (
            {"policy": {"cancellation": {"fee_steps": steps(*range(11))}}},
            {("/policy/cancellation/fee_steps", "max_length")},
        ),
        (
            {"bookable_hours": [hours("mon", "22:00", "26:00"), hours("tue", "01:00", "03:00")]},
            {("/bookable_hours/1", "overlap")},
        ),
        ({"bookable_hours": [hours("mon", "12:00", "12:00")]}, {("/bookable_hours/0/end", "end_before_start")}),
        (
            {
                "bookable_dates": [
                    {"from": "2027-02-01", "to": "2027-02-01"},
                    {"from": "2027-02-02", "to": "2027-02-01"},
                ]
            },
            {("/bookable_dates/1/to", "end_before_start")},
        ),
        ({"bookable_dates": [{"from": "2027-02-01", "to": "2027-02-01"}] * 51}, {("/bookable_dates", "max_length")}),
        ({"policy": {"deposit": {"kind": "full", "value": "1"}}}, {("/policy/deposit/value", "value_of_kind")}),
        ({"policy": {"deposit": {"kind": "fixed", "value": "0.00"}}}, {("/policy/deposit/value", "min_value")}),
        (
            {"policy": {"deposit": {"kind": "fixed", "value": "1.005"}}},
            {("/policy/deposit/value", "too_many_decimals")},
        ),
        ({"policy": {"deposit": {"kind": "percent", "value": "NaN"}}}, {("/policy/deposit/value", "invalid")}),
        (
            {"capacity": 2, "min_to_run": 3, "price": Decimal("0.001")},
            {("/capacity", "capacity_of_kind"), ("/min_to_run", "too_large"), ("/price", "too_many_decimals")},
        ),
    ],
)
def test_a_service_that_cannot_be(owner: Person, values: dict[str, Any], found: set[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make_service(values=CUT | values, actor=owner.actor)
    assert faults(refused) == found

    service = ServiceFactory()
    with pytest.raises(Invalid) as refused:
        actions.change_service(service=service, values=values, actor=owner.actor)
    assert faults(refused) == found
    assert Service.objects.get().updated_at == service.updated_at
    assert not Event.objects.exists()


def test_a_change_is_looked_at_with_what_is_there(owner: Person) -> None:
    service = ServiceFactory(kind="class", capacity=8, min_to_run=6)

    with pytest.raises(Invalid) as refused:
        actions.change_service(service=service, values={"capacity": 5}, actor=owner.actor)

    assert faults(refused) == {("/min_to_run", "too_large")}
    actions.change_service(service=service, values={"capacity": 5, "min_to_run": 5}, actor=owner.actor)
    assert Service.objects.get().capacity == 5


def test_what_is_needed_is_needed_once(owner: Person) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make_service(values=CUT, requires=["room", "room"], actor=owner.actor)
    assert faults(refused) == {("/requires", "twice")}
    assert not Service.objects.exists()


def test_extras_and_questions_that_cannot_be(owner: Person) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make_extra(values={"name": "Wash", "price": Decimal("0.001")}, actor=owner.actor)
    assert faults(refused) == {("/price", "too_many_decimals")}
    question = QuestionFactory(kind="choice", choices=["Yes", "No"])
    with pytest.raises(Invalid) as refused:
        actions.change_question(question=question, values={"kind": "text", "maximum": 3}, actor=owner.actor)
    assert faults(refused) == {("/choices", "choices_of_kind"), ("/minimum", "bounds_of_kind")}
    assert (Extra.objects.count(), Question.objects.get().kind) == (0, "choice")
    assert not Event.objects.exists()
