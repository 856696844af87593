"""The page after booking promises what is really sent, by the channel that carries it."""

from typing import Any

import pytest

from bookme.communications.models import Notification
from bookme.tenants.tasks import deliver_outbox
from tests.factories.communications import WhatsAppTemplateFactory
from tests.web.conftest import Visitor, configure, page_of

NUMBER = "+44 20 7946 0958"
MAIL = "A confirmation is on its way to <b>ada@mail.example</b>"
IN_MAIL = "with the link in your e-mail"
IN_MESSAGE = "with the link in your message"
SMS = {"features": {"sms": True}}
WHATSAPP = {"features": {"whatsapp": True}}


def _done(visitor: Visitor, **changes: Any) -> str:
    return page_of(visitor.get(visitor.book(**changes)["Location"]))


@pytest.mark.parametrize(
    ("config", "promised", "link"),
    [
        ({}, MAIL, IN_MAIL),
        (SMS, f'A confirmation is on its way by SMS to <b dir="ltr">{NUMBER}</b>', IN_MESSAGE),
        (SMS | {"messages": {"countries": ["FR"]}}, MAIL, IN_MAIL),
        (WHATSAPP, MAIL, IN_MAIL),
        ({"messages": {"off": ["booking.confirmed"]}}, "You are booked.</p>", "Move or cancel it here; keep the link:"),
    ],
    ids=["mail", "SMS", "not to that country", "no approved text", "switched off"],
)
def test_it_says_by_what_the_confirmation_comes(
    visitor: Visitor, config: dict[str, Any], promised: str, link: str
) -> None:
    configure(visitor.shop.tenant, **config)
    path = visitor.book()["Location"]
    for _moment in ("right after the commit", "once it is sent"):
        page = page_of(visitor.get(path))
        assert promised in page
        assert link in page
        deliver_outbox()


def test_by_whatsapp_where_a_text_is_approved(visitor: Visitor) -> None:
    configure(visitor.shop.tenant, **WHATSAPP)
    WhatsAppTemplateFactory(name="booking.confirmed", language="en", state="approved")
    assert f'on its way by WhatsApp to <b dir="ltr">{NUMBER}</b>' in _done(visitor)


def test_what_nobody_carries_is_not_promised(visitor: Visitor, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": None}
    configure(visitor.shop.tenant, **SMS)
    assert MAIL in _done(visitor)


def test_what_did_not_get_through_is_not_promised(visitor: Visitor) -> None:
    path = visitor.book()["Location"]
    deliver_outbox()
    assert Notification.objects.filter(audience="customer").update(status="bounced") == 1
    assert "on its way" not in page_of(visitor.get(path))


@pytest.mark.parametrize(
    ("config", "promised"),
    [
        ({}, "You will hear from them at <b>ada@mail.example</b>"),
        (SMS, f'You will hear from them by SMS at <b dir="ltr">{NUMBER}</b>'),
        ({"messages": {"off": ["booking.confirmed"]}}, "Their answer will be on this page."),
    ],
    ids=["mail", "SMS", "switched off"],
)
def test_a_request_says_where_its_answer_comes(visitor: Visitor, config: dict[str, Any], promised: str) -> None:
    configure(visitor.shop.tenant, policies={"auto_confirm": False}, **config)
    page = _done(visitor)
    assert promised in page
    assert "by e-mail" not in page


def test_nothing_else_promises_an_e_mail(visitor: Visitor) -> None:
    configure(visitor.shop.tenant, policies={"auto_confirm": False}, **SMS)
    for path in ("/", "/terms/"):
        page = page_of(visitor.get(path))
        assert "by e-mail" not in page
