"""Signing in and one's own account: at a business, and of operators on the platform's host."""

from django.urls import path

from bookme.users.views.accounts import (
    EmailConfirmView,
    EmailUndoView,
    EmailView,
    MeView,
    PasswordResetConfirmView,
    PasswordResetView,
    PasswordView,
    RegisterView,
    SignInLinkConfirmView,
    SignInLinkView,
    VerifyEmailView,
)
from bookme.users.views.api_keys import ApiKeysView, OneApiKeyView
from bookme.users.views.audit import AuditView
from bookme.users.views.businesses import BusinessesView
from bookme.users.views.sessions import (
    LoginView,
    LogoutEverywhereView,
    LogoutView,
    OneSignInView,
    RefreshView,
    SignInsView,
)
from bookme.users.views.social import ProvidersView
from bookme.users.views.two_factor import (
    RecoveryCodesView,
    TwoFactorConfirmView,
    TwoFactorDisableView,
    TwoFactorSetupView,
    TwoFactorVerifyView,
    TwoFactorView,
)

platform_urlpatterns = [
    path("auth/login/", LoginView.as_view(), name="auth-login"),
    path("auth/refresh/", RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout/", LogoutView.as_view(), name="auth-logout"),
    path("auth/logout-everywhere/", LogoutEverywhereView.as_view(), name="auth-logout-everywhere"),
    path("auth/sign-ins/", SignInsView.as_view(), name="auth-sign-ins"),
    path("auth/sign-ins/<uuid:sign_in_id>/", OneSignInView.as_view(), name="auth-sign-in"),
    path("auth/password-reset/", PasswordResetView.as_view(), name="auth-password-reset"),
    path("auth/password-reset/confirm/", PasswordResetConfirmView.as_view(), name="auth-password-reset-confirm"),
    path("auth/password/", PasswordView.as_view(), name="auth-password"),
    path("auth/email/", EmailView.as_view(), name="auth-email"),
    path("auth/email/confirm/", EmailConfirmView.as_view(), name="auth-email-confirm"),
    path("auth/email/undo/", EmailUndoView.as_view(), name="auth-email-undo"),
    path("auth/2fa/", TwoFactorView.as_view(), name="auth-two-factor"),
    path("auth/2fa/setup/", TwoFactorSetupView.as_view(), name="auth-two-factor-setup"),
    path("auth/2fa/confirm/", TwoFactorConfirmView.as_view(), name="auth-two-factor-confirm"),
    path("auth/2fa/verify/", TwoFactorVerifyView.as_view(), name="auth-two-factor-verify"),
    path("auth/2fa/recovery-codes/", RecoveryCodesView.as_view(), name="auth-recovery-codes"),
    path("auth/2fa/disable/", TwoFactorDisableView.as_view(), name="auth-two-factor-disable"),
    path("auth/me/", MeView.as_view(), name="auth-me"),
    path("auth/businesses/", BusinessesView.as_view(), name="auth-businesses"),
]
urlpatterns = [
    *platform_urlpatterns,
    path("auth/social/", ProvidersView.as_view(), name="auth-social"),
    path("auth/register/", RegisterView.as_view(), name="auth-register"),
    path("auth/verify-email/", VerifyEmailView.as_view(), name="auth-verify-email"),
    path("auth/sign-in-link/", SignInLinkView.as_view(), name="auth-sign-in-link"),
    path("auth/sign-in-link/confirm/", SignInLinkConfirmView.as_view(), name="auth-sign-in-link-confirm"),
    path("api-keys/", ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/<uuid:id>/", OneApiKeyView.as_view(), name="api-key"),
    path("audit/", AuditView.as_view(), name="audit"),
]
