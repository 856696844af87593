"""Another language in the middle of a booking: the same page, with what was chosen and typed there by then."""

import datetime as dt
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bookme.bookings.models import Booking
from bookme.services.models import QuestionKind
from bookme.web.booking.draft import Draft, Line, Repeat
from tests.bookings.desk import written
from tests.factories.postcodes import PostcodeFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.staff import ServiceAreaFactory
from tests.web.conftest import FORM_ID, GOOD, MONDAY, Shop, Visitor, configure, page_of, publish

IN_FRENCH = {"lang": "fr"}
BUTTON = re.compile(r'<button form="([\w-]+)" name="lang" value="fr"(?: formaction="([^"]+)")?')


@pytest.fixture
def abroad(visitor: Visitor, shop: Shop) -> Visitor:
    """On the pages of a salon that speaks English and French."""
    configure(shop.tenant, languages=["en", "fr"], features={"waitlist": True})
    return visitor


def in_french(
    visitor: Visitor, path: str, draft: Draft | None, sent: dict[str, Any], **query: Any
) -> tuple[str, Draft]:
    """Presses the button of the step's form, after `sent` was filled in; the page that comes, and its draft."""
    address = f"{path}?{urlencode({'d': draft.token(), **query} if draft else query)}"
    page = page_of(visitor.client.get(address))
    button = BUTTON.search(page)
    assert button is not None
    assert (button[1], button[2]) == ("step-form", None)
    assert 'id="step-form"' in page
    answer = visitor.client.post(address, sent | IN_FRENCH)
    assert answer.status_code == 302
    there = urlsplit(answer["Location"])
    found = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert there.path == path
    assert found.items() >= {"lang": "fr", **query}.items()
    page = unescape(page_of(visitor.client.get(answer["Location"])))
    assert '<html lang="fr"' in page
    return page, Draft.from_token(found["d"])


def test_what_was_ticked(abroad: Visitor, shop: Shop) -> None:
    sent = {"service": str(shop.cut.id), f"extra-{shop.cut.id}": str(shop.massage.id)}
    page, draft = in_french(abroad, "/book/", None, sent)
    assert draft.lines == (Line(shop.cut.id, (shop.massage.id,)),)
    assert f'value="{shop.cut.id}" checked' in page
    assert f'value="{shop.massage.id}" checked' in page


def test_nothing_ticked_is_no_fault(abroad: Visitor) -> None:
    page, draft = in_french(abroad, "/book/", None, {})
    assert draft.lines == ()
    assert 'role="alert"' not in page


def test_who_was_picked(abroad: Visitor, shop: Shop) -> None:
    page, draft = in_french(abroad, "/book/professional/", abroad.draft(start=None), {"staff": str(shop.ben.id)})
    assert draft.lines[0].staff_id == shop.ben.id
    assert f'value="{shop.ben.id}" checked' in page


def test_the_time_that_was_picked_and_its_day(abroad: Visitor) -> None:
    draft, sent = abroad.draft(start=None), {"slot": MONDAY.isoformat()}
    page, found = in_french(abroad, "/book/time/", draft, sent, date="2030-01-07")
    assert (found.start, found.id) == (MONDAY, draft.id)
    assert re.search(rf'value="{re.escape(MONDAY.isoformat())}"[^>]* checked', page)
    page, found = in_french(abroad, "/book/time/", draft, {}, date="2030-01-08")
    assert found.start is None
    assert 'id="s20300108" class="strip-day is-plenty" aria-current="date"' in page
    assert 'id="slot-error"' not in page


def test_the_dates_that_were_picked(abroad: Visitor, shop: Shop) -> None:
    shop.cut.policy = {"repeat_weeks": [1]}
    shop.cut.save()
    third = MONDAY + dt.timedelta(weeks=2)
    minute = str(int(third.timestamp()) // 60)
    page, draft = in_french(abroad, "/book/dates/", abroad.draft(repeat=Repeat(1, 4)), {"date": minute})
    assert draft.starts == (MONDAY, third)
    assert f'value="{minute}" checked' in page
    assert page.count(" checked") == 2


def test_the_postcode(abroad: Visitor, shop: Shop) -> None:
    configure(shop.tenant, features={"service_areas": True})
    PostcodeFactory(code="N1", latitude=51.53, longitude=-0.10)
    ServiceAreaFactory(staff=shop.ana, latitude=51.53, longitude=-0.10, radius_km=5)
    page, draft = in_french(abroad, "/book/where/", None, {"postcode": "N1 2BB"}, service="cut")
    assert draft.postcode == "N1 2BB"
    assert 'name="postcode" value="N1 2BB"' in page


def typed_in_french(visitor: Visitor, address: str, sent: dict[str, Any], form: str = "step-form") -> str:
    """Presses the button of a form with details: its page in French is the answer itself."""
    page = page_of(visitor.client.get(address))
    button, form_id = BUTTON.search(page), FORM_ID.search(page)
    assert button is not None
    assert form_id is not None
    assert button[1] == form
    assert f'id="{form}"' in page
    before = written()
    path = address.partition("?")[0]
    answer = visitor.client.post(path + unescape(button[2]), {**sent, "form": form_id[1], **IN_FRENCH})
    page = unescape(page_of(answer))
    assert (answer.status_code, written()) == (200, before)
    assert '<html lang="fr"' in page
    assert f'name="form" value="{form_id[1]}"' in page
    assert "aria-invalid" not in page
    assert answer.cookies["lang"].value == "fr"
    return page


def address_of(path: str, draft: Draft) -> str:
    return f"{path}?d={draft.token()}"


def test_what_was_typed(abroad: Visitor, shop: Shop) -> None:
    QuestionFactory(kind=QuestionKind.CHOICE, label="Where?", choices=["Here", "There"], services=[shop.cut])
    QuestionFactory(kind=QuestionKind.BOOLEAN, label="New?", services=[shop.cut])
    address = address_of("/book/details/", abroad.draft())
    names = re.findall(r'name="(answer-[^"]+)"', page_of(abroad.client.get(address)))
    answers = dict(zip(names, ["There", "on"], strict=True))
    page = typed_in_french(
        abroad, address, {"name": "Ada <Byron>", "email": "not yet", "notes": "Two\nlines", "terms": "on", **answers}
    )
    assert 'name="name" value="Ada <Byron>"' in page
    assert 'name="email" value="not yet"' in page
    assert re.search(r"<textarea[^>]*>\s*Two\nlines</textarea>", page)
    assert '<option value="There" selected>' in page
    checked = set(re.findall(r'<input type="checkbox" name="([\w-]+)"[^>]* checked', page))
    assert checked == {"terms", names[1]}


def test_then_it_is_booked_as_ever(abroad: Visitor) -> None:
    draft = abroad.draft()
    page = typed_in_french(abroad, address_of("/book/details/", draft), GOOD)
    form = FORM_ID.search(page)
    assert form is not None
    answer = abroad.client.post(f"/book/details/?d={draft.token()}&lang=fr", GOOD | {"form": form[1]})
    assert answer.status_code == 302
    assert Booking.objects.get().visit.language == "fr"


def test_what_was_picked_instead_of_what_was_taken(abroad: Visitor, shop: Shop) -> None:
    draft, later = abroad.draft(), MONDAY + dt.timedelta(hours=3)
    address = address_of("/book/details/", draft)
    page = typed_in_french(abroad, address, GOOD | {"start": later.isoformat()})
    assert f'<input type="hidden" name="start" value="{later.isoformat()}">' in page
    assert "13:00" in page


def test_the_places_of_a_class(abroad: Visitor, shop: Shop) -> None:
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana])
    session = publish(abroad, yoga)
    page = page_of(abroad.get(f"/classes/{session.pk}/", people=3))
    assert 'href="?people=3&amp;lang=fr" lang="fr" hreflang="fr"' in page
    address = str(abroad.get(f"/classes/{session.pk}/book/", people=3)["Location"])
    page = typed_in_french(abroad, address, GOOD | {"party_size": "2"})
    assert '<option value="2" selected>' in page


def test_the_waitlist(abroad: Visitor, shop: Shop) -> None:
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana])
    session = publish(abroad, yoga, taken=8)
    address = str(abroad.get(f"/classes/{session.pk}/wait/")["Location"])
    page = typed_in_french(abroad, address, {"name": "Ada Byron"}, form="join")
    assert 'name="name" value="Ada Byron"' in page


def test_elsewhere_the_link_keeps_what_the_address_says(abroad: Visitor, shop: Shop) -> None:
    """Where nothing is typed that is not kept anyway: lists, a booking that is moved, the door with where it leads."""
    paths = ("/classes/?service=yoga&from=2030-02-01", "/account/sign-in/?next=%2Fbook%2F%3Fd%3Dx%253Ay", "/privacy/")
    for path in paths:
        page = page_of(abroad.client.get(path))
        link = re.search(r'<a href="([^"]+)" lang="fr" hreflang="fr">', page)
        assert link is not None
        asked, found = urlsplit(path), urlsplit(unescape(link[1]))
        assert found.path == ""
        assert parse_qs(found.query) == {**parse_qs(asked.query), "lang": ["fr"]}
        again = page_of(abroad.client.get(f"{asked.path}{unescape(link[1])}"))
        assert again.partition("<body")[2].count("lang=fr") == 1, "one language in an address"
        abroad.client.cookies.clear()


def test_a_booking_that_is_moved(abroad: Visitor) -> None:
    answer = abroad.book()
    token = str(answer["Location"]).split("/")[-2]
    page = page_of(abroad.get(f"/manage/{token}/move/", date="2030-01-09"))
    assert '<a href="?date=2030-01-09&amp;lang=fr" lang="fr" hreflang="fr">' in page


def test_no_language_that_the_business_does_not_speak(abroad: Visitor, shop: Shop) -> None:
    answer = abroad.post("/book/", {"service": str(shop.cut.id), "lang": "ar"})
    assert answer["Location"].startswith("/book/professional/")


def test_of_one_language_nothing_is_offered(visitor: Visitor) -> None:
    for path in ("/book/", "/"):
        assert 'name="lang"' not in page_of(visitor.get(path))
        assert "hreflang" not in page_of(visitor.get(path)).partition("<body")[2]
