from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "bookme.tenants"
    label = "tenants"
