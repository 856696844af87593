"""A business writes its own texts: they are checked, kept in versions, and followed by the messages that are sent."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.events import BookingConfirmed
from bookme.communications.actions import reset_template, restore_version, save_template
from bookme.communications.kinds import SWITCHABLE
from bookme.communications.models import MessageTemplate
from bookme.communications.selectors.texts import overview, text_in_force, versions_of
from bookme.communications.templating import Texts
from bookme.core.errors import Conflict, Invalid, NotAllowed, NotFound
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.communications import MessageTemplateFactory
from tests.factories.users import Person
from tests.letters import Letters, body

OWN = Texts(subject="Lovely: {{ service }}", heading="See you", body="Dear {{ customer }}, till {{ when }}.")
PLACE = {"name": "booking.confirmed", "channel": "email", "language": "en"}


def _save(person: Person, texts: Texts = OWN, **changes: Any) -> MessageTemplate:
    with transaction.atomic():
        return save_template(**(PLACE | {"texts": texts, "actor": person.actor} | changes))


def test_what_was_written_is_what_is_sent(salon: Tenant, owner: Person, letters: Letters) -> None:
    made = _save(owner)
    assert (made.version, made.is_current, made.made_by) == (1, True, owner.actor.name)
    happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example", visit__contact_name="Amelia"))
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("Lovely: ")
    assert "Dear Amelia, till Monday 7 January, 10:00." in body(letter)
    assert "Dear Amelia" in body(letter, "html")


def test_a_change_is_another_version_and_the_same_is_none(salon: Tenant, manager: Person) -> None:
    first = _save(manager)
    assert _save(manager) == first
    second = _save(manager, Texts(subject="B", heading="B", body="B"))
    assert second.version == 2
    assert [(each.version, each.is_current) for each in MessageTemplate.objects.all()] == [(2, True), (1, False)]
    assert Event.objects.filter(name="messages.changed").count() == 2


def test_an_earlier_version_holds_again_as_a_new_one(salon: Tenant, owner: Person) -> None:
    _save(owner)
    _save(owner, Texts(subject="B", heading="B", body="B"))
    with transaction.atomic():
        found = restore_version(**PLACE, version=1, actor=owner.actor)
    assert (found.version, found.body) == (3, OWN.body)
    with pytest.raises(NotFound), transaction.atomic():
        restore_version(**PLACE, version=9, actor=owner.actor)
    assert MessageTemplate.objects.count() == 3


def test_the_built_in_text_holds_again(salon: Tenant, owner: Person, letters: Letters) -> None:
    _save(owner)
    for _ in range(2):
        with transaction.atomic():
            reset_template(**PLACE, actor=owner.actor)
    happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"))
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("You're booked: ")
    told = Event.objects.filter(name="messages.changed").order_by("pk")
    assert [each.payload["change"] for each in told] == ["made", "removed"]
    assert _save(owner).version == 2
    place = text_in_force(owner.actor, **PLACE).place
    assert [each.version for each in versions_of(owner.actor, place)] == [2, 1]


def test_whoever_saw_another_version_is_told(salon: Tenant, owner: Person) -> None:
    assert _save(owner, expected=0).version == 1
    other = Texts(subject="B", heading="B", body="B")
    with pytest.raises(Conflict, match="Somebody else"):
        _save(owner, other, expected=0)
    assert _save(owner, other, expected=1).version == 2


@pytest.mark.parametrize(
    ("texts", "channel", "pointers"),
    [
        (Texts(subject="", heading=" ", body=""), "email", ["/subject", "/heading", "/body"]),
        (Texts(subject="a\nBcc: b", heading="x", body="{{ nobody }}"), "email", ["/subject", "/body"]),
        (Texts(subject="{% for x in y %}", heading="x", body="x"), "email", ["/subject"]),
        (Texts(subject="s" * 301, heading="x", body="x" * 4001), "email", ["/subject", "/body"]),
        (Texts(subject="x", body="x"), "sms", ["/subject"]),
        (Texts(body="x" * 1001), "whatsapp", ["/body"]),
        (Texts(body="{{ customer.email }} {{ nobody }}"), "sms", ["/body", "/body"]),
    ],
)
def test_what_is_not_good_is_not_kept(
    salon: Tenant, owner: Person, texts: Texts, channel: str, pointers: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        _save(owner, texts, channel=channel)
    assert [each.pointer for each in refused.value.errors] == pointers
    assert not MessageTemplate.objects.exists()
    assert not Event.objects.filter(name="messages.changed").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "booking.nothing"},
        {"name": ""},
        {"name": "booking.confirmed.business", "channel": "sms"},
        {"name": "account.new_password", "channel": "whatsapp"},
        {"channel": "pigeon"},
        {"language": "xx"},
        {"language": ""},
        {"language": "ar"},  # which this business does not have
    ],
)
def test_there_are_only_the_texts_of_what_is_sent(salon: Tenant, owner: Person, changes: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        _save(owner, **changes)
    assert not MessageTemplate.objects.exists()


def test_only_owner_and_manager_write(salon: Tenant, stylist: Person, customer: Person, owner: Person) -> None:
    _save(owner)
    steps: list[Callable[[Person], object]] = [
        _save,
        lambda person: restore_version(**PLACE, version=1, actor=person.actor),
        lambda person: reset_template(**PLACE, actor=person.actor),
        lambda person: overview(person.actor),
    ]
    for person in (stylist, customer):
        for step in steps:
            with pytest.raises(NotAllowed), transaction.atomic():
                step(person)
    assert MessageTemplate.objects.get().is_current


def test_texts_are_of_one_business(salon: Tenant, owner: Person, rival_owner: Person) -> None:
    _save(owner)
    with tenant_scope(rival_owner.tenant):
        assert text_in_force(rival_owner.actor, **PLACE).own is None
        assert not MessageTemplate.objects.exists()
    assert text_in_force(owner.actor, **PLACE).version == 1


def test_the_overview_has_every_message_once(
    salon: Tenant, owner: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    configure(salon, languages=["en", "fr", "de"], messages={"off": ["booking.confirmed.business"]})
    MessageTemplateFactory(version=4, is_current=True)
    with django_assert_num_queries(1):
        found = overview(owner.actor)
    places = [(each.place.name, each.place.channel, each.place.language) for each in found]
    assert len(set(places)) == len(places)
    assert {each.place.language for each in found} == {"en", "fr"}  # nothing is written in German
    assert {each.place.name for each in found} >= set(SWITCHABLE)
    own = [each for each in found if each.own]
    assert [(each.place.name, each.version) for each in own] == [("booking.confirmed", 4)]
    assert {each.place.name for each in found if each.is_off} == {"booking.confirmed.business"}
    assert len(overview(owner.actor, name="booking.confirmed", language="fr")) == 3


HOSTILE = "<img src=x onerror=alert(1)>\r\nBcc: all@mail.example {{ business }} {% include 'x' %} & co"
SHOWN = "<img src=x onerror=alert(1)> Bcc: all@mail.example {{ business }} {% include 'x' %} & co"
# A name, which has room for less.
NAME = "<img src=x>\r\nBcc: a@b {{ business }} {% if x %} &co"
NAME_SHOWN = "<img src=x> Bcc: a@b {{ business }} {% if x %} &co"


def _hostile() -> None:
    """A stranger's name and a service's, as hostile as a row can have them."""
    booking = BookingFactory(
        visit__contact_email="amelia@mail.example",
        visit__contact_phone="+447700900123",
        visit__contact_name=NAME,
        appointment__service__name=HOSTILE,
    )
    happen(BookingConfirmed, booking)


def test_a_mail_is_escaped_where_html_is_and_has_no_header_of_strangers(
    salon: Tenant, owner: Person, letters: Letters
) -> None:
    _save(owner, Texts(subject="<b>{{ customer }}</b>", heading="<b>{{ customer }}</b>", body="<b>{{ service }}</b>"))
    _hostile()
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"] == f"<b>{NAME_SHOWN}</b>"
    assert letter["Bcc"] is None
    assert f"<b>{SHOWN}</b>" in body(letter)
    html = body(letter, "html")
    assert "<img" not in html
    assert "<b>" not in html
    escaped = "&lt;b&gt;&lt;img src=x onerror=alert(1)&gt; Bcc: all@mail.example {{ business }}"
    assert escaped in html
    assert html.count("&lt;b&gt;&lt;img src=x&gt; Bcc: a@b {{ business }}") >= 2  # title, heading


def test_an_sms_is_plain_text(salon: Tenant, owner: Person, letters: Letters) -> None:
    configure(salon, features={"sms": True}, messages={"channels": ["sms"]})
    _save(owner, Texts(body="<b>{{ customer }}</b> & {{ business }}"), channel="sms")
    _hostile()
    (sms,) = [each for each in letters.all() if each["X-BookMe-Channel"] == "sms"]
    assert body(sms).strip() == f"<b>{NAME_SHOWN}</b> & Salon"
