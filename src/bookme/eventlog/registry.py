"""Which reactions follow which event. Filled once, by `config/reactions.py`."""

from collections.abc import Callable, Mapping, Sequence

from bookme.eventlog.events import AuditEvent, Event

Reaction = Callable[..., None]

_reactions: dict[str, tuple[Reaction, ...]] = {}
_types: dict[str, type[Event]] = {}


def wire(table: Mapping[type[Event], Sequence[Reaction]]) -> None:
    """Set the whole table. A reaction is called as `reaction(event=…, record=…)` in the tenant's scope."""
    _reactions.clear()
    _types.clear()
    for event_type, reactions in table.items():
        _types[event_type.name] = event_type
        _reactions[event_type.name] = tuple(reactions)


def reactions_to(name: str) -> tuple[Reaction, ...]:
    return _reactions.get(name, ())


def reaction_named(event_name: str, reaction_name: str) -> Reaction:
    """The reaction of that name; raises LookupError if the table no longer has it."""
    for reaction in reactions_to(event_name):
        if reaction.__name__ == reaction_name:
            return reaction
    raise LookupError(f"no reaction {reaction_name!r} to {event_name!r}")


def event_type(name: str) -> type[Event]:
    return _types[name]


def audit_types() -> list[type[AuditEvent]]:
    """Every kind of fact that is for the audit, by name."""
    return [found for _, found in sorted(_types.items()) if issubclass(found, AuditEvent)]


def wired_types() -> frozenset[type[Event]]:
    return frozenset(_types.values())
