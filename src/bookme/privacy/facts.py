"""What facts hold of a person. Pure: a row in, a row out.

Who acted is told by name, address and agent: those are of the subject only where they acted themselves, or a guest did
in what is theirs; what a member of the team did is told without theirs.
"""

from collections.abc import Mapping
from typing import Any

from bookme.core.actor import ActorKind
from bookme.privacy.selectors import Subject

# By the name of the fact, the fields of its payload that are texts about its subject.
PERSONAL: Mapping[str, frozenset[str]] = {
    "account.sign_in_failed": frozenset({"email"}),
    "booking.cancelled": frozenset({"reason"}),
    "booking.declined": frozenset({"reason"}),
    "invitation.changed": frozenset({"email"}),
}
OF_WHO_ACTED = frozenset({"address", "agent"})
# All other texts, by field or by fact and field: words of our own, codes, times, amounts, ids, names of the business.
PLAIN = frozenset(
    {
        *("account.sign_in_failed.reason", "waitlist.closed.reason", "member.changed.names"),
        *("also", "by", "cause", "change", "changes", "channel", "currency", "customers", "date", "end"),
        *("expires_at", "domain", "fee", "fields", "file_hash", "key_name", "kind", "old_end", "old_helper_ids"),
        *("old_start", "old_status", "permissions", "reference", "role", "session_id", "source", "start", "status"),
        *("told_with", "waived", "way", "what"),
    }
)


def is_by(fact: Mapping[str, Any], subject: Subject) -> bool:
    is_theirs = subject.user_id is not None and fact["actor_id"] == subject.user_id
    return bool(is_theirs or fact["actor_kind"] == ActorKind.GUEST)


def told_fact(fact: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """As the export has it: of others who acted, only of which kind they are."""
    if is_by(fact, subject):
        return dict(fact)
    payload = {key: value for key, value in fact["payload"].items() if key not in OF_WHO_ACTED}
    return {**fact, "payload": payload, "actor_id": None, "actor_name": ""}


def erased_fact(fact: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """`payload` and `actor_name` without what is personal."""
    gone = PERSONAL.get(fact["name"], frozenset())
    by_them = is_by(fact, subject)
    if by_them:
        gone |= OF_WHO_ACTED
    payload = {key: "" if key in gone else value for key, value in fact["payload"].items()}
    return {"payload": payload, "actor_name": "" if by_them else fact["actor_name"]}
