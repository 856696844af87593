"""What people write to the business: that nothing more is to come, that it may again, or anything at all."""

import datetime as dt
import unicodedata

from bookme.communications.actions.stopping import lift_stop, stop_address
from bookme.communications.models import Channel, LastInbound, StopReason
from bookme.communications.selectors.whatsapp import WINDOW

# A message that is one of these, whatever its case and accents, and nothing else.
STOP_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret", "arreter", "إيقاف", "ايقاف", "توقف"}
)
START_WORDS = frozenset({"start", "unstop"})


def hear(*, channel: Channel, number: str, text: str, now: dt.datetime) -> None:
    """Heed what came from that number by that channel. Joins the caller's transaction.

    Publishes MessagesChanged where they stop messages, or let them come again. By WhatsApp they may be answered freely
    for a day; whose day is over is forgotten.
    """
    if channel is Channel.WHATSAPP:
        _let_answer(number, now)
    word = _bare(text)
    if word in STOP_WORDS:
        stop_address(channel=channel, address=number, reason=StopReason.STOP)
    elif word in START_WORDS:
        lift_stop(channel=channel, address=number)


def _let_answer(number: str, now: dt.datetime) -> None:
    LastInbound.objects.filter(at__lte=now - WINDOW).delete()
    LastInbound.objects.bulk_create(
        [LastInbound(address=number, at=now)],
        update_conflicts=True,
        unique_fields=["address"],
        update_fields=["at"],
    )


def _bare(text: str) -> str:
    """Without case, accents and what stands around it; what looks like accents in Arabic makes letters, and stays."""
    word = text.strip().strip(".!؟،\"'").casefold()
    plain = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
    return plain if plain.isascii() else word
