"""Answers as bytes."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_encoder = JSONEncoder()


class FastJSONRenderer(JSONRenderer):
    """As DRF's own, in a tenth of the time; with `Accept: application/json; indent=4` it is DRF's own.

    So is what orjson refuses and JSON has: keys that are members of an enum, numbers of more than 64 bits.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None or self.get_indent(accepted_media_type or "", dict(renderer_context or {})):
            written: bytes = super().render(data, accepted_media_type, renderer_context)
            return written
        try:
            return orjson.dumps(data, default=_encoder.default, option=orjson.OPT_PASSTHROUGH_DATETIME)
        except orjson.JSONEncodeError:
            refused: bytes = super().render(data, accepted_media_type, renderer_context)
            return refused
