"""The flow of a business whose people come to its customers: first it asks where to."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.models import Booking
from bookme.eventlog.idempotency import claim_key
from bookme.web.booking.draft import Draft, Line
from tests.bookings.desk import written
from tests.factories.postcodes import PostcodeFactory
from tests.factories.staff import ServiceAreaFactory
from tests.web.conftest import GOOD, MONDAY, Shop, Visitor, configure, draft_in, page_of

TUESDAY = MONDAY + dt.timedelta(days=1)
HOME = {"line1": "1 Low Street", "city": "London"}


@pytest.fixture
def rounds(shop: Shop) -> Shop:
    """Ana goes to N1 every day; Ben to N1 and SE1, on Mondays. Nobody goes to M1."""
    contact = {"phone": "+442079460958", "email": "hello@salon.example"}
    configure(shop.tenant, features={"service_areas": True}, contact=contact)
    for code, latitude in (("N1", 51.53), ("SE1", 51.40), ("M1", 53.48)):
        PostcodeFactory(code=code, latitude=latitude, longitude=-0.10)
    ServiceAreaFactory(staff=shop.ana, latitude=51.53, longitude=-0.10, radius_km=5)
    ServiceAreaFactory(staff=shop.ben, latitude=51.47, longitude=-0.10, radius_km=10, days=[0])
    return shop


@pytest.fixture
def at_home(rounds: Shop, visitor: Visitor) -> Visitor:
    return visitor


def text_of(answer: Any) -> str:
    return unescape(page_of(answer))


def go(visitor: Visitor, postcode: str, draft: Draft | None = None) -> Any:
    return visitor.post("/book/where/", {"postcode": postcode}, draft or visitor.draft(start=None))


@pytest.mark.parametrize("path", ["/book/", "/book/where/", "/book/professional/", "/book/time/"])
def test_whether_that_comes_first_is_looked_up_once(at_home: Visitor, rounds: Shop, path: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert at_home.get(path, at_home.draft(start=None, postcode="N1 2BB")).status_code == 200
    asked = [each["sql"] for each in queries if each["sql"].startswith('SELECT "services_service"."policy"')]
    assert len(asked) == 1


def test_it_asks_where_to_before_who_and_when(at_home: Visitor, rounds: Shop) -> None:
    step = at_home.get("/book/", service="cut")
    assert step["Location"] == "/book/where/?service=cut"
    page = text_of(at_home.client.get(step["Location"]))
    assert "Where should we come?" in page
    assert "Step 1 of 6" in page
    step = at_home.client.post(step["Location"], {"postcode": " n1  2bb "})
    assert step["Location"].startswith("/book/?")
    page = text_of(at_home.client.get(step["Location"]))
    assert re.search(rf'value="{rounds.cut.id}" checked', page)
    assert "n1 2bb" in page
    step = at_home.client.post(step["Location"], {"service": str(rounds.cut.id)})
    assert step["Location"].startswith("/book/professional/")
    assert draft_in(step["Location"]).postcode == "n1 2bb"
    page = text_of(at_home.client.get(step["Location"]))
    assert "Ana Okafor" in page
    assert "Ben Ruiz" in page
    assert "n1 2bb" in page
    back = re.search(r'href="(/book/where/\?d=[^"]+)"', page)
    assert back is not None
    assert 'value="n1 2bb"' in page_of(at_home.client.get(back[1]))


def test_only_services_that_somebody_does_there_at_their_price(at_home: Visitor, rounds: Shop) -> None:
    rounds.ben.staff_services.filter(service=rounds.cut).update(price=30)
    for postcode, has_colour, price in (("N1 2BB", True, "from</small> £30"), ("SE1 1AA", False, 'num">£30')):
        page = text_of(at_home.client.get(go(at_home, postcode, Draft())["Location"]))
        assert ("Full colour" in page, "Cut & finish" in page) == (has_colour, True)
        assert price in re.sub(r"\s+", " ", page)
    assert "Full colour" in text_of(at_home.get("/"))


def test_the_postcode_is_changed_without_losing_what_was_chosen(at_home: Visitor, rounds: Shop) -> None:
    cart = at_home.draft(lines=(Line(rounds.cut.id, (rounds.massage.id,)), Line(rounds.colour.id)), postcode="N1 2BB")
    chosen = {"service": [str(rounds.cut.id), str(rounds.colour.id)], f"extra-{rounds.cut.id}": str(rounds.massage.id)}
    change = at_home.post("/book/", {**chosen, "where": "1"}, Draft(postcode="N1 2BB"))["Location"]
    assert draft_in(change.partition("&")[0]).lines == cart.lines
    back = at_home.client.post(change, {"postcode": "N1 9ZZ"})["Location"]
    assert back.startswith("/book/?d=")
    assert (draft_in(back).lines, draft_in(back).postcode) == (cart.lines, "N1 9ZZ")
    page = text_of(at_home.get("/book/professional/", cart))
    chip = re.search(r'class="who-chip" href="(/book/where/\?d=[^"]+)"', page)
    assert chip is not None
    kept = draft_in(at_home.client.post(chip[1], {"postcode": "N1 9ZZ"})["Location"])
    assert (kept.lines, kept.postcode, kept.start) == (cart.lines, "N1 9ZZ", None)
    answer = at_home.client.post(chip[1], {"postcode": "SE1 1AA"})
    page = text_of(answer)
    assert (answer.status_code, "For all of this nobody comes to SE1 1AA yet" in page) == (422, True)
    rest = re.search(r'href="(/book/\?d=[^"]+)"><svg.*?See what we do at SE1 1AA', page, re.DOTALL)
    assert rest is not None
    page = text_of(at_home.client.get(rest[1]))
    assert "1 of the services you chose is not done at SE1 1AA: it was left out." in page
    assert re.search(rf'value="{rounds.cut.id}" checked', page)
    assert re.search(rf'value="{rounds.massage.id}" checked', page)
    nowhere = text_of(at_home.client.post(chip[1], {"postcode": "M1 1AA"}))
    assert "See what we do" not in nowhere


def test_at_once_it_is_said_that_nobody_comes(at_home: Visitor, rounds: Shop) -> None:
    answer = go(at_home, "M1 1AA", Draft())
    page = text_of(answer)
    assert (answer.status_code, "Nobody comes to M1 1AA yet." in page, "tel:+442079460958" in page) == (422, True, True)
    stale = Draft(postcode="M1 1AA")
    step = at_home.get("/book/", stale)
    assert step["Location"].startswith("/book/where/")
    assert "Nobody comes to M1 1AA yet." in text_of(at_home.client.get(step["Location"]))
    assert "left for too long" in text_of(at_home.client.get(at_home.get("/book/", again=1)["Location"]))


def test_what_is_given_at_the_salon_asks_for_no_postcode(at_home: Visitor, rounds: Shop) -> None:
    """A business of both kinds: it is asked once something was chosen for which it matters."""
    rounds.colour.policy = {"at_customer": False}
    rounds.colour.save()
    assert "Full colour" in text_of(at_home.get("/book/"))
    salon = at_home.post("/book/", {"service": str(rounds.colour.id)})
    assert salon["Location"].startswith("/book/time/")
    page = text_of(at_home.client.get(salon["Location"]))
    assert ("Step 2 of 4" in page, "postcode" in page) == (True, False)
    draft = at_home.draft(service_id=rounds.colour.id)
    assert "postcode" not in page_of(at_home.get("/book/details/", draft))
    assert at_home.book(draft).status_code == 302
    assert Booking.objects.get().visit.address is None
    home = at_home.post("/book/", {"service": str(rounds.cut.id)})
    assert home["Location"].startswith("/book/where/")
    both = at_home.post("/book/", {"service": [str(rounds.cut.id), str(rounds.colour.id)]})
    step = go(at_home, "N1 1AA", draft_in(both["Location"]))
    taken = at_home.post("/book/time/", {"slot": TUESDAY.isoformat()}, draft_in(step["Location"]))
    assert at_home.book(draft_in(taken["Location"]), postcode="N1 1AA", **HOME).status_code == 302
    # A cut at SE1 is Ben's; what is done at the salon by Ana needs no area of hers there.
    apart = at_home.draft(lines=(Line(rounds.cut.id), Line(rounds.colour.id)), start=None)
    assert go(at_home, "SE1 1AA", apart).status_code == 302


def test_only_people_and_times_that_go_there(at_home: Visitor, rounds: Shop) -> None:
    step = go(at_home, "SE1 1AA")
    assert step["Location"].startswith("/book/time/")
    draft = draft_in(step["Location"])
    assert MONDAY.isoformat() in page_of(at_home.get("/book/time/", draft, date="2030-01-07"))
    assert "2030-01-08T" not in page_of(at_home.get("/book/time/", draft, date="2030-01-08"))
    assert at_home.post("/book/time/", {"slot": TUESDAY.isoformat()}, draft).status_code == 422
    step = at_home.post("/book/time/", {"slot": MONDAY.isoformat()}, draft)
    page = page_of(at_home.client.get(step["Location"]))
    assert 'value="SE1 1AA"' in page
    assert "Ben Ruiz" in page
    assert at_home.book(draft_in(step["Location"]), postcode="SE1 1AA", **HOME).status_code == 302
    booking = Booking.objects.get()
    assert booking.appointment.staff == rounds.ben
    assert booking.visit.address["postcode"] == "SE1 1AA"


@pytest.mark.parametrize(
    ("postcode", "words"),
    [
        ("M1 1AA", "nobody comes to M1 1AA yet"),
        ("ZZ9 9ZZ", "We do not know this postcode"),
        ("\x00" * 40, "We do not know this postcode"),
        ("", "Please fill this in."),
    ],
)
def test_where_nobody_goes_it_says_what_to_do(at_home: Visitor, postcode: str, words: str) -> None:
    answer = go(at_home, postcode)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert ("tel:+442079460958" in page and "mailto:hello@salon.example" in page) == (postcode == "M1 1AA")


def test_whoever_does_not_go_there_is_not_kept(at_home: Visitor, rounds: Shop) -> None:
    draft = at_home.draft(staff_id=rounds.ana.id, postcode="SE1 1AA")
    for path in ("professional", "time", "details"):
        assert at_home.get(f"/book/{path}/", draft)["Location"].startswith("/book/where/")
    found = draft_in(go(at_home, "SE1 1AA", draft)["Location"])
    assert (found.asks_for_somebody, found.start) == (False, None)
    kept = draft_in(go(at_home, "N1 1AA", draft)["Location"])
    assert [line.staff_id for line in kept.lines] == [rounds.ana.id]


@pytest.mark.parametrize("postcode", ["", "M1 1AA", "ZZ9 9ZZ"])
def test_no_step_goes_on_without_a_place_that_somebody_goes_to(at_home: Visitor, postcode: str) -> None:
    draft = at_home.draft(postcode=postcode)
    for path in ("professional", "time", "details"):
        assert at_home.get(f"/book/{path}/", draft)["Location"].startswith("/book/where/")
    before = written()
    assert at_home.book(draft, postcode="N1 1AA", **HOME)["Location"].startswith("/book/where/")
    assert written() == before
    assert at_home.get("/book/where/", draft).status_code == 200


def test_another_postcode_at_the_end_is_checked(at_home: Visitor, rounds: Shop) -> None:
    draft = at_home.draft(postcode="N1 2BB", start=TUESDAY)
    before = written()
    answer = at_home.book(draft, postcode="SE1 1AA", **HOME)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Nobody can come to SE1 1AA then" in page
    assert f'value="{(MONDAY.replace(hour=17) - dt.timedelta(hours=1)).isoformat()}"' in page
    assert 'value="1 Low Street"' in page
    answer = at_home.book(draft, postcode="M1 1AA", **HOME)
    page = text_of(answer)
    assert (answer.status_code, "Nobody comes to M1 1AA" in page, "tel:+442079460958" in page) == (409, True, True)
    back = re.search(r'href="(/book/where/\?d=[^"]+)">Look who', page)
    assert back is not None
    assert "nobody comes to M1 1AA yet" in text_of(at_home.client.get(back[1]))
    answer = at_home.book(draft, postcode="ZZ9 9ZZ", **HOME)
    assert (answer.status_code, "We do not know this postcode" in page_of(answer)) == (422, True)
    assert written() == before
    assert at_home.book(draft, postcode="SE1 1AA", start=MONDAY.isoformat(), **HOME).status_code == 302
    assert Booking.objects.get().appointment.staff == rounds.ben


def test_whom_they_chose_is_not_exchanged(at_home: Visitor, rounds: Shop) -> None:
    draft = at_home.draft(postcode="N1 2BB", staff_id=rounds.ana.id)
    before = written()
    page = text_of(at_home.book(draft, postcode="SE1 1AA", **HOME))
    assert "Ana Okafor does not come to SE1 1AA" in page
    assert written() == before


def test_who_was_chosen_for_them_is_settled_anew(at_home: Visitor, rounds: Shop) -> None:
    """Where it matters who it is, nobody else than the one whose price was shown is booked, until they pick again."""
    own = rounds.ben.staff_services.get(service=rounds.cut)
    own.price = 99
    own.save()
    draft = at_home.draft(postcode="N1 2BB", staff_id=rounds.ana.id, chosen_for_them=True)
    page = text_of(at_home.book(draft, postcode="SE1 1AA", **HOME))
    assert "Nobody can come to SE1 1AA then" in page
    assert not Booking.objects.exists()
    later = MONDAY + dt.timedelta(minutes=15)
    assert at_home.book(draft, postcode="SE1 1AA", start=later.isoformat(), **HOME).status_code == 302
    assert Booking.objects.get().price == 99


def test_a_booking_is_moved_only_to_when_somebody_goes_there(at_home: Visitor, rounds: Shop) -> None:
    done = at_home.book(at_home.draft(postcode="SE1 1AA"), postcode="SE1 1AA", **HOME)["Location"]
    path = done.replace("/book/done/", "/manage/") + "move/"
    assert "2030-01-14T" in page_of(at_home.client.get(path, {"date": "2030-01-14"}))
    assert "2030-01-08T" not in page_of(at_home.client.get(path, {"date": "2030-01-08"}))
    assert at_home.client.post(path, {"slot": TUESDAY.isoformat()}).status_code == 422
    assert Booking.objects.get().appointment.starts_at == MONDAY


def test_what_takes_two_needs_two_who_come(at_home: Visitor, rounds: Shop) -> None:
    rounds.cut.staff_needed = 2
    rounds.cut.save()
    assert "nobody comes to SE1 1AA" in text_of(go(at_home, "SE1 1AA"))
    assert go(at_home, "N1 1AA").status_code == 302


def test_without_areas_nobody_is_asked(visitor: Visitor, shop: Shop) -> None:
    assert visitor.post("/book/", {"service": str(shop.cut.id)})["Location"].startswith("/book/professional/")
    assert visitor.get("/book/where/", visitor.draft())["Location"].startswith("/book/professional/")
    assert visitor.get("/book/where/")["Location"] == "/book/?again=1"
    assert visitor.get("/book/where/", Draft())["Location"] == "/book/?again=1"
    assert "postcode" not in page_of(visitor.get("/book/details/", visitor.draft()))


def test_in_french(at_home: Visitor, rounds: Shop) -> None:
    configure(rounds.tenant, languages=["en", "fr"])
    at_home.client.cookies["lang"] = "fr"
    assert "personne ne se déplace encore à M1 1AA" in text_of(go(at_home, "M1 1AA"))
    page = text_of(at_home.book(at_home.draft(postcode="N1 1AA"), postcode="ZZ9 9ZZ", **HOME))
    assert "Nous ne connaissons pas ce code postal" in page
    assert GOOD["name"] in page


def test_what_is_booked_already_is_another_one_here_too(at_home: Visitor) -> None:
    draft = at_home.draft(postcode="N1 1AA")
    told = "This has been booked already. What you choose now is another booking."
    assert told not in page_of(at_home.get("/book/where/", draft))
    claim_key(scope="page:visit", key=draft.id.hex, secret="")
    assert told in page_of(at_home.get("/book/where/", draft))
    there = at_home.post("/book/where/", {"postcode": "N1 1AA"}, draft)["Location"]
    assert draft_in(there).id != draft.id
