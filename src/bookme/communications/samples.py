"""What a message might tell, to show a text before it is used: plausible people and things, in every language. Pure."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookme.bookings.states import Status
from bookme.communications.defaults import account_button
from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.tellings.bookings import told_from
from bookme.communications.tellings.sessions import told_from_session
from bookme.communications.told import TRUE_OF, BookingFacts, Layout, Recipient, Sender, SessionFacts, Told
from bookme.core.formats import Formats, in_line, left_to_right, locale_of
from bookme.core.permissions import Role
from bookme.team.wording import ROLE_NAMES
from bookme.tenants.config import Cancellation

_DATES_OF_SERIES = 6


@dataclass(frozen=True)
class _Cast:
    """Who and what there is in one language. The addresses lead nowhere (RFC 2606)."""

    customer: str
    service: str
    staff: str
    other_staff: str
    place: str
    address: str
    group: str
    reason: str
    notes: str


_CASTS: Mapping[str, _Cast] = {
    "en": _Cast(
        customer="Amelia Hart",
        service="Cut and finish",
        staff="Sofia",
        other_staff="Benedict",
        place="High Street",
        address="12 High Street",
        group="Morning yoga",
        reason="Sofia is not well today.",
        notes="I am a little early, if that is fine.",
    ),
    "fr": _Cast(
        customer="Camille Laurent",
        service="Coupe et brushing",
        staff="Inès",
        other_staff="Benoît",
        place="République",
        address="8 rue de la République",
        group="Yoga du matin",
        reason="Inès est souffrante aujourd'hui.",
        notes="J'arrive un peu en avance, si cela vous va.",
    ),
    "ar": _Cast(
        customer="ليلى حدّاد",
        service="قصّ وتصفيف",
        staff="سارة",
        other_staff="كريم",
        place="فرع الزهراء",
        address="شارع الزهراء 12",
        group="يوغا الصباح",
        reason="سارة متوعّكة اليوم.",
        notes="سأصل قبل الموعد بقليل إن كان ذلك مناسبًا.",
    ),
    "pl": _Cast(
        customer="Zofia Nowak",
        service="Strzyżenie",
        staff="Anna",
        other_staff="Marek",
        place="Rynek",
        address="Rynek Główny 12",
        group="Poranna joga",
        reason="Anna jest dziś chora.",
        notes="Przyjdę trochę wcześniej, jeśli można.",
    ),
    "es": _Cast(
        customer="Lucía Moreno",
        service="Corte y peinado",
        staff="Inés",
        other_staff="Álvaro",
        place="Plaza Mayor",
        address="Calle Mayor, 12",
        group="Yoga de la mañana",
        reason="Inés no se encuentra bien hoy.",
        notes="Llegaré un poco antes, si les va bien.",
    ),
}


@dataclass(frozen=True)
class Stage:
    """Where a sample plays: the business, its zone and currency, a link as long as real ones, and the present."""

    sender: Sender
    zone: ZoneInfo
    currency: str
    link: str
    now: dt.datetime


def sample_of(
    kind: Kind, audience: Audience, *, stage: Stage, language: str, flags: Collection[str] = frozenset()
) -> Told:
    """One such message, with those of its flags on, and of what is there now and then.

    `language`, of `WRITTEN_IN`, is active.
    """
    told = _OF_FAMILY[MESSAGES[kind].family](kind, audience, stage, language, frozenset(flags))
    return replace(told, calendar=b"")  # nothing for anybody's calendar


def _booking(kind: Kind, audience: Audience, stage: Stage, language: str, flags: frozenset[str]) -> Told:
    first = _facts(kind, stage, _CASTS[language], flags)
    bookings = [first]
    if "is_series" in flags:
        bookings += [_later(first, weeks) for weeks in range(1, _DATES_OF_SERIES)]
    return told_from(
        kind=kind,
        audience=audience,
        to=_recipient(language),
        sender=stage.sender,
        bookings=bookings,
        language=language,
        now=stage.now,
        is_gone="is_gone" in flags,
    )


def _facts(kind: Kind, stage: Stage, cast: _Cast, flags: frozenset[str]) -> BookingFacts:
    start, moved = _start(stage), kind is Kind.RESCHEDULED
    is_over = kind in {Kind.CANCELLED, Kind.DECLINED}
    return BookingFacts(
        id=UUID(int=1),
        reference="K7P2MQ4D",
        state=_STATE_OF.get(kind, Status.CONFIRMED),
        version=2,
        service=cast.service,
        staff=cast.staff,
        place=cast.place,
        address=cast.address,
        meeting_url="https://meet.example/k7p2" if "meeting_link" in flags else "",
        starts_at=start,
        ends_at=start + dt.timedelta(minutes=45),
        zone=stage.zone,
        party_size=1,
        extras=(),
        price=Decimal(48),
        payment_due=Decimal(10) if "due" in flags else Decimal(0),
        fee=Decimal(24) if "fee" in flags else Decimal(0),
        currency=stage.currency,
        cancellation=Cancellation(late_fee_percent=50, no_show_fee_percent=100),
        reason=cast.reason if is_over and "by_customer" not in flags else "",
        cancelled_by="customer" if "by_customer" in flags else "staff",
        customer_name=cast.customer,
        customer_email="customer@example.com",
        customer_phone="",
        notes=cast.notes,
        manage_url=stage.link,
        hold_expires_at=stage.now + dt.timedelta(minutes=10) if kind is Kind.HOLD_ENDING else None,
        old_start=start - dt.timedelta(days=1) if moved and "is_changed" not in flags else None,
        old_staff=cast.other_staff if moved and "is_changed" in flags else "",
    )


_STATE_OF = {kind: min(states) for kind, states in TRUE_OF.items() if len(states) == 1}


def _later(first: BookingFacts, weeks: int) -> BookingFacts:
    week = dt.timedelta(weeks=weeks)
    return replace(
        first,
        id=UUID(int=weeks + 1),
        reference=f"K7P2MQ{weeks:02}",
        starts_at=first.starts_at + week,
        ends_at=first.ends_at + week,
        old_start=first.old_start + week if first.old_start else None,
    )


def _waiting(kind: Kind, audience: Audience, stage: Stage, language: str, flags: frozenset[str]) -> Told:
    cast, formats = _CASTS[language], _formats(stage, language)
    is_offer, is_closed = kind is Kind.WAIT_OFFERED, kind is Kind.WAIT_CLOSED
    when = formats.moment(_start(stage).astimezone(stage.zone))
    until = formats.moment((stage.now + dt.timedelta(hours=2)).astimezone(stage.zone)) if is_offer else ""
    a_day_before = (_start(stage) - dt.timedelta(days=1)).astimezone(stage.zone)
    was = formats.moment(a_day_before) if kind is Kind.WAIT_MOVED else ""
    button = (_("See your place in the line, or leave it"), stage.link)
    if is_offer:
        button = (_("Take it or turn it down"), stage.link)
    if is_closed:
        button = (_("Find another time"), stage.sender.url)
    rows = [(_("What"), cast.service), (_("When"), when)]
    rows += [(_("Was"), was)] if was else []
    rows += [(_("With"), cast.staff), (_("Where"), cast.place)]
    return Told(
        kind=kind,
        audience=audience,
        to=_recipient(language),
        sender=stage.sender,
        variables={
            "customer": cast.customer,
            "service": cast.service,
            "when": when,
            "staff": cast.staff,
            "place": cast.place,
            "was": was,
            "held_until": until,
            "is_course": "is_course" in flags,
        },
        layout=Layout(rows=[*rows, (_("Held until"), until)] if is_offer else rows),
        button=button,
        reply_name=stage.sender.name,
        reply_to=stage.sender.email,
    )


def _session(kind: Kind, audience: Audience, stage: Stage, language: str, flags: frozenset[str]) -> Told:
    cast, start, is_cancelled = _CASTS[language], _start(stage), kind is Kind.SESSION_CANCELLED
    session = SessionFacts(
        service=cast.group,
        staff=cast.staff,
        place=cast.place,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
        zone=stage.zone,
        currency=stage.currency,
        bookings=7 if "has_bookings" in flags else 0,
        is_cancelled=is_cancelled,
        too_few="too_few" in flags,
        old_start=None if is_cancelled else start - dt.timedelta(days=1),
    )
    return told_from_session(
        kind=kind, audience=audience, to=_recipient(language), sender=stage.sender, session=session, language=language
    )


def _account(kind: Kind, audience: Audience, stage: Stage, language: str, _flags: frozenset[str]) -> Told:
    cast, action = _CASTS[language], account_button(kind)
    return Told(
        kind=kind,
        audience=audience,
        to=_recipient(language),
        sender=stage.sender,
        variables={
            "name": cast.customer,
            "contact": in_line((stage.sender.email, left_to_right(stage.sender.phone))),
            "email": "new@example.com" if kind is Kind.ADDRESS_CHANGED else "",
            "provider": "Google" if kind is Kind.SOCIAL_ADDED else "",
            "role": str(ROLE_NAMES[Role.MANAGER]) if kind is Kind.INVITATION else "",
            "by": cast.other_staff if kind is Kind.INVITATION else "",
            "until": _formats(stage, language).day_year(_start(stage).date()) if kind is Kind.INVITATION else "",
        },
        layout=Layout(rows=[]),
        button=(action, stage.link) if action else ("", ""),
    )


_OF_FAMILY = {Family.BOOKING: _booking, Family.WAITING: _waiting, Family.SESSION: _session, Family.ACCOUNT: _account}


def _recipient(language: str) -> Recipient:
    return Recipient(name=_CASTS[language].customer, email="customer@example.com", language=language)


def _start(stage: Stage) -> dt.datetime:
    """The next Thursday at half past two, where the business is."""
    today = stage.now.astimezone(stage.zone)
    day = today.date() + dt.timedelta(days=(3 - today.weekday()) % 7 or 7)
    return dt.datetime.combine(day, dt.time(14, 30), tzinfo=stage.zone).astimezone(dt.UTC)


def _formats(stage: Stage, language: str) -> Formats:
    return Formats(locale=locale_of(language, stage.sender.country), currency=stage.currency)
