"""The tenant cache: no entry of one business is ever read by another; none at all without one."""

import pytest
from django.core.cache import caches

from bookme.tenants.context import NoTenant, public_scope, tenant_scope
from bookme.tenants.models import Tenant


def test_the_same_key_is_another_entry_in_each_business(salon: Tenant, rival: Tenant) -> None:
    cache = caches["tenant"]
    cache.set("slots", "of the salon", timeout=60)
    with tenant_scope(rival):
        assert cache.get("slots") is None
        cache.set("slots", "of the rival", timeout=60)
    assert cache.get("slots") == "of the salon"
    assert str(salon.pk) in cache.make_key("slots")
    assert salon.slug not in cache.make_key("slots"), "a slug may change hands"


@pytest.mark.usefixtures("salon")
def test_there_is_no_entry_without_a_business() -> None:
    with public_scope():
        for use in (lambda: caches["tenant"].get("x"), lambda: caches["tenant"].set("x", 1)):
            with pytest.raises(NoTenant):
                use()


def test_the_default_cache_is_one_for_all(salon: Tenant, rival: Tenant) -> None:
    caches["default"].set("limit", 1, timeout=60)
    with tenant_scope(rival):
        assert caches["default"].get("limit") == 1
