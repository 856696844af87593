"""What a provider says is checked, and what it does not say is nobody's fault here."""

from typing import Any

import pytest

from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.models import SignIn, User
from bookme.users.social import openid
from tests.openid import OpenIdProvider
from tests.web.surfer import BEGIN, Surfer, facts, named, refused


@pytest.mark.parametrize(
    "fault",
    [
        "key_of_a_stranger",
        "key_nobody_knows",
        "no_signature",
        "public_key_as_secret",
        "token_error",
        "no_token",
        "no_json",
        "token_elsewhere",
    ],
)
def test_what_does_not_hold_lets_nobody_in(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, fault: str) -> None:
    provider.faults.add(fault)
    refused(surfer.come(BEGIN.format("google") + "?next=/book/"), "That did not work")
    assert not User.objects.exists()
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["bookme-client", "another-client"]},
        {"aud": None},
        {"azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4102444800},
        {"iat": None},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"at_hash": "x"},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold_lets_nobody_in(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    refused(surfer.come(BEGIN.format("google")), "That did not work")
    assert not User.objects.exists()


@pytest.mark.parametrize("claims", [{"aud": ["bookme-client"]}, {"azp": "bookme-client"}, {"iat": -30}], ids=str)
def test_a_claim_that_holds_in_another_form_does(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = {key: int(now().timestamp()) + 30 if key == "iat" else value for key, value in claims.items()}
    surfer.come(BEGIN.format("google"))
    assert SignIn.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": None},
        {"tid": "common"},
        {"tid": "0f5d2f7f-58c1-4f56-9b8a-6b1f1d4e3a11"},
        {"iss": "http://127.0.0.1/{tenantid}/v2.0"},
    ],
    ids=str,
)
@named("microsoft")
def test_a_directory_is_an_issuer_of_its_own(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    refused(surfer.come(BEGIN.format("microsoft")), "That did not work")


@named("microsoft")
def test_a_key_is_good_for_its_issuer_alone(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.faults.add("key_of_another")
    refused(surfer.come(BEGIN.format("microsoft")), "That did not work")


@pytest.mark.parametrize("fault", ["down", "unsafe_endpoint", "token_down", "slow"])
def test_a_provider_that_does_not_answer(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "TIMEOUTS", (0.3, 0.3))
    provider.faults.add(fault)
    page = surfer.come(BEGIN.format("google"))
    refused(page, "That way is closed", 503)
    assert facts("account.sign_in_failed") == []
    provider.faults.clear()
    surfer.come(BEGIN.format("google"))
    assert SignIn.objects.exists()


def test_a_provider_that_is_gone(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, settings: Any) -> None:
    settings.SOCIAL_GOOGLE_DISCOVERY_URL = "http://127.0.0.1:9/.well-known/openid-configuration"
    refused(surfer.come(BEGIN.format("google")), "That way is closed", 503)


def test_what_a_provider_says_of_itself_is_asked_once_an_hour_and_a_new_key_at_once(
    salon: Tenant, provider: OpenIdProvider
) -> None:
    for _ in range(2):
        Surfer().come(BEGIN.format("google"))
    asked = [each for each in provider.fetched if each not in {"/authorize", "/token"}]
    assert asked == ["/.well-known/openid-configuration", "/keys"]
    provider.faults.add("rotated")
    Surfer().come(BEGIN.format("google"))
    assert provider.fetched.count("/keys") == 2
    assert SignIn.objects.count() == 3
