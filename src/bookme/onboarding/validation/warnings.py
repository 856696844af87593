"""What is allowed and will probably surprise."""

from collections.abc import Iterator
from typing import Any

from bookme.onboarding.validation.entries import by_key, entries, part, services_of, word
from bookme.onboarding.validation.faults import Fault

CHANNEL_FEATURES = {"sms": "sms", "whatsapp": "whatsapp"}


def config_warnings(data: dict[str, Any]) -> list[Fault]:
    """Of a good config: reminders that do not go by their channel, services that nobody can give."""
    return [*reminder_warnings(data), *_unmanned_services(data), *_missing_resources(data)]


def reminder_warnings(data: dict[str, Any]) -> Iterator[Fault]:
    features = part(data, "features")
    for path, reminder in entries(data, "reminders"):
        feature = CHANNEL_FEATURES.get(str(reminder.get("channel")))
        if feature and not features.get(feature):
            yield Fault(
                path, f"goes by the next channel, if there is one, while features.{feature} is off", "channel_off"
            )


def _unmanned_services(data: dict[str, Any]) -> Iterator[Fault]:
    done = [key for _, person in entries(data, "staff") for key, _ in services_of(person)]
    for path, service in entries(data, "services"):
        needed = service.get("staff_needed", 1)
        if done.count(str(service["key"])) < needed:
            who = "nobody does it" if needed == 1 else f"fewer than {needed} people do it"
            yield Fault(path, f"cannot be booked: {who}", "unmanned")


def _missing_resources(data: dict[str, Any]) -> Iterator[Fault]:
    there = {(word(each, "location"), word(each, "kind")) for each in by_key(data, "resources").values()}
    for path, service in entries(data, "services"):
        for need in service.get("requires", []):
            for location in service.get("locations", []):
                if (location, need["kind"]) not in there:
                    yield Fault(
                        path, f'has no "{need["kind"]}" at "{location}" and cannot be booked there', "no_resource"
                    )
