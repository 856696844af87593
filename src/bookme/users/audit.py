"""The audit: who came in, who failed to, and who may do what since when; as its readers may know it.

What is told of a customer, and of whoever is no member here, is less than what is told of the team: see
docs/decisions/0023.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bookme.core.actor import Actor, ActorKind, shown_name
from bookme.core.permissions import TEAM_ROLES, Permission
from bookme.core.text import masked_address
from bookme.eventlog.events import AuditEvent, AuditTopic, FieldChange
from bookme.eventlog.models import AuditRecord
from bookme.eventlog.registry import audit_types, event_type
from bookme.users.events import SignInFailed
from bookme.users.models import Membership, User


@dataclass(frozen=True)
class Somebody:
    """Who acted, or what a fact is about. `kind` is `user`, `key`, `invitation`, or that of an actor."""

    kind: str
    id: UUID | None
    name: str


@dataclass(frozen=True)
class Audited:
    """A fact in words, and what exactly was changed. `address` and `agent` are empty where not for its reader."""

    record: AuditRecord
    topic: AuditTopic
    text: str
    actor: Somebody
    subject: Somebody | None
    address: str
    agent: str
    changes: Sequence[FieldChange]

    @property
    def details(self) -> list[str]:
        """What the text does not say."""
        return _beside(self.changes)


@dataclass(frozen=True)
class _People:
    """Whoever the facts speak of: names, and who of them is, or was, of the team or a customer."""

    names: Mapping[UUID, str]
    team: frozenset[UUID]
    customers: frozenset[UUID]


def audit_for(actor: Actor) -> QuerySet[AuditRecord]:
    """Every fact for the audit of the current business, the latest first. Raises NotAllowed."""
    actor.demand(Permission.AUDIT_READ)
    return AuditRecord.objects.order_by("-occurred_at", "-id")


def of_person(rows: QuerySet[AuditRecord], person_id: UUID) -> QuerySet[AuditRecord]:
    """What they did, and what was done to them."""
    return rows.filter(Q(actor_id=person_id) | Q(subject_id=person_id))


def names_of_topic(topic: AuditTopic) -> list[str]:
    return [each.name for each in audit_types() if each.topic is topic]


def told_audit(records: Iterable[AuditRecord], *, tenant_id: UUID) -> list[Audited]:
    """These facts for the business, in the language that is active; in three queries."""
    rows = list(records)
    people = _people_in(rows, tenant_id)
    return [_told(row, people) for row in rows]


def team_names(tenant_id: UUID) -> list[tuple[UUID, str]]:
    """Everybody who is, or was, of the team, with their name, in its order."""
    members = Membership.objects.filter(tenant=tenant_id, role__in=TEAM_ROLES).select_related("user")
    found = [(each.user_id, each.user.name or each.user.email) for each in members]
    return sorted(found, key=lambda each: (each[1].casefold(), each[0]))


def said_to_operator(records: Iterable[AuditRecord]) -> list[AuditRecord]:
    """The same facts, each with what it says to an operator as `said`; in one query more."""
    rows = list(records)
    known = User.objects.filter(pk__in=[each.subject_id for each in rows]).values_list("pk", "name", "email")
    names = {user_id: name or email for user_id, name, email in known}
    for row in rows:
        by = shown_name(row.actor_kind, row.actor_name)
        fact, who = _fact(row), by if row.subject_id is None else names.get(row.subject_id, by)
        vars(row)["said"] = ". ".join([fact.sentence(who), *_beside(fact.told_changes())])
    return rows


def _told(row: AuditRecord, people: _People) -> Audited:
    fact, actor_id = _fact(row), row.actor_id
    subject = _subject(row, fact, people)
    if isinstance(fact, SignInFailed) and subject is None and fact.email:
        fact = replace(fact, email=masked_address(fact.email))
    is_customers = row.actor_kind == ActorKind.USER and actor_id not in people.team
    by = shown_name(row.actor_kind, row.actor_name)
    return Audited(
        record=row,
        topic=fact.topic,
        text=fact.sentence(_who(row, subject, by)),
        actor=Somebody(row.actor_kind, row.actor_id, by),
        subject=subject,
        address="" if is_customers else fact.address,
        agent="" if is_customers else fact.agent,
        changes=fact.told_changes(),
    )


def _who(row: AuditRecord, subject: Somebody | None, by: str) -> str:
    if row.subject_id is None:
        return by
    return (subject.name if subject else "") or _("Somebody")


def _subject(row: AuditRecord, fact: AuditEvent, people: _People) -> Somebody | None:
    """Of a failure only whoever is of the team: whether others have an account is not for a business to learn."""
    subject_id, kind = row.subject_id, fact.subject.removesuffix("_id")
    if subject_id is None or kind == "tenant":
        return None
    if kind != "user":
        return Somebody(kind, subject_id, str(getattr(fact, f"{kind}_name", "") or getattr(fact, "email", "")))
    if subject_id == row.actor_id:
        return Somebody(kind, subject_id, shown_name(row.actor_kind, row.actor_name))
    if subject_id in people.team or (subject_id in people.customers and not isinstance(fact, SignInFailed)):
        return Somebody(kind, subject_id, people.names.get(subject_id, ""))
    return None


def _fact(row: AuditRecord) -> AuditEvent:
    kind = event_type(row.name)
    assert issubclass(kind, AuditEvent)  # noqa: S101 - for the type checker: only they are marked
    return kind.from_payload(row.payload)


def _people_in(rows: Sequence[AuditRecord], tenant_id: UUID) -> _People:
    ids = {each for row in rows for each in (row.actor_id, row.subject_id) if each is not None}
    members: list[tuple[UUID, str]] = list(
        Membership.objects.filter(tenant=tenant_id, user__in=ids).values_list("user_id", "role")
    )
    team = frozenset(user_id for user_id, role in members if role in TEAM_ROLES)
    customers = frozenset(user_id for user_id, role in members if role not in TEAM_ROLES)
    named = User.objects.filter(pk__in=team | customers).values_list("pk", "name", "email")
    return _People({user_id: name or email for user_id, name, email in named}, team, customers)


def _beside(changes: Iterable[FieldChange]) -> list[str]:
    """Another role is in the sentence."""
    return [each.text for each in changes if each.field != "role"]
