"""The versions of rules that were ever loaded, kept so that a past decision can be replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit
from sanchuang.engines.rules import FactDictionary, FactSpec, Policy, PolicySet, read_policies
from sanchuang.engines.rules.dictionary import FactType, Per
from sanchuang.engines.rules.rule_hash import fact_entry, facts_used, rule_hash, rules_used
from sanchuang.policies.models import RuleText, RuleVersion


def digest(text: str) -> str:
    """The SHA-256 of a policy's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(policies: PolicySet) -> int:
    """Keep the rules of this set for good; returns how many versions were new. Called inside a pack load."""
    hashes = {policy.id: rule_hash(policies, policy) for policy in policies.policies}
    known = set(RuleVersion.objects.filter(hash__in=hashes.values()).values_list("slug", "hash"))
    new = [policy for policy in policies.policies if (policy.id, hashes[policy.id]) not in known]
    texts: dict[str, str] = {}
    versions = []
    for policy in new:
        used = rules_used(policies, policy)
        texts |= {digest(each.text): each.text for each in used}
        versions.append(
            RuleVersion(
                slug=policy.id,
                hash=hashes[policy.id],
                texts={each.id: digest(each.text) for each in used},
                facts=[fact_entry(spec) for spec in facts_used(used)],
            )
        )
    there = set(RuleText.objects.filter(digest__in=texts).values_list("digest", flat=True))
    RuleText.objects.bulk_create(RuleText(digest=d, text=t) for d, t in texts.items() if d not in there)
    RuleVersion.objects.bulk_create(versions)
    return len(versions)


def version(slug: str, fingerprint: str) -> tuple[PolicySet, Policy]:
    """The policy as it stood under this fingerprint (or a unique beginning of it), with those it uses.

    Raises `Unfit` when no such version was ever loaded here.
    """
    rows = list(RuleVersion.objects.filter(slug=slug, hash__startswith=fingerprint)[:2])
    if len(rows) != 1:
        known = [row.hash[:12] for row in RuleVersion.objects.filter(slug=slug)[:5]]
        raise Unfit(
            _("No version of the policy “%(slug)s” has the fingerprint %(hash)s")
            % {"slug": slug, "hash": fingerprint or "“”"},
            _("Kept here: %(versions)s") % {"versions": _(", ").join(known) or _("none")},
        )
    (row,) = rows
    texts = dict(RuleText.objects.filter(digest__in=row.texts.values()).values_list("digest", "text"))
    dictionary = FactDictionary.of(map(_spec, row.facts))
    found = read_policies([(texts[d], f"{name}.md") for name, d in row.texts.items()], dictionary)
    return found, found.by_id[slug]


def _spec(entry: dict[str, object]) -> FactSpec:
    values: dict[str, object] = dict(entry)
    for key in ("aliases", "choices"):
        found = values[key]
        values[key] = tuple(found) if isinstance(found, Iterable) else ()
    return FactSpec(**{**values, "type": FactType(str(values["type"])), "per": Per(str(values["per"]))})  # type: ignore[arg-type]
