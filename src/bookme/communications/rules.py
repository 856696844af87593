"""What a business may write into its messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from bookme.communications.grammar import faults_of
from bookme.communications.kinds import Audience, Kind
from bookme.communications.markup import Fault
from bookme.communications.models import Channel
from bookme.communications.templating import Texts
from bookme.communications.variables import Vocabulary, vocabulary_of
from bookme.core.errors import FieldError

LONGEST_LINE = 300
LONGEST_BODY = 4000
LONGEST_SHORT = 1000


def text_faults(texts: Texts, *, channel: Channel, vocabulary: Vocabulary) -> Iterator[FieldError]:
    """What is wrong with them, by pointers to `/subject`, `/heading` and `/body`."""
    is_mail = channel is Channel.EMAIL
    for name, text in (("subject", texts.subject), ("heading", texts.heading)):
        if is_mail:
            found = faults_of(text, vocabulary, longest=LONGEST_LINE, is_line=True)
            yield from _pointed(f"/{name}", text, found)
        elif text:
            yield FieldError(f"/{name}", "not_of_channel", "Only an e-mail has one.")
    found = faults_of(texts.body, vocabulary, longest=LONGEST_BODY if is_mail else LONGEST_SHORT)
    yield from _pointed("/body", texts.body, found)


def whatsapp_faults(columns: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with what is put into an approved text: the flags of a message are no words."""
    vocabulary = vocabulary_of(Kind(columns["name"]), Audience.CUSTOMER)
    known = vocabulary.meanings.keys() - vocabulary.flags
    for number, each in enumerate(columns["variables"]):
        if each not in known:
            yield FieldError(f"/variables/{number}", "unknown_variable", f"This message has no text {each!r}.")


def _pointed(pointer: str, text: str, faults: list[Fault]) -> Iterator[FieldError]:
    if not text.strip():
        yield FieldError(pointer, "blank", "This may not be empty.")
        return
    for each in faults:
        yield FieldError(pointer, each.code, str(each))
