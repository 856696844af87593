"""Where the platform keeps what is about a person: by table, which texts, how they are found, what erasing leaves.

Export and erasure are made from this table alone, and a test compares it with the models: a text column that is not
declared here fails it. What is not in a column of text, such as a price or a time, says nothing of who it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import F, JSONField, Model, Q
from django.db.models.functions import Now

from bookme.bookings.models import Booking, Series, Visit, WaitlistEntry
from bookme.communications.kinds import Audience
from bookme.communications.models import Attempt, LastInbound, Muted, Notification, StoppedAddress
from bookme.customers.models import Consent, Customer, CustomerAddress
from bookme.eventlog.models import IdempotencyKey
from bookme.privacy.selectors import Subject
from bookme.team.models import Invitation
from bookme.tenants.models import OutboxMessage
from bookme.users.models import (
    AccountRequest,
    ApiKey,
    EmailChange,
    Membership,
    RecoveryCode,
    SignIn,
    SocialIdentity,
    TwoFactor,
    User,
)


class Erasing(StrEnum):
    """What becomes of a row: it stays without what is personal, or with a digest of it, it goes, or stays as it is."""

    BLANKED = "blanked"
    DIGESTED = "digested"
    DELETED = "deleted"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The rows of a table that are about a person.

    `personal` texts are told and erased, `secret` ones never told and erased, `plain` ones neither: they say nothing of
    who it is. `told` is what the export has, by its own names, as lookups; nothing is told without a `section`, which
    is one object where `is_one`. `also` is what erasing sets beside. What is `of_account` is erased only with the
    account; `also_told` narrows what is told.
    """

    model: type[Model]
    rows: Callable[[Subject], Q]
    personal: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    section: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    is_one: bool = False
    also_told: Q = field(default_factory=Q)
    erasing: Erasing = Erasing.BLANKED
    also: Mapping[str, Any] = field(default_factory=dict)
    of_account: bool = False

    @property
    def blanks(self) -> dict[str, Any]:
        """What erasing sets."""
        return {name: blank(self.model, name) for name in (*self.personal, *self.secret)} | dict(self.also)


def blank(model: type[Model], column: str) -> Any:
    """Nothing, as that column can have it."""
    found: Any = model._meta.get_field(column)
    if found.null:
        return None
    return found.get_default() if isinstance(found, JSONField) else ""


def same(*names: str, **others: str) -> dict[str, str]:
    """Columns under their own names, and others by lookups."""
    return {name: name for name in names} | others


_NONE = Q(pk__in=[])


def _of_user(subject: Subject) -> Q:
    return Q(user=subject.user_id) if subject.user_id else _NONE


def _of_user_here(subject: Subject) -> Q:
    return _of_user(subject) & Q(tenant=subject.tenant_id)


def _by_email(name: str, subject: Subject) -> Q:
    """Rows with the address, if there is one: without, all would have it."""
    return Q(**{name: subject.email}) if subject.email else _NONE


def _asked_again(subject: Subject) -> Q:
    found = Q(answer__id__in=subject.texts) | Q(answer__in=subject.texts)
    return found | Q(scope__startswith=f"user:{subject.user_id} ") if subject.user_id else found


_SAID = ("contact_name", "contact_email", "contact_phone", "timezone", "notes", "answers", "address", "guest_address")
_SAID_PLAIN = ("language", "consents", "source")
_UNLINKED: dict[str, Any] = {"user_id": None, "link_version": F("link_version") + 1}

_ACCOUNT = (
    Holding(
        model=User,
        rows=lambda subject: Q(pk=subject.user_id),
        personal=("email", "name", "phone", "language", "timezone"),
        secret=("password",),
        section="account",
        told=same(
            "id", "email", "name", "phone", "language", "timezone", "email_verified_at", "created_at", "last_login"
        ),
        is_one=True,
        erasing=Erasing.KEPT,  # what is left of it is made by `users.actions.erase_account`
        of_account=True,
    ),
    Holding(
        model=Membership,
        rows=_of_user_here,
        plain=("role", "denied", "location_ids", "staff_ids", "customer_scope"),
        section="membership",
        told=same("role", "created_at"),
        is_one=True,
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=SignIn,
        rows=_of_user_here,
        personal=("address", "agent"),
        plain=("kind", "refresh_jti"),
        section="sign_ins",
        told=same("id", "kind", "address", "agent", "created_at", "used_at", "expires_at", "revoked_at"),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=SocialIdentity,
        rows=_of_user,
        personal=("subject", "email"),
        plain=("provider",),
        section="social_identities",
        told=same("provider", "subject", "email", "created_at"),
        erasing=Erasing.DELETED,
        of_account=True,
    ),
    Holding(model=TwoFactor, rows=_of_user, secret=("secret",), erasing=Erasing.DELETED, of_account=True),
    Holding(model=RecoveryCode, rows=_of_user, secret=("digest",), erasing=Erasing.DELETED, of_account=True),
    Holding(
        model=EmailChange,
        rows=_of_user,
        personal=("email", "former"),
        plain=("version",),
        section="address_changes",
        told=same("email", "former", "created_at", "confirmed_at", "undone_at"),
        erasing=Erasing.DELETED,
        of_account=True,
    ),
    Holding(
        model=AccountRequest,
        rows=lambda subject: _by_email("email", subject) & Q(tenant=subject.tenant_id),
        personal=("email", "name", "phone", "language", "onward"),
        secret=("password",),
        plain=("kind",),
        section="account_requests",
        told=same("kind", "email", "name", "phone", "language", "onward", "created_at"),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=ApiKey,
        rows=lambda _subject: _NONE,  # a key is the business's, whoever made it
        plain=("name", "prefix", "digest", "permissions"),
        erasing=Erasing.KEPT,
    ),
)
_CUSTOMER = (
    Holding(
        model=Customer,
        rows=lambda subject: Q(pk__in=subject.customers),
        personal=("name", "email", "phone", "language", "timezone", "channels", "notes", "tags", "metadata"),
        section="customers",
        told=same(
            "id",
            "name",
            "email",
            "phone",
            "language",
            "timezone",
            "channels",
            "notes",
            "tags",
            "metadata",
            "created_at",
        ),
        also={"user_id": None, "is_active": False, "erased_at": Now()},
    ),
    Holding(
        model=CustomerAddress,
        rows=lambda subject: Q(customer__in=subject.customers),
        personal=("line1", "line2", "city", "county", "postcode"),
        plain=("country",),
        section="addresses",
        told=same("line1", "line2", "city", "county", "postcode", "country", "created_at"),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=Consent,
        rows=lambda subject: Q(customer__in=subject.customers),
        plain=("kind", "wording", "url"),
        section="consents",
        told=same("kind", "granted", "wording", "url", "created_at", visit="visit_id"),
        erasing=Erasing.KEPT,
    ),
    Holding(
        model=Series,
        rows=lambda subject: Q(visits__in=subject.visits),
        plain=("rule",),
        section="series",
        told=same("id", "rule", "created_at"),
        erasing=Erasing.KEPT,
    ),
    Holding(
        model=Visit,
        rows=lambda subject: Q(pk__in=subject.visits),
        personal=_SAID,
        plain=(*_SAID_PLAIN, "reference"),
        section="visits",
        told=same("id", "reference", "series", *_SAID, *_SAID_PLAIN, "created_at"),
        also=_UNLINKED,
    ),
    Holding(
        model=Booking,
        rows=lambda subject: Q(pk__in=subject.bookings),
        personal=("cancel_reason", "internal_notes"),
        plain=("status", "extras", "currency", "policy", "cancelled_by"),
        section="bookings",
        told=same(
            "id",
            "visit",
            "status",
            "party_size",
            "extras",
            "price",
            "currency",
            "payment_due",
            "fee",
            "cancelled_by",
            "cancel_reason",
            "internal_notes",
            "created_at",
            service="appointment__service__name",
            staff="appointment__staff__name",
            location="appointment__location__name",
            start="appointment__starts_at",
            end="appointment__ends_at",
        ),
    ),
    Holding(
        model=WaitlistEntry,
        rows=lambda subject: Q(pk__in=subject.waiting),
        personal=_SAID,
        plain=(*_SAID_PLAIN, "extras", "status"),
        section="waitlist",
        told=same("id", "status", "date", "party_size", *_SAID, *_SAID_PLAIN, "created_at", service="service__name"),
        also=_UNLINKED,
    ),
    Holding(
        model=Notification,
        rows=lambda subject: Q(visit_id__in=subject.visits) | Q(entry_id__in=subject.waiting),
        personal=("to", "subject", "text", "error"),
        plain=(
            "key",
            "kind",
            "audience",
            "channel",
            "tried",
            "language",
            "booking_ids",
            "status",
            "reason",
            "provider_id",
        ),
        section="messages",
        told=same("kind", "channel", "to", "language", "subject", "text", "status", "error", "sent_at", "created_at"),
        also_told=Q(audience=Audience.CUSTOMER),
        also={"leased_until": None},  # whoever has it on its way writes nothing back
    ),
    Holding(
        model=Attempt,
        rows=lambda subject: (
            Q(notification__visit_id__in=subject.visits) | Q(notification__entry_id__in=subject.waiting)
        ),
        personal=("error",),
        plain=("channel", "outcome"),
        section="message_tries",
        told=same("number", "channel", "outcome", "error", "created_at", kind="notification__kind"),
        also_told=Q(notification__audience=Audience.CUSTOMER),
    ),
    Holding(
        model=Muted,
        rows=lambda subject: Q(person_id__in=subject.customers),
        plain=("name",),
        section="unwanted_messages",
        told=same("name", "created_at"),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=StoppedAddress,
        rows=lambda subject: Q(address__in=subject.addresses),
        personal=("address",),
        plain=("channel", "reason"),
        section="stopped_addresses",
        told=same("channel", "address", "reason", "created_at"),
        erasing=Erasing.DIGESTED,  # who said STOP is not written to again, whoever gives their address next
    ),
    Holding(
        model=LastInbound,
        rows=lambda subject: Q(address__in=subject.addresses),
        personal=("address",),
        section="last_written",
        told=same("address", "at"),
        erasing=Erasing.DELETED,
    ),
)
_AROUND = (
    Holding(
        model=Invitation,
        rows=lambda subject: _by_email("email", subject),
        personal=("email", "name"),
        plain=("role", "denied", "location_ids", "staff_ids", "customer_scope", "language", "invited_by_name"),
        section="invitations",
        told=same("email", "name", "role", "sent_at", "expires_at", "accepted_at", "declined_at", "revoked_at"),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=IdempotencyKey,
        rows=_asked_again,
        secret=("key", "scope", "answer"),
        plain=("body_hash",),
        erasing=Erasing.DELETED,
    ),
    Holding(
        model=OutboxMessage,
        rows=lambda subject: _by_email("last_error__contains", subject),
        secret=("last_error",),
        plain=("task", "args", "key"),
    ),
    Holding(
        model=LogEntry,
        rows=lambda subject: Q(object_id__in=subject.texts),
        personal=("object_repr", "change_message"),
        plain=("object_id",),
        section="operator_changes",
        told=same("action_time", "object_repr", "change_message"),
    ),
)
HOLDINGS = (*_ACCOUNT, *_CUSTOMER, *_AROUND)

# Of the business, the platform or Django itself, as a whole: names of services, hours, settings; who works there is
# the business's to keep, not a customer's to erase. What a session holds is ids, and signed. By app, or by model.
OF_NOBODY = frozenset(
    {
        "admin",
        "auth",
        "communications.ChannelAccount",
        "communications.MessageTemplate",
        "communications.WhatsAppTemplate",
        "contenttypes",
        "django_celery_beat",
        "locations",
        "postcodes",
        "services",
        "sessions",
        "staff",
        "tenants",
    }
)
