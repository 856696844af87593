"""A form comes to one thing at most, a visit or an entry of the waitlist, however often it is sent."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError
from django.db.models import Model

from bookme.core.errors import Conflict
from bookme.core.http.views import write
from bookme.eventlog.idempotency import claim_key, claimed_answer, is_claimed, settle_claim

M = TypeVar("M", bound=Model)


def once(model: type[M], *, key: str, form_id: str, make: Callable[[], M]) -> M:
    """What comes of that key: made now, in a transaction of its own, or by the same form a moment ago.

    The key is in an address, which people pass on; `form_id` is known only to the page on which the form was filled
    in. Raises Mismatch where another form has used the key, and what `make` raises.

    The claim on the key is written first, so that a second sending waits for the first and then finds what it made,
    instead of being told that the time was taken, by itself.
    """
    if known := made_of(model, key=key, form_id=form_id):
        return known
    try:
        with write():
            claim = claim_key(scope=_scope(model), key=key, secret=form_id)
            made = make()
            settle_claim(claim=claim, answer=str(made.pk))
            return made
    except (IntegrityError, Conflict):
        if known := made_of(model, key=key, form_id=form_id):
            return known
        raise


def made_of(model: type[M], *, key: str, form_id: str) -> M | None:
    """What has come of that key by that form; raises Mismatch where it was another form."""
    pk = claimed_answer(scope=_scope(model), key=key, secret=form_id)
    return model._default_manager.get(pk=pk) if pk else None


def is_made(model: type[M], *, key: str) -> bool:
    """Something has come of that key, by whichever form."""
    return is_claimed(scope=_scope(model), key=key)


def _scope(model: type[Model]) -> str:
    return f"page:{model._meta.model_name}"
