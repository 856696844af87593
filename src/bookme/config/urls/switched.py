"""A business seen from the platform's host: its API, and the operator's admin of it."""

from django.urls import include, path

from bookme.core.http.admin import business_site
from bookme.web.operators import operator_sign_in, operator_sign_out

handler400 = "bookme.web.errors.bad_request"
handler403 = "bookme.web.errors.forbidden"
handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"

urlpatterns = [
    path("api/", include("bookme.config.urls.api")),
    path("admin/login/", operator_sign_in),
    path("admin/logout/", operator_sign_out),
    path("admin/", business_site.urls),
]
