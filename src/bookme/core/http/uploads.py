"""Files that are sent to be taken over: as the body itself (`text/csv`), or as the part `file` of a form."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from bookme.core.errors import FieldError, Invalid
from bookme.core.http.parsers import TooLarge
from bookme.core.http.problems import field_errors
from bookme.core.http.serializers import InputSerializer
from bookme.core.imports import FileLines, ImportReport, column_of
from bookme.core.spreadsheets import line_pointer, read_csv

MOST_BYTES = 2 * 1024 * 1024
UPLOAD_SCHEMA = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
# Of files that are a little too large the page says so; of more nothing is read.
MOST_OF_A_FORM = 2 * MOST_BYTES
_FORM_AROUND = 16 * 1024  # what a form may have beside its file

L = TypeVar("L")


class Upload(dict[str, str]):
    """A file's bytes as `content`; as a value it is their digest, by which a repeated request is known."""

    def __init__(self, content: bytes) -> None:
        super().__init__(sha256=hashlib.sha256(content).hexdigest())
        self.content = content


class CsvBody(BaseParser):
    """The body is the file. Raises TooLarge (413)."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Upload:
        return Upload(_bounded(stream.read(MOST_BYTES + 1)))


class CsvForm(MultiPartParser):
    """A form whose part `file` is the file. Raises TooLarge (413), and Invalid where there is no such part."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request: Request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + _FORM_AROUND:
            raise TooLarge
        found = super().parse(stream, media_type, parser_context).files.get("file")
        return Upload(content_of(found)) if found else {}


class BoundedForms(MemoryFileUploadHandler):
    """Keeps the files of a form in memory; of a larger body nothing is read.

    Django bounds what it keeps in memory of a form, not what it writes to disk of its files, for whoever sends one.
    """

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *more: Any, **also: Any) -> None:  # noqa: N803
        if content_length > MOST_OF_A_FORM:
            raise RequestDataTooBig("a form with files that are too large")
        self.activated = True


def content_of(file: "UploadedFile[Any]") -> bytes:
    """What was uploaded; raises TooLarge (413)."""
    return _bounded(file.read(MOST_BYTES + 1))


def uploaded(request: Request) -> bytes:
    """The bytes of the file that came; raises Invalid (`required`) where none did."""
    data: Any = request.data
    if not isinstance(data, Upload):
        raise Invalid.field("/file", "Send a CSV file: as the body, or as the part file of a form.", code="required")
    return data.content


def lines_of(
    data: bytes,
    *,
    columns: Sequence[str],
    required: Sequence[str],
    reader: serializers.Serializer[Any],
    made: Callable[[int, dict[str, Any], frozenset[str]], L],
) -> FileLines[L]:
    """A CSV file by lines: `reader` checks the cells of each, `made` has its number, what was read, and what was not.

    Of a line with faults that is what its other cells say, without a value for those that are empty. Raises Invalid for
    what is no such file, as `core.spreadsheets.read_csv` does.
    """
    table = read_csv(data, columns=columns, required=required)
    lines: list[L] = []
    torn: list[L] = []
    faults: list[FieldError] = []
    for line in table.lines:
        try:
            values = reader.run_validation(line.cells)
        except serializers.ValidationError as error:
            found = list(field_errors(error.get_full_details(), line_pointer(line.number)))
            unread = frozenset(column_of(each) for each in found)
            torn.append(made(line.number, _readable(reader, line.cells, unread), unread))
            faults += found
        else:
            lines.append(made(line.number, values, frozenset()))
    return FileLines(tuple(lines), tuple(faults), table.ignored, tuple(torn))


def _readable(reader: serializers.Serializer[Any], cells: Mapping[str, str], unread: frozenset[str]) -> dict[str, Any]:
    return {
        name: field.run_validation(cells[name])
        for name, field in reader.fields.items()
        if name not in unread and cells[name]
    }


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise TooLarge
    return content


class ImportQuery(InputSerializer):
    """`dry_run=true` reports and writes nothing. What cannot be read, or has another name, is refused: it was meant."""

    dry_run = serializers.BooleanField(default=False)


class LineFaultOutput(serializers.Serializer[Any]):
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class LineOutput(serializers.Serializer[Any]):
    """One line of the file, as an editor counts them; the names of the columns are line 1."""

    line = serializers.IntegerField()
    outcome = serializers.CharField()
    faults = LineFaultOutput(many=True)
    kept = serializers.ListField(child=serializers.CharField())


class ImportOutput(serializers.Serializer[Any]):
    """What became of each line; in a dry run, what would."""

    dry_run = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    ignored_columns = serializers.ListField(child=serializers.CharField())
    lines = LineOutput(many=True)


def report_told(report: ImportReport) -> dict[str, Any]:
    """A report as ImportOutput shows it."""
    return {
        "dry_run": report.dry_run,
        "counts": report.counts,
        "ignored_columns": list(report.ignored),
        "lines": [
            {
                "line": each.line,
                "outcome": each.outcome,
                "faults": [
                    {"column": column_of(fault), "code": fault.code, "detail": fault.detail} for fault in each.faults
                ],
                "kept": list(each.kept),
            }
            for each in report.lines
        ],
    }
