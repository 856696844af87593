"""A draft is good as it was signed, in its own business, for a day."""

import datetime as dt
from typing import Any

import pytest
from django.core import signing

from bookme.core.ids import uuid7
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.web.booking.draft import SALT, BadDraft, Draft
from tests.web.conftest import MONDAY, NOW, Visitor, page_of


def a_draft() -> Draft:
    return Draft(
        service_id=uuid7(),
        session_id=uuid7(),
        extra_ids=(uuid7(), uuid7()),
        staff_id=uuid7(),
        chosen_for_them=True,
        location_id=uuid7(),
        party_size=3,
        start=MONDAY,
    )


def test_there_and_back(salon: Tenant) -> None:
    full, empty = a_draft(), Draft()
    assert Draft.from_token(full.token()) == full
    assert Draft.from_token(empty.token()) == empty


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\x00", "é" * 50, "x" * 20_000])
def test_what_was_never_signed(salon: Tenant, token: str) -> None:
    with pytest.raises(BadDraft):
        Draft.from_token(token)


def test_what_was_changed(salon: Tenant) -> None:
    payload, rest = a_draft().token().split(":", 1)
    other = a_draft().token().split(":", 1)[0]
    with pytest.raises(BadDraft):
        Draft.from_token(f"{other}:{rest}")
    assert Draft.from_token(f"{payload}:{rest}")


def test_another_business_s_draft(salon: Tenant, rival: Tenant) -> None:
    with tenant_scope(rival):
        theirs = a_draft().token()
    with pytest.raises(BadDraft):
        Draft.from_token(theirs)


def test_the_platform_s_key_signs_no_draft(salon: Tenant) -> None:
    with pytest.raises(BadDraft):
        Draft.from_token(signing.dumps({"i": uuid7().hex, "p": 1}, salt=SALT))


def test_an_old_one(salon: Tenant, clock: Any) -> None:
    token = a_draft().token()
    clock.move_to(NOW + dt.timedelta(hours=23))
    assert Draft.from_token(token)
    clock.move_to(NOW + dt.timedelta(hours=25))
    with pytest.raises(BadDraft):
        Draft.from_token(token)


def test_every_step_starts_again_without_a_good_one(visitor: Visitor, rival: Tenant) -> None:
    with tenant_scope(rival):
        theirs = Draft(service_id=visitor.shop.cut.id, start=MONDAY).token()
    for token in ("", "forged", theirs):
        for path in ("/book/professional/", "/book/time/", "/book/details/"):
            assert visitor.client.get(path, {"d": token})["Location"] == "/book/?again=1"
            assert visitor.client.post(f"{path}?d={token}", {"slot": MONDAY.isoformat()}).status_code == 302
    assert "left for too long" in page_of(visitor.get("/book/", again=1))
