"""Every API view says what each of its methods needs; one that says nothing is refused."""

from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.http.permissions import DeclaredPermission, declared_for
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access, Permission
from tests.urltable import Operation, every_callback, methods_of, operations

# Views of drf-spectacular: the description of the API is for anyone.
DESCRIPTIONS = ("api/schema/", "api/docs/")


def every_operation() -> list[Operation]:
    """Of a business, and of the platform."""
    return [*operations(), *operations(settings.ROOT_URLCONF)]


def test_every_operation_declares_what_it_needs() -> None:
    found = every_operation()
    assert found, "the walk finds nothing"
    silent = [str(each) for each in found if not isinstance(declared_for(each.view, each.method), Access | Permission)]
    assert silent == []


def test_every_rest_view_of_ours_is_an_api_view() -> None:
    others = [
        path
        for path, callback in every_callback()
        if issubclass(getattr(callback, "cls", object), APIView)
        and not issubclass(callback.cls, ApiView)
        and not path.endswith(DESCRIPTIONS)
    ]
    assert others == []


def test_nothing_is_declared_for_a_method_that_is_not_there() -> None:
    stale = {
        f"{each.view.__name__} {method}"
        for each in every_operation()
        for method in each.view.permissions
        if method not in methods_of(each.view)
    }
    assert stale == set()


def test_every_view_checks_what_is_declared() -> None:
    lax = [str(each) for each in every_operation() if DeclaredPermission not in each.view.permission_classes]
    assert lax == []


class SilentView(ApiView):
    def get(self, request: Any) -> Any:
        raise AssertionError("must not be reached")


@pytest.mark.parametrize(
    "actor",
    [SYSTEM, Actor(ActorKind.OPERATOR, permissions=frozenset(Permission)), None],
    ids=["system", "operator", "nobody"],
)
def test_a_view_that_declares_nothing_is_refused(actor: Actor | None) -> None:
    class Anyone:
        def authenticate(self, request: Any) -> Any:
            return (actor, None) if actor else None

        def authenticate_header(self, request: Any) -> str:
            return "Bearer"

    view = SilentView.as_view(authentication_classes=[Anyone])
    answer = view(APIRequestFactory().get("/"))
    assert answer.status_code in {401, 403}
    assert answer.data["status"] == answer.status_code


def test_the_default_is_ours() -> None:
    assert settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"] == ["bookme.core.http.permissions.DeclaredPermission"]
