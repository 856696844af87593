"""Every table of ours has a factory, and each makes a row that the database takes."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from factory.django import DjangoModelFactory

from bookme.tenants.models import Tenant
from tests import factories

_NEEDS = {"Membership": {"user", "tenant"}, "SignIn": {"membership"}, "ApiKey": {"tenant"}}


def _factories() -> dict[str, type[DjangoModelFactory]]:
    found = {}
    for module in pkgutil.iter_modules(factories.__path__):
        for value in vars(importlib.import_module(f"tests.factories.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, DjangoModelFactory) and value._meta.model is not None:
                found[value._meta.model.__name__] = value
    return found


def test_every_model_has_a_factory() -> None:
    ours = {model.__name__ for model in apps.get_models() if model.__module__.startswith("bookme.")}
    assert ours - set(_factories()) == set()


@pytest.mark.parametrize("name", sorted(set(_factories()) - set(_NEEDS)))
def test_a_factory_makes_a_row(salon: Tenant, name: str) -> None:
    made = _factories()[name]()
    assert type(made).objects.filter(pk=made.pk).exists()
