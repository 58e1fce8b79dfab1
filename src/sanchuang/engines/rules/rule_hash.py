"""The fingerprint of the rules behind an answer: what must be the same for a past decision to come out the same.

It covers the full text of the policy, of all policies whose results it uses (and theirs), and the entries of the fact
dictionary that any of these ask for. A word changed anywhere in these changes the fingerprint; other policies, other
facts and the order of files do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from sanchuang.engines.rules.dictionary import FactSpec
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.policy import Policy


def rules_used(policies: PolicySet, policy: Policy) -> list[Policy]:
    """The policy and all policies whose results it uses, directly or through others, by identifier."""
    found: dict[str, Policy] = {}
    todo = [policy.id]
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = policies.by_id[name]
            todo += found[name].uses()
    return [found[name] for name in sorted(found)]


def facts_used(used: Iterable[Policy]) -> list[FactSpec]:
    """The entries of the dictionary that these policies may ask for, by name."""
    specs = {spec.name: spec for policy in used for spec in policy.facts()}
    return [specs[name] for name in sorted(specs)]


def fact_entry(spec: FactSpec) -> dict[str, object]:
    """An entry as data, with all that decides what a rule means by it."""
    return {
        "name": spec.name,
        "type": spec.type.value,
        "per": spec.per.value,
        "labels": dict(sorted(spec.labels.items())),
        "unit": spec.unit,
        "aliases": list(spec.aliases),
        "choices": list(spec.choices),
        "definition": spec.definition,
    }


def fingerprint(texts: dict[str, str], entries: list[dict[str, object]]) -> str:
    """SHA-256 of policy texts by identifier and of dictionary entries, in hexadecimal."""
    whole = {"policies": texts, "facts": entries}
    data = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(data.encode()).hexdigest()


def rule_hash(policies: PolicySet, policy: Policy) -> str:
    """The fingerprint of the rules behind the answers of one policy of the set (made once)."""
    found = policies.hashes.get(policy.id)
    if found is None:
        used = rules_used(policies, policy)
        found = fingerprint({p.id: p.text for p in used}, [fact_entry(s) for s in facts_used(used)])
        policies.hashes[policy.id] = found
    return found
