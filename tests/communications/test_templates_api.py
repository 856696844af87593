"""The team reads, writes, looks at and tries out the texts of messages."""

from decimal import Decimal
from typing import Any

import pytest

from bookme.communications.models import MessageTemplate, Notification, Spending
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.communications.conftest import Moody, configure
from tests.factories.communications import StoppedAddressFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person
from tests.letters import Letters, body
from tests.twilio import Mood, Twilio

PHONE = "+447700900002"
LIST = "communications/templates/"
ONE = f"{LIST}booking.confirmed/email/en/"
PREVIEW = "communications/preview/"
SEND = "communications/preview/send/"
OWN = {"subject": "Lovely: {{ service }}", "heading": "See you", "body": "Dear {{ customer }}."}
MESSAGE = {"message": "booking.confirmed", "channel": "email", "language": "en"}


def test_the_list_has_all_and_is_filtered(salon: Tenant, owner: Person) -> None:
    configure(salon, languages=["en", "ar"], messages={"off": ["booking.requested"]})
    told = owner.api.get(f"{LIST}?page_size=100").json()
    assert told["count"] == len({(each["message"], each["channel"], each["language"]) for each in told["results"]}) or (
        told["count"] > 100
    )
    (shown,) = owner.api.get(f"{LIST}?message=booking.requested&channel=sms&language=ar").json()["results"]
    assert shown == {
        "message": "booking.requested",
        "kind": "booking.requested",
        "audience": "customer",
        "category": "service",
        "channel": "sms",
        "language": "ar",
        "is_own": False,
        "version": 0,
        "is_off": True,
        "changed_at": None,
        "changed_by": "",
    }
    assert faults(owner.api.get(f"{LIST}?channel=pigeon")) == {"/channel": "invalid_choice"}


def test_a_text_is_written_read_and_given_up(salon: Tenant, owner: Person) -> None:
    before = owner.api.get(ONE).json()
    assert (before["is_own"], before["version"], before["texts"]) == (False, 0, before["built_in"])
    assert {"name": "customer", "meaning": "the name of who booked", "is_flag": False, "always": True} in before[
        "variables"
    ]
    written = owner.api.put(ONE, OWN | {"version": 0}).json()
    assert (written["version"], written["texts"], written["built_in"]) == (1, OWN, before["built_in"])
    assert written["changed_by"] == owner.user.name
    assert owner.api.put(ONE, OWN).json()["version"] == 1
    assert owner.api.put(ONE, OWN | {"body": "B", "version": 1}).json()["version"] == 2
    clash = owner.api.put(ONE, OWN | {"body": "C", "version": 1})
    assert (clash.status_code, clash.json()["code"]) == (409, "version_conflict")

    versions = owner.api.get(f"{ONE}versions/").json()["results"]
    assert [(each["version"], each["body"], each["is_current"]) for each in versions] == [
        (2, "B", True),
        (1, OWN["body"], False),
    ]
    assert owner.api.post(f"{ONE}restore/", {"version": 1}).json()["version"] == 3
    assert owner.api.post(f"{ONE}restore/", {"version": 9}).status_code == 404
    assert owner.api.delete(ONE).status_code == 204
    assert owner.api.get(ONE).json() == before
    assert MessageTemplate.objects.count() == 3


def test_faults_are_pointed_at(salon: Tenant, owner: Person) -> None:
    given = {"subject": "{{ nobody }}", "heading": "", "body": "One\n{% for x in y %}{% endfor %}"}
    refused = owner.api.put(ONE, given)
    assert refused.status_code == 400
    told = {(each["pointer"], each["code"]): each["detail"] for each in refused.json()["errors"]}
    assert told.keys() == {("/subject", "unknown_variable"), ("/heading", "blank"), ("/body", "unknown_tag")}
    assert told["/body", "unknown_tag"].startswith("Line 2, character 1: There is no tag “for” here")
    assert faults(owner.api.post(PREVIEW, MESSAGE | given)).keys() == {"/subject", "/heading", "/body"}
    assert faults(owner.api.put(ONE, {"subject": "x", "heading": "x"})) == {"/body": "required"}
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("place", ["nothing/email/en", "booking.confirmed/fax/en", "booking.confirmed/email/xx"])
def test_what_there_is_not_is_not_found(salon: Tenant, owner: Person, place: str) -> None:
    for method in (owner.api.get, owner.api.delete):
        assert method(f"{LIST}{place}/").status_code == 404
    assert owner.api.put(f"{LIST}{place}/", OWN).status_code == 404
    assert owner.api.get(f"{LIST}{place}/versions/").status_code == 404


def test_a_preview_is_a_sample_of_any_text(salon: Tenant, owner: Person) -> None:
    configure(salon, languages=["en", "ar"])
    saved = owner.api.post(PREVIEW, MESSAGE).json()
    assert saved["subject"].startswith("You're booked: Cut and finish, Thursday ")
    assert saved["segments"] is None
    mine = owner.api.post(PREVIEW, MESSAGE | OWN | {"body": "<b>{{ customer }}</b> & co"}).json()
    assert mine["subject"] == "Lovely: Cut and finish"
    assert "<b>Amelia Hart</b> & co" in mine["text"]
    assert "&lt;b&gt;Amelia Hart&lt;/b&gt; &amp; co" in mine["html"]
    arabic = owner.api.post(PREVIEW, MESSAGE | {"language": "ar"}).json()
    assert 'dir="rtl"' in arabic["html"]
    assert "ليلى حدّاد" in arabic["text"]
    series = owner.api.post(PREVIEW, MESSAGE | {"flags": ["is_series"]}).json()
    assert "6 dates" in series["subject"]
    text = {"body": "Hi.{% if due %} {{ due }} is due.{% endif %}{% if meeting_link %} {{ meeting_link }}{% endif %}"}
    mail = MESSAGE | text | {"channel": "sms"}
    assert owner.api.post(PREVIEW, mail).json()["text"] == "Hi."
    both = owner.api.post(PREVIEW, mail | {"flags": ["due", "meeting_link"]}).json()
    assert both["text"] == "Hi. £10 is due. https://meet.example/k7p2"
    assert faults(owner.api.post(PREVIEW, MESSAGE | {"flags": ["fee"]})) == {"/flags": "unknown_flag"}, (
        "nothing is owed"
    )
    assert faults(owner.api.post(PREVIEW, MESSAGE | {"flags": ["too_few"]})) == {"/flags": "unknown_flag"}
    assert not MessageTemplate.objects.exists()


def test_a_preview_counts_what_an_sms_costs(salon: Tenant, owner: Person) -> None:
    sms = MESSAGE | {"channel": "sms"}
    found = owner.api.post(PREVIEW, sms | {"body": "Hello {{ customer }}"}).json()
    assert found == {
        "subject": "",
        "html": "",
        "text": "Hello Amelia Hart",
        "segments": {"encoding": "gsm_7", "length": 17, "count": 1, "room": 160, "unusual": ""},
    }
    found = owner.api.post(PREVIEW, sms | {"body": "Ça va ? " * 12}).json()["segments"]
    assert found == {"encoding": "gsm_7", "length": 95, "count": 1, "room": 160, "unusual": ""}
    found = owner.api.post(PREVIEW, sms | {"body": "À bientôt ! " * 12}).json()["segments"]
    assert found == {"encoding": "gsm_7", "length": 143, "count": 1, "room": 160, "unusual": ""}, "as it is sent"
    found = owner.api.post(PREVIEW, sms | {"body": "Łódź жжж! " * 14}).json()["segments"]
    assert found == {"encoding": "ucs_2", "length": 139, "count": 3, "room": 67, "unusual": "Łóźж"}


def test_a_test_goes_to_who_asked_for_it_and_on_no_record(salon: Tenant, owner: Person, letters: Letters) -> None:
    answer = owner.api.post(SEND, MESSAGE | OWN)
    assert (answer.status_code, answer.json()) == (202, {"to": owner.user.email})
    (letter,) = letters.all()
    assert letter["To"].endswith(f"<{owner.user.email}>")
    assert letter["Subject"] == "Test: Lovely: Cut and finish"
    assert body(letter).startswith("This is a test. Nothing was booked.")
    assert "This is a test. Nothing was booked." in body(letter, "html")
    assert list(letter.iter_attachments()) == []
    assert not Notification.objects.exists()


def test_an_sms_goes_to_the_number_of_their_own_row(salon: Tenant, owner: Person, letters: Letters) -> None:
    sms = MESSAGE | {"channel": "sms"}
    configure(salon, features={"sms": True})
    StaffFactory(phone="+447700900001")  # a colleague's
    assert owner.api.post(SEND, sms).json()["code"] == "no_address"
    StaffFactory(user_id=owner.user.pk, phone="+447700900002")
    assert owner.api.post(SEND, sms).json() == {"to": "+447700900002"}
    (letter,) = letters.all()
    assert body(letter).startswith("This is a test. Nothing was booked.")


def test_nothing_goes_by_a_channel_that_is_off(salon: Tenant, owner: Person, letters: Letters) -> None:
    StaffFactory(user_id=owner.user.pk, phone="+447700900002")
    assert owner.api.post(SEND, MESSAGE | {"channel": "sms"}).json()["code"] == "channel_off"
    assert letters.all() == []


def test_nobody_else_can_be_written_to(salon: Tenant, owner: Person, letters: Letters) -> None:
    for more in ({"to": "victim@mail.example"}, {"email": "victim@mail.example"}):
        assert set(faults(owner.api.post(SEND, MESSAGE | more)).values()) == {"unknown"}
    StoppedAddressFactory(address=owner.user.email.lower())
    assert owner.api.post(SEND, MESSAGE).json()["code"] == "stopped"
    assert letters.all() == []


def test_tests_are_limited(salon: Tenant, owner: Person, letters: Letters) -> None:
    for left in range(19, -1, -1):
        answer = owner.api.post(SEND, MESSAGE)
        assert answer.status_code == 202
        assert f'"test-messages";r={left}' in answer["RateLimit"]
    refused = owner.api.post(SEND, MESSAGE)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tests")
    assert len(letters.all()) == 20


def test_what_could_not_be_handed_over_is_told(salon: Tenant, owner: Person, moody: Moody) -> None:
    moody.to_message = "451 Later, please"
    answer = owner.api.post(SEND, MESSAGE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_sent")
    moody.to_recipient = "550 No such mailbox"
    assert owner.api.post(SEND, MESSAGE).json()["code"] == "not_sent"


class TestCost:
    @pytest.fixture(autouse=True)
    def _texting(self, salon: Tenant, owner: Person, twilio: Twilio) -> None:
        configure(salon, features={"sms": True}, messages={"monthly_cap": "1"})
        StaffFactory(user_id=owner.user.pk, phone=PHONE)

    def _sent(self, owner: Person) -> tuple[str, Decimal]:
        answer = owner.api.post(SEND, MESSAGE | {"channel": "sms", "body": "Booked."})
        return answer.json().get("code", ""), sum(Spending.objects.values_list("amount", flat=True), Decimal(0))

    def test_what_went_out_is_spent(self, owner: Person, twilio: Twilio) -> None:
        assert self._sent(owner) == ("", Decimal("0.04"))
        assert len(twilio.messages) == 1

    def test_what_was_surely_not_taken_is_given_back(self, owner: Person, twilio: Twilio) -> None:
        twilio.refusing[PHONE] = 21211
        assert self._sent(owner) == ("not_sent", 0)
        twilio.refusing.clear()
        twilio.moods.append(Mood.BUSY)
        assert self._sent(owner) == ("not_sent", 0)

    def test_what_may_have_been_taken_is_not(self, owner: Person, twilio: Twilio) -> None:
        twilio.moods.append(Mood.FAILS)
        assert self._sent(owner) == ("not_sent", Decimal("0.04"))

    def test_it_goes_only_where_the_business_writes_to(self, owner: Person, twilio: Twilio) -> None:
        for phone, code in (("+33612345678", "country_off"), ("+449098790000", "costly_number")):
            Staff.objects.update(phone=phone)
            assert self._sent(owner) == (code, 0)
        assert twilio.messages == []

    def test_to_one_number_as_many_go_as_of_all_that_costs(self, owner: Person, twilio: Twilio, settings: Any) -> None:
        settings.PAID_MESSAGES_PER_NUMBER = 2
        assert [self._sent(owner)[0] for _ in range(3)] == ["", "", "number_full"]
        assert len(twilio.messages) == 2


def test_the_link_of_an_account_is_placed_by_no_text(owner: Person) -> None:
    """In a text it could become part of an address of the writer's own, who reads it there."""
    place = f"{LIST}account.new_password/email/en/"
    given = {"subject": "A new password", "heading": "Hello", "body": "https://collect.example/{{ link }}"}
    assert list(faults(owner.api.put(place, given))) == ["/body"]
    assert owner.api.put(place, given | {"body": "Hello {{ name }}"}).status_code in {200, 201}
