"""What the letters say, and that no name or note can break them."""

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from django.utils import translation
from icalendar import Calendar

import bookme.communications
from bookme.bookings.states import Status
from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.letters import Rendered, render
from bookme.communications.models import Channel
from bookme.communications.segments import Encoding, in_fewest, segments_of
from bookme.communications.selectors.texts import default_texts
from bookme.communications.tellings.bookings import told_from
from bookme.communications.told import OVER, BookingFacts, Recipient, Sender
from bookme.core.ids import uuid7
from bookme.core.languages import written_language
from bookme.tenants.config import Cancellation

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
START = dt.datetime(2026, 11, 12, 13, 30, tzinfo=dt.UTC)
SENDER = Sender(
    name="House of Hair",
    color="#6d3b5e",
    country="GB",
    email="hello@house-of-hair.example",
    phone="+442079460101",
    url="http://house-of-hair.localhost:8000/",
    team_url="http://house-of-hair.localhost:8000/team/",
    terms_url="",
)
BOOKING = BookingFacts(
    id=uuid7(),
    state=Status.CONFIRMED,
    reference="ABC23456",
    version=3,
    service="Cut and finish",
    staff="Amara",
    place="Soho",
    address="1 High Street, London, N1 1AA",
    meeting_url="",
    starts_at=START,
    ends_at=START + dt.timedelta(minutes=45),
    zone=ZoneInfo("Europe/London"),
    party_size=1,
    extras=(),
    price=Decimal("58.000"),
    payment_due=Decimal(0),
    fee=Decimal(0),
    currency="GBP",
    cancellation=Cancellation(free_until_minutes=1440, late_fee_percent=50),
    reason="",
    cancelled_by="",
    customer_name="Amelia Hart",
    customer_email="amelia@mail.example",
    customer_phone="+447700900123",
    notes="",
    manage_url="http://house-of-hair.localhost:8000/manage/token/",
)


def _render(kind: Kind = Kind.CONFIRMED, audience: Audience = Audience.CUSTOMER, **changes: object) -> Rendered:
    booking = dataclasses.replace(BOOKING, **changes)  # type: ignore[arg-type]
    return letter_of(kind, audience, booking)


def letter_of(
    kind: Kind,
    audience: Audience,
    *bookings: BookingFacts,
    sender: Sender = SENDER,
    language: str = "en",
    channel: Channel = Channel.EMAIL,
) -> Rendered:
    """By the built-in texts."""
    with translation.override(language):
        told = told_from(
            kind=kind,
            audience=audience,
            to=Recipient(name="Amelia Hart"),
            sender=sender,
            bookings=bookings,
            language=language,
            now=NOW,
        )
        return render(told=told, texts=default_texts(kind, audience, channel=channel), channel=channel)


OF_BOOKINGS = [
    (kind, each) for kind, told in MESSAGES.items() if told.family is Family.BOOKING for each in told.audiences
]


@pytest.mark.parametrize(("kind", "audience"), OF_BOOKINGS)
def test_every_letter_says_what_when_where_and_who(kind: Kind, audience: Audience) -> None:
    letter = _render(kind, audience)
    for part in (letter.text, letter.html):
        for told in ("Cut and finish", "Thursday 12 November, 13:30", "14:15", "Soho", "Amara", "£58", "ABC23456"):
            assert told in part, told
        assert "%(" not in part
        assert "{{" not in part
    assert ("Cut and finish" in letter.subject) is (kind is not Kind.FOLLOW_UP)
    assert ("/manage/" in letter.text) is (audience == "customer" and kind not in {*OVER, Kind.FOLLOW_UP})
    assert ("amelia@mail.example" in letter.text) is (audience != "customer")


def test_each_button_leads_to_where_something_can_be_done() -> None:
    team = f"Open the booking:\n{SENDER.team_url}bookings/{BOOKING.id}/\n"
    assert team in _render(audience=Audience.STAFF).text
    assert team in _render(Kind.CANCELLED, Audience.BUSINESS).text
    assert f"See it:\n{BOOKING.manage_url}" in _render(Kind.NO_SHOW).text, "there is nothing to move any more"
    assert f"See, move or cancel it:\n{BOOKING.manage_url}" in _render(Kind.REMINDER).text
    assert f"Find another time:\n{SENDER.url}" in _render(Kind.DECLINED).text


NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def test_of_what_is_online_it_is_told_where_the_reader_is_too() -> None:
    letter = _render(reader_zone=NEW_YORK)
    both = "Thursday 12 November, 13:30 in London · 08:30 for you (New York)"
    assert letter.subject == f"You're booked: Cut and finish, {both}"
    for told in ("Thursday 12 November, 13:30 to 14:15", "Your time", "08:30, New York time (EST)"):
        assert told in letter.text
        assert told in letter.html
    far = _render(reader_zone=ZoneInfo("Pacific/Auckland")).subject
    assert "Thu 12 Nov, 13:30 in London · Fri 13 Nov, 02:30 for you (Auckland)" in far
    assert "Where no zone is named, it is London time (GMT)." in letter.text
    same = _render(reader_zone=ZoneInfo("Europe/Lisbon")).text
    assert "Your time" not in same, "their clocks show the same"
    assert "Where no zone" not in same
    for audience in (Audience.STAFF, Audience.BUSINESS):
        assert "New York" not in _render(audience=audience, reader_zone=NEW_YORK).text
    until = NOW + dt.timedelta(minutes=10)
    held = _render(Kind.HOLD_ENDING, reader_zone=NEW_YORK, state=Status.HELD, hold_expires_at=until)
    assert "00:10 in London · Sat 31 Oct, 20:10 for you (New York)" in held.text
    short = letter_of(
        Kind.REMINDER, Audience.CUSTOMER, dataclasses.replace(BOOKING, reader_zone=NEW_YORK), channel=Channel.SMS
    )
    assert "13:30 in London" in short.text
    assert segments_of(in_fewest(short.text)).encoding is Encoding.GSM


def test_of_several_online_each_has_its_time_where_the_reader_is() -> None:
    """Their clocks do not change on the day on which those of the place do."""
    dates = [dt.datetime(2026, 10, day, 13, 30, tzinfo=dt.UTC) for day in (22, 29)]
    series = [
        dataclasses.replace(BOOKING, id=uuid7(), reference=f"ABC2345{number}", starts_at=at, reader_zone=NEW_YORK,
                            ends_at=at + dt.timedelta(minutes=45))
        for number, at in enumerate(dates)
    ]  # fmt: skip
    text = letter_of(Kind.CONFIRMED, Audience.CUSTOMER, *series).text
    assert text.count("Your time") == 2
    visit = [dataclasses.replace(each, reference="ABC23456", reader_zone=TOKYO) for each in series]
    text = letter_of(Kind.CONFIRMED, Audience.CUSTOMER, *visit).text
    assert "Your time: Thursday 22 October, 22:30, Tokyo time (JST)" in text


def test_what_is_due_is_said() -> None:
    assert "Due: £20 as a deposit" in _render(payment_due=Decimal("20.000")).text
    assert "Due: £58\n" in _render(payment_due=Decimal("58.000")).text
    assert "Due:" not in _render().text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Cancelling is free until Wednesday 11 November at 13:30. After that, it costs 50% (£29)."),
        ({"cancellation": Cancellation()}, "Cancelling is free until it begins, on Thursday 12 November at 13:30."),
    ],
)
def test_the_price_of_cancelling_is_said_before_it_is_due(changes: dict[str, object], told: str) -> None:
    assert told in _render(**changes).text


def test_a_cancellation_tells_who_why_and_what_it_costs() -> None:
    by_team = _render(Kind.CANCELLED, cancelled_by="business", reason="We are ill", fee=Decimal("29.000"))
    assert "had to cancel" in by_team.text
    assert "Reason: We are ill" in by_team.text
    assert "Cancellation fee: £29" in by_team.text
    assert "as you asked" in _render(Kind.CANCELLED, cancelled_by="customer").text


def test_hostile_names_stay_text() -> None:
    letter = _render(service="<script>alert(1)</script>", customer_name="A & B <b>", notes="%(business)s {{ x }}")
    assert "<script>alert" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<script>alert(1)</script>" in letter.text
    assert "%(business)s {{ x }}" in _render(audience=Audience.BUSINESS, notes="%(business)s {{ x }}").text


def test_names_of_any_script_are_written_as_they_are() -> None:
    letter = _render(customer_name="Zoë 佐藤 أمينة", service="Coupe «nette»")
    assert "Zoë 佐藤 أمينة" in letter.text
    assert "Coupe «nette»" in letter.subject


@pytest.mark.parametrize(("color", "on"), [("#6d3b5e", "#ffffff"), ("#f4d9ef", "#000000"), ("#ffff00", "#000000")])
def test_the_business_colour_is_readable(color: str, on: str) -> None:
    sender = dataclasses.replace(SENDER, color=color)
    html = letter_of(Kind.CONFIRMED, Audience.CUSTOMER, BOOKING, sender=sender).html
    assert f"background:{color};color:{on}" in html


def test_the_calendar_file_says_the_same() -> None:
    event = Calendar.from_ical(_render().calendar).walk("VEVENT")[0]
    assert event["DTSTART"].dt == START
    assert event["DTEND"].dt == START + dt.timedelta(minutes=45)
    assert str(event["UID"]) == f"{BOOKING.id}@bookme"
    assert event["SEQUENCE"] == 3
    assert str(event["SUMMARY"]) == "Cut and finish at House of Hair"
    assert str(event["LOCATION"]) == "Soho, 1 High Street, London, N1 1AA"
    assert event["ORGANIZER"] == "mailto:hello@house-of-hair.example"
    team = Calendar.from_ical(letter_of(Kind.CONFIRMED, Audience.STAFF, BOOKING).calendar).walk("VEVENT")[0]
    assert str(team["SUMMARY"]) == f"{BOOKING.customer_name}, Cut and finish"
    assert str(team["URL"]) == f"{SENDER.team_url}bookings/{BOOKING.id}/"
    for kind in (Kind.REMINDER, Kind.HOLD_ENDING, Kind.NO_SHOW, Kind.FOLLOW_UP):
        assert _render(kind).calendar == b"", "it tells nothing new"


def test_the_calendar_file_of_the_team_opens_nothing() -> None:
    for audience in (Audience.STAFF, Audience.BUSINESS):
        written = _render(audience=audience).calendar.decode().replace("\r\n ", "")
        assert BOOKING.manage_url not in written
        assert SENDER.team_url in written
    assert BOOKING.manage_url in _render().calendar.decode().replace("\r\n ", "")


def test_a_calendar_file_cannot_be_broken_out_of() -> None:
    written = _render(service="A\r\nATTENDEE:evil;x,y\\").calendar
    event = Calendar.from_ical(written).walk("VEVENT")[0]
    assert "ATTENDEE" not in event
    assert len(Calendar.from_ical(written).walk("VEVENT")) == 1


def test_the_short_form_fits_a_telephone() -> None:
    short = letter_of(Kind.REMINDER, Audience.CUSTOMER, BOOKING, channel=Channel.SMS).text
    assert short == (
        "House of Hair: See you soon: Cut and finish, Thursday 12 November, 13:30\n"
        "http://house-of-hair.localhost:8000/manage/token/"
    )


def test_who_wants_a_language_that_we_do_not_write_gets_the_first() -> None:
    assert written_language("it", "de") == "en"
    assert written_language("it", "ar") == "ar"
    assert written_language("pl-PL", "en") == "pl"
    assert written_language("fr-CA", "en") == "fr"
    assert written_language("es-MX", "en") == "es"


ATLAS = dataclasses.replace(SENDER, name="Atlas Pilates", country="MA")
ATLAS_BOOKING = dataclasses.replace(
    BOOKING, zone=ZoneInfo("Africa/Casablanca"), currency="MAD", price=Decimal("150.000")
)


def _at_atlas(language: str, kind: Kind = Kind.CONFIRMED, audience: Audience = Audience.CUSTOMER) -> Rendered:
    return letter_of(kind, audience, ATLAS_BOOKING, sender=ATLAS, language=language)


@pytest.mark.parametrize("language", ["fr", "ar", "pl", "es"])
@pytest.mark.parametrize(("kind", "audience"), OF_BOOKINGS)
def test_every_letter_is_written_in_every_language(kind: Kind, audience: Audience, language: str) -> None:
    english, letter = _at_atlas("en", kind, audience), _at_atlas(language, kind, audience)
    assert letter.subject != english.subject
    untold = set(letter.text.splitlines()) & set(english.text.splitlines()) - {""}
    ours = {
        ATLAS.name,
        ATLAS.phone,
        ATLAS.email,
        ATLAS.url,
        f"{ATLAS.team_url}bookings/{ATLAS_BOOKING.id}/",
        ATLAS_BOOKING.manage_url,
    }
    assert untold <= ours
    for part in (letter.text, letter.html):
        assert "Cut and finish" in part
        assert "%(" not in part


@pytest.mark.parametrize(
    "source", ["calendar.py", "itinerary.py", "defaults/*.py", "tellings/*.py", "actions/trials.py", "letters.py"]
)
@pytest.mark.parametrize("language", ["fr", "ar", "pl", "es"])
def test_no_sentence_of_a_letter_is_left_in_english(source: str, language: str) -> None:
    folder = Path(bookme.communications.__file__).parent
    said = {
        text if isinstance(text, str) else text[0]
        for path in folder.glob(source)
        for _, text, *_ in extract_from_file("python", path, keywords={"_": None, "ngettext": (1, 2)})
    }
    catalogue = folder.parent / "web" / "locale" / language / "LC_MESSAGES" / "django.po"
    with catalogue.open("rb") as file:
        told = {each.id if isinstance(each.id, str) else each.id[0] for each in read_po(file) if each.string}
    assert said
    assert said - told == set()


def test_a_letter_in_french() -> None:
    letter = _at_atlas("fr", Kind.EXPIRED)
    assert letter.subject.startswith("Pas de réponse à temps")
    assert "jeudi 12 novembre" in letter.text
    assert "150" in letter.text
    assert '<html lang="fr" dir="ltr">' in letter.html


def test_a_letter_in_spanish() -> None:
    letter = _at_atlas("es", Kind.EXPIRED)
    assert letter.subject.startswith("Sin respuesta a tiempo")
    assert "jueves, 12 de noviembre" in letter.text
    assert '<html lang="es" dir="ltr">' in letter.html


def test_a_telephone_number_keeps_its_plus_before_it() -> None:
    assert "، \u200e+447700900123" in _at_atlas("ar", audience=Audience.BUSINESS).text
    assert ", +447700900123" in _at_atlas("fr", audience=Audience.BUSINESS).text


def test_a_letter_in_polish() -> None:
    letter = _at_atlas("pl", Kind.EXPIRED)
    assert letter.subject.startswith("Brak odpowiedzi na czas")
    assert "czwartek, 12 listopada, 13:30" in letter.text
    assert '<html lang="pl" dir="ltr">' in letter.html


def test_a_letter_in_arabic_goes_from_right_to_left() -> None:
    letter = _at_atlas("ar", Kind.EXPIRED)
    assert letter.subject.startswith("لا جواب في الوقت المناسب")
    assert "نوفمبر" in letter.text or "نونبر" in letter.text
    assert '<html lang="ar" dir="rtl">' in letter.html
    assert "padding:11px 0 11px 12px" in letter.html
