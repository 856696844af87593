"""The API of a business: `/api/v1/…`, its description and its documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from bookme.config.description import DescriptionView

V1 = [
    "bookme.users.urls",
    "bookme.eventlog.urls",
    "bookme.locations.urls",
    "bookme.services.urls",
    "bookme.staff.urls",
    "bookme.team.urls",
    "bookme.bookings.urls",
    "bookme.communications.urls",
    "bookme.onboarding.urls",
    "bookme.privacy.urls",
]

description = [
    path("schema/", DescriptionView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="api-docs"),
]
urlpatterns = [
    path("v1/", include([path("", include(module)) for module in V1])),
    *description,
]
