"""The policies as the rules engine reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sanchuang.core.errors import Unfit, near
from sanchuang.engines.rules import Policy, PolicySet, read_policies
from sanchuang.policies.models import PolicyDocument
from sanchuang.registry.definitions import definitions


@dataclass
class _Cache:
    key: tuple[object, ...] = ()
    policies: PolicySet = field(default_factory=lambda: PolicySet(()))


_cache = _Cache()


def policy_set() -> PolicySet:
    """All policies of the loaded pack; read again only when a text or the dictionary changed."""
    dictionary = definitions().dictionary
    digests = tuple(PolicyDocument.objects.values_list("slug", "digest"))
    key = (digests, id(dictionary))
    if key != _cache.key:
        rows = PolicyDocument.objects.values_list("text", "file")
        _cache.policies = read_policies(rows, dictionary)
        _cache.key = key
    return _cache.policies


def find_policy(slug: str) -> Policy:
    """The policy named `slug`; raises `Unfit` with the likely ones."""
    policies = policy_set().by_id
    if slug in policies:
        return policies[slug]
    likely = near(slug, policies)
    remedy = (
        f"是否指 {'、'.join(likely)}？" if likely else f"现有：{'、'.join(policies) or '无，请先载入区包'}"
    )
    raise Unfit(f"没有政策“{slug}”", remedy)


def replaced_on(on: dt.date) -> list[Policy]:
    """Policies that are not in force on that day (not yet, or no longer)."""
    return [policy for policy in policy_set().policies if not policy.in_force(on)]
