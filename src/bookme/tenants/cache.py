"""Keys of the `tenant` cache carry the tenant's id, so that no entry is ever read by another business."""

from bookme.tenants.context import require_tenant


def tenant_cache_key(key: str, key_prefix: str, version: int) -> str:
    return f"{key_prefix}:{require_tenant().pk}:{version}:{key}"
