"""The business's own accounts with those who carry its messages, as its owner sets them."""

from decimal import Decimal
from typing import Any

import pytest

from bookme.communications.credentials import MEMBERS, PROVIDERS_OF
from bookme.communications.models import Channel, ChannelAccount
from bookme.communications.rationing import take_room
from bookme.communications.reach import SILENCES, reach_of
from bookme.eventlog.models import Event
from bookme.web.messages.account_forms import _LABELS
from tests.communications.conftest import Moody, moody
from tests.communications.test_mail_accounts import smtp_account
from tests.factories.users import Person
from tests.web.conftest import Shop
from tests.web.team.conftest import done, sent, shown

__all__ = ["moody"]

PATH = "/team/messages/accounts/"
SID, TOKEN = f"AC{'0' * 32}", "a very secret token"
TWILIO = {
    "sender": "+447700900123",
    "price": "0.04",
    "is_active": "on",
    "c_account_sid": SID,
    "c_auth_token": TOKEN,
    "c_messaging_service_sid": "",
}


def test_each_channel_says_who_carries_it(salon_team: Shop, owner: Person, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": None, "whatsapp": None}
    page = shown(owner, PATH)
    for channel in Channel:
        assert f"{PATH}{channel.value}/" in page
    assert "Nothing is set up that could carry it." in page
    assert "Forget it" not in page


def test_what_an_account_is_told_is_never_shown(salon_team: Shop, owner: Person) -> None:
    page = done(owner, f"{PATH}sms/", TWILIO)
    assert "The account is saved." in page
    assert "Twilio" in page
    row = ChannelAccount.objects.get()
    assert (row.provider, row.sender, row.price) == ("twilio", "+447700900123", Decimal("0.04"))
    assert row.members == {"account_sid": SID, "auth_token": TOKEN}
    form = shown(owner, f"{PATH}sms/")
    assert form.count('placeholder="is set"') == 2
    answer = sent(owner, f"{PATH}sms/", TWILIO | {"sender": "nobody!"})
    assert answer.status_code == 422
    for text in (page, form, answer.content.decode(), str(list(Event.objects.values_list("payload", flat=True)))):
        assert TOKEN not in text


def test_what_is_known_is_kept_whole_or_given_anew(salon_team: Shop, owner: Person) -> None:
    done(owner, f"{PATH}sms/", TWILIO)
    empty = {"c_account_sid": "", "c_auth_token": ""}
    done(owner, f"{PATH}sms/", TWILIO | empty | {"sender": "Salon", "is_active": ""})
    row = ChannelAccount.objects.get()
    assert (row.sender, row.is_active, row.members["auth_token"]) == ("Salon", False, TOKEN)
    assert "Not in use" in shown(owner, PATH)
    answer = sent(owner, f"{PATH}sms/", TWILIO | {"c_auth_token": ""})
    assert answer.status_code == 422
    assert 'id="f-c_auth_token_error"' in answer.content.decode()
    assert ChannelAccount.objects.get().members["auth_token"] == TOKEN


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"sender": "nobody!"}, "sender"), ({"c_account_sid": "AC1"}, "c_account_sid"), ({"price": "-1"}, "price")],
)
def test_what_is_wrong_is_said_at_its_field(
    salon_team: Shop, owner: Person, changes: dict[str, str], field: str
) -> None:
    answer = sent(owner, f"{PATH}sms/", TWILIO | changes)
    assert answer.status_code == 422
    assert f'id="f-{field}_error"' in answer.content.decode()
    assert not ChannelAccount.objects.exists()


def test_each_provider_asks_for_what_it_needs(salon_team: Shop, owner: Person) -> None:
    for channel, providers in PROVIDERS_OF.items():
        for provider in providers:
            page = shown(owner, f"{PATH}{channel.value}/?provider={provider.value}")
            for name in MEMBERS[provider]:
                assert name in _LABELS
                assert f'name="c_{name}"' in page
    assert "/sendgrid/" in shown(owner, f"{PATH}email/?provider=sendgrid"), "where it is to tell"
    assert "/webhooks/" not in shown(owner, f"{PATH}email/?provider=smtp"), "which tells nothing"
    for channel in (Channel.SMS, Channel.WHATSAPP):
        page = shown(owner, f"{PATH}{channel.value}/")
        assert "A message comes in" in page
        assert "http://salon.localhost:8000/webhooks/messages/twilio/<" in page, "where it is to send what people write"
    assert 'name="price"' not in shown(owner, f"{PATH}email/")
    assert 'name="c_account_sid"' in shown(owner, f"{PATH}sms/?provider=smtp"), "which does not carry it"


def test_a_mail_server_without_encryption_is_offered_on_ones_own_machine(
    salon_team: Shop, owner: Person, settings: Any
) -> None:
    page = f"{PATH}email/?provider=smtp"
    assert '<option value="none">' in shown(owner, page)
    settings.LOCAL_MODE = False
    assert '<option value="none">' not in shown(owner, page)


def test_an_account_is_tried_and_forgotten(salon_team: Shop, owner: Person) -> None:
    done(owner, f"{PATH}email/?provider=smtp", {
        "sender": "hello@salon.example", "is_active": "on", "c_host": "127.0.0.1", "c_port": "587",
        "c_security": "starttls", "c_username": "", "c_password": "",
    })  # fmt: skip
    page = done(owner, f"{PATH}email/try/")
    assert "toast-bad" in page, "nobody listens there"
    assert "The account is forgotten" in done(owner, f"{PATH}email/remove/")
    assert not ChannelAccount.objects.exists()
    for step in ("try", "remove"):
        assert sent(owner, f"{PATH}email/{step}/").status_code == 404
    assert sent(owner, f"{PATH}pigeon/", TWILIO).status_code == 404


def test_it_is_for_the_owner(salon_team: Shop, owner: Person, manager: Person, stylist: Person) -> None:
    done(owner, f"{PATH}sms/", TWILIO)
    for person in (manager, stylist):
        for path in (PATH, f"{PATH}sms/"):
            assert person.page.get(path).status_code == 403
        for step in ("", "try/", "remove/"):
            assert sent(person, f"{PATH}sms/{step}", TWILIO | {"sender": "Theirs"}).status_code == 403
    assert ChannelAccount.objects.get().sender == "+447700900123"


def test_one_that_does_not_answer_is_shown(salon_team: Shop, owner: Person) -> None:
    done(owner, f"{PATH}sms/", TWILIO)
    reach = reach_of(ChannelAccount.objects.get())
    for times in range(SILENCES):
        assert "Does not answer" not in shown(owner, PATH), times
        reach.note_silence(seconds=10)
    page = shown(owner, PATH)
    assert "Does not answer" in page
    assert "It has not answered since:" in page
    reach.note_answer()
    assert "Does not answer" not in shown(owner, PATH)


def test_what_may_go_by_the_platform_is_said_and_that_it_is_used_up(
    salon_team: Shop, owner: Person, moody: Moody, settings: Any
) -> None:
    settings.PLATFORM_MAILS_PER_HOUR, settings.PLATFORM_MAILS_PER_DAY = 2, 1000
    assert "0 of 2 mails in this hour, 0 of 1000 in this day." in shown(owner, PATH)
    for _ in range(2):
        assert "BookMe sends no more mails for you for now" not in shown(owner, "/team/messages/")
        take_room(can_wait=False)
    assert "2 of 2 mails in this hour, 2 of 1000 in this day." in shown(owner, PATH)
    assert "BookMe sends no more mails for you for now" in shown(owner, "/team/messages/")
    smtp_account(moody.port).save()
    for path in (PATH, "/team/messages/"):
        page = shown(owner, path)
        assert "mails in this hour" not in page
        assert "BookMe sends no more" not in page
