"""The file's runs of classes."""

import datetime as dt

from bookme.bookings.actions.sessions import SessionsClash, WeeklyRun, publish_runs
from bookme.core.time import DAY_NAMES, clock_minutes
from bookme.onboarding.actions.catalogue import Sections
from bookme.onboarding.validation import Fault


def sync_sessions(sections: Sections, *, now: dt.datetime) -> None:
    """Publish runs that are new, and the weeks that a known one gained; a fault by path for each clash."""
    entries = sections.config.get("sessions", [])
    rows = sections.rows
    runs = [
        WeeklyRun(
            service=rows["services"][entry["service"]],
            staff=rows["staff"][entry["staff"]],
            location=rows["locations"][entry["location"]],
            weekday=DAY_NAMES.index(entry["weekly"]["day"]),
            start=clock_minutes(entry["weekly"]["start"]),
            weeks=entry["weeks"],
            resource=rows["resources"][entry["resource"]] if "resource" in entry else None,
        )
        for entry in entries
    ]
    try:
        gained = publish_runs(runs=runs, now=now)
    except SessionsClash as error:
        for clash in error.clashes:
            what = f"the session of {clash.date.isoformat()} cannot be: {clash.reason}"
            sections.ledger.faults.append(Fault(("sessions", clash.index), what, "sessions_clash"))
        return
    for index, sessions in enumerate(gained):
        if sessions:
            sections.ledger.counts["created"] += sessions
            sections.ledger.note(f"sessions[{index}].published", 0, sessions)
