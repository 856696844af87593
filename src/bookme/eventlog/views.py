"""Writes that are safe to ask for again, by the header `Idempotency-Key`."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.http.views import ApiView, write
from bookme.core.time import now
from bookme.eventlog.idempotency import MAX_KEY_LENGTH, Attempt, body_hash, keep_answer, kept_answer

REPLAYED = "Idempotency-Replayed"


class IdempotentView(ApiView):
    """`once` runs a write in its transaction; the same key, caller, path and body get the first one's answer for 24 h.

    What fails is not kept, and may be tried again under the same key. Members of an answer named in `secrets` are not
    kept either, such as tokens and what people say of themselves: `reveal` makes them again.
    """

    secrets: ClassVar[frozenset[str]] = frozenset()

    def once(self, act: Callable[[], Any], *, status: int = 200, caller: Actor | None = None) -> Response:
        """The answer of `act`, or the one that was given before. `act` returns plain data and joins the transaction."""
        attempt = self._attempt(caller or self.actor)
        with write():
            if attempt is None:
                return Response(act(), status=status)
            if kept := kept_answer(attempt=attempt, now=now()):
                return Response(self.reveal(kept.answer), status=kept.status, headers={REPLAYED: "true"})
            answer = act()
            public = {name: value for name, value in answer.items() if name not in self.secrets}
            keep_answer(attempt=attempt, status=status, answer=public)
            return Response(answer, status=status)

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        """A kept answer with its secrets made again; views with secrets override it."""
        return answer

    def _attempt(self, caller: Actor) -> Attempt | None:
        request: Request = self.request
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not 0 < len(key) <= MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
            raise Invalid(
                f"An Idempotency-Key has 1 to {MAX_KEY_LENGTH} printable ASCII characters.", code="invalid_key"
            )
        who = f"{caller.kind.value}:{caller.id or caller.visit_id or ''}"
        return Attempt(f"{who} {request.method} {request.path}"[:300], key, body_hash(request.data))
