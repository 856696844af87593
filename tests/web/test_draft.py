"""A draft is good as it was signed, in its own business, for a day."""

import datetime as dt
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing

from bookme.bookings.models import Appointment, Booking
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.web.booking.draft import SALT, BadDraft, Draft, Line, Lost, Repeat
from tests.bookings.desk import written
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import make_person
from tests.web.conftest import FORM_ID, MONDAY, NOW, Shop, Visitor, draft_in, page_of, publish


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
        lost=Lost(extras=2),
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


STEPS = ("professional", "time", "details")


def told_at(visitor: Visitor, draft: Draft, path: str, words: str) -> str:
    """The page of a step, which says so, and stays."""
    answer = visitor.get(path, draft)
    page = unescape(page_of(answer))
    assert answer.status_code == 200, path
    assert words in page, path
    return page


def next_of(visitor: Visitor, draft: Draft, path: str, sent: dict[str, str]) -> tuple[str, Draft]:
    """The step after, and the draft with which it comes."""
    there = str(visitor.post(path, sent, draft)["Location"])
    return there.partition("?")[0], draft_in(there)


def test_nothing_of_it_is_left(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(service_id=shop.colour.id)
    shop.colour.delete()
    before = written()
    for gone in (draft, visitor.draft(service_id=shop.shelved.id)):
        for step in STEPS:
            assert visitor.get(f"/book/{step}/", gone)["Location"].startswith("/book/?d=")
        there = visitor.book(gone)["Location"]
        page = told_at(visitor, draft_in(there), "/book/", "One of the services you chose is no longer offered")
        assert page.count(" checked") == 0
    assert written() == before


def test_a_service_of_several_is_gone(visitor: Visitor, shop: Shop) -> None:
    """The rest goes on; what is left out is said on each step, and nothing is booked before it was said."""
    draft = visitor.draft(lines=(Line(shop.cut.id, staff_id=shop.ana.id), Line(shop.colour.id)))
    page = page_of(visitor.get("/book/details/", draft))
    form, seen = (re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("form", "seen"))  # type: ignore[index]
    shop.colour.is_active = False
    shop.colour.save()
    words = "One of the services you chose is no longer offered: it was left out."
    for path in ("/book/", *(f"/book/{step}/" for step in STEPS)):
        page = told_at(visitor, draft, path, words)
        assert page.count(words) == 1, path
        assert "Cut & finish" in page
    before = written()
    answer = visitor.book(draft, form=form, seen=seen, lost="")
    page = unescape(page_of(answer))
    assert (answer.status_code, written()) == (409, before)
    assert words in page
    assert "The price has changed: it is £40 now." in page
    assert 'value="Ada Byron"' in page
    assert visitor.book(draft, form=form, seen="40", lost="1-0-0-0").status_code == 302
    assert [each.service for each in Appointment.objects.all()] == [shop.cut]


def test_an_extra_is_gone(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(extra_ids=(shop.massage.id,))
    shop.massage.is_active = False
    shop.massage.save()
    words = "One of the extras you chose is no longer offered: it was left out."
    for path in ("/book/", *(f"/book/{step}/" for step in STEPS)):
        page = told_at(visitor, draft, path, words)
        assert "£40" in page, "the sum is known all the same"
    step, after = next_of(visitor, draft, "/book/time/", {"slot": MONDAY.isoformat()})
    assert (step, after.lines) == ("/book/details/", (Line(shop.cut.id),))
    told_at(visitor, after, step, words)
    step, after = next_of(visitor, draft, "/book/", {"service": str(shop.cut.id)})
    assert (step, any(after.lost)) == ("/book/professional/", False), "who saw the list has seen that it is gone"
    before = written()
    assert visitor.book(draft).status_code == 409
    assert written() == before
    assert visitor.book(draft, lost="0-1-0-0").status_code == 302


def test_who_was_chosen_has_left(visitor: Visitor, shop: Shop) -> None:
    """The time stays, with somebody else; nothing is booked before that was said."""
    carol = StaffFactory(name="Carol", hours=EVERY_DAY, does=[shop.cut])
    draft = visitor.draft(staff_id=shop.ben.id)
    shop.ben.is_active = False
    shop.ben.save()
    words = "Whoever you chose is no longer available: you can choose somebody else."
    for step in STEPS:
        told_at(visitor, draft, f"/book/{step}/", words)
    step, after = next_of(visitor, draft, "/book/professional/", {"staff": str(carol.id)})
    assert (step, after.lines[0].staff_id, any(after.lost)) == ("/book/time/", carol.id, False)
    before = written()
    answer = visitor.book(draft)
    page = page_of(answer)
    assert (answer.status_code, written()) == (409, before)
    assert words in page
    assert 'value="Ada Byron"' in page
    assert visitor.book(draft, lost="0-0-1-0").status_code == 302
    assert Booking.objects.get().appointment.starts_at == MONDAY


def test_where_people_differ_somebody_else_is_settled_with_their_price(visitor: Visitor, shop: Shop) -> None:
    carol = StaffFactory(name="Carol", hours=EVERY_DAY, does=[shop.cut])
    shop.ana.staff_services.filter(service=shop.cut).update(price=55)
    carol.staff_services.filter(service=shop.cut).update(price=55)
    StaffFactory(name="Never here", does=[shop.cut])
    draft = visitor.draft(staff_id=shop.ben.id)
    shop.ben.is_active = False
    shop.ben.save()
    page = page_of(visitor.get("/book/details/", draft))
    assert 'name="seen" value="55"' in page
    assert visitor.book(draft, lost="0-0-1-0", seen="40").status_code == 409
    assert visitor.book(draft, lost="0-0-1-0", seen="55").status_code == 302
    assert Booking.objects.get().price == 55


def test_a_place_is_closed_for_good(visitor: Visitor, shop: Shop) -> None:
    other = LocationFactory(name="Camden")
    draft = visitor.draft(location_id=other.id)
    other.is_active = False
    other.save()
    words = "The place you chose is no longer available: now it is Soho."
    for step in STEPS:
        told_at(visitor, draft, f"/book/{step}/", words)
    before = written()
    assert visitor.book(draft).status_code == 409
    assert written() == before
    assert visitor.book(draft, lost="0-0-0-1").status_code == 302
    LocationFactory(name="Peckham")
    page = page_of(visitor.get("/book/time/", draft))
    chosen = re.search(r'href="([^"]+)"[^>]*>Peckham<', page)
    assert chosen is not None
    assert "no longer available" not in page_of(visitor.client.get(unescape(chosen[1])))


def test_given_at_the_same_place_no_more(visitor: Visitor, shop: Shop) -> None:
    """What cannot be booked together any more goes back to the services, all of them ticked, and says why."""
    draft = visitor.draft(lines=(Line(shop.cut.id), Line(shop.colour.id)))
    shop.cut.locations.set([shop.place])
    shop.colour.locations.set([LocationFactory(name="Camden")])
    there = visitor.get("/book/time/", draft)["Location"]
    page = told_at(visitor, draft_in(there), "/book/", "These are not given at the same place. Book them one by one.")
    assert page.count(" checked") == 2


def test_a_class_that_was_called_off_or_is_over(visitor: Visitor, shop: Shop) -> None:
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana])
    session = publish(visitor, yoga)
    draft = Draft(session_id=session.pk)
    Appointment.objects.filter(pk=session.pk).update(published=False)
    answer = visitor.client.get(visitor.book(draft)["Location"])
    assert answer.status_code == 410
    assert "This class has been called off" in page_of(answer)
    answer = visitor.client.get(visitor.book(Draft(course_id=uuid7()))["Location"])
    assert "Please choose again" in page_of(answer)


def test_what_was_left_for_too_long_is_chosen_already(visitor: Visitor, shop: Shop, clock: Any) -> None:
    draft = visitor.draft(extra_ids=(shop.massage.id,), staff_id=shop.ben.id)
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana])
    of_class = Draft(session_id=publish(visitor, yoga).pk)
    tokens = [draft.token(), of_class.token()]
    clock.move_to(NOW + dt.timedelta(hours=25))
    answers = [visitor.client.get("/book/details/", {"d": token}) for token in tokens]
    page = page_of(visitor.client.get(answers[0]["Location"]))
    assert "left for too long" in page
    assert f'value="{shop.cut.id}" checked' in page
    assert f'value="{shop.massage.id}" checked' in page
    anew = Draft.from_token(parse_qs(urlsplit(answers[0]["Location"]).query)["d"][0])
    assert (anew.lines, anew.start) == (draft.lines, None)
    assert anew.id != draft.id, "what is booked with it is another booking"
    assert answers[1]["Location"] == f"/classes/{of_class.session_id}/"


ANOTHER = "This has been booked already. What you choose now is another booking."


def test_before_the_details_what_is_booked_already_is_another_one(visitor: Visitor, shop: Shop) -> None:
    """Its times are not offered for something that is refused at the end."""
    draft = visitor.draft(staff_id=shop.ben.id)
    for path in ("/book/", "/book/professional/", "/book/time/"):
        assert ANOTHER not in page_of(visitor.get(path, draft))
    assert visitor.book(draft).status_code == 302
    for path in ("/book/", "/book/professional/", "/book/time/"):
        assert told_at(visitor, draft, path, ANOTHER).count(ANOTHER) == 1
    assert visitor.get("/book/details/", draft).status_code == 409
    later = MONDAY + dt.timedelta(hours=3)
    step, after = next_of(visitor, draft, "/book/time/", {"slot": later.isoformat()})
    assert (step, after.lines, after.start) == ("/book/details/", draft.lines, later)
    told_at(visitor, after, step, ANOTHER)
    assert visitor.book(after).status_code == 302
    starts = Booking.objects.values_list("appointment__starts_at", flat=True)
    assert sorted(starts) == [MONDAY, later]


def test_two_tabs_are_two_bookings(visitor: Visitor, shop: Shop) -> None:
    first, second = visitor.draft(), visitor.draft(start=MONDAY + dt.timedelta(hours=2), staff_id=shop.ben.id)
    pages = [page_of(visitor.get("/book/details/", each)) for each in (first, second, first)]
    forms = [FORM_ID.search(page)[1] for page in pages[:2]]  # type: ignore[index]
    assert visitor.book(second, form=forms[1]).status_code == 302
    assert visitor.book(first, form=forms[0]).status_code == 302
    assert sorted(each.starts_at for each in Appointment.objects.all()) == [first.start, second.start]


def test_an_address_that_was_passed_on_is_filled_in_by_whoever_has_it(visitor: Visitor, shop: Shop) -> None:
    """What is chosen travels; who somebody is does not. What one of them has booked the other can book anew."""
    draft = visitor.draft(staff_id=shop.ana.id)
    member = make_person(shop.tenant, Role.CUSTOMER)
    own = unescape(page_of(member.page.get("/book/details/", {"d": draft.token()})))
    assert member.user.email in own
    assert member.user.email not in page_of(visitor.get("/book/details/", draft))
    assert visitor.book(draft).status_code == 302
    page = unescape(page_of(member.page.get("/book/details/", {"d": draft.token()})))
    assert "This has been booked already" in page
    again = re.search(r'href="(/book/\?d=[^"]+)"', page.partition("to see, move or cancel it")[2])
    assert again is not None
    assert f'value="{shop.cut.id}" checked' in page_of(visitor.client.get(again[1]))
    anew = Draft.from_token(parse_qs(urlsplit(again[1]).query)["d"][0])
    assert (anew.lines, anew.start, anew.id == draft.id) == (draft.lines, None, False)


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
