"""How somebody signs in, as the account page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from sanchuang.core.models import User


@dataclass(frozen=True)
class SignInState:
    """The ways into one account.

    `email` is empty when none is known; `waiting_email` is one that its owner has yet to confirm. `codes_left` counts
    the recovery codes that were not used.
    """

    email: str
    email_confirmed: bool
    waiting_email: str
    has_password: bool
    two_step: bool
    codes_left: int
    outside: tuple[SocialAccount, ...]


def sign_in_state(user: User) -> SignInState:
    """The state of `user`'s sign-in, in three queries."""
    addresses = {
        address.verified: address.email for address in EmailAddress.objects.filter(user=user).order_by("pk")
    }
    steps = {step.type: step for step in Authenticator.objects.filter(user=user)}
    codes = steps.get(Authenticator.Type.RECOVERY_CODES)
    confirmed, waiting = addresses.get(True, ""), addresses.get(False, "")
    return SignInState(
        email=confirmed or user.email or waiting,
        email_confirmed=bool(confirmed),
        waiting_email=waiting,
        has_password=user.has_usable_password(),
        two_step=Authenticator.Type.TOTP in steps,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        outside=tuple(SocialAccount.objects.filter(user=user).order_by("pk")),
    )
