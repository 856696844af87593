"""A password that one door takes is taken by the others."""

import pytest
from django.test import Client

from bookme.users.models import SignIn, SignInKind
from tests.factories.users import Stranger
from tests.letters import Letters

LONG = "correct horse battery staple "[:29] * 8


@pytest.mark.parametrize("length", [201, 230])
def test_a_long_password_given_to_the_api_signs_in_to_the_pages(
    stranger: Stranger, letters: Letters, length: int
) -> None:
    given = {"email": "ada@mail.example", "password": LONG[:length], "name": "Ada"}
    assert stranger.api.post("auth/register/", given).status_code == 202
    token = letters.token_to("ada@mail.example")
    assert stranger.api.post("auth/verify-email/", {"token": token}).status_code == 200
    answer = Client(headers={"host": "salon.localhost"}).post("/account/sign-in/", given)
    assert answer.status_code == 302
    assert SignIn.objects.get().kind == SignInKind.PAGE
