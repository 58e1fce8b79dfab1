"""Addresses of signing in and of the account page: of django-allauth's views those that exist for us, under our addresses."""

from allauth.account import views as allauth
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as outside
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path
from django.views.generic import RedirectView

from sanchuang.web.accounts.views import SignIn, account, answering, own

sign_in = SignIn.as_view()
RESET = "account/password/reset/"

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/", sign_in, name="account_login"),  # as allauth calls it
    path("sign-in/code/", second_step.authenticate, name="mfa_authenticate"),
    path("sign-in/closed/", allauth.account_inactive, name="account_inactive"),
    path("sign-in/cancelled/", outside.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/with/<slug:provider_id>/", answering(oidc.login), name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", oidc.callback, name="openid_connect_callback"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", account, name="account"),
    path("account/", account, name="mfa_index"),  # as allauth calls it
    path("account/again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/again/code/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("account/email/", own(allauth.email), name="account_email"),
    path("account/email/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
    path("account/password/", own(allauth.password_change), name="account_change_password"),
    # Whoever has no password yet gets one the way of those who forgot theirs.
    path(
        "account/password/first/",
        own(RedirectView.as_view(pattern_name="account_reset_password")),
        name="account_set_password",
    ),
    path(RESET, allauth.password_reset, name="account_reset_password"),
    path(f"{RESET}sent/", allauth.password_reset_done, name="account_reset_password_done"),
    path(f"{RESET}done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        rf"^{RESET}(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/two-step/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("account/two-step/off/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/two-step/codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/two-step/codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "account/two-step/codes/file/", own(codes.download_recovery_codes), name="mfa_download_recovery_codes"
    ),
    path("account/connections/", own(outside.connections), name="socialaccount_connections"),
]
