"""Settings of accounts: django-allauth signs in, django-axes counts wrong tries, mail goes where the environment says.

`settings` takes in every name of this module that is written in capitals.
"""

from __future__ import annotations

import datetime as dt
import os

from sanchuang.web.environment import count, providers

# Signing in: by name or e-mail. Nobody signs up; people come by invitation.
ACCOUNT_ADAPTER = "sanchuang.web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_SIGNUP_ENABLED = False
ACCOUNT_FORMS = {
    "login": "sanchuang.web.accounts.forms.SignInForm",
    "reset_password": "sanchuang.web.accounts.forms.ResetForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = str
ACCOUNT_CHANGE_EMAIL = True  # one e-mail; another replaces it once it is confirmed
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL = "/sign-in/"
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "/account/"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
# Beyond axes, which counts for one address: per account from everywhere, and per address over all accounts.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "30/m/ip,20/h/key",
    "reset_password": "20/m/ip,3/10m/key",
}

MFA_ADAPTER = "sanchuang.web.accounts.adapters.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "sanchuang.web.accounts.forms.CodeForm",
    "reauthenticate": "sanchuang.web.accounts.forms.AgainByCodeForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone whose clock is half a minute off still works
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody can take an address hostage where nobody signs up

SOCIALACCOUNT_ADAPTER = "sanchuang.web.accounts.adapters.OutsideAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A link, not a form: the content policy lets no form lead to another site, and providers redirect on and on.
SOCIALACCOUNT_LOGIN_ON_GET = True
OIDC = providers(os.environ.get("SANCHUANG_OIDC", ""))
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC, "OAUTH_PKCE_ENABLED": True}}

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # so that the time which the page names holds
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "sanchuang.core.sign_in.locks.counted_name"
AXES_CLIENT_IP_CALLABLE = "sanchuang.core.sign_in.locks.client_address"
AXES_LOCKOUT_CALLABLE = "sanchuang.web.accounts.views.shut"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True  # the audit trail tells who signed in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_AGE = 3600 * count(
    "SANCHUANG_SESSION_HOURS", os.environ.get("SANCHUANG_SESSION_HOURS", ""), 12
)

# Limits and used codes are counted in the database, so that all processes of the site share them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
