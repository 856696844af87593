"""How a message looks by each channel: what it tells and its texts in, what is sent out. Reads only the layouts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, urlsplit

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bookme.communications.kinds import MESSAGES, Category, Family
from bookme.communications.models import Channel
from bookme.communications.segments import Segments, in_fewest, segments_of
from bookme.communications.templating import LINKS, Texts, written
from bookme.communications.told import LINK_ON_RECORD, Told
from bookme.core.color import readable_on

# A provider takes 1600 characters as one SMS or WhatsApp message, with what is added; each value is bounded too.
LONGEST_SHORT = 1500
_LONGEST_SHORT_VALUE = 160
_CUT = "...\n"
# What a mail program shows beside the subject is the first paragraph alone, and no label or link after it.
_PREHEADER_ROOM = 40
_BLANK_LINES = re.compile(r"\n{3,}")
# What stands where there is nothing to say: WhatsApp takes no empty text.
NOTHING = "-"


@dataclass(frozen=True)
class Words:
    """`heading` is the message in three words, `paragraphs` what it says below it. Only an e-mail has both."""

    paragraphs: list[str]
    subject: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Rendered:
    """What is sent. Only an e-mail has a subject and `html`, and may have a `calendar`, an .ics file.

    Of what a provider has approved `template` is its id and `parts` what is put into it; `text` is these.
    `segments` are those of an SMS.
    """

    text: str
    subject: str = ""
    html: str = ""
    calendar: bytes = b""
    template: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    segments: Segments | None = None


def render(*, told: Told, texts: Texts, channel: Channel, note: str = "") -> Rendered:
    """The message in the language that is active, which is that of what is told and of its texts.

    `note` stands before all of it, such as that it is a test.
    Raises LiquidError for texts that `grammar.faults_of` would have refused.
    """
    variables = variables_of(told)
    if channel is not Channel.EMAIL:
        text = written(texts.body, variables, longest_value=_LONGEST_SHORT_VALUE)
        links = [str(variables[name]) for name in LINKS & variables.keys() if variables[name]]
        return _short(_with_stop_line(_cut(text, links), told, channel), channel, note)
    words = Words(
        subject=written(texts.subject, variables),
        heading=written(texts.heading, variables),
        paragraphs=[each.strip() for each in written(texts.body, variables).split("\n\n") if each.strip()],
    )
    return _mail(told, words, note)


def render_parts(*, told: Told, template: str, names: Sequence[str]) -> Rendered:
    """What is put into a text that a provider has approved: by number, each in one line, and none empty."""
    variables = variables_of(told)
    said = [" ".join(str(variables[name]).split()) or NOTHING for name in names]
    parts = {str(number): each for number, each in enumerate(said, 1)}
    return Rendered(text="\n".join(said), template=template, parts=parts)


def _cut(text: str, links: Sequence[str]) -> str:
    """What has room, from its beginning; a link is there whole, though less before it is, or not at all."""
    pieces = re.split("({})".format("|".join(map(re.escape, links))), text) if links else [text]
    texts = range(0, len(pieces), 2)
    for number in (*reversed(texts), *reversed(range(1, len(pieces), 2))):
        over = sum(map(len, pieces)) - LONGEST_SHORT
        if over <= 0:
            break
        room = len(pieces[number]) - over - len(_CUT)
        pieces[number] = pieces[number][:room].rstrip() + _CUT if number in texts and room > 0 else ""
    return "".join(pieces).strip()


def _with_stop_line(text: str, told: Told, channel: Channel) -> str:
    """Marketing by SMS and WhatsApp says how it ends. A text that WhatsApp has approved says what was approved."""
    if channel is Channel.EMAIL or MESSAGES[told.kind].category is not Category.MARKETING:
        return text
    return "\n".join((text, _("Reply STOP to unsubscribe.")))


def on_record(text: str, told: Told) -> str:
    """A text without the links that open something to whoever reads it, however they are spelled, and without what of
    them does: others look at what is kept.
    """
    spelled = {form for link in told.links for each in (link, _key_in(link)) for form in _spellings(each)}
    if not spelled:
        return text
    longest_first = sorted(spelled, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), LINK_ON_RECORD, text, flags=re.IGNORECASE)


def _key_in(link: str) -> str:
    """What of a link opens something: the last part of its path."""
    return urlsplit(link).path.rstrip("/").rpartition("/")[2] or link


def _spellings(text: str) -> Iterator[str]:
    """As it is, and as it is written in HTML, in the path of an address and in its query."""
    yield from (text, escape(text), quote(text), quote(text, safe=""))


def variables_of(told: Told) -> dict[str, str | bool]:
    """An account's link is on the button alone, see `variables.py`."""
    general = {"business": told.sender.name}
    if MESSAGES[told.kind].family is not Family.ACCOUNT:
        general |= {"action": told.button[0], "link": told.button[1]}
    return {**general, **told.variables}


def _short(body: str, channel: Channel, note: str) -> Rendered:
    text = "\n".join(filter(None, (note, body)))
    if channel is not Channel.SMS:
        return Rendered(text=text)
    text = in_fewest(text)
    return Rendered(text=text, segments=segments_of(text))


def _mail(told: Told, words: Words, note: str) -> Rendered:
    context = {
        "note": note,
        "words": words,
        "sender": told.sender,
        "layout": told.layout,
        "policies": told.policies,
        "button": told.button,
        "join_url": told.join_url,
        "unsubscribe_url": told.unsubscribe_url,
        "on_color": readable_on(told.sender.color),
        "language": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "start": "right" if translation.get_language_bidi() else "left",
        "preheader_room": range(_PREHEADER_ROOM),
    }
    return Rendered(
        subject=words.subject,
        text=_BLANK_LINES.sub("\n\n", render_to_string("communications/mail.txt", context)).strip() + "\n",
        html=render_to_string("communications/mail.html", context),
        calendar=told.calendar,
    )
