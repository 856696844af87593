"""The mail to a former address leads back, for who lost the account to somebody that changes it, even twice."""

import datetime as dt

import pyotp
import pytest
import time_machine

from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.actions import forget_old_requests
from bookme.users.models import EmailChange, SocialIdentity, User
from bookme.users.selectors import former_emails
from tests.factories.users import PASSWORD, Api, Person, SocialIdentityFactory, Stranger
from tests.letters import Letters, body
from tests.users.second_factor import turn_on
from tests.web.conftest import configure, page_of

NEW = "another-long-password"
THIEF = "thief@people.example"


def _move(api: Api, letters: Letters, to: str, password: str = PASSWORD) -> None:
    asked = api.post("auth/email/", {"email": to, "current_password": password})
    assert asked.status_code == 202, asked.content
    assert api.post("auth/email/confirm/", {"token": letters.token_to(to)}).status_code == 200


def _undo(api: Api, token: str, password: str = NEW) -> tuple[int, str]:
    answer = api.post("auth/email/undo/", {"token": token, "password": password})
    return answer.status_code, answer.json().get("code", "")


def test_the_former_address_leads_back_once(customer: Person, stranger: Stranger, letters: Letters) -> None:
    mine = customer.user.email
    SocialIdentityFactory(user=customer.user)
    _move(customer.api, letters, THIEF)
    token = letters.token_to(mine)
    letter = letters.to(mine)[-1]
    assert "within 7 days" in body(letter)
    assert customer.api.get("auth/me/").json()["email"] == THIEF

    assert _undo(stranger.api, token) == (200, "")
    assert customer.api.get("auth/me/").status_code == 401, "whoever was signed in is out"
    assert not SocialIdentity.objects.exists()
    tries = [(THIEF, PASSWORD), (THIEF, NEW), (mine, PASSWORD), (mine, NEW)]
    answers = [stranger.api.post("auth/login/", {"email": each, "password": word}) for each, word in tries]
    assert [each.status_code for each in answers] == [401, 401, 401, 200]
    assert _undo(stranger.api, token) == (400, "link_invalid")
    deliver_outbox()
    assert "was undone" in body(letters.to(THIEF)[-1])
    assert mine not in body(letters.to(THIEF)[-1])
    said = Event.objects.filter(name="account.changed").order_by("occurred_at").last()
    assert said is not None
    assert said.payload["what"] == "email_undone"
    assert former_emails(customer.user.pk) == [], "the thief's address was never theirs"


def test_who_changes_it_twice_does_not_keep_it(customer: Person, stranger: Stranger, letters: Letters) -> None:
    mine = customer.user.email
    _move(customer.api, letters, THIEF)
    back = letters.token_to(mine)
    _move(customer.api, letters, "second@people.example")
    thiefs = letters.token_to(THIEF)
    assert _undo(stranger.api, back) == (200, "")
    assert User.objects.get(pk=customer.user.pk).email == mine
    deliver_outbox()
    assert "was undone" in body(letters.to("second@people.example")[-1]), "it is told where it was last"
    assert _undo(stranger.api, thiefs, "a-password-of-the-thief") == (400, "link_invalid")
    assert User.objects.get(pk=customer.user.pk).email == mine


def test_a_later_change_alone_is_undone_by_its_own_link(customer: Person, stranger: Stranger, letters: Letters) -> None:
    mine = customer.user.email
    _move(customer.api, letters, "mine-too@people.example")
    first = letters.token_to(mine)
    _move(customer.api, letters, THIEF)
    assert _undo(stranger.api, letters.token_to("mine-too@people.example")) == (200, "")
    assert User.objects.get(pk=customer.user.pk).email == "mine-too@people.example"
    assert _undo(stranger.api, first, "a-third-long-password") == (200, "")
    assert User.objects.get(pk=customer.user.pk).email == mine


@pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7.1, 400)])
def test_it_is_good_for_a_week(
    customer: Person, stranger: Stranger, letters: Letters, days: float, status: int
) -> None:
    _move(customer.api, letters, THIEF)
    token = letters.token_to(customer.user.email)
    with time_machine.travel(now() + dt.timedelta(days=days)):
        forget_old_requests(now=now())
        assert EmailChange.objects.exists() is (status == 200)
        assert _undo(stranger.api, token)[0] == status


def test_what_cannot_be_undone(
    customer: Person, owner: Person, rival: Tenant, stranger: Stranger, letters: Letters
) -> None:
    mine = customer.user.email
    _move(customer.api, letters, THIEF)
    token = letters.token_to(mine)
    assert _undo(stranger.api, token, "short") == (400, "weak_password")
    assert _undo(Stranger(host="rival.localhost").api, token) == (400, "link_invalid")
    assert stranger.api.post("auth/email/confirm/", {"token": token}).json()["code"] == "link_invalid"
    User.objects.filter(pk=owner.user.pk).update(email=mine)
    assert _undo(stranger.api, token) == (400, "link_invalid")
    User.objects.filter(pk=owner.user.pk).update(email="owner@salon.example")
    User.objects.filter(pk=customer.user.pk).update(is_active=False)
    assert _undo(stranger.api, token) == (400, "link_invalid")
    user = User.objects.get(pk=customer.user.pk)
    assert (user.email, user.check_password(PASSWORD)) == (THIEF, True)


def test_by_the_page_one_is_in_unless_there_is_a_second_factor(
    customer: Person, stranger: Stranger, letters: Letters
) -> None:
    _move(customer.api, letters, THIEF)
    link = letters.link_to(customer.user.email)
    page = stranger.page
    assert customer.user.email in page_of(page.get(link))
    assert page.post(link, {"password": "short"}).status_code == 422
    assert User.objects.get(pk=customer.user.pk).email == THIEF, "looking changes nothing"
    assert page.post(link, {"password": NEW})["Location"] == "/account/"
    assert page.get("/account/security/").status_code == 200
    configure(customer.tenant, contact={"email": "desk@salon.example", "phone": "+442079460100"})
    again = page.get(link)
    assert (again.status_code, "mailto:desk@salon.example" in page_of(again)) == (404, True)


def test_the_second_factor_stays(customer: Person, stranger: Stranger, letters: Letters) -> None:
    """So that whoever reads the mail of an address of long ago has one factor, not both."""
    turn_on(customer.user)
    _move(customer.api, letters, THIEF)
    answer = stranger.page.post(letters.link_to(customer.user.email), {"password": NEW})
    assert answer.status_code == 200
    assert "code" in page_of(answer)
    assert stranger.page.get("/account/security/").status_code == 302


def test_what_is_told_says_what_helps(salon: Tenant, owner: Person, letters: Letters) -> None:
    """Of a second factor that a thief turned on no new password helps: the business is named, and how to reach it."""
    configure(salon, contact={"email": "desk@salon.example", "phone": "+442079460100"})
    secret = owner.api.post("auth/2fa/setup/", {"current_password": PASSWORD}).json()["secret"]
    owner.api.post("auth/2fa/confirm/", {"code": pyotp.TOTP(secret).now()})
    deliver_outbox()
    said = body(letters.to(owner.user.email)[-1])
    assert "desk@salon.example, +442079460100" in said
    assert "a new password is not enough" in said
    owner.api.post("auth/password/", {"current_password": PASSWORD, "password": NEW})
    assert letters.link_to(owner.user.email) == "/account/reset/"
