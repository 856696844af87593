"""What people write to the business: that nothing more is to come, that it may again, or anything at all."""

import datetime as dt
import unicodedata
from collections.abc import Mapping

from bookme.communications.actions.stopping import lift_stop, stop_address
from bookme.communications.models import Channel, LastInbound, StopReason
from bookme.communications.selectors.whatsapp import WINDOW

_STOP = {
    "en": "stop stopall unsubscribe cancel end quit revoke optout",
    "fr": "arrêt arrêter désabonner désinscrire",
    "pl": "rezygnuję anuluj wypisz koniec",
    "es": "parar alto baja cancelar detener",
    "ar": "إيقاف أوقف توقف إلغاء",
}
_START = {
    "en": "start unstop",
    "fr": "démarrer reprendre commencer",
    "pl": "wznów rozpocznij",
    "es": "empezar comenzar iniciar reanudar alta",
    "ar": "ابدأ بدء تشغيل اشتراك",
}
# What Arabic letters are joined by, and is none itself.
_TATWEEL = "\u0640"


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
    """Without case, accents (of Arabic vowels and hamzas too), what cannot be seen, and what stands around it."""
    seen = (each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) not in {"Mn", "Cf"})
    return "".join(seen).replace(_TATWEEL, "").strip().strip(".!?¡¿؟،\"'«»“”").strip().casefold()


def _words(by_language: Mapping[str, str]) -> frozenset[str]:
    return frozenset(_bare(word) for words in by_language.values() for word in words.split())


# A message that is one of these, whatever its case and accents, and nothing else.
STOP_WORDS, START_WORDS = _words(_STOP), _words(_START)
