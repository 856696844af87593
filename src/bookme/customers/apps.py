from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "bookme.customers"
    label = "customers"
