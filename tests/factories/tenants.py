"""Businesses as rows: enough for what looks at the public tables. One with a schema comes from `create_tenant`."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.tenants.models import BusinessKind, Domain, OutboxMessage, Tenant, TenantConfig, TenantStatus


class TenantFactory(DjangoModelFactory[Tenant]):
    """An active salon without a schema: its row cannot be entered."""

    class Meta:
        model = Tenant

    @classmethod
    def _create(cls, model_class: type[Tenant], *args: Any, **kwargs: Any) -> Tenant:
        with public_scope():
            return super()._create(model_class, *args, **kwargs)

    slug = factory.Sequence(lambda n: f"business-{n}")
    name = factory.Sequence(lambda n: f"Business {n}")
    kind = BusinessKind.SALON
    status = TenantStatus.ACTIVE
    schema_name = factory.Sequence(lambda n: f"t_{n:012x}")


class DomainFactory(DjangoModelFactory[Domain]):
    """A proven host name, unless `verified_at=None`."""

    class Meta:
        model = Domain

    tenant = factory.SubFactory(TenantFactory)
    verified_at = factory.LazyFunction(now)
    domain = factory.LazyAttribute(lambda made: f"{made.tenant.slug}.localhost")


class TenantConfigFactory(DjangoModelFactory[TenantConfig]):
    class Meta:
        model = TenantConfig

    tenant = factory.SubFactory(TenantFactory)
    data = factory.LazyFunction(lambda: {"timezone": "Europe/London", "currency": "GBP", "languages": ["en"]})


class OutboxMessageFactory(DjangoModelFactory[OutboxMessage]):
    """Due now, in no business."""

    class Meta:
        model = OutboxMessage

    task = "tests.nothing"
    key = factory.Sequence(lambda n: f"message:{n}")
    due_at = factory.LazyFunction(now)
