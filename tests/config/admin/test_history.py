"""What the history in the operators' admin tells, and that it stays."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookme.bookings.states import Status
from bookme.core.actor import GUEST, Origin
from bookme.eventlog.actions import publish_all
from bookme.eventlog.models import AuditRecord
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.events import MemberJoined, SignInFailed
from bookme.users.models import SignIn, User
from tests.config.admin.desk import SALON, act, history_of
from tests.factories.bookings import BookingFactory
from tests.factories.eventlog import EventFactory
from tests.factories.users import Person


def test_what_an_operator_does_to_a_business_is_in_its_history(admin: Client, owner: Person, operator: User) -> None:
    salon = owner.tenant
    act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
    told = history_of(admin, f"/admin/tenants/tenant/{salon.pk}/")
    assert f"{operator.email} Suspended" in told
    act(admin, "/admin/tenants/tenant/", "resume", salon.pk)
    assert owner.api.get("auth/me/").status_code == 200
    sign_in = SignIn.objects.get(user=owner.user)
    act(admin, "/admin/users/signin/", "end", sign_in.pk)
    assert "Signed out" in history_of(admin, f"/admin/users/signin/{sign_in.pk}/")


def test_the_history_cannot_be_rewritten(admin: Client, salon: Tenant) -> None:
    act(admin, "/admin/tenants/tenant/", "suspend", salon.pk)
    kept = LogEntry.objects.get()
    path = f"/admin/admin/logentry/{kept.pk}/"
    for page in (f"{path}change/", f"{path}delete/"):
        assert admin.post(page, {"change_message": "Nothing", "post": "yes"}).status_code == 403
    ids = [str(kept.pk)]
    admin.post("/admin/admin/logentry/", {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert LogEntry.objects.get().change_message == "Suspended"


def test_the_history_of_a_row_of_a_business_is_its_events(admin: Client, salon: Tenant) -> None:
    pending = BookingFactory(status=Status.PENDING)
    act(admin, f"{SALON}bookings/booking/", "confirm", pending.pk)
    row = f"{SALON}bookings/booking/{pending.pk}/"
    assert f'href="{row}history/"' in admin.get(f"{row}change/").text
    answer = admin.get(f"{row}history/", follow=True)
    assert answer.redirect_chain == [(f"{SALON}eventlog/event/?q={pending.pk}", 302)]
    assert "booking.confirmed" in answer.text


@pytest.mark.parametrize("base", ["/admin/", SALON])
def test_the_audit_of_the_platform_and_of_a_business_is_shown(
    admin: Client, owner: Person, operator: User, base: str
) -> None:
    facts = [
        MemberJoined(user_id=owner.user.pk, role="manager"),
        SignInFailed(user_id=None, email="who@mail.example", reason="credentials"),
    ]
    with public_scope() if base == "/admin/" else tenant_scope(owner.tenant):
        publish_all(facts, actor=GUEST.coming_from(Origin("192.0.2.7", "Firefox")))
        EventFactory(name="booking.confirmed")
        joined = AuditRecord.objects.get(name="member.joined")
    path = f"{base}eventlog/auditrecord/"
    listed = admin.get(path).text
    for told in (f"{owner.user.name} joined as manager", "who@mail.example", "192.0.2.7", "Firefox"):
        assert told in listed
    assert "booking.confirmed" not in listed
    narrowed = admin.get(f"{path}?topic=team").text
    assert "joined as manager" in narrowed
    assert "who@mail.example" not in narrowed
    assert "joined as manager" in admin.get(f"{path}{joined.pk}/change/").text
    assert admin.post(f"{path}{joined.pk}/change/", {"name": "x"}).status_code == 403
    assert admin.post(f"{path}{joined.pk}/delete/", {"post": "yes"}).status_code == 403
