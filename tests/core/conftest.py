"""The salon serves the small API of `doors.py` instead of its own."""

from typing import Any

import pytest

from bookme.tenants.models import Tenant
from tests.factories.users import Api


@pytest.fixture
def door(salon: Tenant, settings: Any) -> Api:
    settings.BUSINESS_URLCONF = "tests.core.doors"
    api = Api(host="salon.localhost")
    api.client.raise_request_exception = False
    return api
