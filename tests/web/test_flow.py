"""The five steps without a browser, as a visitor without JavaScript and without cookies goes through them."""

import datetime as dt
import re

import pytest

from bookme.bookings.models import Booking, Visit
from bookme.bookings.states import Status
from bookme.customers.models import Consent, CustomerAddress
from bookme.locations.models import Location
from bookme.services.models import Question, QuestionKind
from bookme.staff.models import StaffService
from bookme.web.booking.draft import Draft, Line
from tests.bookings.desk import written
from tests.factories.locations import LocationFactory
from tests.factories.staff import TimeOffFactory
from tests.web.conftest import FORM_ID, GOOD, MONDAY, Shop, Visitor, configure, draft_in, page_of


def test_the_start_page_shows_what_can_be_booked(visitor: Visitor) -> None:
    page = page_of(visitor.get("/"))
    assert "Cut &amp; finish" in page
    assert "Ana Okafor" in page
    assert "09:00–17:00" in page
    assert "Shelved" not in page


def test_from_the_first_step_to_the_confirmation(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, policies={"cancellation": {"late_fee_percent": 50}})
    step = visitor.post("/book/", {"service": str(shop.cut.id), f"extra-{shop.cut.id}": str(shop.massage.id)})
    page = page_of(visitor.client.get(step["Location"]))
    assert page.index("Anyone available") < page.index("Ana Okafor") < page.index("Ben Ruiz")
    assert 'value="any" checked' in page
    step = visitor.client.post(step["Location"], {"staff": str(shop.ben.id)})
    page = page_of(
        visitor.client.get(step["Location"], {"date": "2030-01-07", "d": draft_in(step["Location"]).token()})
    )
    assert f'value="{MONDAY.isoformat()}"' in page
    step = visitor.client.post(step["Location"], {"slot": MONDAY.isoformat()})
    page = page_of(visitor.client.get(step["Location"]))
    assert "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50% (" in page
    details = page
    step = visitor.book(draft_in(step["Location"]), marketing="on", notes="Two\r\nlines")
    assert step.status_code == 302
    page = page_of(visitor.client.get(step["Location"]))
    booking = Booking.objects.select_related("visit", "appointment").get()
    assert booking.visit.reference in page
    assert "See you soon, Ada" in page
    assert (booking.appointment.staff, booking.appointment.starts_at) == (shop.ben, MONDAY)
    assert [extra["name"] for extra in booking.extras] == ["Scalp massage"]
    assert (booking.visit.contact_email, booking.visit.contact_phone) == ("ada@mail.example", "+442079460958")
    assert (booking.visit.notes, booking.visit.source, booking.visit.language) == ("Two\nlines", "page", "en")
    assert dict(Consent.objects.values_list("kind", "granted")) == {"terms": True, "privacy": True, "marketing": True}
    for wording, link in Consent.objects.values_list("wording", "url"):
        assert wording in details
        assert f'href="{link}"' in details or not link


def test_the_same_form_sent_twice_books_once(visitor: Visitor) -> None:
    draft = visitor.draft()
    form = FORM_ID.search(page_of(visitor.get("/book/details/", draft)))
    assert form is not None
    first = visitor.book(draft, form=form[1])
    second = visitor.book(draft, form=form[1], name="Somebody else")
    assert first["Location"] == second["Location"]
    assert Visit.objects.get().contact_name == "Ada Byron"


def test_an_address_that_was_passed_on_tells_nothing_of_who_booked(visitor: Visitor) -> None:
    """Another device knows the draft, not the form: it sees no contact and no manage link, and books nothing."""
    draft = visitor.draft()
    forms = {FORM_ID.findall(page_of(visitor.get("/book/details/", draft)))[0] for _look in range(2)}
    assert len(forms) == 2
    mine, other = forms
    done = visitor.book(draft, form=mine)["Location"]
    before = written()
    answers = [
        visitor.get("/book/details/", draft),
        visitor.book(draft, form=other),
        visitor.book(draft),
        visitor.book(draft, form=""),
    ]
    for answer in answers:
        assert (answer.status_code, answer.get("Location")) == (409, None)
        page = page_of(answer)
        assert "This has been booked already" in page
        assert not [told for told in ("Byron", "mail.example", "7946", "/manage/", done) if told in page]
    assert written() == before


def test_a_draft_booked_without_a_form_s_own_word_is_nobody_s_to_see(visitor: Visitor) -> None:
    draft = visitor.draft()
    assert visitor.book(draft).status_code == 302
    assert visitor.book(draft, form="").status_code == 409
    assert visitor.get("/book/details/", draft).status_code == 409


def test_nobody_is_asked_who_where_only_one_person_can(visitor: Visitor, shop: Shop) -> None:
    step = visitor.post("/book/", {"service": str(shop.colour.id)})
    assert step["Location"].startswith("/book/time/")
    page = page_of(visitor.client.get(step["Location"]))
    assert "Step 2 of 4" in page
    assert "Ana" in page
    back = visitor.get("/book/professional/", draft_in(step["Location"]))
    assert back["Location"].startswith("/book/time/")


def test_no_service_chosen(visitor: Visitor, shop: Shop) -> None:
    for wrong in ("", "no-id", str(shop.shelved.id), "\x00"):
        answer = visitor.post("/book/", {"service": wrong})
        assert answer.status_code == 422
        assert "Choose a service to go on." in page_of(answer)


def test_the_service_of_a_link_is_chosen_already(visitor: Visitor, shop: Shop) -> None:
    page = page_of(visitor.get("/book/", service="colour"))
    assert page.count(" checked") == 1
    assert f'value="{shop.colour.id}" checked' in page


def test_only_the_picker_for_htmx(visitor: Visitor) -> None:
    answer = visitor.client.get(
        "/book/time/",
        {"d": visitor.draft(start=None).token(), "date": "2030-01-07"},
        headers={"HX-Request": "true", "HX-Target": "picker"},
    )
    page = page_of(answer)
    assert page.strip().startswith('<div class="picker" id="picker">')
    assert "32 times on Monday 7 January" not in page
    assert 'hx-swap-oob="innerHTML"' in page
    assert "HX-Request" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("day", ["2030-13-40", "yesterday", "0001-01-01", "9999-12-31", "2029-01-01", "2031-01-01", ""])
def test_any_date_shows_a_day_that_can_be_asked_for(visitor: Visitor, day: str) -> None:
    answer = visitor.get("/book/time/", visitor.draft(start=None), date=day)
    assert answer.status_code == 200
    assert 'aria-current="date"' in page_of(answer)


def test_a_full_day_says_when_it_is_free_next(visitor: Visitor, shop: Shop) -> None:
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY + dt.timedelta(hours=30))
    draft = visitor.draft(start=None, staff_id=shop.ana.id)
    page = page_of(visitor.get("/book/time/", draft, date="2030-01-07"))
    assert "Nothing left on Monday" in page
    assert "Tuesday 8 January, 16:00" in page
    assert "With anyone: Mon 7 Jan, 09:00" in page


@pytest.mark.parametrize(
    "slot", ["", "soon", "2030-01-07T10:00:00", "2030-01-07T10:00:30+00:00", "9999-12-31T23:59:00-14:00"]
)
def test_no_time_that_can_be_read(visitor: Visitor, slot: str) -> None:
    answer = visitor.post("/book/time/", {"slot": slot}, visitor.draft(start=None))
    assert answer.status_code == 422
    assert "Pick a time to go on." in page_of(answer)


@pytest.mark.parametrize(
    "start", [MONDAY.replace(hour=3), MONDAY.replace(minute=7), MONDAY.replace(year=2020), MONDAY.replace(year=2040)]
)
def test_a_time_that_is_not_offered_is_not_taken(visitor: Visitor, start: dt.datetime) -> None:
    answer = visitor.post("/book/time/", {"slot": start.isoformat()}, visitor.draft(start=None))
    assert answer.status_code == 422
    assert "just been taken" in page_of(answer)


def test_details_without_a_time_go_back_to_the_time(visitor: Visitor) -> None:
    assert visitor.get("/book/details/", visitor.draft(start=None))["Location"].startswith("/book/time/")


def test_taken_meanwhile_keeps_what_was_entered_and_offers_other_times(visitor: Visitor, shop: Shop) -> None:
    for _each in (shop.ana, shop.ben):
        assert visitor.book().status_code == 302
    before = written()
    draft = visitor.draft()
    answer = visitor.book(draft, name="Too Late", email="late@mail.example")
    page = page_of(answer)
    assert answer.status_code == 409
    assert "just been taken" in page
    assert 'value="Too Late"' in page
    assert written() == before
    other = MONDAY + dt.timedelta(hours=1)
    assert f'name="start" value="{other.isoformat()}"' in page
    assert visitor.book(draft, email="late@mail.example", start=other.isoformat()).status_code == 302
    assert Booking.objects.filter(appointment__starts_at=other).count() == 1


def test_where_people_differ_in_price_the_person_is_settled_before_the_details(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY + dt.timedelta(hours=8))
    draft = visitor.draft(start=None)
    assert "from £40" in page_of(visitor.get("/book/time/", draft))
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, draft)
    settled = draft_in(step["Location"])
    assert settled.lines == (Line(shop.cut.id, staff_id=shop.ben.id, chosen_for_them=True),)
    assert "£72" in page_of(visitor.client.get(step["Location"]))
    assert 'name="slot"' in page_of(visitor.get("/book/time/", settled, date="2030-01-08"))


def test_the_sum_of_a_time_that_is_picked_is_that_of_whom_booking_would_take(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ana, service=shop.cut).update(price="72.000", duration_minutes=75)
    draft = visitor.draft(start=None)
    page = page_of(visitor.get("/book/time/", draft))
    assert 'hx-trigger="change target:[name=slot]"' in page
    assert "from £40" in page
    page = _sum(visitor, draft, slot=MONDAY.isoformat())
    assert ">from" not in page.replace("> ", ">")
    assert page.count("£72") >= 3
    assert "1 h 15 min · with Ana Okafor" in page
    assert "Mon 7 Jan, 10:00" in page
    step = visitor.post("/book/time/", {"slot": MONDAY.isoformat()}, draft)
    visitor.book(draft_in(step["Location"]))
    booked = Booking.objects.get()
    assert (booked.appointment.staff, booked.price) == (shop.ana, 72)


def test_the_sum_of_no_time_promises_no_more_than_from(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    draft = visitor.draft()
    for slot in ("", MONDAY.replace(hour=3).isoformat()):
        page = _sum(visitor, draft, slot=slot)
        assert "from £40" in page
        assert "No time chosen yet" in page
    headers = {"HX-Request": "true", "HX-Target": "picker"}
    asked = {"d": visitor.draft(start=None).token(), "date": "2030-01-08"}
    page = page_of(visitor.client.get("/book/time/", asked, headers=headers))
    assert re.findall(r'id="(s[\w-]+|bar[\w-]*)"[^>]* hx-swap-oob', page) == [
        "sr-status",
        "sum-now",
        "sum-policy",
        "bar-now",
    ]
    assert "with Ana Okafor" in page_of(visitor.get("/book/time/", draft, date="2030-01-07"))
    assert "with Ana Okafor" not in page_of(visitor.get("/book/time/", draft, date="2030-01-08"))


def test_where_all_cost_the_same_nothing_is_asked_for_the_sum(visitor: Visitor, shop: Shop) -> None:
    assert "hx-post" not in page_of(visitor.get("/book/time/", visitor.draft(start=None)))
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    assert "hx-post" not in page_of(visitor.get("/book/time/", visitor.draft(start=None, staff_id=shop.ben.id)))


def test_the_details_say_where_it_costs_more_than_from_had_promised(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ana, service=shop.cut).update(price="72.000")
    told = "The price with Ana Okafor is £72, more than the lowest of £40."
    chosen_for_them = visitor.draft(staff_id=shop.ana.id, chosen_for_them=True)
    page = page_of(visitor.get("/book/details/", chosen_for_them))
    assert told in page
    assert "Choose somebody else" in page
    assert told not in page_of(visitor.get("/book/details/", visitor.draft(staff_id=shop.ana.id)))
    lowest = visitor.draft(staff_id=shop.ben.id, chosen_for_them=True)
    assert "more than the lowest" not in page_of(visitor.get("/book/details/", lowest))


def _sum(visitor: Visitor, draft: Draft, **data: str) -> str:
    headers = {"HX-Request": "true", "HX-Target": "sum"}
    return page_of(visitor.client.post(f"/book/time/?d={draft.token()}", data, headers=headers)).strip()


def test_whoever_was_chosen_for_them_may_be_another_one_at_another_time(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    settled = visitor.draft(staff_id=shop.ana.id, chosen_for_them=True)
    assert visitor.book(visitor.draft(staff_id=shop.ana.id)).status_code == 302
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY + dt.timedelta(hours=10))
    answer = visitor.book(settled)
    assert answer.status_code == 409
    other = MONDAY + dt.timedelta(minutes=15)
    assert f'name="start" value="{other.isoformat()}"' in page_of(answer)
    assert visitor.book(settled, start=other.isoformat()).status_code == 302
    booking = Booking.objects.select_related("appointment").get(appointment__starts_at=other)
    assert (booking.appointment.staff, booking.price) == (shop.ben, 72)


def test_another_time_at_another_price_is_not_booked_unsaid(visitor: Visitor, shop: Shop) -> None:
    StaffService.objects.filter(staff=shop.ben, service=shop.cut).update(price="72.000")
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY.replace(hour=0), ends_at=MONDAY + dt.timedelta(hours=10))
    settled, other = visitor.draft(staff_id=shop.ana.id, chosen_for_them=True), MONDAY.isoformat()
    answer = visitor.book(settled, seen="40", start=other)
    assert answer.status_code == 409
    page = page_of(answer)
    assert "The price has changed: it is £72 now." in page
    assert f'<input type="hidden" name="start" value="{other}">' in page
    assert not Booking.objects.exists()
    assert visitor.book(settled, seen="72", start=other).status_code == 302
    assert Booking.objects.get().price == 72


def test_several_places_are_offered_one_at_a_time(visitor: Visitor) -> None:
    other = LocationFactory(name="Camden", position=1, timezone="America/New_York")
    page = page_of(visitor.get("/book/time/", visitor.draft(start=None)))
    assert "Camden" in page
    assert "London time (GMT)" in page
    page = page_of(visitor.get("/book/time/", visitor.draft(start=None, location_id=other.id)))
    assert "New York time (EST)" in page


def test_a_mobile_trade_asks_where_to_come(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, kind="mobile")
    answer = visitor.book()
    assert answer.status_code == 422
    assert page_of(answer).count("Please fill this in.") == 3
    answer = visitor.book(line1="1 High Street", city="London", postcode="N1 1AA")
    assert answer.status_code == 302
    assert CustomerAddress.objects.get().line1 == "1 High Street"
    assert "1 High Street, London, N1 1AA" in page_of(visitor.client.get(answer["Location"]))


def test_what_waits_for_an_answer_says_so(visitor: Visitor, shop: Shop) -> None:
    configure(shop.tenant, policies={"auto_confirm": False, "deposit": {"kind": "fixed", "value": "20.00"}})
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert "Send request" in page
    assert "<b>£20</b> is due" in page
    page = page_of(visitor.client.get(visitor.book()["Location"]))
    assert "Requested" in page
    assert "See you soon" not in page
    assert Booking.objects.get().status == Status.PENDING


def test_questions_are_asked_and_their_answers_kept(visitor: Visitor, shop: Shop) -> None:
    rows = [
        ("rooms", QuestionKind.INTEGER, {"minimum": 0, "maximum": 12, "required": True}),
        ("door", QuestionKind.CHOICE, {"choices": ["Key safe", "At home"], "required": True}),
        ("pets", QuestionKind.BOOLEAN, {}),
        ("since", QuestionKind.DATE, {}),
        ("story", QuestionKind.TEXT, {}),
    ]
    for position, (key, kind, more) in enumerate(rows):
        Question.objects.create(key=key, kind=kind, label=f"About {key}", position=position, **more)
    answer = visitor.book(**{"answer-rooms": "13", "answer-door": "Chimney", "answer-since": "soon"})
    page = page_of(answer)
    assert answer.status_code == 422
    for field in ("rooms", "door", "since"):
        assert f'id="f-answer-{field}_error"' in page
    given = {"rooms": "2", "door": "Key safe", "pets": "on", "since": "2029-12-24", "story": "Long"}
    assert visitor.book(**{f"answer-{key}": value for key, value in given.items()}).status_code == 302
    assert Visit.objects.get().answers == {
        "rooms": 2,
        "door": "Key safe",
        "pets": True,
        "since": "2029-12-24",
        "story": "Long",
    }


def test_choices_are_shown_in_the_visitor_s_language_and_kept_as_the_business_wrote_them(
    visitor: Visitor, shop: Shop
) -> None:
    configure(shop.tenant, languages=["en", "fr"])
    Question.objects.create(
        key="door",
        kind=QuestionKind.CHOICE,
        label="How do we get in?",
        choices=["Key safe", "At home"],
        translations={"fr": {"label": "Comment entrer ?", "choices": ["Boîte à clés", "Je suis là"]}},
    )
    visitor.client.cookies["lang"] = "fr"
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert '<option value="Key safe">Boîte à clés</option>' in page
    assert visitor.book(**{"answer-door": "Boîte à clés"}).status_code == 422
    assert visitor.book(**{"answer-door": "At home"}).status_code == 302
    assert Visit.objects.get().answers == {"door": "At home"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "Ada\x07Byron"),
        ("name", "Ada\u202eByron"),
        ("email", "nobody"),
        ("email", "x" * 10_000 + "@mail.example"),
        ("phone", "12"),
        ("phone", "call me"),
        ("notes", "x" * 10_000),
        ("notes", "null\x00"),
        ("terms", None),
        ("privacy", None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_booked(
    visitor: Visitor, field: str, value: str | None
) -> None:
    before = written()
    answer = visitor.book(**{field: value})
    page = page_of(answer)
    assert answer.status_code == 422
    assert f'id="f-{field}_error"' in page
    assert f"f-{field}_error" in page.partition(f'name="{field}"')[2].partition(">")[0]
    assert page.count('class="error"') == 1
    assert 'value="ada' in page.lower() or field == "email"
    assert written() == before


def test_a_guest_who_has_too_many_is_told(visitor: Visitor, settings: object) -> None:
    settings.GUEST_BOOKINGS_PER_CONTACT = 1  # type: ignore[attr-defined]
    assert visitor.book().status_code == 302
    answer = visitor.book(visitor.draft(start=MONDAY + dt.timedelta(hours=2)))
    assert answer.status_code == 422
    assert "too many bookings of yours" in page_of(answer)
    assert Booking.objects.count() == 1


def test_without_places_or_people_nothing_breaks(visitor: Visitor) -> None:
    draft = visitor.draft(start=None)
    Location.objects.update(is_active=False)
    assert str(visitor.get("/book/time/", draft)["Location"]).startswith("/book/?d=")
    assert "Nothing can be booked online right now" in page_of(visitor.get("/book/"))
    answer = visitor.post("/book/", {"service": str(draft.lines[0].service_id)})
    assert answer.status_code == 422
    Location.objects.update(is_active=True)
    assert "Cut &amp; finish" in page_of(visitor.get("/book/"))
    StaffService.objects.all().delete()
    assert "Nothing can be booked online right now" in page_of(visitor.get("/book/"))
    assert "Nothing can be booked online yet" in page_of(visitor.get("/"))


def test_a_service_whose_own_place_is_gone_is_not_offered(visitor: Visitor, shop: Shop) -> None:
    shop.colour.locations.set([LocationFactory(name="Camden", is_active=False)])
    page = page_of(visitor.get("/book/"))
    assert "Full colour" not in page
    assert "Cut &amp; finish" in page


def test_whoever_comes_back_finds_the_day_they_had_chosen(visitor: Visitor) -> None:
    draft = visitor.draft(start=MONDAY + dt.timedelta(days=8))
    page = page_of(visitor.get("/book/details/", draft))
    (change,) = re.findall(r'href="([^"]+)">Change<', page)
    page = page_of(visitor.client.get(change.replace("&amp;", "&")))
    assert 'id="s20300115" class="strip-day is-plenty" aria-current="date"' in page
    assert re.search(r'value="2030-01-15[^"]*"[^>]* checked', page)
    page = page_of(visitor.get("/book/time/", draft, date="2030-01-08"))
    assert 'id="s20300108" class="strip-day is-plenty" aria-current="date"' in page


@pytest.mark.parametrize("slot", ["0001-01-01T00:00+00:00", "0001-01-01T00:01Z", "9999-12-31T23:59+00:00"])
def test_the_ends_of_all_calendars_are_no_times(visitor: Visitor, slot: str) -> None:
    """By the clock of some place they are before or after any date that there is."""
    step = str(visitor.post("/book/", {"service": str(visitor.shop.cut.pk)})["Location"]).replace(
        "professional", "time"
    )
    answer = visitor.client.post(step, {"slot": slot})
    assert answer.status_code == 422
    assert "Pick a time to go on." in page_of(answer)
    details = str(visitor.client.post(step, {"slot": MONDAY.isoformat()})["Location"])
    assert visitor.client.post(details, GOOD | {"start": slot, "gone": slot, "name": ""}).status_code == 422
    move = visitor.client.post(details, GOOD | {"start": slot})["Location"].replace("/book/done/", "/manage/") + "move/"
    assert visitor.client.post(move, {"slot": slot}).status_code == 422
    assert Booking.objects.get().appointment.starts_at == MONDAY
