"""The shape of a business's settings. Pure: read from data that `onboarding` has checked against the JSON Schema."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bookme.core.time import zone


class AnyStaff(StrEnum):
    LEAST_BUSY = "least_busy"
    FIRST_FREE = "first_free"
    NEAREST = "nearest"
    IN_TURN = "in_turn"


class SlotAnchor(StrEnum):
    CLOCK = "clock"
    OPENING = "opening"


class DepositKind(StrEnum):
    NONE = "none"
    FIXED = "fixed"
    PERCENT = "percent"
    FULL = "full"


@dataclass(frozen=True)
class Deposit:
    """What is due when booking: nothing, a fixed amount, a percentage of the price, or all of it."""

    kind: DepositKind = DepositKind.NONE
    value: Decimal = Decimal(0)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Deposit":
        return cls(DepositKind(data["kind"]), Decimal(data.get("value") or 0))


@dataclass(frozen=True)
class FeeStep:
    """From so many minutes before the start on, cancelling costs this percentage of the price."""

    minutes_before: int
    percent: int


@dataclass(frozen=True)
class Cancellation:
    """Free until so many minutes before the start; later, and for not coming, a percentage of the price.

    `fee_steps`, the earliest first, raise the late fee as the start comes nearer. Of what was paid, a late
    cancellation gives back `refund_percent`, less the fee.
    """

    free_until_minutes: int = 1440
    late_fee_percent: int = 0
    no_show_fee_percent: int = 0
    fee_steps: tuple[FeeStep, ...] = ()
    refund_percent: int = 100

    def overridden(self, data: Mapping[str, Any]) -> "Cancellation":
        """With the given keys replaced; `fee_steps` as a whole."""
        values = dict(data)
        if "fee_steps" in values:
            steps = [FeeStep(**each) for each in values["fee_steps"]]
            values["fee_steps"] = tuple(sorted(steps, key=lambda step: -step.minutes_before))
        return replace(self, **values)


@dataclass(frozen=True)
class Reschedule:
    """A customer may move a booking until so many minutes before its start, so many times."""

    allowed_until_minutes: int = 1440
    max_times: int = 3


@dataclass(frozen=True)
class Policy:
    """The rules of booking. A service may override parts; the merged policy is copied onto each booking.

    Of a service, `max_per_day` may begin on one day at one place; of it, a customer may have `max_per_customer` ahead.
    Between bookings at two places a person needs `travel_minutes`. None is no bound. Between the services of one visit
    there are at most `max_gap_minutes`. A session with a minimum to run is decided `decide_minutes` before its start;
    what is offered to who waits is held for `offer_minutes`. Customers may have a visit every so many weeks, one of
    `repeat_weeks`, booked in one go; without any, one visit at a time. Where areas count, what is done at the
    customer's is `at_customer`; the rest is done at the business's own places, wherever the customer lives.
    """

    slot_interval_minutes: int = 15
    slot_anchor: SlotAnchor = SlotAnchor.CLOCK
    min_notice_minutes: int = 60
    max_days_ahead: int = 90
    guest_booking: bool = True
    auto_confirm: bool = True
    cancellation: Cancellation = field(default_factory=Cancellation)
    reschedule: Reschedule = field(default_factory=Reschedule)
    deposit: Deposit = field(default_factory=Deposit)
    hold_minutes: int = 15
    any_staff: AnyStaff = AnyStaff.LEAST_BUSY
    max_per_day: int | None = None
    max_per_customer: int | None = None
    travel_minutes: int = 15
    max_gap_minutes: int = 15
    decide_minutes: int = 1440
    offer_minutes: int = 120
    repeat_weeks: tuple[int, ...] = ()
    at_customer: bool = True

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Policy":
        """From the `policies` of a config file, or from a booking's snapshot; what is absent has its default."""
        return cls().overridden(data)

    def overridden(self, data: Mapping[str, Any]) -> "Policy":
        """This policy with the given keys replaced; `cancellation` and `reschedule` are merged key by key."""
        if not data:
            return self
        values = dict(data)
        if "slot_anchor" in values:
            values["slot_anchor"] = SlotAnchor(values["slot_anchor"])
        if "any_staff" in values:
            values["any_staff"] = AnyStaff(values["any_staff"])
        if "cancellation" in values:
            values["cancellation"] = self.cancellation.overridden(values["cancellation"])
        if "reschedule" in values:
            values["reschedule"] = replace(self.reschedule, **values["reschedule"])
        if "deposit" in values:
            values["deposit"] = Deposit.from_data(values["deposit"])
        if "repeat_weeks" in values:
            values["repeat_weeks"] = tuple(sorted(set(values["repeat_weeks"])))
        return replace(self, **values)

    def to_data(self) -> dict[str, Any]:
        """As JSON: the form of the config file."""
        return vars(self) | {
            "slot_anchor": self.slot_anchor.value,
            "cancellation": asdict(self.cancellation),
            "reschedule": asdict(self.reschedule),
            "deposit": {"kind": self.deposit.kind.value, "value": str(self.deposit.value)},
            "any_staff": self.any_staff.value,
            "repeat_weeks": list(self.repeat_weeks),
        }


@dataclass(frozen=True)
class Contact:
    email: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True)
class Branding:
    """`tagline` is a text, or texts by language; `logo` is a URL or None; without an accent the colour tints itself."""

    primary_color: str = "#3b5bdb"
    accent_color: str | None = None
    font: str = "Inter"
    tagline: str | Mapping[str, str] = ""
    logo: str | None = None

    def tagline_in(self, language: str) -> str:
        if isinstance(self.tagline, str):
            return self.tagline
        return self.tagline.get(language) or next(iter(self.tagline.values()), "")


@dataclass(frozen=True)
class Features:
    sms: bool = False
    whatsapp: bool = False
    online_payment: bool = False
    waitlist: bool = False
    service_areas: bool = False


@dataclass(frozen=True)
class Reminder:
    """A message so many minutes before the start, by `email`, `sms` or `whatsapp`."""

    channel: str
    minutes_before: int


@dataclass(frozen=True)
class Messages:
    """How the business tells people. `off` has names of messages (`communications.kinds`) that it does not send.

    Customers are told by the first of `channels` that is on and reaches them. What can wait keeps out of the hours from
    `quiet_from` until `quiet_to`, wall-clock times where they live; without either, there are none. Hours after a visit
    they are thanked, if `follow_up_hours` is set; `hold_warning_minutes` before a hold ends they are told. Messages
    that cost cost `monthly_cap` a month at the most, in the business's currency; None is no bound. They go to numbers
    of `countries` alone, as two-letter codes; empty, of the business's own.
    """

    channels: tuple[str, ...] = ("whatsapp", "sms", "email")
    off: tuple[str, ...] = ()
    quiet_from: dt.time | None = dt.time(21)
    quiet_to: dt.time | None = dt.time(8)
    follow_up_hours: int | None = None
    hold_warning_minutes: int = 5
    monthly_cap: Decimal | None = None
    countries: tuple[str, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Messages":
        values = dict(data)
        for name in ("channels", "off", "countries"):
            if name in values:
                values[name] = tuple(values[name])
        for name in ("quiet_from", "quiet_to"):
            if values.get(name) is not None:
                values[name] = dt.time.fromisoformat(values[name])
        if values.get("monthly_cap") is not None:
            values["monthly_cap"] = Decimal(values["monthly_cap"])
        return cls(**values)

    def to_data(self) -> dict[str, Any]:
        """As JSON: the form of the config file."""
        quiet = {
            name: at and f"{at:%H:%M}" for name, at in (("quiet_from", self.quiet_from), ("quiet_to", self.quiet_to))
        }
        cap = None if self.monthly_cap is None else str(self.monthly_cap)
        lists = {name: list(getattr(self, name)) for name in ("channels", "off", "countries")}
        return vars(self) | lists | {"monthly_cap": cap} | quiet


@dataclass(frozen=True)
class Legal:
    privacy_url: str | None = None
    terms_url: str | None = None
    retention_months: int = 36


@dataclass(frozen=True)
class Tax:
    name: str
    rate_percent: Decimal
    prices_include_tax: bool = True
    number: str = ""


@dataclass(frozen=True)
class Invoices:
    prefix: str = ""
    due_days: int = 14


@dataclass(frozen=True)
class Team:
    """What the business lets its staff see beyond their own, and whether its team signs in with two factors."""

    staff_see_all_bookings: bool = False
    staff_see_all_customers: bool = False
    require_two_factor: bool = False


@dataclass(frozen=True)
class BusinessConfig:
    """Everything about a business that is not a row: the settings part of its `client.config.json`."""

    timezone: str = "UTC"
    currency: str = "EUR"
    country: str = ""
    languages: tuple[str, ...] = ("en",)
    contact: Contact = field(default_factory=Contact)
    branding: Branding = field(default_factory=Branding)
    policy: Policy = field(default_factory=Policy)
    features: Features = field(default_factory=Features)
    reminders: tuple[Reminder, ...] = ()
    messages: Messages = field(default_factory=Messages)
    legal: Legal = field(default_factory=Legal)
    tax: Tax | None = None
    invoices: Invoices = field(default_factory=Invoices)
    allowed_origins: tuple[str, ...] = ()
    team: Team = field(default_factory=Team)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "BusinessConfig":
        tax = data.get("tax")
        return cls(
            timezone=data["timezone"],
            currency=data["currency"],
            country=data.get("country", ""),
            languages=tuple(data["languages"]),
            contact=Contact(**data.get("contact", {})),
            branding=Branding(**data.get("branding", {})),
            policy=Policy.from_data(data.get("policies", {})),
            features=Features(**data.get("features", {})),
            reminders=tuple(Reminder(**each) for each in data.get("reminders", [])),
            messages=Messages.from_data(data.get("messages", {})),
            legal=Legal(**data.get("legal", {})),
            tax=Tax(**{**tax, "rate_percent": Decimal(tax["rate_percent"])}) if tax else None,
            invoices=Invoices(**data.get("invoices", {})),
            allowed_origins=tuple(data.get("allowed_origins", [])),
            team=Team(**data.get("team", {})),
        )

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)

    @property
    def language(self) -> str:
        """The business's first language: the one of the columns."""
        return self.languages[0]
