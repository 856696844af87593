"""The pages of terms and of privacy: what they say follows from the settings, and a business's own come first."""

import re
from typing import Any

from bookme.services.models import Service
from bookme.web.site.authorities import AUTHORITIES
from tests.factories.communications import ChannelAccountFactory
from tests.factories.services import QuestionFactory
from tests.web.conftest import Shop, Visitor, configure, page_of


def test_the_legal_pages_say_what_they_are(visitor: Visitor) -> None:
    for path, headline in (("/privacy/", "Privacy notice"), ("/terms/", "Terms of booking")):
        page = page_of(visitor.get(path))
        head = page.partition("<body")[0]
        about = re.search(r'<meta name="description" content="([^"]+)">', head)
        assert about is not None
        assert f'<p class="lead">{about[1]}</p>' in page
        assert f'<meta property="og:title" content="{headline}">' in head
        assert f"<h1>{headline}</h1>" in page


def test_legal_pages_follow_from_the_settings(visitor: Visitor, shop: Shop, settings: Any) -> None:
    configure(shop.tenant, legal={"retention_months": 18}, contact={"email": "hello@salon.example"})
    page = page_of(visitor.get("/privacy/"))
    assert "18 months after we last heard of you" in page
    assert "hello@salon.example" in page
    assert "kept for 365 days at the most" in page
    assert "https://ico.org.uk/" in page
    assert "Your answers to our questions" not in page
    assert "Our messages are carried by" not in page, "by the platform's own mail server"
    assert "If you sign in with" not in page
    QuestionFactory()
    ChannelAccountFactory(channel="sms", provider="twilio")
    settings.SOCIAL_GOOGLE_CLIENT_ID = "some"
    configure(shop.tenant, country="XX", features={"sms": False})
    page = page_of(visitor.get("/privacy/"))
    assert "Your answers to our questions" in page
    assert "Our messages are carried by" not in page, "that channel is off"
    assert "If you sign in with Google," in page
    assert "Complain to the authority that watches over privacy where you live." in page
    configure(shop.tenant, features={"sms": True})
    assert "Our messages are carried by Twilio," in page_of(visitor.get("/privacy/"))
    Service.objects.filter(pk=shop.cut.pk).update(policy={"cancellation": {"late_fee_percent": 80}})
    page = page_of(visitor.get("/terms/"))
    assert "Cancelling is free until 24 hours before" in page
    assert "Cut &amp; finish: Cancelling" in page
    assert "80%" in page
    assert "with taxes" in page
    assert "Some bookings need a deposit" not in page
    Service.objects.filter(pk=shop.cut.pk).update(policy={"deposit": {"kind": "fixed", "value": "10"}})
    configure(shop.tenant, tax={"name": "VAT", "rate_percent": "20", "prices_include_tax": False})
    page = page_of(visitor.get("/terms/"))
    assert "VAT of 20% is added to it" in page
    assert "Some bookings need a deposit" in page, "of one service alone"


def test_authorities_are_by_country() -> None:
    assert {len(each) for each in AUTHORITIES} == {2}
    assert all(each.url.startswith("https://") and each.url.endswith(("/", ".html")) for each in AUTHORITIES.values())
    assert {"GB", "FR", "ES", "PL", "MA"} <= AUTHORITIES.keys(), "where the demo businesses are"


def test_a_business_s_own_texts_come_first(visitor: Visitor, shop: Shop) -> None:
    own = {"privacy_url": "https://salon.example/p", "terms_url": "https://salon.example/t"}
    configure(shop.tenant, legal=own)
    assert visitor.get("/privacy/")["Location"] == own["privacy_url"]
    assert visitor.get("/terms/")["Location"] == own["terms_url"]
