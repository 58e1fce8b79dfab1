"""Who may see and change what of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.models import User
from sanchuang.core.permissions import (
    holds_role,
    memberships_of,
    organisations_of,
    own_organisation,
    permit,
    signed_in,
    within_circle,
)
from sanchuang.core.roles import Role
from sanchuang.registry.models import Import, MatchTraining

# Whoever works in an organisation knows its affairs; a role that reaches over the district knows everybody's.
INSIDERS = (Role.MEMBER, Role.RESEARCHER, Role.FUND_MANAGER, Role.PROVIDER, Role.ORGANISER)
OVERSEERS = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)

own = own_organisation(*INSIDERS)
staff = holds_role(*OVERSEERS) | within_circle(Role.SCOUT)
insiders = staff | own

permit(
    "registry.view_organisation", signed_in, what=_("view organisations"), who=_("everybody who is signed in")
)
permit(
    "registry.view_facts",
    insiders,
    what=_("view facts of a company"),
    who=_("officers, scouts of its circle, auditors, administrators and people of the company"),
)
permit(
    "registry.view_need_terms",
    insiders,
    what=_("view budget and deadline of a need"),
    who=_("officers, scouts of its circle, auditors, administrators and people of the company with the need"),
)
permit(
    "registry.advise",
    insiders,
    what=_("view the advice for a company"),
    who=_("officers, scouts of its circle, auditors, administrators and people of the company"),
)
permit(
    "registry.change_organisation",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR) | within_circle(Role.SCOUT),
    what=_("register or change an organisation"),
    who=_("officers, scouts of its circle and administrators"),
)
permit(
    "registry.record_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR) | own,
    what=_("record facts of a company"),
    who=_("officers, administrators and people of the company"),
)
permit(
    "registry.grade_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what=_("grade the evidence of a fact"),
    who=_("officers and administrators"),
)
permit(
    "registry.import_records",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what=_("import records from files"),
    who=_("officers and administrators"),
)
permit(
    "registry.view_imports",
    holds_role(*OVERSEERS),
    what=_("view imports of files"),
    who=_("officers, auditors and administrators"),
)


permit(
    "registry.merge_organisations",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what=_("merge organisations"),
    who=_("officers and administrators"),
)

permit(
    "registry.answer_match",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR) | within_circle(Role.SCOUT) | own,
    what=_("say whether a match is worth an introduction"),
    who=_("officers, scouts of its circle, administrators and people of the company with the need"),
)
permit(
    "registry.teach_matching",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what=_("teach the matching"),
    who=_("officers and administrators"),
)
permit(
    "registry.view_matching",
    holds_role(*OVERSEERS, Role.SCOUT),
    what=_("view what the matching learnt"),
    who=_("officers, scouts, auditors and administrators"),
)


def within_reach(path: str) -> Callable[[User | AnonymousUser], Q]:
    """The records that `insiders` reach, in the database's terms; `path` leads from a record to its organisation."""

    def reached(user: User | AnonymousUser) -> Q:
        if user.is_superuser and user.is_active:
            return Q()
        held = memberships_of(user)
        circles = {m.circle for m in held if m.role == Role.SCOUT}
        if "" in circles or any(m.role in OVERSEERS for m in held):
            return Q()
        return Q(**{f"{path}slug__in": organisations_of(user, *INSIDERS)}) | Q(
            **{f"{path}circle__slug__in": circles}
        )

    return reached


def _organisation(record: Any) -> Any:
    return record.organisation


confidential.register(
    "registry.Fact",
    "registry.view_facts",
    rows=within_reach("organisation__"),
    subject=_organisation,
    verb="registry.read_facts",
)
confidential.register(
    "registry.Need",
    "registry.view_need_terms",
    fields=("budget", "deadline"),
    rows=within_reach("organisation__"),
    subject=_organisation,
    verb="registry.read_need_terms",
)
for _verb, _words in (
    ("registry.read_facts", _("read facts of a company")),
    ("registry.read_need_terms", _("read budget and deadline of a need")),
    ("registry.read_advice", _("read the advice for a company")),
    ("registry.create_organisation", _("register an organisation")),
    ("registry.rename_organisation", _("rename an organisation")),
    ("registry.change_organisation", _("change an organisation")),
    ("registry.classify_organisation", _("classify an organisation")),
    ("registry.record_fact", _("record a fact")),
    ("registry.create_person", _("register a person")),
    ("registry.change_person", _("change a person")),
    ("registry.create_result", _("register a research result")),
    ("registry.change_result", _("change a research result")),
    ("registry.create_need", _("register a technology need")),
    ("registry.change_need", _("change a technology need")),
    ("registry.receive_import", _("take in a file")),
    ("registry.set_up_import", _("say what the columns of a file are")),
    ("registry.start_import", _("start an import")),
    ("registry.stop_import", _("stop an import")),
    ("registry.finish_import", _("finish an import")),
    ("registry.import_facts", _("import facts")),
    ("registry.merge_organisations", _("merge organisations")),
    ("registry.leave_fact", _("leave a fact out at a merger: the survivor has its own")),
    ("registry.leave_position", _("leave a position out at a merger: the survivor has it")),
    ("registry.hand_over_roles", _("hand roles over at a merger")),
    ("registry.answer_match", _("say whether a match is worth an introduction")),
    ("registry.take_back_answer", _("take back an answer to a match")),
    ("registry.leave_answer", _("leave an answer out at a merger: the survivor has one")),
    ("registry.teach_matching", _("teach the matching")),
    ("registry.finish_learning", _("finish learning")),
    ("registry.use_training", _("choose by which training matches are ranked")),
):
    audit.register(_verb, _words)
# How far an import is stands in its row and on its page; the trail tells what people did.
# The trail has no fractions: what a training taught stands in its row.
audit.leave_out(MatchTraining, "weights", "effect", "curve", "reliability")
audit.leave_out(Import, "cursor", "counts", "last", "touched_at")
audit.name_particulars(merged=_("merged organisation"))
