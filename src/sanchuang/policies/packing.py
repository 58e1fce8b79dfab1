"""Bring a pack's policies into the room."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.sync import sync
from sanchuang.policies.models import PolicyDocument

if TYPE_CHECKING:
    from sanchuang.core.models import User
    from sanchuang.core.pack.reader import Pack


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
            digest=hashlib.sha256(file.text.encode()).hexdigest(),
            order=order,
            pack=pack.id,
        )
        for order, file in enumerate(pack.policies)
    ]
    existing = PolicyDocument.objects.filter(pack=pack.id)
    return sync(existing, desired, key=["slug"], report=report, what="policies")
