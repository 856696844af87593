"""The texts that WhatsApp has approved, on the pages of the team."""

from typing import Any

from bookme.communications.models import ApprovalState, WhatsAppTemplate
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.web.messages.whatsapp import LOOKS
from tests.factories.communications import WhatsAppTemplateFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop
from tests.web.team.conftest import done, sent, shown

PATH = "/team/messages/whatsapp/"
GOOD = {
    "name": "booking.reminder",
    "language": "en",
    "content_id": f"HX{'a' * 32}",
    "variables": "customer, service when",
}


def test_a_text_is_added_and_taken_off(salon_team: Shop, manager: Person) -> None:
    assert "No text is approved yet" in shown(manager, PATH)
    page = done(manager, PATH, GOOD)
    assert "Waits for approval" in page
    assert GOOD["content_id"] in page
    row = WhatsAppTemplate.objects.get()
    assert (row.name, row.variables) == ("booking.reminder", ["customer", "service", "when"])
    done(manager, f"{PATH}{row.pk}/remove/")
    assert not WhatsAppTemplate.objects.exists()
    assert sent(manager, f"{PATH}{row.pk}/remove/").status_code == 404


def test_what_is_wrong_is_said_at_its_field(salon_team: Shop, manager: Person) -> None:
    WhatsAppTemplateFactory(name="booking.confirmed", language="en")
    for changes, field in (
        ({"content_id": "HX1"}, "content_id"),
        ({"variables": "password"}, "variables"),
        ({"name": "booking.confirmed.staff"}, "name"),
    ):
        answer = sent(manager, PATH, GOOD | changes)
        assert answer.status_code == 422
        assert f'id="f-{field}_error"' in answer.content.decode()
    assert sent(manager, PATH, GOOD | {"name": "booking.confirmed"}).status_code in {409, 422}, "of each one"
    assert WhatsAppTemplate.objects.count() == 1


def test_a_text_is_changed_in_place(salon_team: Shop, manager: Person) -> None:
    row = WhatsAppTemplateFactory(name="booking.reminder", language="fr", variables=["customer", "when"])
    one = f"{PATH}{row.pk}/"
    assert f'href="{one}"' in shown(manager, PATH)
    page = shown(manager, one)
    assert f'value="{row.content_id}"' in page
    assert 'value="customer, when"' in page
    assert '<option value="fr" selected>' in page, "also of a language that is not written any more"
    kept = GOOD | {"language": "fr", "content_id": row.content_id}
    assert "The text is changed." in done(manager, one, kept | {"variables": "customer"})
    row.refresh_from_db()
    assert (row.variables, row.state) == (["customer"], "approved")
    assert "Waits for approval" in done(manager, one, kept | {"content_id": GOOD["content_id"]})
    row.refresh_from_db()
    assert (row.content_id, row.state) == (GOOD["content_id"], "pending")


def test_a_change_that_cannot_be_kept_changes_nothing(salon_team: Shop, manager: Person) -> None:
    row = WhatsAppTemplateFactory(name="booking.reminder", language="en")
    WhatsAppTemplateFactory(name="booking.confirmed", language="en")
    for changes in ({"content_id": "HX1"}, {"variables": "password"}, {"name": "booking.confirmed"}):
        assert sent(manager, f"{PATH}{row.pk}/", GOOD | changes).status_code in {409, 422}
    before = row.content_id, row.variables, row.name
    row.refresh_from_db()
    assert (row.content_id, row.variables, row.name) == before
    assert sent(manager, f"{PATH}{uuid7()}/", GOOD).status_code == 404


def test_every_state_has_a_look(salon_team: Shop, manager: Person) -> None:
    assert set(LOOKS) == set(ApprovalState)
    for number, state in enumerate(ApprovalState):
        WhatsAppTemplateFactory(name=("booking.confirmed", "booking.moved")[0], language=f"l{number}", state=state)
    page = shown(manager, PATH)
    for look in LOOKS.values():
        assert str(look.label) in page


def test_without_an_account_nothing_can_be_asked(salon_team: Shop, manager: Person, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"whatsapp": None}
    assert "There is no account that carries WhatsApp." in done(manager, f"{PATH}refresh/")


def test_it_is_for_who_keeps_messages_everywhere(salon_team: Shop, stylist: Person, customer: Person) -> None:
    row = WhatsAppTemplateFactory()
    bound = make_person(
        salon_team.tenant, Role.MANAGER, email="bound@salon.example", staff_ids=[str(salon_team.ana.pk)]
    )
    for person in (stylist, customer, bound):
        assert sent(person, PATH, GOOD).status_code == 403
        for step in (f"{row.pk}", f"{row.pk}/remove", "refresh"):
            assert sent(person, f"{PATH}{step}/", GOOD).status_code == 403
    assert list(WhatsAppTemplate.objects.all()) == [row]
