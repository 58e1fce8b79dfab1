"""Bring a pack's policies into the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.sync import sync
from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import PolicySet
from sanchuang.policies.models import PolicyDocument
from sanchuang.policies.queries import policy_set
from sanchuang.policies.versions import digest, keep

if TYPE_CHECKING:
    from sanchuang.core.models import User
    from sanchuang.core.pack.reader import Pack


@loader(5)
def keep_what_stands(pack: Pack, by: User, report: Report) -> Counts:
    """Keep the rules that stand now, before anything replaces them (those of releases that kept no versions)."""
    try:
        standing = policy_set()
    except Problems:  # this release no longer reads them, and could not replay them either
        return {}
    keep(standing)
    return {}


@loader(50)
def load_policies(pack: Pack, by: User, report: Report) -> Counts:
    """Store each policy's text; the registry's loaders (which know the facts) run earlier."""
    desired = [
        PolicyDocument(
            slug=file.policy.id,
            title=file.policy.title.get("zh", file.policy.id),
            title_en=file.policy.title.get("en", ""),
            summary=file.policy.summary.get("zh", ""),
            summary_en=file.policy.summary.get("en", ""),
            layer=file.policy.layer,
            number=file.policy.number,
            date_from=file.policy.date_from,
            date_to=file.policy.date_to,
            status=file.policy.status.value,
            file=file.name,
            text=file.text,
            digest=digest(file.text),
            order=order,
            pack=pack.id,
        )
        for order, file in enumerate(pack.policies)
    ]
    keep(PolicySet(file.policy for file in pack.policies))
    existing = PolicyDocument.objects.filter(pack=pack.id)
    return sync(existing, desired, key=["slug"], report=report, what="policies")
