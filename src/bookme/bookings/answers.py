"""Answers to a service's questions, checked. Pure, apart from the rows it is handed."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bookme.core.errors import FieldError, Invalid, pointer_part
from bookme.core.text import has_control_characters
from bookme.services.models import Question, QuestionKind

MAX_TEXT = 2000
MAX_NUMBER = 2**31 - 1


class _AnswerError(Exception):
    """Why one answer does not do: a stable code and a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def checked_answers(*, questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by question key, in the order of the questions, blank ones left out.

    Raises Invalid with every fault at once, each pointing at `/answers/<key>`.
    """
    asked = {question_key(each): each for each in questions}
    faults = [_fault(key, "unknown_question", "Nobody asked this.") for key in answers if key not in asked]
    found: dict[str, Any] = {}
    for key, question in asked.items():
        value = answers.get(key)
        if value is None or value == "":
            if question.required:
                faults.append(_fault(key, "required", "This must be answered."))
            continue
        try:
            found[key] = _READERS[question.kind](question, value)
        except _AnswerError as wrong:
            faults.append(_fault(key, wrong.code, wrong.detail))
    Invalid.unless_good(faults)
    return found


def merged_answers(
    *, questions: Iterable[Question], answers: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers with the changes over them: each is checked as at booking, None or an empty text takes one away.

    What is not changed is left alone, also where its question is asked no more; that can only be taken away.
    Raises Invalid as `checked_answers` does.
    """
    asked = [each for each in questions if question_key(each) in changes]
    known = {question_key(each) for each in asked}
    gone = {key for key, value in changes.items() if value in (None, "") and key in answers and key not in known}
    checked = checked_answers(questions=asked, answers={key: changes[key] for key in changes if key not in gone})
    return {key: value for key, value in answers.items() if key not in changes} | checked


def question_key(question: Question) -> str:
    """What an answer is given under: the key of the config file, else the id."""
    return question.key or str(question.pk)


def _fault(key: str, code: str, detail: str) -> FieldError:
    return FieldError(f"/answers/{pointer_part(key[:200])}", code, detail)


def _text(_: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise _AnswerError("invalid", "This must be a text.")
    if len(value) > MAX_TEXT:
        raise _AnswerError("max_length", f"This has at most {MAX_TEXT} characters.")
    if has_control_characters(value, multiline=True):
        raise _AnswerError("control_characters", "This has characters that cannot be shown.")
    return value


def _integer(question: Question, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_NUMBER:
        raise _AnswerError("invalid", "This must be a whole number.")
    if question.minimum is not None and value < question.minimum:
        raise _AnswerError("min_value", f"This must be at least {question.minimum}.")
    if question.maximum is not None and value > question.maximum:
        raise _AnswerError("max_value", f"This must be at most {question.maximum}.")
    return value


def _choice(question: Question, value: Any) -> str:
    if not isinstance(value, str) or value not in question.choices:
        raise _AnswerError("invalid_choice", "This is not one of the choices.")
    return value


def _boolean(_: Question, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _AnswerError("invalid", "This must be true or false.")
    return value


def _date(_: Question, value: Any) -> str:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise _AnswerError("invalid", "This must be a date such as 2026-12-24.") from error


_READERS: dict[str, Callable[[Question, Any], Any]] = {
    QuestionKind.TEXT: _text,
    QuestionKind.INTEGER: _integer,
    QuestionKind.CHOICE: _choice,
    QuestionKind.BOOLEAN: _boolean,
    QuestionKind.DATE: _date,
}
