"""Reading answers of the API in tests."""

from typing import Any


def faults(answer: Any) -> dict[str, str]:
    """Pointers of a 400 problem with their codes."""
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {each["pointer"]: each["code"] for each in answer.json()["errors"]}


def ids(answer: Any) -> set[str]:
    """The ids on one page."""
    assert answer.status_code == 200, answer.content
    return {each["id"] for each in answer.json()["results"]}
