"""What was changed here of a pack's organisations, and what a load of the pack makes of it: it stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from sanchuang.core.pack.reader import Pack
from sanchuang.core.pack.register import Counts
from sanchuang.engines.markup import Problem, Problems
from sanchuang.registry.models import Organisation, OrganisationName

Kind = OrganisationName.Kind
Named = tuple[str, str, str]  # name, kind, until


@dataclass
class Kept:
    """The local changes that a load keeps: how many columns differ from the pack, and names given here."""

    differing: int = 0
    renamed: dict[str, str] = field(default_factory=dict)  # the name here, by the organisation's identifier
    given: dict[int, set[tuple[str, str]]] = field(default_factory=dict)  # (name, kind) by organisation

    def names(self, organisation: Organisation, wanted: Iterable[Named]) -> Iterator[Named]:
        """The pack's names of `organisation` beside those given here.

        Where the current name was given here, the pack's stands for what it was: a former name.
        """
        given = self.given.get(organisation.pk, set())
        current = self.renamed.get(organisation.slug)
        if current is None:
            yield from (each for each in wanted if each[:2] not in given)
            return
        seen = set(given)
        for name, kind, until in wanted:
            kind = Kind.FORMER if kind == Kind.CURRENT else kind
            if name != current and (name, kind) not in seen:
                seen.add((name, kind))
                yield name, kind, until

    def counts(self) -> Counts:
        """`{"kept": n}` when local changes differ from the pack, else nothing."""
        return {"kept": self.differing} if self.differing else {}


def keep(pack: Pack, existing: QuerySet[Organisation], rows: Sequence[Organisation]) -> Kept:
    """Carry over into `rows`, which the pack wants, what was changed here of the rows `existing`.

    Raises `Problems` when an organisation that was changed here has left the pack.
    """
    changed = {each.slug: each for each in existing.exclude(changed_here=[])}
    kept = Kept()
    for row in rows:
        if (before := changed.pop(row.slug, None)) is None:
            continue
        row.changed_here = before.changed_here
        for column in before.changed_here:
            value = getattr(before, column)
            kept.differing += getattr(row, column) != value
            setattr(row, column, value)
        if "name" in before.changed_here:
            kept.renamed[row.slug] = row.name
    # Into whom others were merged here stands for them too.
    survivors = Organisation.every.exclude(merged_into=None).values("merged_into")
    there = {row.slug for row in rows}
    changed |= {each.slug: each for each in existing.filter(pk__in=survivors) if each.slug not in there}
    if changed:
        gone = "、".join(sorted(each.name for each in changed.values())[:5])
        raise Problems(
            [
                Problem(
                    (pack.root / "pack.yaml").as_posix(),
                    0,
                    0,
                    f"区包里删去的机构在本地改过：{gone}",
                    "在区包里留着它",
                )
            ]
        )
    local = OrganisationName.objects.filter(organisation__in=existing, pack="")
    for pk, name, kind in local.values_list("organisation_id", "name", "kind"):
        kept.given.setdefault(pk, set()).add((name, kind))
    return kept
