"""Everything that changes roles and accounts: grant, revoke, close, open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import approvals, audit
from sanchuang.core.accounts import delegations, reach
from sanchuang.core.models import Approval, Membership, User
from sanchuang.core.permissions import authorise, forget_roles
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

# Roles that reach everywhere: nobody gives them alone.
GUARDED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@transaction.atomic
def grant(
    *,
    by: User,
    user: User,
    role: str,
    organisation: str = "",
    circle: str = "",
    date_from: dt.date | None = None,
    date_to: dt.date | None = None,
    why: str,
) -> Membership | Approval:
    """Give `user` a role; for one that reaches everywhere, ask a second person to confirm it.

    The operator of the command line gives those alone: somebody must be the first. Raises `Refused`; `Malformed` for a
    reach that does not fit the role, dates out of order, a role held already, a closed account, or no reason.
    """
    authorise(by, "core.change_roles")
    held = reach.check(role, organisation, circle)
    said = {"organisation": organisation, "circle": circle, "date_from": date_from, "date_to": date_to}
    _check(user, held, said, why)
    if held in GUARDED and not by.is_superuser:
        given = {name: str(value) if value else "" for name, value in said.items()}
        return approvals.ask(
            by=by,
            act="core.grant_role",
            record=user,
            given={**given, "role": held.value},
            why=why,
            roles=(Role.ADMINISTRATOR, Role.AUDITOR),
        )
    return _grant(by=by, user=user, role=held, why=why, **said)


def _check(user: User, role: Role, said: dict[str, Any], why: str) -> None:
    if not why.strip():
        raise Malformed(_("A role needs its reason"), _("Say why it is given"))
    if not user.is_active:
        raise Malformed(
            _("The account of “%(name)s” is closed") % {"name": user}, _("Open the account first")
        )
    if said["date_from"] and said["date_to"] and said["date_to"] < said["date_from"]:
        raise Malformed(_("The last day precedes the first"), _("Correct one of the two days"))
    same = {"role": role, "organisation": said["organisation"], "circle": said["circle"]}
    if user.memberships.filter(**same).exists():
        raise Malformed(
            _("“%(name)s” has this role already") % {"name": user}, _("Take it away first to change its days")
        )


def _grant(*, by: User, user: User, role: Role, why: str, **said: Any) -> Membership:
    membership = Membership.objects.create(user=user, role=role, **said)
    forget_roles(user)
    audit.created(membership, by=by, verb="core.grant_role", why=why)
    return membership


@transaction.atomic
def revoke(membership: Membership, *, by: User, why: str) -> None:
    """Take a role away at once, also while its holder is at work: their next act is refused.

    Raises `Refused`; `Malformed` without a reason, and for the role of the last administrator.
    """
    authorise(by, "core.change_roles")
    if not why.strip():
        raise Malformed(_("Taking a role away needs its reason"), _("Say why"))
    if membership.role == Role.ADMINISTRATOR:  # before its own row: two who rob each other lock in one order
        keep_an_administrator(without=membership.user)
    held = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if held is None:
        raise Malformed(_("This role was taken away already"), _("Reload the page"))
    audit.removed(held, by=by, verb="core.revoke_role", why=why)
    held.delete()
    forget_roles(held.user)


def keep_an_administrator(*, without: User) -> None:
    """Raise `Malformed` if nobody but `without` could administer from now on. Locks all who could, for two may leave at once."""
    today = timezone.localdate()
    held = Membership.objects.select_for_update().filter(
        Q(date_from__isnull=True) | Q(date_from__lte=today),
        Q(date_to__isnull=True) | Q(date_to__gte=today),
        role=Role.ADMINISTRATOR,
        user__is_active=True,
    )
    if not settings.DEMO:
        held = held.filter(user__pack="")
    if not [each for each in held.order_by("pk") if each.user_id != without.pk]:
        raise Malformed(
            _("“%(name)s” is the last administrator") % {"name": without},
            _("Make somebody else administrator first"),
        )


@transaction.atomic
def close_account(user: User, *, by: User, why: str) -> None:
    """Let `user` sign in no more; their records stay. Raises `Refused`; `Malformed` for the last administrator."""
    authorise(by, "core.change_roles")
    if not why.strip():
        raise Malformed(_("Closing an account needs its reason"), _("Say why"))
    if user.memberships.filter(role=Role.ADMINISTRATOR).exists():
        keep_an_administrator(without=user)
    with audit.change(user, by=by, verb="core.close_account", why=why):
        User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    delegations.end_all(user, by=by, why=why)


@transaction.atomic
def open_account(user: User, *, by: User, why: str) -> None:
    """Let `user` sign in again. Raises `Refused`; `Malformed` for a person who was erased."""
    authorise(by, "core.change_roles")
    if user.erased_at is not None:
        raise Malformed(_("This person was erased"), _("Invite them anew if they come back"))
    if not why.strip():
        raise Malformed(_("Opening an account needs its reason"), _("Say why"))
    with audit.change(user, by=by, verb="core.open_account", why=why):
        User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True


@transaction.atomic
def create_user(
    *,
    by: User,
    username: str,
    display_name: str = "",
    email: str = "",
    password: str | None = None,
    language: str = User.Language.HANS,
) -> User:
    """Make an account without roles, as the command line does for the first administrator.

    Without a password the person sets one by the reset mail. Raises `Refused`; `Malformed` for a name that is taken or
    not allowed, and for a password that is too weak.
    """
    authorise(by, "core.change_roles")
    return make_user(
        by=by,
        username=username,
        display_name=display_name,
        email=email,
        password=password,
        language=language,
    )


def make_user(
    *, by: User | None, username: str, display_name: str, email: str, password: str | None, language: str
) -> User:
    """The account itself, checked as a form would check it; `by` is None for somebody who makes their own."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    user = User(
        username=User.normalize_username(username.strip()),
        display_name=display_name.strip(),
        email=email.strip().lower(),
        language=language,
    )
    try:
        user.clean_fields(exclude=["password"])
        user.validate_unique()
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise Malformed(" ".join(error.messages), _("Correct it and try again")) from error
    if user.email and User.objects.filter(email__iexact=user.email).exists():
        raise Malformed(_("The e-mail address belongs to another account"), _("Use another address"))
    user.set_password(password)
    user.save()
    audit.note(by=by or user, verb="core.create_user", record=user, after={"username": user.username})
    return user


@transaction.atomic
def choose_language(*, by: User, language: str) -> None:
    """Keep the language of the interface for `by`, one of `User.Language`."""
    with audit.change(by, by=by, verb="core.change_user"):
        User.objects.filter(pk=by.pk).update(language=language)
    by.language = language


def _perform_grant(approval: Approval, *, by: User, record: Any) -> None:
    given = dict(approval.given)
    days = {
        name: dt.date.fromisoformat(given[name]) if given[name] else None for name in ("date_from", "date_to")
    }
    said = {"organisation": given["organisation"], "circle": given["circle"], **days}
    _check(record, Role(given["role"]), said, approval.why)
    _grant(by=by, user=record, role=Role(given["role"]), why=approval.why, **said)


def _tell_grant(approval: Approval) -> list[tuple[str, str]]:
    given = approval.given
    return [
        (_("Role"), str(Role(given["role"]).label)),
        (_("Organisation"), reach.name_of("organisation", given["organisation"])),
        (_("Until"), given["date_to"]),
    ]


approvals.register(
    approvals.Act(
        "core.grant_role",
        right="core.change_roles",
        confirm="core.confirm_role",
        perform=_perform_grant,
        tell=_tell_grant,
    )
)
