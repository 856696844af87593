"""A task carries its business, enters it, and refuses to run without one."""

import uuid
from typing import Any

import pytest
from celery import current_app, shared_task
from celery.app.trace import build_tracer
from celery.backends.base import DisabledBackend
from django.db import connection

from bookme.tenants.celery import HEADER, PublicTask, TenantTask
from bookme.tenants.context import NoTenant, SchemaBehind, current_tenant, public_scope, tenant_scope
from bookme.tenants.models import Tenant

QUEUE = f"test-{uuid.uuid4().hex}"
seen: list[Any] = []


@shared_task(name="test.look", base=TenantTask)
def look() -> None:
    tenant = current_tenant()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        seen.append((tenant and tenant.slug, cursor.fetchone()[0]))


@shared_task(name="test.look_public", base=PublicTask)
def look_public() -> None:
    seen.append(current_tenant())


@shared_task(name="test.send_on", base=TenantTask)
def send_on() -> None:
    with public_scope():
        look.apply_async(queue=QUEUE)


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def _run(task: Any, **headers: Any) -> Any:
    """As a worker does it: the message's headers are the task's request."""
    task = current_app.tasks[task.name]
    assert isinstance(task.backend, DisabledBackend)
    done = build_tracer(task.name, task, app=current_app)(uuid.uuid4().hex, (), {}, request=headers)
    if done.info is not None:
        raise done.info.retval
    return done.retval


def _sent() -> dict[str, Any]:
    """The headers of the one message that was really sent."""
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue(QUEUE)
        message = queue.get(timeout=2)
        message.ack()
        queue.close()
        return dict(message.headers)


def test_the_sender_s_business_goes_along(salon: Tenant, rival: Tenant) -> None:
    look.apply_async(queue=QUEUE)
    assert _sent()[HEADER] == str(salon.pk)
    with tenant_scope(rival):
        look.apply_async(queue=QUEUE)
    assert _sent()[HEADER] == str(rival.pk)
    with public_scope():
        look.apply_async(queue=QUEUE)
    assert _sent().get(HEADER) is None


def test_it_runs_in_that_business_and_leaves_it(rival: Tenant) -> None:
    _run(look, **{HEADER: str(rival.pk)})
    assert seen == [("rival", rival.schema_name)]
    assert current_tenant() is None


def test_the_sender_s_business_wins_over_the_worker_s(salon: Tenant, rival: Tenant) -> None:
    _run(look, **{HEADER: str(rival.pk)})
    assert seen == [("rival", rival.schema_name)]
    assert current_tenant() == salon


@pytest.mark.parametrize("header", [{}, {HEADER: None}, {HEADER: ""}])
def test_without_a_business_it_refuses(salon: Tenant, header: dict[str, Any]) -> None:
    with pytest.raises(NoTenant):
        _run(look, **header)
    assert seen == []


@pytest.mark.parametrize("wrong", ["salon", "01a1fc3f-7341-7977-8436-7e8eb619e886"])
def test_with_a_business_that_is_none_it_refuses(salon: Tenant, wrong: str) -> None:
    with pytest.raises((ValueError, Tenant.DoesNotExist)):
        _run(look, **{HEADER: wrong})
    assert seen == []


def test_a_schema_that_is_behind_is_not_entered(rival: Tenant) -> None:
    Tenant.objects.filter(pk=rival.pk).update(schema_version="older")
    with pytest.raises(SchemaBehind):
        _run(look, **{HEADER: str(rival.pk)})
    assert seen == []


def test_called_as_a_function_it_needs_a_scope(db: None, rival: Tenant) -> None:
    with pytest.raises(NoTenant):
        look()
    with tenant_scope(rival):
        look()
    assert seen == [("rival", rival.schema_name)]


def test_a_public_task_runs_in_no_business(salon: Tenant) -> None:
    _run(look_public, **{HEADER: str(salon.pk)})
    _run(look_public)
    look_public()
    assert seen == [None, None, None]
    assert current_tenant() == salon


def test_what_a_task_sends_carries_its_business_on(rival: Tenant) -> None:
    """Chains and callbacks are sent after the body returned, when no scope is left."""
    _run(send_on, **{HEADER: str(rival.pk)})
    assert _sent()[HEADER] == str(rival.pk)
