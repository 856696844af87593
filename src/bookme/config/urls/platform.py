"""What the platform's host serves."""

from django.urls import include, path

from bookme.config.urls.api import description
from bookme.core.http.admin import platform_site
from bookme.onboarding.urls import operator_urlpatterns, platform_urlpatterns
from bookme.users.urls import platform_urlpatterns as account_urlpatterns
from bookme.web.operators import operator_sign_in, operator_sign_out

handler400 = "bookme.web.errors.bad_request"
handler403 = "bookme.web.errors.forbidden"
handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"

urlpatterns = [
    path("admin/login/", operator_sign_in),
    path("admin/logout/", operator_sign_out),
    path("admin/", platform_site.urls),
    path("api/", include(description)),
    path("api/v1/", include([*account_urlpatterns, *operator_urlpatterns])),
    path("", include(platform_urlpatterns)),
    path("", include("bookme.web.urls_platform")),
]
