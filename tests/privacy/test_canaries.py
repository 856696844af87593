"""Promise 36 in a business: the export has all that is known of a person, and after erasing them nothing is left.

Every text column of every table is declared in `privacy.holdings`, or its table is nobody's; each that may hold
something of a person has a text of its own here.
"""

import json
from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import BinaryField, CharField, GenericIPAddressField, JSONField, Model, TextField

from bookme.core.http.views import write
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.eventlog.registry import wired_types
from bookme.privacy import actions
from bookme.privacy.actions import erasing
from bookme.privacy.facts import OF_WHO_ACTED, PERSONAL, PLAIN
from bookme.privacy.holdings import HOLDINGS, OF_NOBODY, Holding
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, User
from tests.factories.users import Person, make_person
from tests.privacy.canaries import Bird, dump, heard, sing

TEXTS = (CharField, TextField, JSONField, GenericIPAddressField, ArrayField, BinaryField)
DECLARED = {each.model: each for each in HOLDINGS}
BY_HAND = {Event}  # see privacy.facts


def text_columns(model: type[Model]) -> set[str]:
    return {each.name for each in model._meta.concrete_fields if isinstance(each, TEXTS) and not each.primary_key}


@pytest.fixture
def bird(salon: Tenant, customer: Person) -> Bird:
    return sing(customer, sign="qzk", network="203.0.113.77")


@pytest.fixture
def other(salon: Tenant) -> Bird:
    """Another customer of the same business."""
    return sing(make_person(salon, Role.CUSTOMER), sign="wvx", network="203.0.113.88")


@pytest.fixture
def elsewhere(rival: Tenant) -> Bird:
    """Of the other business."""
    with tenant_scope(rival):
        return sing(make_person(rival, Role.CUSTOMER), sign="yjp", network="203.0.113.99")


class TestTheTable:
    @pytest.mark.parametrize(
        "model",
        [each for each in apps.get_models(include_auto_created=True) if not each._meta.proxy],
        ids=lambda each: each._meta.label,
    )
    def test_every_text_column_is_declared(self, model: type[Model]) -> None:
        holding = DECLARED.get(model)
        if holding is None:
            of_nobody = {model._meta.app_label, model._meta.label} & OF_NOBODY
            assert of_nobody or model in BY_HAND or not text_columns(model)
            return
        declared = [*holding.personal, *holding.secret, *holding.plain]
        assert sorted(declared) == sorted(text_columns(model)), "each once"

    @pytest.mark.parametrize("holding", [each for each in HOLDINGS if each.section], ids=lambda each: each.section)
    def test_what_is_personal_is_told_and_what_is_secret_is_not(self, holding: Holding) -> None:
        assert set(holding.personal) <= set(holding.told.values())
        assert not set(holding.secret) & set(holding.told.values())

    def test_what_has_no_section_holds_nothing_to_tell(self) -> None:
        assert [each.model.__name__ for each in HOLDINGS if each.personal and not each.section] == []

    def test_every_text_of_every_fact_is_declared(self) -> None:
        loose = {
            f"{kind.name}.{each.name}"
            for kind in wired_types()
            for each in fields(kind)
            if each.type not in (UUID, UUID | None, int, bool)
            and each.name not in OF_WHO_ACTED | PERSONAL.get(kind.name, frozenset()) | PLAIN
            and f"{kind.name}.{each.name}" not in PLAIN
        }
        assert loose == set()


class TestExport:
    def test_it_has_all_of_theirs(self, bird: Bird, other: Bird) -> None:
        answer = bird.person.api.get("customers/me/export/")
        told = b"".join(answer.streaming_content).decode()
        assert json.loads(told)
        secret = {(each.model, name) for each in HOLDINGS for name in each.secret}
        missing = {
            f"{model.__name__}.{column}": value
            for (model, column), value in bird.sung.items()
            if (model, column) not in secret and not _is_in(value, told)
        }
        assert missing == {}
        for model, column in secret:
            assert not _is_in(bird.sung[model, column], told), f"{model.__name__}.{column} is told"
        assert other.sign not in told
        assert other.network not in told

    def test_of_the_team_it_tells_no_name(self, bird: Bird, manager: Person) -> None:
        booking = next(row for model, row in bird.rows.items() if model.__name__ == "Booking")
        Event.objects.create(
            name="booking.declined",
            subject_id=booking.pk,
            payload={"reason": "ill", "address": "198.51.100.1", "agent": "Lynx"},
            actor_kind="user",
            actor_id=manager.user.pk,
            actor_name="Manuela",
            occurred_at=now(),
        )
        told = b"".join(bird.person.api.get("customers/me/export/").streaming_content).decode()
        assert '"reason":"ill"' in told
        assert not any(each in told for each in ("Manuela", "198.51.100.1", "Lynx", str(manager.user.pk)))


class TestErasing:
    def test_nothing_is_left_of_them_and_all_of_others(
        self, bird: Bird, other: Bird, elsewhere: Bird, salon: Tenant, rival: Tenant, caplog: Any
    ) -> None:
        before = dump(salon, rival)
        for each in (bird, other, elsewhere):
            assert len(heard(each.sign, before)) > 15, "the control: it is found"
            assert heard(each.network, before)
        with write():
            assert actions.erase_person(actor=bird.person.actor, now=now())
        after = dump(salon, rival)
        assert heard(bird.sign, after) == heard(bird.network, after) == {}
        for each in (other, elsewhere):
            assert heard(each.sign, after) == heard(each.sign, before)
            assert heard(each.network, after) == heard(each.network, before)
        assert bird.sign not in caplog.text

    def test_without_the_table_it_is_left(self, bird: Bird, salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        """The control: of what is not declared, something stays."""
        kept = [each for each in HOLDINGS if each.model.__name__ != "Visit"]
        monkeypatch.setattr(erasing, "HOLDINGS", kept)
        with write():
            actions.erase_person(actor=bird.person.actor, now=now())
        assert list(heard(bird.sign, dump(salon))) == [f"{salon.schema_name}.bookings_visit"]

    def test_whoever_belongs_elsewhere_keeps_their_account(self, bird: Bird, salon: Tenant, rival: Tenant) -> None:
        Membership.objects.create(user=bird.person.user, tenant=rival, role=Role.CUSTOMER)
        with write():
            assert not actions.erase_person(actor=bird.person.actor, now=now())
        user = User.objects.get(pk=bird.person.user.pk)
        assert (user.email, user.is_active, user.memberships.get().tenant) == (bird.email, True, rival)
        kept = {f"public.{each.model._meta.db_table}" for each in HOLDINGS if each.of_account}
        left = dump(salon)
        assert heard(bird.sign, left).keys() <= kept | {"public.eventlog_event"}
        assert heard(bird.network, left) == {}


def _is_in(value: Any, told: str) -> bool:
    if isinstance(value, dict):
        return all(_is_in(each, told) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return all(_is_in(each, told) for each in value)
    return str(value) in told
