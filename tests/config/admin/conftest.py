"""An operator, and their browser."""

import pytest
from django.test import Client

from bookme.tenants.context import public_scope
from bookme.users.models import User
from tests.factories.users import UserFactory


@pytest.fixture
def operator(db: None) -> User:
    with public_scope():
        return UserFactory(email="admin@bookme.example", name="Olga Operator", is_staff=True)


@pytest.fixture
def admin(operator: User) -> Client:
    """A browser on the platform's host, signed in as an operator."""
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator)
    return browser
