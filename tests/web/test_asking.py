"""What is asked at the details step: every kind of question, with its help and its faults beside it; consents apart."""

import re
from typing import Any

import pytest

from bookme.bookings.models import Visit
from bookme.customers.models import ConsentKind
from bookme.services.models import Question, QuestionKind
from tests.bookings.desk import written
from tests.web.conftest import Shop, Visitor, page_of

WITHOUT = {
    QuestionKind.TEXT: "",
    QuestionKind.INTEGER: "",
    QuestionKind.CHOICE: "",
    QuestionKind.BOOLEAN: None,
    QuestionKind.DATE: "",
}
WRONG = {
    QuestionKind.TEXT: "bell\x07",
    QuestionKind.INTEGER: "13",
    QuestionKind.CHOICE: "Chimney",
    QuestionKind.DATE: "2029-02-30",
}
GOOD = {
    QuestionKind.TEXT: ("Left knee", "Left knee"),
    QuestionKind.INTEGER: ("3", 3),
    QuestionKind.CHOICE: ("Key safe", "Key safe"),
    QuestionKind.BOOLEAN: ("on", True),
    QuestionKind.DATE: ("2029-12-24", "2029-12-24"),
}
OPTIONS: dict[QuestionKind, dict[str, Any]] = {
    QuestionKind.INTEGER: {"minimum": 0, "maximum": 12},
    QuestionKind.CHOICE: {"choices": ["Key safe", "At home"]},
}
every_kind = pytest.mark.parametrize("kind", list(QuestionKind))


def ask(kind: QuestionKind, **more: Any) -> str:
    """The name of its field."""
    Question.objects.create(key="it", kind=kind, label="About it", **OPTIONS.get(kind, {}), **more)
    return "answer-it"


def control(page: str, name: str) -> str:
    """The tag of the control of that name."""
    found = re.search(
        rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>|<(?:select|textarea) name="{name}"[^>]*>', page
    )
    assert found, name
    return found[0]


@every_kind
def test_what_is_demanded_is_asked_for_beside_the_question(visitor: Visitor, kind: QuestionKind) -> None:
    field = ask(kind, required=True, help_text="So that we know.")
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert '<p class="hint" id="f-answer-it_helptext">So that we know.</p>' in page
    assert "f-answer-it_helptext" in control(page, field)
    assert "required" in control(page, field)
    before = written()
    answer = visitor.book(**{field: WITHOUT[kind]}, notes="Kept")
    page = page_of(answer)
    assert (answer.status_code, written()) == (422, before)
    tag = control(page, field)
    described = tag.partition('aria-describedby="')[2].partition('"')[0]
    assert set(described.split()) == {"f-answer-it_helptext", "f-answer-it_error"}
    assert 'aria-invalid="true"' in tag
    assert page.count('aria-invalid="true"') == 1
    assert "Kept" in page
    assert 'value="Ada Byron"' in page


@every_kind
def test_what_is_not_demanded_may_be_left_out(visitor: Visitor, kind: QuestionKind) -> None:
    field = ask(kind)
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    assert 'About it <span class="opt">(optional)</span>' in page
    assert " required" not in control(page, field)
    assert visitor.book(**{field: WITHOUT[kind]}).status_code == 302
    assert Visit.objects.get().answers == ({"it": False} if kind is QuestionKind.BOOLEAN else {})


@every_kind
def test_what_is_given_is_kept(visitor: Visitor, kind: QuestionKind) -> None:
    field = ask(kind, required=True)
    sent, kept = GOOD[kind]
    page = page_of(visitor.book(**{field: sent}, email="nobody"))
    assert "f-email_error" in page
    tag = control(page, field)
    assert f'<option value="{sent}" selected' in page or f'value="{sent}"' in tag or "checked" in tag
    assert visitor.book(**{field: sent}).status_code == 302
    assert Visit.objects.get().answers == {"it": kept}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_is_said_and_stays_to_be_put_right(visitor: Visitor, kind: QuestionKind) -> None:
    field = ask(kind)
    before = written()
    answer = visitor.book(**{field: WRONG[kind]})
    page = page_of(answer)
    assert (answer.status_code, written()) == (422, before)
    assert 'id="f-answer-it_error"' in page
    assert "f-answer-it_error" in control(page, field)
    assert kind is QuestionKind.CHOICE or f'value="{WRONG[kind]}"' in control(page, field)


def test_consents_are_apart_and_not_ticked(visitor: Visitor, shop: Shop) -> None:
    page = page_of(visitor.get("/book/details/", visitor.draft()))
    for kind in ConsentKind:
        tag = control(page, kind.value)
        assert 'type="checkbox"' in tag
        assert "checked" not in tag
        assert ("required" in tag) is (kind is not ConsentKind.MARKETING)
    kept = page_of(visitor.book(terms=None, marketing="on"))
    assert "checked" in control(kept, "privacy")
    assert "checked" in control(kept, "marketing")
    assert "checked" not in control(kept, "terms")
    assert "f-terms_error" in control(kept, "terms")
