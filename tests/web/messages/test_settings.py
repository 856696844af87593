"""How the business writes, as its owner sets it."""

from decimal import Decimal
from typing import Any

import pytest

from bookme.communications.kinds import SWITCHABLE
from bookme.eventlog.models import Event
from bookme.tenants.config import BusinessConfig
from bookme.tenants.models import Tenant, TenantConfig
from tests.factories.communications import ChannelAccountFactory, SpendingFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, configure
from tests.web.team.conftest import done, sent, shown

PATH = "/team/messages/settings/"
TIMES = {"quiet_from": "20:30", "quiet_to": "09:00", "follow_up_hours": "24", "hold_warning_minutes": "10"}


def _now(tenant: Tenant) -> BusinessConfig:
    return BusinessConfig.from_data(TenantConfig.objects.get(pk=tenant.pk).data)


def _save(owner: Person, part: str, **data: Any) -> str:
    return done(owner, f"{PATH}{part}/", data)


def test_every_message_has_a_switch(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, messages={"off": ["booking.no_show"]})
    page = shown(owner, PATH)
    for name in SWITCHABLE:
        assert f'value="{name}"{"" if name == "booking.no_show" else " checked"}>' in page, name


def test_what_is_not_switched_on_is_off(salon_team: Shop, owner: Person) -> None:
    on = [each for each in SWITCHABLE if each not in {"booking.expired", "waitlist.joined"}]
    assert "What is sent is saved." in _save(owner, "switches", on=on)
    assert _now(salon_team.tenant).messages.off == ("booking.expired", "waitlist.joined")
    fact = Event.objects.get(name="business.configured")
    assert fact.actor_id == owner.user.pk
    _save(owner, "switches", on=[*on, "no.such.message"])
    assert Event.objects.filter(name="business.configured").count() == 1, "nothing changed"


@pytest.mark.parametrize(
    ("step", "channels", "features"),
    [
        ("up:email", ["whatsapp", "email", "sms"], {}),
        ("down:whatsapp", ["sms", "whatsapp", "email"], {}),
        ("up:whatsapp", ["whatsapp", "sms", "email"], {}),
        ("on:sms", ["whatsapp", "sms", "email"], {"sms": True}),
        ("off:whatsapp", ["whatsapp", "sms", "email"], {"whatsapp": False}),
    ],
)
def test_channels_are_put_in_order_and_switched(
    salon_team: Shop, owner: Person, step: str, channels: list[str], features: dict[str, bool]
) -> None:
    configure(salon_team.tenant, features={"whatsapp": True})
    _save(owner, "channels", step=step)
    config = _now(salon_team.tenant)
    assert list(config.messages.channels) == channels
    for name, is_on in features.items():
        assert getattr(config.features, name) is is_on
    if not features:
        assert (config.features.whatsapp, config.features.sms) == (True, False)


def test_a_channel_that_is_not_in_the_order_is_added_when_it_is_switched_on(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, messages={"channels": ["sms"]})
    _save(owner, "channels", step="on:email")
    assert _now(salon_team.tenant).messages.channels == ("sms", "email")


def test_a_step_that_there_is_not_changes_nothing(salon_team: Shop, owner: Person) -> None:
    for path, step in (("channels", "up:pigeon"), ("channels", "away:sms"), ("channels", ""), ("letters", "up:sms")):
        assert sent(owner, f"{PATH}{path}/", {"step": step}).status_code == 404
    assert not Event.objects.exists()


def test_it_says_who_carries_what(salon_team: Shop, owner: Person, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": None, "whatsapp": None}
    ChannelAccountFactory(channel="sms", sender="+15005550006")
    page = shown(owner, PATH)
    assert "By your own account: Twilio" in page
    assert "+1 500-555-0006" in page
    assert "Kept in the mailbox of this machine" in page
    assert "Nothing is set up that could carry it." in page


def test_times_are_saved(salon_team: Shop, owner: Person) -> None:
    assert "The times are saved." in _save(owner, "times", **TIMES)
    found = _now(salon_team.tenant).messages
    assert (f"{found.quiet_from:%H:%M}", f"{found.quiet_to:%H:%M}") == ("20:30", "09:00")
    assert (found.follow_up_hours, found.hold_warning_minutes) == (24, 10)
    page = _save(owner, "times", **TIMES | {"quiet_from": "", "quiet_to": "", "follow_up_hours": ""})
    found = _now(salon_team.tenant).messages
    assert (found.quiet_from, found.quiet_to) == (None, None), "never quiet"
    assert found.follow_up_hours is None
    assert 'name="quiet_from" class="input" id="f-quiet_from"' in page, "and shown as none"


@pytest.mark.parametrize(
    ("part", "data", "said"),
    [
        ("times", TIMES | {"quiet_to": ""}, "Give both times, or none."),
        ("times", TIMES | {"follow_up_hours": "0"}, "greater than or equal to 1"),
        ("times", TIMES | {"hold_warning_minutes": ""}, "This field is required."),
        ("cost", {"monthly_cap": "-1"}, "greater than or equal to 0"),
        ("cost", {"monthly_cap": "1.005"}, "fewer decimals"),
        ("cost", {"countries": "GB, QX"}, "is no known country"),
        ("cost", {"countries": "GB, France"}, "These are codes of two letters, such as GB, FR."),
        ("reminder", {"channel": "pigeon", "count": "1", "unit": "days"}, "Select a valid choice"),
        ("reminder", {"channel": "email", "count": "91", "unit": "days"}, "at most 90 days"),
        ("reminder", {"channel": "email", "count": "9999", "unit": "days"}, "A reminder comes at most 90 days before."),
        (
            "reminder",
            {"channel": "email", "count": "2161", "unit": "hours"},
            "A reminder comes at most 90 days before.",
        ),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_changes(
    salon_team: Shop, owner: Person, part: str, data: dict[str, str], said: str
) -> None:
    before = _now(salon_team.tenant)
    answer = sent(owner, f"{PATH}{part}/", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert _now(salon_team.tenant) == before
    assert not Event.objects.exists()


def test_reminders_are_added_once_and_removed(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, reminders=[])
    for _time in range(2):
        page = _save(owner, "reminder", channel="sms", count="2", unit="days")
    assert "2 days before" in page
    assert "Off: it goes by E-mail" in page
    (reminder,) = _now(salon_team.tenant).reminders
    assert (reminder.channel, reminder.minutes_before) == ("sms", 2880)
    assert "Nobody is reminded yet." in _save(owner, "reminder-off", reminder="sms:2880")
    assert _now(salon_team.tenant).reminders == ()


def test_the_bound_is_saved_and_what_was_spent_is_shown(salon_team: Shop, owner: Person) -> None:
    SpendingFactory(month="2030-01-01", amount=Decimal("7.5"))
    SpendingFactory(month="2029-12-01", amount=Decimal("99"))
    assert "£7.50" in shown(owner, PATH)
    page = _save(owner, "cost", monthly_cap="30")
    assert _now(salon_team.tenant).messages.monthly_cap == Decimal(30)
    assert "of £30 this month" in page
    assert 'value="25"' in page
    _save(owner, "cost", monthly_cap="")
    assert _now(salon_team.tenant).messages.monthly_cap is None


def test_countries_are_saved(salon_team: Shop, owner: Person) -> None:
    page = _save(owner, "cost", monthly_cap="30", countries="gb, fr FR")
    assert _now(salon_team.tenant).messages.countries == ("GB", "FR")
    assert 'value="GB, FR"' in page
    _save(owner, "cost", monthly_cap="30", countries="")
    assert _now(salon_team.tenant).messages.countries == ()


def test_it_is_for_who_keeps_the_settings(
    salon_team: Shop, manager: Person, stylist: Person, customer: Person, owner: Person
) -> None:
    before = _now(salon_team.tenant)
    for person in (manager, stylist, customer):
        assert person.page.get(PATH).status_code == 403
        for part in ("switches", "channels", "times", "reminder", "reminder-off", "cost"):
            assert sent(person, f"{PATH}{part}/", {"step": "up:email"} | TIMES).status_code == 403
    assert _now(salon_team.tenant) == before
    assert PATH in shown(owner, "/team/messages/")
    assert PATH not in shown(manager, "/team/messages/")
