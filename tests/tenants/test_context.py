"""The current tenant: nested, restored, per thread and per task, and what the database really uses."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import ProgrammingError, connection, transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from bookme.services.models import Category
from bookme.tenants.context import (
    NoTenant,
    SchemaBehind,
    current_tenant,
    iterate_in_scope,
    public_scope,
    require_tenant,
    tenant_scope,
)
from bookme.tenants.middleware import TenantMiddleware
from bookme.tenants.models import Tenant
from tests.conftest import tenant_named
from tests.factories.services import CategoryFactory


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def test_scopes_nest_and_restore(salon: Tenant, rival: Tenant) -> None:
    assert (current_tenant(), _schema()) == (salon, salon.schema_name)
    with tenant_scope(rival):
        assert (require_tenant(), _schema()) == (rival, rival.schema_name)
        with public_scope():
            assert (current_tenant(), _schema()) == (None, "public")
            with tenant_scope(salon):
                assert _schema() == salon.schema_name
            assert _schema() == "public"
        assert _schema() == rival.schema_name
    assert (current_tenant(), _schema()) == (salon, salon.schema_name)


def test_an_exception_restores_too(salon: Tenant, rival: Tenant) -> None:
    with pytest.raises(ValueError, match="on purpose"), tenant_scope(rival):
        raise ValueError("on purpose")
    assert (current_tenant(), _schema()) == (salon, salon.schema_name)


def test_a_rolled_back_savepoint_does_not_leave_the_other_schema(salon: Tenant, rival: Tenant) -> None:
    with tenant_scope(rival), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nothing_of_the_kind")
    assert _schema() == salon.schema_name
    with transaction.atomic():
        with tenant_scope(rival):
            assert _schema() == rival.schema_name
        transaction.set_rollback(True)
    assert _schema() == salon.schema_name


def test_outside_of_a_business(db: None) -> None:
    assert current_tenant() is None
    with pytest.raises(NoTenant):
        require_tenant()
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        Category.objects.count()


def test_rows_stay_where_they_were_written(salon: Tenant, rival: Tenant) -> None:
    CategoryFactory(name="Of the salon")
    with tenant_scope(rival):
        assert not Category.objects.exists()
        CategoryFactory(name="Of the rival")
    assert [each.name for each in Category.objects.all()] == ["Of the salon"]


_NAMES = "SELECT name FROM services_category WHERE name <> %(not)s"


def _prepared_names() -> list[str]:
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(_NAMES, {"not": "Nothing"})
        return [name for (name,) in cursor.fetchall()]


def test_a_prepared_statement_is_never_answered_from_another_business(salon: Tenant, rival: Tenant) -> None:
    CategoryFactory(name="Of the salon")
    with tenant_scope(rival):
        CategoryFactory(name="Of the rival")
    for _ in range(2):
        for _ in range(10):  # PostgreSQL plans each five times before it keeps a plan
            assert _prepared_names() == ["Of the salon"]
        for _ in range(10):
            with tenant_scope(rival):
                assert _prepared_names() == ["Of the rival"]
            assert _prepared_names() == ["Of the salon"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans + generic_plans, generic_plans > 0 FROM pg_prepared_statements WHERE statement = %s",
            [_NAMES.replace("%(not)s", "$1")],
        )
        assert cursor.fetchall() == [(60, True)], "they were not answered by one statement, with a plan that was kept"


def test_a_prepared_statement_follows_the_path_back_through_a_rollback(salon: Tenant, rival: Tenant) -> None:
    CategoryFactory(name="Of the salon")
    assert _prepared_names() == ["Of the salon"]
    with transaction.atomic():
        with tenant_scope(rival):
            assert _prepared_names() == []
        transaction.set_rollback(True)
    assert _prepared_names() == ["Of the salon"]
    with CaptureQueriesContext(connection) as counted:
        _prepared_names()
    assert [each["sql"] for each in counted] == [_NAMES.replace("%(not)s", "'Nothing'")]


def test_a_new_thread_is_in_no_business(salon: Tenant) -> None:
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(current_tenant()))
    thread.start()
    thread.join()
    assert seen == [None]


def test_threads_do_not_see_each_other_s_business(committed: Tenant) -> None:
    tenants = [committed, tenant_named("rival")]

    def work(number: int) -> set[bool]:
        tenant = tenants[number % 2]
        try:
            with tenant_scope(tenant):
                return {_schema() == tenant.schema_name and current_tenant() == tenant for _ in range(20)}
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert [each for found in pool.map(work, range(60)) for each in found] == [True] * 60


def test_async_tasks_do_not_see_each_other_s_business(committed: Tenant) -> None:
    tenants = [committed, tenant_named("rival")]

    async def work(number: int) -> bool:
        tenant = tenants[number % 2]
        with tenant_scope(tenant):
            await asyncio.sleep(0)
            return await sync_to_async(_schema)() == tenant.schema_name and current_tenant() == tenant

    async def all_of_them() -> list[bool]:
        found = await asyncio.gather(*(work(number) for number in range(40)))
        await sync_to_async(lambda: connection.close())()  # noqa: PLW0108 - the event loop has another one
        return list(found)

    assert asyncio.run(all_of_them()) == [True] * 40


def test_a_stale_version_is_refused(salon: Tenant) -> None:
    stale = Tenant(slug="stale", schema_name=salon.schema_name, schema_version="older")
    with pytest.raises(SchemaBehind), tenant_scope(stale):
        raise AssertionError("must not be entered")


def test_a_body_that_is_streamed_after_the_view_is_still_in_its_business(salon: Tenant, rival: Tenant) -> None:
    with tenant_scope(rival):
        seen = [(each, current_tenant()) for each in iterate_in_scope(salon, (current_tenant() for _ in range(3)))]
    assert seen == [(salon, rival)] * 3


def test_the_middleware_keeps_a_stream_in_its_business(db: None) -> None:
    def body() -> Iterator[bytes]:
        yield _schema().encode()

    def view(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(body())

    answer = TenantMiddleware(view)(RequestFactory().get("/", headers={"host": "rival.localhost"}))
    assert current_tenant() is None
    assert isinstance(answer, StreamingHttpResponse)
    assert b"".join(answer).decode() == tenant_named("rival").schema_name  # type: ignore[arg-type]
