"""The team reads, writes, looks at and tries out the texts of messages."""

import pytest

from bookme.communications.models import MessageTemplate, Notification
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.communications.conftest import Moody, configure
from tests.factories.communications import StoppedAddressFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person
from tests.letters import Letters, body

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
    assert found == {"encoding": "ucs_2", "length": 143, "count": 3, "room": 67, "unusual": "Àô"}


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


def test_the_link_of_an_account_is_placed_by_no_text(owner: Person) -> None:
    """In a text it could become part of an address of the writer's own, who reads it there."""
    place = f"{LIST}account.new_password/email/en/"
    given = {"subject": "A new password", "heading": "Hello", "body": "https://collect.example/{{ link }}"}
    assert list(faults(owner.api.put(place, given))) == ["/body"]
    assert owner.api.put(place, given | {"body": "Hello {{ name }}"}).status_code in {200, 201}
