"""Who may see, decide and take back what needs a second person."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit
from sanchuang.core.approvals.acts import act_of, record_of
from sanchuang.core.models import Approval, User
from sanchuang.core.permissions import holds_role, permit
from sanchuang.core.roles import Role

_predicate: Any = rules.predicates.predicate  # django-rules is not typed


def _persons(user: User) -> set[str]:
    """Whoever acts in an act of `user`: the user, and whom they act for."""
    acting = user.acting_for
    return {user.pseudonym} | ({acting.giver.pseudonym} if acting else set())


def _second(user: User | AnonymousUser, approval: Approval | None = None) -> bool:
    """Neither the asker nor whom they asked for, on either side: two persons mean two."""
    if not isinstance(user, User) or not user.is_active or approval is None:
        return False
    return _persons(user).isdisjoint({approval.asked_by.pseudonym, approval.asked_for})


def _competent(user: User | AnonymousUser, approval: Approval | None = None) -> bool:
    if approval is None or not user.is_active:
        return False
    act = act_of(approval)
    return act is not None and user.has_perm(act.confirm, record_of(approval))


def _asked(user: User | AnonymousUser, approval: Approval | None = None) -> bool:
    return user.is_active and approval is not None and approval.asked_by_id == user.pk


second = _predicate(_second, name="second_person")
competent = _predicate(_competent, name="competent")
asked = _predicate(_asked, name="asked_for_it")
overseer = holds_role(Role.AUDITOR, Role.ADMINISTRATOR)

permit(
    "core.see_approval",
    asked | competent | overseer,
    what=_("view this request"),
    who=_("whoever asked, whoever may confirm it, auditors and administrators"),
)
permit(
    "core.decide_approval",
    second & competent,
    what=_("decide this request"),
    who=_("a second person who may confirm it: neither the asker nor anybody the asker acted for"),
)
permit("core.withdraw_approval", asked, what=_("take this request back"), who=_("whoever asked"))
permit(
    "core.confirm_role",
    overseer,
    what=_("confirm a role that reaches everywhere"),
    who=_("a second administrator, or an auditor"),
)
permit(
    "core.confirm_erasure",
    overseer,
    what=_("confirm the erasure of a person's data"),
    who=_("a second administrator, or an auditor"),
)

for _verb, _words in (
    ("core.ask_approval", _("ask for an act that needs a second person")),
    ("core.confirm_approval", _("confirm an act as second person")),
    ("core.refuse_approval", _("refuse an act as second person")),
    ("core.withdraw_approval", _("take a request back")),
):
    audit.register(_verb, _words)
