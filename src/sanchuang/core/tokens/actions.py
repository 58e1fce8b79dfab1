"""Making, revoking and using tokens."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.language import listed
from sanchuang.core.models import ApiToken, User
from sanchuang.core.permissions import authorise
from sanchuang.core.sign_in.secrets import digest_of
from sanchuang.core.tokens.scopes import SCOPES
from sanchuang.values import Malformed

MARK = "sct_"  # by which programs that look for leaked secrets know one
SECRET_BYTES = 32
MOST_DAYS = 366
MOST_TOKENS = 50  # of one person that hold at once
SHOWN = len(MARK) + 6
USED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def make_token(
    *, by: User, name: str, scopes: Iterable[str], days: int, user: User | None = None
) -> tuple[ApiToken, str]:
    """A token for `by` themselves, and its secret, which nobody can read again.

    The operator of the command line makes it for `user`. Raises `Refused` while acting for somebody else; `Malformed`
    for no name, no or unknown scopes, more days than a year has, and too many tokens.
    """
    authorise(by, "core.make_token")
    owner = user if user is not None and by.is_superuser else by
    name, wanted = " ".join(name.split())[:80], sorted(set(scopes))
    if not name:
        raise Malformed(_("A token needs a name"), _("Name the program that will use it"))
    if not wanted or not SCOPES.keys() >= set(wanted):
        raise Malformed(
            _("A token needs scopes, and only those there are"),
            _("Scopes: %(scopes)s") % {"scopes": listed(SCOPES)},
        )
    if not 1 <= days <= MOST_DAYS:
        raise Malformed(
            _("A token holds from 1 to %(most)s days") % {"most": MOST_DAYS}, _("Choose fewer days")
        )
    now = timezone.now()
    if not owner.is_active or (owner.pack and not settings.DEMO):
        raise Malformed(
            _("The account of “%(name)s” is closed") % {"name": owner}, _("Open the account first")
        )
    if held(owner, now).count() >= MOST_TOKENS:
        raise Malformed(
            _("There are %(most)s tokens already") % {"most": MOST_TOKENS}, _("Revoke one that is not used")
        )
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=owner,
        name=name,
        scopes=wanted,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        expires_at=now + dt.timedelta(days=days),
    )
    audit.created(token, by=by, verb="core.make_token")
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """Let it open nothing any more. Raises `Refused`; `Malformed` when it was revoked already."""
    current = ApiToken.objects.select_for_update().select_related("user").get(pk=token.pk)
    authorise(by, "core.revoke_token", current)
    if current.revoked_at is not None:
        raise Malformed(_("This token was revoked already"), _("Nothing is left to do"))
    with audit.change(current, by=by, verb="core.revoke_token"):
        ApiToken.objects.filter(pk=current.pk).update(revoked_at=timezone.now())


def held(user: User, now: dt.datetime) -> QuerySet[ApiToken]:
    """The tokens of `user` that hold at `now`."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)


def token_of(secret: str) -> ApiToken | None:
    """The token with this secret, while it holds and its owner may sign in; notes that it was used."""
    if not secret.startswith(MARK) or len(secret) > 200:
        return None
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(secret)).first()
    now = timezone.now()
    if token is None or not token.holds(now) or not token.user.is_active:
        return None
    if token.user.pack and not settings.DEMO:  # a pack's sign-ins only demonstrate
        return None
    if token.used_at is None or token.used_at <= now - USED_EVERY:
        stale = Q(used_at=None) | Q(used_at__lte=now - USED_EVERY)  # of two requests at once one writes
        ApiToken.objects.filter(stale, pk=token.pk).update(used_at=now)
    return token
