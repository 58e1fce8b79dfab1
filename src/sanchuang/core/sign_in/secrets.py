"""Secrets as the database keeps them: readable only with the site's secret key, or only to be compared."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "sanchuang.core.sign_in.secrets"


def digest_of(secret: str) -> str:
    """What is kept of a random, long secret that is only compared: a fast hash gives nobody a chance to guess it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _keys() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (salted_hmac(SALT, "", secret=secret, algorithm="sha256").digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(text: str) -> str:
    """`text`, encrypted with the site's secret key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What `seal` was given; None when it was sealed with a key that the site has no more."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
