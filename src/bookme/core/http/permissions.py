"""Refused unless allowed: a view declares what each of its methods needs, and one that declares nothing is refused."""

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed, NotSignedIn
from bookme.core.permissions import Access, Permission

Declaration = Access | Permission


def declared_for(view: Any, method: str) -> Declaration | None:
    """What a view demands of a method; HEAD and OPTIONS are as GET."""
    declared: Mapping[str, Declaration] = getattr(view, "permissions", {})
    return declared.get("GET" if method in {"HEAD", "OPTIONS"} else method)


class DeclaredPermission(BasePermission):
    """Checks `view.permissions`, a mapping of method to Access or Permission, against `request.user`, an Actor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method not in view.allowed_methods:
            return True  # DRF answers 405 by itself
        needed = declared_for(view, request.method or "GET")
        if needed is Access.ANYONE:
            return True
        actor = cast(Actor | None, request.user)
        if actor is None or actor.kind is ActorKind.GUEST:
            raise NotSignedIn
        if needed is Access.OPERATOR:
            actor.demand_operator()
            return True
        if needed is Access.PERSON and actor.kind is ActorKind.KEY:
            raise NotAllowed("This is for people: a key has no account.", code="people_only")
        if needed in {Access.SIGNED_IN, Access.PERSON}:
            return True
        if needed is None:
            raise NotAllowed
        actor.demand(needed)
        return True
