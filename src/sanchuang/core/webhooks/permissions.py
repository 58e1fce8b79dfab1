"""Who may have programs told of acts, and of which."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.accounts.permissions import as_oneself
from sanchuang.core.models import Delivery, User, Webhook
from sanchuang.core.permissions import administrator, holds_role, organisations_of, permit
from sanchuang.core.roles import Role
from sanchuang.core.webhooks.kinds import Kind

_predicate: Any = rules.predicates.predicate  # django-rules is not typed
DISTRICT = (Role.OFFICER, Role.ADMINISTRATOR)


def _own(user: User | AnonymousUser, webhook: Webhook | None = None) -> bool:
    return user.is_active and webhook is not None and webhook.user_id == user.pk


own = _predicate(_own, name="own_webhook")

permit(
    "core.make_webhook",
    holds_role(*DISTRICT, Role.MEMBER) & as_oneself,
    what=_("have another system told of acts"),
    who=_("officers and administrators; a company's members for what concerns their company"),
)
permit(
    "core.manage_webhook",
    (own & as_oneself) | administrator,
    what=_("change this webhook"),
    who=_("whoever made it, as long as they act for nobody else, and administrators"),
)
permit(
    "core.view_webhook",
    own | holds_role(Role.AUDITOR, Role.ADMINISTRATOR),
    what=_("view this webhook"),
    who=_("whoever made it, auditors and administrators"),
)


def _rows(user: User | AnonymousUser) -> Q:
    return Q() if user.has_perm("core.view_users") else Q(user=user.pk or 0)


def _rows_of(user: User | AnonymousUser) -> Q:
    return Q() if user.has_perm("core.view_users") else Q(webhook__user=user.pk or 0)


def _webhook_of(delivery: Any) -> Webhook:
    found: Webhook = delivery.webhook
    return found


confidential.register("core.Webhook", "core.view_webhook", rows=_rows)
confidential.register("core.Delivery", "core.view_webhook", rows=_rows_of, subject=_webhook_of)
audit.leave_out(Webhook, "secret", "rests_until", "after")
audit.personal(Webhook, "url", about=lambda webhook: webhook.user.pseudonym)
audit.leave_out(Delivery, "error")
for _verb, _words in (
    ("core.make_webhook", _("have another system told of acts")),
    ("core.end_webhook", _("end a webhook")),
    ("core.replay_delivery", _("tell another system once more")),
):
    audit.register(_verb, _words)


def may_hear(user: User, kind: Kind, record: Model) -> bool:
    """Whether acts about `record` may be told to a program of `user`, as roles and account are now."""
    if not user.is_active or (user.pack and not settings.DEMO) or not kind.may_see(user, record):
        return False
    if holds_role(*DISTRICT)(user) or user.is_superuser:
        return True
    return not set(kind.organisations(record)).isdisjoint(organisations_of(user, Role.MEMBER))
