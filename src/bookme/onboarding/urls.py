"""The API of a business's settings, and the schema of its file on the platform's host."""

from django.urls import URLPattern, path

from bookme.onboarding.views import ConfigView, config_schema_file

urlpatterns: list[URLPattern] = [
    path("config/", ConfigView.as_view(), name="config"),
]
platform_urlpatterns: list[URLPattern] = [
    path("schemas/client.config.json", config_schema_file, name="config-schema"),
]
