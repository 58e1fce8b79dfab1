"""django-allauth's forms where ours ask for something else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.http import HttpRequest

from sanchuang.core.backends import AccountBackend
from sanchuang.core.sign_in.locks import LONGEST, shut


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is not typed
    """Name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.max_length = LONGEST
        login.widget.attrs.update(autocomplete="username", maxlength=LONGEST, autocapitalize="none")


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """A link by mail to those who may sign in; to everybody else a mail that says so. The page says the same to all."""

    def clean_email(self) -> str:
        """The address; keeps those of its accounts that may get a new password."""
        email: str = super().clean_email()
        may = AccountBackend().user_can_authenticate
        self.users = [user for user in self.users if may(user) and not user.pack]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the mail."""
        email: str = self.cleaned_data["email"]
        if not self.users:
            get_adapter().send_mail("account/email/unknown_account", email, {})
            return email
        saved: str = super().save(request, **kwargs)
        return saved


class _Counted:
    """A code that is not looked at while too many wrong ones were typed from the same address."""

    user: Any

    def clean_code(self) -> str:
        """The code, if it is right."""
        if shut(context.request, self.user):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # allauth is not typed
    """The second step of signing in."""


class AgainByCodeForm(_Counted, ReauthenticateForm):  # type: ignore[misc]  # allauth is not typed
    """The second step again, before something weighty."""
