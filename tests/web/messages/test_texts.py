"""What messages say, written on the pages of the team."""

import pytest

from bookme.communications.kinds import MESSAGES, message_name
from bookme.communications.models import MessageTemplate
from tests.factories.communications import MessageTemplateFactory
from tests.factories.users import Person
from tests.letters import Letters
from tests.web.conftest import Shop, configure
from tests.web.team.conftest import done, sent, shown

LIST = "/team/messages/texts/"
MAIL = f"{LIST}booking.confirmed/email/en/"
SMS = f"{LIST}booking.confirmed/sms/en/"
GOOD = {
    "version": "0",
    "subject": "Booked: {{ service }}",
    "heading": "See you",
    "body": "Dear {{ customer }},\r\n\r\nthank you.",
}


def _own() -> list[tuple[int, str, bool]]:
    return list(MessageTemplate.objects.order_by("version").values_list("version", "body", "is_current"))


def test_every_message_is_listed_with_which_text_holds(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, messages={"off": ["booking.cancelled.staff"]})
    MessageTemplateFactory(is_current=True)
    page = shown(owner, LIST)
    for kind, told in MESSAGES.items():
        for audience in told.audiences:
            assert f"{LIST}{message_name(kind, audience)}/email/en/" in page
    assert page.count("Your own") == 1
    assert page.count("Switched off") == 1
    short = shown(owner, f"{LIST}?channel=sms&language=xx")
    assert f"{LIST}booking.confirmed/sms/en/" in short
    assert "booking.confirmed.staff" not in short, "a team is told by e-mail"
    assert "Your own" not in short


def test_languages_of_the_business_are_tabs(salon_team: Shop, owner: Person) -> None:
    assert 'aria-label="Language"' not in shown(owner, LIST)
    configure(salon_team.tenant, languages=["en", "ar"])
    page = shown(owner, f"{LIST}?language=ar")
    assert "العربيّة" in page
    assert f"{LIST}booking.confirmed/email/ar/" in page


def test_the_editor_begins_with_the_built_in_text(salon_team: Shop, owner: Person) -> None:
    page = shown(owner, MAIL)
    for told in ("Built-in", "{{ customer }}", "the name of who booked", 'name="subject"', 'name="heading"'):
        assert told in page, told
    short = shown(owner, SMS)
    assert 'name="subject"' not in short
    assert "characters" in short
    assert "1 SMS" in short or "2 SMS" in short


def test_a_text_is_saved_as_a_new_version_and_gone_back_to(salon_team: Shop, owner: Person) -> None:
    page = done(owner, MAIL, GOOD)
    assert "It holds from now on." in page
    assert "Your own" in page
    assert owner.user.name in page
    assert _own() == [(1, "Dear {{ customer }},\n\nthank you.", True)]
    done(owner, MAIL, GOOD | {"version": "1", "body": "Hello {{ customer }}"})
    assert [each[0] for each in _own() if each[2]] == [2]
    page = done(owner, f"{MAIL}change/", {"version": "1"})
    assert "That text holds again." in page
    assert [(version, is_current) for version, _body, is_current in _own()] == [(1, False), (2, False), (3, True)]
    assert "thank you." in _own()[2][1]
    page = done(owner, f"{MAIL}change/", {"version": ""})
    assert "The built-in text holds again." in page
    assert not any(is_current for _version, _body, is_current in _own())
    assert sent(owner, f"{MAIL}change/", {"version": "9"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"body": "{{ password }}"}, "body"),
        ({"subject": ""}, "subject"),
        ({"heading": "{% for each in x %}"}, "heading"),
        ({"body": "x" * 4001}, "body"),
    ],
)
def test_what_cannot_be_said_is_told_at_its_field(
    salon_team: Shop, owner: Person, changes: dict[str, str], name: str
) -> None:
    answer = sent(owner, MAIL, GOOD | changes)
    assert answer.status_code == 422
    assert f'id="f-{name}_error"' in answer.content.decode()
    assert _own() == []
    frame = sent(owner, f"{MAIL}preview/", GOOD | changes)
    assert (frame.status_code, "<li>" in frame.content.decode()) == (422, True)
    assert "pill-bad" in sent(owner, f"{MAIL}count/", GOOD | changes).content.decode()


def test_what_somebody_else_changed_meanwhile_is_not_lost(salon_team: Shop, owner: Person) -> None:
    done(owner, MAIL, GOOD)
    answer = sent(owner, MAIL, GOOD | {"body": "Mine, {{ customer }}"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody else has changed this text" in page
    assert "Mine, {{ customer }}" in page
    assert len(_own()) == 1


def test_the_preview_is_of_what_is_being_written_and_nothing_in_it_runs(salon_team: Shop, owner: Person) -> None:
    frame = sent(owner, f"{MAIL}preview/", GOOD | {"body": "<script>alert(1)</script> {{ customer }}"})
    text = frame.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Amelia Hart" in text
    assert "<script" not in text
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Amelia Hart" in owner.page.get(f"{MAIL}preview/").content.decode(), "else of what holds"
    assert _own() == []


def test_a_preview_is_shown_as_if(salon_team: Shop, owner: Person) -> None:
    text = GOOD | {"body": "{% if is_series %}Several{% else %}One{% endif %} for {{ customer }}"}
    assert "One for" in sent(owner, f"{MAIL}preview/", text).content.decode()
    assert "Several for" in sent(owner, f"{MAIL}preview/", text | {"flags": ["is_series"]}).content.decode()
    assert 'name="flags" value="due"' in shown(owner, MAIL)
    assert 'name="flags" value="fee"' not in shown(owner, MAIL), "nothing is owed when it is confirmed"
    owing = GOOD | {"body": "Hi.{% if due %} Bring {{ due }}.{% endif %}"}
    assert "Bring" not in sent(owner, f"{MAIL}preview/", owing).content.decode()
    assert "Bring £10." in sent(owner, f"{MAIL}preview/", owing | {"flags": ["due"]}).content.decode()


def test_an_sms_is_counted_as_networks_do(salon_team: Shop, owner: Person) -> None:
    def counted(body: str) -> str:
        return sent(owner, f"{SMS}count/", {"version": "0", "body": body}).content.decode()

    assert "160 characters" in counted("x" * 160)
    assert "1 SMS" in counted("x" * 160)
    assert "2 SMS" in counted("x" * 161)
    assert "1 SMS" in counted("ş" + "x" * 70), "it goes as an s"
    assert "Longer because of: <bdi>ж</bdi>" in " ".join(counted("ж" + "x" * 70).split())
    assert 'class="bubble"' in sent(owner, f"{SMS}preview/", {"version": "0", "body": "Hi"}).content.decode()


def test_a_test_goes_to_who_asks_and_what_was_written_stays(salon_team: Shop, owner: Person, letters: Letters) -> None:
    answer = sent(owner, MAIL, GOOD | {"do": "test", "body": "A try, {{ customer }}"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f"A test is on its way to {owner.user.email}." in page
    assert "A try, {{ customer }}" in page
    (letter,) = letters.to(owner.user.email)
    assert "Booked:" in letter["Subject"]
    assert _own() == []
    answer = sent(owner, SMS, {"version": "0", "body": "Hi", "do": "test"})
    assert answer.status_code == 409
    assert "This channel is not switched on here." in answer.content.decode() or "no address" in answer.content.decode()


def test_only_who_keeps_messages_writes_them(
    salon_team: Shop, manager: Person, stylist: Person, customer: Person
) -> None:
    for person in (stylist, customer):
        for path in (LIST, MAIL, f"{MAIL}preview/"):
            assert person.page.get(path).status_code == 403
        for path in (MAIL, f"{MAIL}preview/", f"{MAIL}count/", f"{MAIL}change/"):
            assert sent(person, path, GOOD).status_code == 403
    assert _own() == []
    assert "Texts" in shown(manager, LIST)
    done(manager, MAIL, GOOD)
    assert len(_own()) == 1


@pytest.mark.parametrize(
    "path", ["booking.gone/email/en/", "booking.confirmed/pigeon/en/", "booking.confirmed/email/ar/"]
)
def test_a_text_that_there_is_not(salon_team: Shop, owner: Person, path: str) -> None:
    shown(owner, f"{LIST}{path}", status=404)
    assert sent(owner, f"{LIST}{path}", GOOD).status_code == 404
