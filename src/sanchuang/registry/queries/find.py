"""Finding one organisation by whatever somebody calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from sanchuang.core.errors import Unfit, near
from sanchuang.registry.codes import normal
from sanchuang.registry.models import Organisation, OrganisationName
from sanchuang.registry.names import search_key

SHOWN = 10
# A name in use tells more than one given up or a short form; a former name still finds its bearer.
_IN_USE = (
    OrganisationName.Kind.CURRENT,
    OrganisationName.Kind.SCRIPT,
    OrganisationName.Kind.ENGLISH,
    OrganisationName.Kind.LOCAL,
)


class UnknownOrganisation(Unfit):
    """No organisation is called so; `similar` holds names that are like it."""

    def __init__(self, text: str, similar: Sequence[str] = ()) -> None:
        self.text = text
        self.similar = list(similar)
        hint = (
            "相近的名称：" + "、".join(similar) if similar else "用全称、简称、曾用名或统一社会信用代码再试"
        )
        super().__init__(f"找不到机构“{text}”", hint)


class AmbiguousOrganisation(Unfit):
    """Several organisations are called so; `candidates` holds the first of `total`."""

    def __init__(self, text: str, candidates: Sequence[Organisation], total: int) -> None:
        self.text = text
        self.candidates = list(candidates)
        self.total = total
        listed = "；".join(f"{c.name}（{c.code or c.slug}）" for c in candidates)
        more = f" 等 {total} 家" if total > len(candidates) else ""
        super().__init__(f"“{text}”可以指 {total} 家机构", f"写全称或代码：{listed}{more}")


def find_organisation(text: str, *, kind: str | None = None) -> Organisation:
    """The one organisation that `text` means.

    Tried in this order: registration code or identifier; a name in use (either script, English); a former
    or short name; a part of any name. Width, case, spaces and punctuation do not matter. Raises
    `UnknownOrganisation` with similar names, and `AmbiguousOrganisation` with the candidates.
    """
    within = Organisation.objects.select_related("industry", "place", "circle")
    if kind is not None:
        within = within.filter(kind=kind)
    coded = list(within.filter(Q(slug=text.strip()) | Q(code=normal(text)) | Q(code=text.strip())))
    if len(coded) == 1:
        return coded[0]
    key = search_key(text)
    if not key:
        raise UnknownOrganisation(text)
    for names in (Q(names__key=key, names__kind__in=_IN_USE), Q(names__key=key), Q(names__key__contains=key)):
        found = within.filter(names).distinct().order_by("slug")
        total = found.count()
        if total == 1:
            return found.get()
        if total > 1:
            raise AmbiguousOrganisation(text, list(found[:SHOWN]), total)
    raise UnknownOrganisation(text, similar_names(key, within))


def similar_names(key: str, within: QuerySet[Organisation], count: int = 5) -> list[str]:
    """Current names of organisations `within` whose names share most character pairs with `key`."""
    wanted = pairs(key)
    shared: Counter[tuple[str, str]] = Counter()
    names = OrganisationName.objects.filter(organisation__in=within).values_list("key", "organisation__name")
    for other, name in names.iterator():
        both = len(wanted & pairs(other))
        if both:
            shared[other, name] = both
    likely = dict(other for other, _ in shared.most_common(200))
    return list(dict.fromkeys(likely[other] for other in near(key, likely, count * 2)))[:count]


def pairs(key: str) -> set[str]:
    """The pairs of neighbouring characters of `key` (the character itself when there is only one)."""
    return {key[i : i + 2] for i in range(len(key) - 1)} or {key}


def organisations_called(text: str, within: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Those of `within` of whose code or any name `text` is a part; all for an empty text."""
    key = search_key(text)
    if not key:
        return within if not text.strip() else within.none()
    named = OrganisationName.objects.filter(key__contains=key).values("organisation")
    return within.filter(Q(pk__in=named) | Q(code__startswith=normal(text)) | Q(slug=text.strip()))


def by_slug(slugs: Iterable[str]) -> dict[str, Organisation]:
    """Organisations by identifier; unknown identifiers are left out."""
    return {o.slug: o for o in Organisation.objects.filter(slug__in=list(slugs))}
