"""What the API refuses is said in the language that is asked for; the code is always the same."""

from typing import Any

import pytest

from bookme.tenants.models import Tenant
from tests.factories.users import Person, Stranger
from tests.web.conftest import configure

WRONG = {"email": "nobody@people.example", "password": "wrong"}
SAID = {
    "en": ("Sign in first", "E-mail and password do not match."),
    "fr": ("Connectez-vous d'abord", "L'e-mail et le mot de passe ne correspondent pas."),
    "ar": ("سجّل الدخول أولًا", "البريد الإلكتروني وكلمة المرور غير متطابقين."),
    "pl": ("Zaloguj się", "E-mail i hasło nie pasują do siebie."),
    "es": ("Entre primero", "El correo y la contraseña no coinciden."),
    "de": ("Sign in first", "E-mail and password do not match."),
}


def _in(language: str, who: Stranger | Person, path: str, given: dict[str, Any]) -> Any:
    return who.api.post(path, given, accept_language=language).json()


@pytest.fixture(autouse=True)
def speaks(salon: Tenant) -> None:
    configure(salon, languages=["en", "fr", "ar", "pl", "es"])


@pytest.mark.parametrize("language", SAID)
def test_a_problem_speaks_the_language_that_is_asked_for(stranger: Stranger, language: str) -> None:
    answer = _in(language, stranger, "auth/login/", WRONG)
    assert (answer["title"], answer["detail"]) == SAID[language]
    assert answer["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("language", "short", "common"),
    [
        ("fr", "Au moins dix caractères.", "Ce mot de passe est de ceux que l'on essaie en premier."),
        ("ar", "عشرة أحرف على الأقل.", "كلمة المرور هذه من أول ما يُجرَّب."),
    ],
)
def test_a_weak_password_is_told_in_it_too(stranger: Stranger, language: str, short: str, common: str) -> None:
    for password, said in (("7hb-x", short), ("password123", common)):
        answer = _in(language, stranger, "auth/register/", {"email": "a@b.example", "name": "A", "password": password})
        assert answer["code"] == "weak_password"
        assert [each["detail"] for each in answer["errors"]] == [said]
        assert answer["detail"] != "This password is too weak."


def test_a_page_says_it_so(salon: Tenant, owner: Person) -> None:
    given = {"current_password": "not-this-one", "password": "short"}
    page = owner.page.post("/account/security/password/", given, headers={"accept-language": "ar"})
    assert "هذه ليست كلمة مرورك." in page.text


def test_what_has_parts_is_said_as_well(owner: Person) -> None:
    given = {"email": "a@b.example", "role": "staff", "denied": ["team.manage"]}
    answer = _in("fr", owner, "invitations/", given)
    assert answer["errors"][0]["detail"] == "Le rôle staff n'a pas la permission team.manage."


def test_so_is_what_is_done(stranger: Stranger) -> None:
    assert _in("es", stranger, "auth/password-reset/", {"email": "a@b.example"})["detail"].startswith("Hemos escrito")
