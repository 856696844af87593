"""Whoever has a second factor is asked for it after the first one, whatever the first one was."""

import re

import pytest
import time_machine
from django.test import Client

from bookme.users.models import SignIn
from tests.factories.users import PASSWORD, Person
from tests.users.second_factor import AT, code_at, turn_on
from tests.web.conftest import page_of

EVIL = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]


def _first_step(client: Client, who: Person, path: str = "/account/sign-in/") -> str:
    answer = client.post(path, {"email": who.user.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    return page_of(answer)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("door", ["account", "team"])
def test_password_then_code(owner: Person, door: str) -> None:
    secret = turn_on(owner.user)[0]
    client = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=False)
    with time_machine.travel(AT, tick=False):
        page = _first_step(client, owner, f"/{door}/sign-in/")
        assert f'action="/{door}/sign-in/code/"' in page
        assert 'inputmode="numeric"' in page
        assert 'autocomplete="one-time-code"' in page
        assert not SignIn.objects.exists()
        assert client.get("/team/").status_code == 302, "not in yet"
        given = {"challenge": _hidden(page, "challenge"), "code": code_at(secret), "next": ""}
        answer = client.post(f"/{door}/sign-in/code/", given)
        assert (answer.status_code, answer["Location"]) == (302, "/team/")
        assert client.get("/team/").status_code == 200
    assert SignIn.objects.count() == 1
