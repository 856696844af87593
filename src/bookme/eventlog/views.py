"""Writes that are safe to ask for again, by the header `Idempotency-Key`, among them files; and the feed of facts."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.http.uploads import UPLOAD_SCHEMA, CsvBody, CsvForm, ImportOutput, ImportQuery, report_told, uploaded
from bookme.core.http.views import ApiView, write
from bookme.core.imports import FileLines, ImportReport
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.idempotency import MAX_KEY_LENGTH, Attempt, body_hash, keep_answer, kept_answer
from bookme.eventlog.selectors import feed_for
from bookme.eventlog.serializers import FeedOutput, FeedQuery

REPLAYED = "Idempotency-Replayed"


class IdempotentView(ApiView):
    """`once` runs a write in its transaction; the same key, caller, path and body get the first one's answer for 24 h.

    Whose role reaches less or more since is not answered: what they may be told is no longer what was told. What fails
    is not kept, and may be tried again under the same key. Members of an answer named in `secrets` are not
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
        return Attempt(f"{who} {request.method} {request.path}"[:300], key, body_hash([request.data, _reach(caller)]))


def _reach(caller: Actor) -> list[list[str] | None]:
    """What bounds what somebody of the team is told; of anybody else it is always the same."""
    everybody = {True} if caller.all_customers else None
    bounds = (caller.permissions, caller.location_ids, caller.staff_ids, everybody)
    return [None if each is None else sorted(map(str, each)) for each in bounds]


class ImportView(IdempotentView):
    """The base of what takes a file over: all of it, or nothing. `dry_run=true` says what would come of each line."""

    serializer_class = ImportOutput
    parser_classes = [CsvBody, CsvForm]

    def lines_in(self, data: bytes) -> FileLines[Any]:
        """What the file says; raises Invalid for what is no such file."""
        raise NotImplementedError

    def taken_over(self, file: FileLines[Any], *, dry_run: bool) -> ImportReport:
        """Takes over the lines; joins the transaction."""
        raise NotImplementedError

    @extend_schema(
        parameters=[ImportQuery],
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": UPLOAD_SCHEMA},
        responses=ImportOutput,
    )
    def post(self, request: Request) -> Response:
        # As a plain dict: of a form, an empty member would be one that is not there.
        is_dry = self.read_input(ImportQuery, data=request.query_params.dict())["dry_run"]
        file = self.lines_in(uploaded(request))

        def act() -> dict[str, Any]:
            return report_told(self.taken_over(file, dry_run=is_dry))

        return Response(act()) if is_dry else self.once(act)


class FeedView(ApiView):
    """What became true in the business, in the order in which it is told: ask again with `after` set to the `cursor`.

    A fact is told once what it says is stored for good, and never before one that was told already: whoever follows the
    cursor misses none. `limit` is 100 unless given, and at most that.
    """

    permissions = {"GET": Permission.EVENTS_READ}
    serializer_class = FeedQuery

    @extend_schema(operation_id="events_list", parameters=[FeedQuery], responses=FeedOutput, summary="Follow the facts")
    def get(self, request: Request) -> Response:
        asked = self.read_input(data=request.query_params.dict())
        feed = feed_for(self.actor, after=asked["after"], limit=asked["limit"])
        return Response(self.written(FeedOutput, feed))
