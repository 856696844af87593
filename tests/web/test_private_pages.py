"""What was shown to somebody who is signed in is not shown to who sits down at the same screen after them."""

import pytest
from django.urls import get_resolver

from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import MONDAY, Visitor, page_of, publish

NAME = "Zelda Quill"


@pytest.fixture
def zelda(salon: Tenant) -> Person:
    found = make_person(salon, Role.CUSTOMER)
    found.user.name = NAME
    found.user.save()
    return found


def plain_paths() -> list[str]:
    """Every address of a business's pages that has no part to fill in, but those of the team."""
    table = get_resolver("bookme.web.urls_business").reverse_dict
    names = [each for each in table if isinstance(each, str)]
    ways = [way for name in names for possible, *_ in table.getlist(name) for way in possible]
    return sorted({f"/{text}" for text, arguments in ways if not arguments and not text.startswith("team/")})


def test_no_page_that_says_who_is_signed_in_is_kept(visitor: Visitor, zelda: Person) -> None:
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[visitor.shop.ana])
    session = publish(visitor, yoga, MONDAY)
    told = []
    for path in [*plain_paths(), f"/classes/{session.pk}/"]:
        answer = zelda.page.get(path)
        if "text/html" in answer.get("Content-Type", "") and NAME in page_of(answer):
            told.append(path)
            assert "no-store" in answer.get("Cache-Control", ""), path
            assert "private" in answer["Cache-Control"], path
    assert {"/", "/classes/", "/privacy/", "/book/", "/account/", f"/classes/{session.pk}/"} <= set(told)


def test_what_is_for_everybody_may_be_kept(visitor: Visitor, zelda: Person) -> None:
    for path in ("/", "/classes/", "/privacy/"):
        assert "no-store" not in visitor.get(path).get("Cache-Control", ""), path
    for path in ("/card.png", "/manifest.webmanifest", "/embed.js"):
        assert zelda.page.get(path)["Cache-Control"] == visitor.get(path)["Cache-Control"]
        assert "public" in visitor.get(path)["Cache-Control"]


def test_what_a_browser_keeps_for_when_it_is_offline_is_for_everybody(visitor: Visitor, zelda: Person) -> None:
    assert NAME not in page_of(zelda.page.get("/offline/"))
    assert "/account/" not in visitor.get("/worker.js").content.decode()
