"""What the tests of the admin share: its lists, acting on rows, and the history of one."""

from django.test import Client
from django.utils.html import strip_tags

SALON = "/t/salon/admin/"
PLATFORM_LISTS = [f"/admin/{each}/" for each in (
    "tenants/tenant", "tenants/domain", "tenants/outboxmessage", "users/user", "users/membership", "users/signin",
    "eventlog/event", "eventlog/auditrecord", "admin/logentry",
)]  # fmt: skip
BUSINESS_LISTS = [f"{SALON}{each}/" for each in (
    "services/service", "services/category", "services/extra", "services/question", "staff/staff",
    "staff/workinghours", "staff/timeoff", "locations/location", "locations/resource", "locations/closure",
    "customers/customer", "bookings/booking", "communications/notification", "eventlog/event", "eventlog/auditrecord",
    "bookings/waitlistentry", "team/invitation",
)]  # fmt: skip
EVERY_LIST = [*PLATFORM_LISTS, *BUSINESS_LISTS]


def act(admin: Client, path: str, action: str, *ids: object) -> str:
    answer = admin.post(path, {"action": action, "_selected_action": [str(each) for each in ids]}, follow=True)
    assert answer.status_code == 200
    return answer.text


def history_of(admin: Client, path: str) -> str:
    """The page of a row's history, as its own page links to it, without markup."""
    assert f'href="{path}history/"' in admin.get(f"{path}change/").text
    return " ".join(strip_tags(admin.get(f"{path}history/").text).split())
