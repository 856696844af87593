"""`Idempotency-Key` on bookings: asked once or five times, with one effect."""

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest

from bookme.bookings.models import Booking
from bookme.core.time import now
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.tenants.models import Tenant
from bookme.users.models import Membership
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd
from tests.bookings.desk import CUSTOMER, body_for, monday, refused, written
from tests.factories.services import QuestionFactory
from tests.factories.users import Api, Person, Stranger

HOME = {"line1": "9 Elm Terrace", "city": "Bath", "postcode": "BA1 1AA"}


def test_the_same_request_again_has_the_same_answer_and_no_effect(shop: Shop, stranger: Stranger) -> None:
    body = body_for(shop.service, monday(10), staff=str(shop.ada.pk))
    first = stranger.api.post("bookings/", body, idempotency_key="k1")
    before = written()
    again = stranger.api.post("bookings/", dict(reversed(body.items())), idempotency_key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert written() == before


def test_neither_the_token_nor_what_people_say_of_themselves_is_kept(shop: Shop, stranger: Stranger) -> None:
    QuestionFactory(services=[shop.service], key="allergies")
    said = {"notes": "I come by tram.", "answers": {"allergies": "peanuts"}, "address": HOME}
    first = stranger.api.post("bookings/", body_for(shop.service, monday(10), **said), idempotency_key="k1").json()
    kept = json.dumps(IdempotencyKey.objects.get().answer)
    for told in (first["manage_token"], *CUSTOMER.values(), *HOME.values(), "tram", "peanuts"):
        assert told not in kept
    assert first["answers"] == said["answers"]
    again = stranger.api.post("bookings/", body_for(shop.service, monday(10), **said), idempotency_key="k1")
    assert (again.status_code, again.json()) == (201, first)


def test_a_repeated_step_tells_the_team_what_it_told_first(shop: Shop, stranger: Stranger, owner: Person) -> None:
    told = stranger.api.post("bookings/", body_for(shop.service, monday(10))).json()
    path, reason = f"bookings/{told['id']}/cancel/", {"reason": "Her child is ill."}
    first, again = (owner.api.post(path, reason, idempotency_key="k1").json() for _ in range(2))
    assert again == first
    assert first["cancel_reason"] == reason["reason"]
    assert reason["reason"] not in json.dumps(IdempotencyKey.objects.get().answer)


def test_a_new_customers_data_are_not_kept_twice(salon: Tenant, owner: Person) -> None:
    first, again = (owner.api.post("customers/", CUSTOMER, idempotency_key="k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert IdempotencyKey.objects.get().answer == {"id": first.json()["id"]}


def test_another_body_under_the_same_key(shop: Shop, stranger: Stranger) -> None:
    stranger.api.post("bookings/", body_for(shop.service, monday(10)), idempotency_key="k1")
    before = written()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(11)), idempotency_key="k1")
    refused(answer, 422, "idempotency_mismatch")
    assert written() == before


def test_the_scope_is_caller_method_and_path(shop: Shop, stranger: Stranger, customer: Person, owner: Person) -> None:
    body = body_for(shop.service, monday(10), staff="any")
    ids = {api.post("bookings/", body, idempotency_key="k1").json()["id"] for api in (stranger.api, customer.api)}
    assert len(ids) == 2
    for each in ids:
        assert owner.api.post(f"bookings/{each}/cancel/", idempotency_key="k1").status_code == 200
    assert IdempotencyKey.objects.count() == 4


@pytest.mark.parametrize("change", [{"staff_ids": []}, {"location_ids": []}, {"denied": ["bookings.read"]}])
def test_whose_role_has_changed_is_not_told_again(shop: Shop, manager: Person, change: dict[str, Any]) -> None:
    body = body_for(shop.service, monday(10))
    made = manager.api.post("bookings/", body, idempotency_key="k").json()
    to = {"start": monday(12).isoformat()}
    step = f"bookings/{made['id']}/reschedule/"
    assert manager.api.post(step, to, idempotency_key="k").status_code == 200
    before = written()
    Membership.objects.filter(pk=manager.membership.pk).update(**change)
    for path, given in (("bookings/", body), (step, to)):
        refused(manager.api.post(path, given, idempotency_key="k"), 422, "idempotency_mismatch")
    assert written() == before


def test_what_failed_may_be_tried_again(shop: Shop, stranger: Stranger) -> None:
    body = body_for(shop.service, monday(10), consents=None)
    refused(stranger.api.post("bookings/", body, idempotency_key="k1"), 400, "consent_required")
    taken = body_for(shop.service, monday(10, 7))
    refused(stranger.api.post("bookings/", taken, idempotency_key="k1"), 409, "slot_unavailable")
    assert not IdempotencyKey.objects.exists()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10)), idempotency_key="k1")
    assert answer.status_code == 201


def test_a_step_is_taken_once(shop: Shop, owner: Person, stranger: Stranger) -> None:
    told = stranger.api.post("bookings/", body_for(shop.service, monday(10))).json()
    path = f"bookings/{told['id']}/arrive/"
    answers = [owner.api.post(path, idempotency_key="k1") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert Event.objects.filter(name="booking.arrived").count() == 1
    refused(owner.api.post(path, idempotency_key="k2"), 409, "wrong_status")


def test_a_key_is_forgotten_after_a_day(shop: Shop, stranger: Stranger, clock: Any) -> None:
    body = body_for(shop.service, monday(10))
    stranger.api.post("bookings/", body, idempotency_key="k1")
    stranger.api.post("bookings/", body_for(shop.service, monday(12)), idempotency_key="k2")
    clock.shift(dt.timedelta(hours=24, seconds=1))
    answer = stranger.api.post("bookings/", body, idempotency_key="k1")
    assert (answer.status_code, Booking.objects.count()) == (201, 3)
    assert IdempotencyKey.objects.get(key="k1").created_at == now()


@pytest.mark.parametrize("key", ["", "x" * 201, "clé", "a\x7fb"])
def test_a_key_that_is_none(shop: Shop, stranger: Stranger, key: str) -> None:
    before = written()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10)), idempotency_key=key)
    refused(answer, 400, "invalid_key")
    assert written() == before


@pytest.fixture
def committed_shop(clock: Any, committed: Tenant) -> Shop:
    return open_shop()


def test_promise_9_many_at_once_have_one_effect(committed_shop: Shop) -> None:
    """Each of twelve requests five times, from five clients at once. Control: without keys each takes what it can."""
    bodies = [
        body_for(committed_shop.service, monday(9) + dt.timedelta(days=number % 6, hours=number // 6))
        for number in range(12)
    ]
    for number, body in enumerate(bodies):
        body["customer"] = {"name": "Ada", "email": f"ada{number}@mail.example"}
    statuses = _five_clients(bodies, keyed=True)
    assert Booking.objects.count() == len(bodies)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= len(bodies)


def test_promise_9_control(committed_shop: Shop) -> None:
    body = body_for(committed_shop.service, monday(9))
    _five_clients([body], keyed=False)
    assert Booking.objects.count() == 2, "two people can be booked at that time, and without a key both are"


def _five_clients(bodies: list[dict[str, Any]], *, keyed: bool) -> Counter[int]:
    statuses: Counter[int] = Counter()

    def client(api: Api, _number: int) -> None:
        for number, body in enumerate(bodies):
            headers = {"idempotency_key": f"key-{number}"} if keyed else {}
            answer = api.post("bookings/", body, **headers)
            if answer.status_code == 409 and keyed:
                assert answer.json()["code"] == "in_progress", answer.content
            statuses[answer.status_code] += 1

    crowd("salon.localhost", 5, client)
    return statuses
