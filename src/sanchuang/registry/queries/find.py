"""Finding one organisation by whatever somebody calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sanchuang.core.errors import Moved, Unfit, near
from sanchuang.core.language import listed, page_language
from sanchuang.registry.codes import check_code, normal, one_apart, resembles
from sanchuang.registry.definitions import code_scheme
from sanchuang.registry.models import Organisation, OrganisationName
from sanchuang.registry.names import search_key
from sanchuang.values import Malformed

SHOWN = 8
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
            _("Names like it: %(names)s") % {"names": listed(similar)}
            if similar
            else _("Try the full name, a short or former name, or the code in the company register")
        )
        super().__init__(_("No organisation is called “%(text)s”") % {"text": text}, hint)


class UnknownCode(UnknownOrganisation):
    """No organisation has this code; `fault` is what is wrong with it, if anything is."""

    def __init__(self, code: str, fault: Malformed | None, near_by: Sequence[Organisation]) -> None:
        self.text = code
        self.fault = fault
        self.similar = [organisation.name for organisation in near_by]
        message = fault.message if fault else _("No organisation has the code “%(code)s”") % {"code": code}
        if near_by:
            remedy = _("One character away: %(names)s") % {"names": listed(map(called, near_by))}
        else:
            remedy = (
                fault.remedy
                if fault
                else _("The code is written correctly; try the name, or register the organisation first")
            )
        Unfit.__init__(self, message, remedy)


class AmbiguousOrganisation(Unfit):
    """Several organisations are called so; `candidates` holds the first of `total`."""

    def __init__(self, text: str, candidates: Sequence[Organisation], total: int) -> None:
        self.text = text
        self.candidates = list(candidates)
        self.total = total
        said = {"text": text, "total": total, "some": len(candidates)}
        message = (
            _("“%(text)s” can mean %(total)s organisations; here are %(some)s of them")
            if total > len(candidates)
            else _("“%(text)s” can mean %(total)s organisations")
        )
        lines = "\n".join(called(candidate) for candidate in candidates)
        super().__init__(message % said, _("Write the full name or the code:") + "\n" + lines)


def called(organisation: Organisation) -> str:
    """The name with the code, or the identifier of one that has none."""
    code = organisation.code or organisation.slug
    return f"{organisation.name} ({code})" if page_language() == "en" else f"{organisation.name}（{code}）"


def find_organisation(text: str, *, kind: str | None = None) -> Organisation:
    """The one organisation that `text` means.

    Tried in this order: registration code or identifier, also those of an organisation merged into it; a name in use (either script, English); a former
    or short name; a part of any name. Width, case, spaces and punctuation do not matter. Raises
    `UnknownOrganisation` with similar names, `UnknownCode` with what is wrong with a code and whose code is one
    character away, and `AmbiguousOrganisation` with the candidates.
    """
    within = Organisation.objects.select_related("industry", "place", "circle")
    if kind is not None:
        within = within.filter(kind=kind)
    coded = list(within.filter(_coded(Q(slug=text.strip()) | Q(code=normal(text)) | Q(code=text.strip()))))
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
    scheme = code_scheme()
    if resembles(text, scheme):
        raise _unknown_code(text.strip(), scheme, within)
    raise UnknownOrganisation(text, similar_names(key, within))


def _coded(identified: Q) -> Q:
    """Organisations that are `identified` by themselves or by one that was merged into them."""
    return identified | Q(pk__in=Organisation.every.filter(identified).values("merged_into"))


def identified(slug: str) -> QuerySet[Organisation]:
    """The organisation with the identifier `slug`, or the one into which that was merged; empty for none."""
    return Organisation.objects.filter(_coded(Q(slug=slug)))


def here(found: Organisation) -> Organisation:
    """`found`; raises `Moved` to the page of the survivor where it was merged into another."""
    if found.merged_into is not None:
        raise Moved(found.merged_into.get_absolute_url())
    return found


def survivors(slugs: Iterable[str]) -> dict[str, Organisation]:
    """By the identifiers `slugs` the organisations, of merged ones those into which they were merged."""
    found = Organisation.every.filter(slug__in=set(slugs)).select_related("merged_into")
    return {each.slug: each.merged_into or each for each in found}


def _unknown_code(text: str, scheme: str, within: QuerySet[Organisation]) -> UnknownCode:
    fault = None
    try:
        check_code(text, scheme)
    except Malformed as error:
        fault = error
    code = normal(text)
    codes = within.exclude(code=None).values_list("pk", "code")
    near_by = [pk for pk, other in codes.iterator() if other and one_apart(code, other)]
    return UnknownCode(text, fault, list(within.filter(pk__in=near_by[:SHOWN]).order_by("slug")))


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
    return within.filter(Q(pk__in=named) | _coded(Q(code__startswith=normal(text)) | Q(slug=text.strip())))
