"""The page behind an unsubscribe link: by one click of a mail program, and by hand; only looked at, it does nothing."""

from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from bookme.bookings.links import manage_token
from bookme.communications.kinds import Audience, refusable
from bookme.communications.models import Muted
from bookme.communications.unsubscribing import MARKETING, unsubscribe_url
from bookme.customers.models import Consent, Customer
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.web.wishes import message_label
from tests.factories.bookings import VisitFactory
from tests.factories.customers import ConsentFactory, CustomerFactory
from tests.factories.users import Person
from tests.web.conftest import page_of

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
REMINDER = "booking.reminder"


@pytest.fixture
def ada(salon: Tenant) -> Customer:
    made = CustomerFactory(language="fr")
    ConsentFactory(customer=made, kind="marketing", wording="Tell me.")
    return made


@pytest.fixture
def program(salon: Tenant) -> Client:
    """A mail program: no session, no form of ours, on a site that checks forged forms as it does in production."""
    return Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)


def path_of(customer: Customer, topic: str) -> str:
    return urlsplit(unsubscribe_url(customer_id=customer.pk, topic=topic)).path


def state_of(customer: Customer) -> tuple[list[bool], list[str]]:
    """Their answers to marketing, and what they refused."""
    answers = Consent.objects.filter(customer=customer, kind="marketing").order_by("created_at", "id")
    muted = Muted.objects.filter(person_id=customer.pk)
    return list(answers.values_list("granted", flat=True)), list(muted.values_list("name", flat=True))


class TestByOneClick:
    @pytest.mark.parametrize("is_multipart", [True, False])
    def test_reminders_end_at_once_and_once(self, program: Client, ada: Customer, is_multipart: bool) -> None:
        path = path_of(ada, REMINDER)
        for _ in range(2):
            said = {"List-Unsubscribe": "One-Click"}
            answer = program.post(path, said) if is_multipart else program.post(path, ONE_CLICK, FORM)
            assert (answer.status_code, answer.content) == (200, b"OK")
        assert state_of(ada) == ([True], [REMINDER])
        assert "set-cookie" not in answer.headers

    def test_marketing_is_answered_with_no_and_the_yes_stays(self, program: Client, ada: Customer) -> None:
        for _ in range(2):
            assert program.post(path_of(ada, MARKETING), ONE_CLICK, FORM).status_code == 200
        assert state_of(ada) == ([True, False], [])
        assert Consent.objects.get(granted=False).wording == "Informez-moi parfois des offres et des nouvelles."

    def test_it_is_of_that_customer_alone(self, program: Client, ada: Customer) -> None:
        other = CustomerFactory()
        ConsentFactory(customer=other, kind="marketing")
        program.post(path_of(ada, MARKETING), ONE_CLICK, FORM)
        program.post(path_of(ada, REMINDER), ONE_CLICK, FORM)
        assert state_of(other) == ([True], [])


class TestByHand:
    @pytest.mark.parametrize("topic", [REMINDER, MARKETING])
    def test_looking_changes_nothing(self, program: Client, ada: Customer, topic: str) -> None:
        """Programs that scan mails open every link."""
        for method in (program.get, program.head):
            assert method(path_of(ada, topic)).status_code == 200
        page = page_of(program.get(path_of(ada, topic)))
        assert message_label(topic) in page
        assert 'value="stop"' in page
        assert 'value="undo"' not in page
        assert state_of(ada) == ([True], [])

    def test_reminders_end_by_a_button_and_come_back_by_another(self, program: Client, ada: Customer) -> None:
        path = path_of(ada, REMINDER)
        assert program.post(path, {"step": "stop"})["Location"] == path
        assert state_of(ada) == ([True], [REMINDER])
        page = page_of(program.get(path))
        assert "You are unsubscribed" in page
        assert 'value="undo"' in page
        for _ in range(2):
            assert program.post(path, {"step": "undo"}).status_code == 302
        assert state_of(ada) == ([True], [])

    def test_marketing_too_and_every_answer_is_kept(self, program: Client, ada: Customer) -> None:
        path = path_of(ada, MARKETING)
        for step in ("stop", "undo", "undo", "stop"):
            program.post(path, {"step": step})
        assert state_of(ada) == ([True, False, True, False], [])

    def test_a_link_never_agrees_for_who_had_not(self, program: Client, salon: Tenant) -> None:
        never = CustomerFactory()
        path = path_of(never, MARKETING)
        assert 'value="undo"' not in page_of(program.get(path))
        program.post(path, {"step": "undo"})
        program.post(path, {"step": "stop"})
        program.post(path, {"step": "undo"})
        assert True not in state_of(never)[0]

    @pytest.mark.parametrize("body", [{}, {"step": "else"}, {"List-Unsubscribe": "Two-Clicks"}])
    def test_what_else_is_posted_does_nothing(self, program: Client, ada: Customer, body: dict[str, str]) -> None:
        assert program.post(path_of(ada, REMINDER), body).status_code == 404
        assert state_of(ada) == ([True], [])

    def test_whoever_is_signed_in_has_no_part_in_it(self, owner: Person, ada: Customer) -> None:
        owner.page.post(path_of(ada, REMINDER), ONE_CLICK, FORM)
        assert state_of(ada) == ([True], [REMINDER])


class TestNobodyElse:
    def refused(self, program: Client, path: str) -> None:
        before = (Consent.objects.count(), Muted.objects.count())
        answers: list[HttpResponse] = [program.get(path), program.post(path, ONE_CLICK, FORM)]
        assert [each.status_code for each in answers] == [404, 404]
        assert (Consent.objects.count(), Muted.objects.count()) == before

    def test_a_forged_link_opens_nothing(self, program: Client, ada: Customer) -> None:
        good = path_of(ada, REMINDER)
        assert program.get(good).status_code == 200, "the control"
        for path in (
            good[:-2] + "x/",
            good.replace(REMINDER, MARKETING),
            "/unsubscribe/x/",
            f"/unsubscribe/{'a' * 300}/",
        ):
            self.refused(program, path)

    def test_a_link_of_another_business_neither(self, program: Client, ada: Customer, rival: Tenant) -> None:
        with tenant_scope(rival):
            theirs = path_of(ada, REMINDER)
        self.refused(program, theirs)

    def test_nor_one_that_opens_something_else(self, program: Client, salon: Tenant) -> None:
        self.refused(program, f"/unsubscribe/{manage_token(VisitFactory())}/")

    def test_nor_of_who_is_gone_or_of_what_cannot_be_refused(self, program: Client, ada: Customer) -> None:
        self.refused(program, path_of(ada, "booking.confirmed"))
        gone = path_of(ada, REMINDER)
        ada.delete()
        self.refused(program, gone)


@pytest.mark.parametrize("name", [MARKETING, *refusable(Audience.CUSTOMER), *refusable(Audience.STAFF)])
def test_pages_have_a_name_for_it(name: str) -> None:
    assert message_label(name)
