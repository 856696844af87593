"""The API of a business's settings, and the schema of its file on the platform's host."""

from django.urls import path

from bookme.onboarding.views import ConfigView, config_schema_file

urlpatterns: list[object] = [
    path("config/", ConfigView.as_view(), name="config"),
]
platform_urlpatterns: list[object] = [
    path("schemas/client.config.json", config_schema_file, name="config-schema"),
]
