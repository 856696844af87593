"""Host names in the operators' admin."""

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.test import Client

from bookme.eventlog.models import Event
from bookme.tenants.hosts import proof_of
from bookme.tenants.models import Domain, OutboxMessage, Tenant
from bookme.users.models import User
from tests.config.admin.desk import act, history_of
from tests.factories.tenants import DomainFactory
from tests.internet import Internet


def test_a_host_name_is_added_but_the_primary_one_stays(admin: Client, salon: Tenant) -> None:
    add = "/admin/tenants/domain/add/"
    admin.post(add, {"domain": "Book.Salon.Example.", "tenant": str(salon.pk)})
    assert Domain.objects.get(domain="book.salon.example").tenant_id == salon.pk
    known = Domain.objects.count()
    for host in ("localhost", "salon.localhost", "no host", "http://x.example/", "nodots", "-a.example"):
        assert admin.post(add, {"domain": host, "tenant": str(salon.pk)}).status_code == 200, host
    admin.post(add, {"domain": "second.example", "tenant": str(salon.pk), "is_primary": "on"})
    assert Domain.objects.count() == known
    primary = Domain.objects.get(tenant=salon, is_primary=True)
    assert admin.post(f"/admin/tenants/domain/{primary.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_host_name_s_history_outlives_it(admin: Client, salon: Tenant, operator: User) -> None:
    admin.post("/admin/tenants/domain/add/", {"domain": "book.salon.example", "tenant": str(salon.pk)})
    added = Domain.objects.get(domain="book.salon.example")
    path = f"/admin/tenants/domain/{added.pk}/"
    admin.post(f"{path}change/", {"is_primary": "on"})
    told = history_of(admin, path)
    assert "Domain: book.salon.example; Tenant: Salon" in told
    assert "Is primary: False → True" in told
    admin.post(f"/admin/tenants/domain/{Domain.objects.get(domain='salon.localhost').pk}/change/", {"is_primary": "on"})
    admin.post(f"{path}delete/", {"post": "yes"})
    assert not Domain.objects.filter(pk=added.pk).exists()
    listed = admin.get("/admin/admin/logentry/?q=book.salon").text
    assert operator.email in listed
    assert list(LogEntry.objects.values_list("action_flag", flat=True)) == [DELETION, CHANGE, CHANGE, ADDITION]
    facts = Event.objects.filter(name="business.changed").order_by("occurred_at")
    own, more = "salon.localhost", "book.salon.example"
    assert [(fact.actor_id, fact.payload["changes"]) for fact in facts] == [
        (operator.pk, {"domains": [[own], [own, more]]}),
        (operator.pk, {"domains": [[own, more], [more, own]]}),
        (operator.pk, {"domains": [[more, own], [own, more]]}),
        (operator.pk, {"domains": [[own, more], [own]]}),
    ]


def test_a_host_name_is_another_only_as_another_row(admin: Client, salon: Tenant, rival: Tenant) -> None:
    """A proof is of one name and one business."""
    row = DomainFactory(tenant=salon, domain="book.salon.example", is_primary=False)
    wanted = {"domain": "book.rival.example", "tenant": str(rival.pk), "verified_at": ""}
    admin.post(f"/admin/tenants/domain/{row.pk}/change/", wanted)
    row.refresh_from_db()
    assert (row.domain, row.tenant_id, row.verified_at is None) == ("book.salon.example", salon.pk, False)


def test_adding_a_host_name_proves_nothing_and_checking_it_does(
    admin: Client, salon: Tenant, rival: Tenant, operator: User, internet: Internet, settings: Any
) -> None:
    settings.LOCAL_MODE = False
    host = "book.salon.example"
    admin.post("/admin/tenants/domain/add/", {"domain": host, "tenant": str(salon.pk), "verified_at_0": "2026-01-01"})
    added = Domain.objects.get(domain=host)
    assert added.verified_at is None
    assert OutboxMessage.objects.filter(task="onboarding.check_domain", args={"domain_id": str(added.pk)}).exists()
    path = "/admin/tenants/domain/"
    assert f"_bookme.{host} TXT {proof_of(host, tenant=salon)}" in admin.get(f"{path}{added.pk}/change/").text
    assert f"{host}: The record is not there" in act(admin, path, "check_now", added.pk)
    internet.dns.set(f"_bookme.{host}", "TXT", f'"{proof_of(host, tenant=salon)}"')
    assert f"{host}: Proven." in act(admin, path, "check_now", added.pk)
    assert Event.objects.get(name="business.domain_verified").actor_id == operator.pk
    taken = admin.post(f"{path}add/", {"domain": host, "tenant": str(rival.pk)})
    assert "leads to another business already" in taken.text
    assert Domain.objects.filter(domain=host).count() == 1


def test_the_platform_s_own_host_of_a_business_stays(admin: Client, salon: Tenant) -> None:
    own = Domain.objects.get(tenant=salon)
    more = DomainFactory(tenant=salon, domain="book.salon.example", is_primary=True)
    path = "/admin/tenants/domain/"
    assert admin.post(f"{path}{own.pk}/delete/", {"post": "yes"}).status_code == 403
    ids = [str(own.pk), str(more.pk)]
    admin.post(path, {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert Domain.objects.filter(tenant=salon).count() == 2
    other = DomainFactory(tenant=salon, domain="old.salon.example", is_primary=False)
    admin.post(path, {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"})
    assert not Domain.objects.filter(pk=other.pk).exists()
    assert Event.objects.filter(name="business.changed").count() == 1
