"""The policies as the rules engine reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.errors import Unfit, near
from sanchuang.core.language import listed
from sanchuang.engines.rules import Policy, PolicySet, read_policies
from sanchuang.policies.models import PolicyDocument
from sanchuang.registry.definitions import Definitions, definitions


@dataclass
class _Cache:
    definitions: Definitions | None = None
    policies: PolicySet = field(default_factory=lambda: PolicySet(()))


_cache = _Cache()


def policy_set() -> PolicySet:
    """All policies of the loaded pack. They change only with a pack load, and so does the dictionary's object."""
    current = definitions()
    if current is not _cache.definitions:
        rows = PolicyDocument.objects.values_list("text", "file")
        _cache.policies = read_policies(rows, current.dictionary)
        _cache.definitions = current
    return _cache.policies


def find_policy(slug: str) -> Policy:
    """The policy named `slug`; raises `Unfit` with the likely ones."""
    policies = policy_set().by_id
    if slug in policies:
        return policies[slug]
    likely = near(slug, policies)
    if likely:
        remedy = _("Is %(names)s meant?") % {"names": listed(likely)}
    elif policies:
        remedy = _("There are: %(names)s") % {"names": listed(policies)}
    else:
        remedy = _("There are none yet; load a pack first")
    raise Unfit(_("There is no policy “%(slug)s”") % {"slug": slug}, remedy)


EXAMPLES = "example"
LAYERS = {
    "nation": gettext_lazy("Of the nation"),
    "province": gettext_lazy("Of the province"),
    "city": gettext_lazy("Of the city"),
    "district": gettext_lazy("Of the district"),
    "platform": gettext_lazy("Of parks and platforms"),
    "": gettext_lazy("Others"),
    EXAMPLES: gettext_lazy("Invented examples"),
}


@dataclass(frozen=True)
class Entry:
    """A policy of the catalogue: its document, and whether it is in force today."""

    document: PolicyDocument
    in_force: bool


@dataclass(frozen=True)
class Group:
    """The policies of one layer; invented examples are a layer of their own."""

    layer: str
    label: str
    entries: list[Entry]


def catalogue() -> list[Group]:
    """All policies by who issued them, those in force first; examples apart and last."""
    today = timezone.localdate()
    known = policy_set().by_id
    found: dict[str, list[Entry]] = {layer: [] for layer in LAYERS}
    for document in PolicyDocument.objects.defer("text"):
        policy = known[document.slug]
        layer = EXAMPLES if policy.example else policy.layer if policy.layer in LAYERS else ""
        found[layer].append(Entry(document, policy.in_force(today)))
    for entries in found.values():
        entries.sort(key=lambda e: not e.in_force)
    return [Group(layer, str(LAYERS[layer]), entries) for layer, entries in found.items() if entries]


def not_in_force(on: dt.date) -> list[Policy]:
    """Policies that are not in force on that day (not yet, or no longer)."""
    return [policy for policy in policy_set().policies if not policy.in_force(on)]
