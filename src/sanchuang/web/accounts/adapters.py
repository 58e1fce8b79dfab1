"""Our rules where django-allauth asks for them: who may sign in, whose e-mail counts, in which language mail speaks."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from sanchuang.core.backends import AccountBackend
from sanchuang.core.models import User
from sanchuang.core.permissions import require
from sanchuang.core.sign_in import actions
from sanchuang.core.sign_in.locks import client_address
from sanchuang.core.sign_in.secrets import seal, unseal

WRONG = _("Name or password is wrong. Mind capital letters, or ask the administrator.")
WRONG_CODE = _("This code is wrong, or it was used already. Wait for the next one and type it anew.")
WAIT = _("Too many wrong tries. Wait for an hour, or ask the administrator.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts: by invitation only, refused alike whatever was wrong, written down with each change."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": _("This is your e-mail address already."),
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": WRONG_CODE,
        "rate_limited": WAIT,
        "too_many_login_attempts": WAIT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count for."""
        return client_address(request) or "unknown"

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Whoever may not sign in may not by any way: password, link in a mail, another site."""
        if AccountBackend().user_can_authenticate(user):
            response: HttpResponse | None = super().pre_login(request, user, **kwargs)
            return response
        clear_login(request)
        return self.respond_user_inactive(request, user)

    def set_password(self, user: User, password: str) -> None:
        """By the action that writes the trail; a signed-in user changes, a mailed link resets."""
        forgotten = self.request.resolver_match.view_name == "account_reset_password_from_key"
        verb = "core.reset_password" if forgotten else "core.change_password"
        actions.set_password(user, password, by=user, verb=verb)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The new address, the old one's end and the row of the trail in one transaction."""
        with transaction.atomic():
            return bool(super().confirm_email(request, email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account page."""
        return reverse("account")

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Password or code; who has neither gets a password by mail first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            return [{"id": "password_reset", "description": "", "url": reverse("account_reset_password")}]
        return methods

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the account, else of the page; sent once the change that it tells of is kept."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            message = self.render_mail(
                template_prefix, email, {"request": self.request, "email": email, **context}
            )
        transaction.on_commit(message.send)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody of a change to their account, in their language."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """The second step: its secrets are kept encrypted, the authenticator shows the district's site and the sign-in name."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_CODE}

    def get_totp_label(self, user: User) -> str:
        """What the authenticator shows below the site's name."""
        return user.username

    def get_totp_issuer(self) -> str:
        """The site's name and host, as one person may have accounts on several sites."""
        name = translation.gettext("Sanchuang")
        return f"{name} {self._get_site_name()}"

    def encrypt(self, text: str) -> str:
        """For the database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """From the database; in the place of one that the site can no longer read stands one that nobody knows."""
        text = unseal(encrypted_text)
        return generate_totp_secret() if text is None else text


class OutsideAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts of other sites: they open an account here, they never make one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never; the page says what an unknown person can do."""
        context = {"provider": sociallogin.provider}
        raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", context, status=403))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account with the same e-mail, confirmed there and here, where the provider is trusted.

        An address that nobody confirmed here could have been typed by anybody.
        """
        for told in sociallogin.email_addresses:
            if told.verified and self.can_authenticate_by_email(sociallogin, told.email):
                email = told.email.lower()
                confirmed = EmailAddress.objects.filter(
                    email=email, verified=True, user__is_active=True, user__pack=""
                )
                own = confirmed.select_related("user").first()
                if own:
                    return own.user, email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """A shared sign-in is connected to nobody's account elsewhere."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            require(request.user, "core.manage_sign_in")

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Back to the account page."""
        return reverse("account")


def offered(request: HttpRequest) -> list[Any]:
    """The other sites by which people may sign in, as the environment names them."""
    if not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        return []  # allauth would ask the database for more
    return list(OutsideAdapter(request).list_providers(request))
