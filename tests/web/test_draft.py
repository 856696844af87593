"""A draft is good as it was signed, in its own business, for a day."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core import signing

from bookme.core.ids import uuid7
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.web.booking.draft import SALT, BadDraft, Draft, Line, Repeat
from tests.bookings.desk import written
from tests.web.conftest import MONDAY, NOW, Shop, Visitor, page_of


def a_draft() -> Draft:
    return Draft(
        lines=(Line(uuid7(), (uuid7(), uuid7()), uuid7(), chosen_for_them=True), Line(uuid7())),
        session_id=uuid7(),
        location_id=uuid7(),
        party_size=3,
        start=MONDAY,
        repeat=Repeat(2, 3),
        starts=(MONDAY, MONDAY + dt.timedelta(weeks=2)),
        zone="Europe/Helsinki",
        postcode="N1 2BB",
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
        theirs = visitor.draft().token()
    for token in ("", "forged", theirs):
        for path in ("/book/professional/", "/book/time/", "/book/details/"):
            assert visitor.client.get(path, {"d": token})["Location"] == "/book/?again=1"
            assert visitor.client.post(f"{path}?d={token}", {"slot": MONDAY.isoformat()}).status_code == 302
    assert "left for too long" in page_of(visitor.get("/book/", again=1))


def test_one_of_another_version_of_these_pages(salon: Tenant) -> None:
    whole = {"i": uuid7().hex, "p": 1}
    for data in ([], {}, {"i": "x", "p": 1}, {**whole, "s": [["x"]]}, {**whole, "t": "soon"}, {**whole, "r": [1]}):
        with pytest.raises(BadDraft):
            Draft.from_token(signing.dumps(data, key=salon.link_key, salt=SALT, compress=True))
    assert Draft.from_token(signing.dumps(whole, key=salon.link_key, salt=SALT)).party_size == 1


STEPS = ("professional", "time", "dates", "details")


def test_what_was_chosen_is_offered_no_more(visitor: Visitor, shop: Shop) -> None:
    """A service that is gone, an extra that is: the visitor is told, and nothing is booked."""
    shop.massage.is_active = False
    shop.massage.save()
    with_extra = visitor.draft(extra_ids=(shop.massage.id,))
    gone = visitor.draft(service_id=shop.colour.id)
    shop.colour.delete()
    before = written()
    for draft in (with_extra, gone, visitor.draft(service_id=shop.shelved.id)):
        for step in STEPS:
            assert visitor.get(f"/book/{step}/", draft)["Location"] == "/book/?again=1"
        assert visitor.book(draft)["Location"] == "/book/?again=1"
    assert written() == before
    both = visitor.draft(lines=(Line(shop.cut.id), Line(uuid7())))
    page = page_of(visitor.get("/book/", both))
    assert "One of the services you chose is no longer offered: it was left out." in page
    assert f'value="{shop.cut.id}" checked' in page


def test_who_was_chosen_has_left(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(staff_id=shop.ben.id)
    shop.ben.is_active = False
    shop.ben.save()
    before = written()
    for step in STEPS:
        assert visitor.get(f"/book/{step}/", draft)["Location"] == "/book/?again=1"
    assert visitor.book(draft)["Location"] == "/book/?again=1"
    assert written() == before
    step = visitor.post("/book/", {"service": str(shop.cut.id)}, draft)
    assert step["Location"].startswith("/book/time/")


def test_the_price_is_another_by_now(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft()
    page = page_of(visitor.get("/book/details/", draft))
    form, seen = (re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("form", "seen"))  # type: ignore[index]
    shop.cut.price = 45
    shop.cut.save()
    before = written()
    answer = visitor.book(draft, form=form, seen=seen)
    page = page_of(answer)
    assert (answer.status_code, "The price has changed: it is £45 now." in page) == (409, True)
    assert 'value="Ada Byron"' in page
    assert written() == before
    assert 'name="seen" value="45"' in page
    assert visitor.book(draft, form=form, seen="45").status_code == 302


def test_back_reload_and_sharing(visitor: Visitor, shop: Shop) -> None:
    """An address is the same page for whoever has it, as often as they like."""
    draft = visitor.draft(extra_ids=(shop.massage.id,), staff_id=shop.ana.id)
    friend = Visitor(shop)
    for step, path in (("services", "/book/"), *((step, f"/book/{step}/") for step in ("professional", "time"))):
        pages = [
            re.sub(r'(nonce|d)="?[^" ]*', "", page_of(each.get(path, draft))) for each in (visitor, visitor, friend)
        ]
        assert "Scalp massage" in pages[0], step
        assert len({len(page) for page in pages}) == 1, step
    back = page_of(visitor.get("/book/", draft))
    assert f'value="{shop.massage.id}" checked' in back
    assert f'value="{shop.ana.id}" checked' in page_of(visitor.get("/book/professional/", draft))
