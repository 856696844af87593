"""Who looks at a page of the business, as themselves: whoever works there is a customer there, too."""

from dataclasses import dataclass

from django.http import HttpRequest

from bookme.core.actor import Actor
from bookme.tenants.context import current_tenant
from bookme.users.authentication import page_actor

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of Django's field


@dataclass(frozen=True)
class Me:
    """Whoever is signed in, as the top of a page shows them."""

    name: str
    email: str
    is_team: bool


def me_of(request: HttpRequest) -> Me | None:
    """None for a guest, and on the platform's own host."""
    if current_tenant() is None:
        return None
    actor = page_actor(request)
    return Me(actor.name, actor.email, actor.is_team) if actor.id else None


def own_actor(request: HttpRequest) -> Actor:
    """Whoever is signed in, without what they may do for the business; else the guest."""
    return page_actor(request).for_themselves()


def is_own_form(request: HttpRequest) -> bool:
    """Whether it is somebody signed in who acts here, on a page that was made for them.

    Such a page has the token in its form, and the view that takes it checks it. A form without one was opened before
    they signed in, or made by another site: it is a guest's, and has no part in who is signed in.
    """
    return page_actor(request).id is not None and (request.method != "POST" or TOKEN in request.POST)
