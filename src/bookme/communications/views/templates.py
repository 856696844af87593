"""The texts of messages: read, written, gone back to, looked at and tried out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications import actions
from bookme.communications.models import MessageTemplate
from bookme.communications.selectors.previews import preview
from bookme.communications.selectors.texts import overview, text_in_force, versions_of
from bookme.communications.serializers.templates import (
    OneTemplateOutput,
    PreviewInput,
    PreviewOutput,
    RestoreInput,
    TemplateOutput,
    TemplatesQuery,
    TestSendOutput,
    TextsInput,
    VersionOutput,
)
from bookme.communications.templating import Texts
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Permission
from bookme.core.time import now


class Templates(ApiView):
    """Every message that the business sends, by channel and language, and whether its text is of its own."""

    permissions = {"GET": Permission.MESSAGES_MANAGE}
    serializer_class = TemplateOutput

    @extend_schema(
        operation_id="templates_list", parameters=[TemplatesQuery], responses=TemplateOutput(many=True), filters=False
    )
    def get(self, request: Request) -> Response:
        asked = self.read_input(TemplatesQuery, data=request.query_params.dict())
        found = overview(self.actor, **_of({"message": "", "channel": "", "language": ""} | asked))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.written(TemplateOutput, page, many=True))


class OneTemplate(ApiView):
    """What one message says, by one channel in one language."""

    permissions = {
        "GET": Permission.MESSAGES_MANAGE,
        "PUT": Permission.MESSAGES_MANAGE,
        "DELETE": Permission.MESSAGES_MANAGE,
    }
    serializer_class = OneTemplateOutput

    @extend_schema(operation_id="templates_retrieve", responses=OneTemplateOutput)
    def get(self, request: Request, **place: str) -> Response:
        return Response(self._told(place))

    @extend_schema(operation_id="templates_write", request=TextsInput, responses=OneTemplateOutput)
    def put(self, request: Request, **place: str) -> Response:
        """Write a new version, which holds from now on; the same text again is no new one."""
        given = self.read_input(TextsInput)
        seen = given.pop("version", None)
        with write():
            actions.save_template(**_of(place), texts=Texts(**given), actor=self.actor, expected=seen)
            return Response(self._told(place))

    @extend_schema(operation_id="templates_reset", responses={204: None})
    def delete(self, request: Request, **place: str) -> Response:
        """Go back to the built-in text; what was written stays among the versions."""
        with write():
            actions.reset_template(**_of(place), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _told(self, place: dict[str, str]) -> Any:
        return self.written(OneTemplateOutput, text_in_force(self.actor, **_of(place)))


class TemplateVersions(ApiView):
    """What the business has written for it so far, the newest first."""

    permissions = {"GET": Permission.MESSAGES_MANAGE}
    serializer_class = VersionOutput
    queryset = MessageTemplate.objects.none()

    @extend_schema(operation_id="templates_versions", responses=VersionOutput(many=True))
    def get(self, request: Request, **place: str) -> Response:
        found = text_in_force(self.actor, **_of(place)).place
        return self.paged(versions_of(self.actor, found), VersionOutput)


class RestoreVersion(ApiView):
    """Lets an earlier text hold again, as a new version."""

    permissions = {"POST": Permission.MESSAGES_MANAGE}
    serializer_class = RestoreInput

    @extend_schema(operation_id="templates_restore", request=RestoreInput, responses=OneTemplateOutput)
    def post(self, request: Request, **place: str) -> Response:
        given = self.read_input()
        with write():
            actions.restore_version(**_of(place), version=given["version"], actor=self.actor)
            return Response(self.written(OneTemplateOutput, text_in_force(self.actor, **_of(place))))


class Preview(ApiView):
    """A sample of a message as it would go out, by a text that need not have been saved."""

    permissions = {"POST": Permission.MESSAGES_MANAGE}
    serializer_class = PreviewInput

    @extend_schema(operation_id="messages_preview", request=PreviewInput, responses=PreviewOutput)
    def post(self, request: Request) -> Response:
        return Response(self.written(PreviewOutput, preview(self.actor, **_asked(self.read_input()), now=now())))


class TestSend(ApiView):
    """Sends the same to the caller, marked as a test: to their own address, or to the number of their row of the staff.

    It is on no record.
    """

    permissions = {"POST": Permission.MESSAGES_MANAGE}
    limited = frozenset({"POST"})
    serializer_class = PreviewInput

    @extend_schema(operation_id="messages_test_send", request=PreviewInput, responses={202: TestSendOutput})
    def post(self, request: Request) -> Response:
        sent = actions.send_test(**_asked(self.read_input()), actor=self.actor, now=now())
        return Response({"to": sent}, status=status.HTTP_202_ACCEPTED)


def _of(place: dict[str, str]) -> dict[str, str]:
    return {"name": place["message"], "channel": place["channel"], "language": place["language"]}


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    texts = None
    if "body" in given:
        texts = Texts(subject=given["subject"], heading=given["heading"], body=given["body"])
    return {**_of(given), "texts": texts, "flags": given["flags"]}
