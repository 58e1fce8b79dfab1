"""What the registry adds to a company's advice: results that fit its needs, and the state of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sanchuang.core.advice import (
    Finding,
    Line,
    Link,
    Missing,
    NothingToSay,
    SectionResult,
    Subject,
    behind,
)
from sanchuang.core.errors import Unfit
from sanchuang.core.language import page_language
from sanchuang.engines.matching import Document, Figure, Hit, Index
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.facts import OrganisationFacts, company_facts
from sanchuang.registry.models import Need, Organisation, Result
from sanchuang.values import Truth

TOP = 5  # results shown for each need, at most
# The share of a need's wording that a result must cover to be shown. Chosen on the shipped sample's judged
# pairs (tests/packs/fits-*.yaml): there it keeps every result that truly fits and shows nothing for a need that
# nothing fits. It is no probability; that needs feedback, which does not exist yet.
CLOSE_ENOUGH = 0.125
FEW = 20  # results; among fewer, how rare a word is says nothing, and whatever shares wording is shown


def require_company(organisation: Organisation) -> None:
    """Advice is for companies; raises `Unfit` for any other kind."""
    if organisation.kind != Organisation.Kind.COMPANY:
        kind = organisation.get_kind_display()
        message = _("Advice is for companies; “%(name)s” is: %(kind)s") % {
            "name": organisation.name,
            "kind": kind,
        }
        raise Unfit(message, _("Name a company; sanchuang org list --kind company shows them all"))


def subjects(organisations: Iterable[Organisation], on: dt.date, *, brief: bool = False) -> Iterator[Subject]:
    """Everybody to be advised, with the facts as of `on`; facts come in few queries. `brief`: answers without reasons."""
    organisations = list(organisations)
    facts = company_facts(organisations, on)
    for organisation in organisations:
        yield Subject(organisation, on, facts[organisation.pk], brief)


def subject_of(organisation: Organisation, on: dt.date) -> Subject:
    """One company to be advised; raises `Unfit` for an organisation of another kind."""
    require_company(organisation)
    return next(subjects([organisation], on))


# fits -----------------------------------------------------------------------------------------------------


@dataclass
class _Shelf:
    """The results' texts as an index, rebuilt when a text changed."""

    texts: tuple[tuple[str, str], ...] = ()
    index: Index = field(default_factory=lambda: Index.build([]))


_shelf = _Shelf()


def _results() -> Index:
    rows = Result.objects.order_by("pk").values_list("slug", "title", "text", "keywords")
    texts = tuple((slug, "\n".join([title, text, " ".join(keys)])) for slug, title, text, keys in rows)
    if texts != _shelf.texts:
        _shelf.index = Index.build(Document(slug, text) for slug, text in texts)
        _shelf.texts = texts
    return _shelf.index


def readiness(need: Need, result: Result) -> Line:
    """Whether the result is ready enough for the need."""
    if need.trl_wanted is None or result.trl is None:
        return Line(_("Technology readiness is not stated on both sides"), Truth.UNKNOWN)
    text = _("Technology readiness: wanted at least TRL %(wanted)s, the result has TRL %(has)s")
    values = {"wanted": need.trl_wanted, "has": result.trl}
    return Line(text % values, Truth.of(result.trl >= need.trl_wanted))


def figure_line(figure: Figure) -> Line:
    """One figure of the need and what the result says to it."""
    text = _("Wanted: %(wanted)s; the result says: %(found)s")
    return Line(
        text % {"wanted": figure.wanted, "found": figure.found},
        figure.answer,
        quote=figure.sentence,
        quote_label=_("Where the result says it"),
    )


def fit(need: Need, result: Result, hit: Hit) -> Finding:
    """One result that may answer one need, with the shared terms as reasons."""
    terms = [reason.term for reason in hit.reasons]
    lines = [readiness(need, result)]
    same = need.field_id == result.field_id
    field_name = result.field.label(get_language() or "zh-hans")
    lines.append(
        Line(
            (_("Same field: %s") if same else _("Another field: %s")) % field_name,
            Truth.of(same),
        )
    )
    lines += [figure_line(figure) for figure in hit.figures if figure.found]
    lines += [
        Line(
            _("The need rules out “%s”, the result has it") % conflict.term,
            Truth.NO,
            quote=conflict.sentence,
            quote_label=_("Where the result says it"),
        )
        for conflict in hit.conflicts
        if conflict.need_excludes
    ]
    unanswered = [figure.wanted for figure in hit.figures if not figure.found]
    if unanswered:
        lines.append(Line(_("The result states no figure for: %s") % _(", ").join(unanswered), Truth.UNKNOWN))
    lines += [
        Line(_("Both speak of “%s”") % r.term, quote=r.sentence, quote_label=_("Where the result says it"))
        for r in hit.reasons
    ]
    return Finding(
        key=f"{need.slug}:{result.slug}",
        title=result.title,
        group=Link(need.title, reverse("registry:need", args=[need.slug])),
        summary=_(", ").join(terms),
        value=f"TRL {result.trl}" if result.trl is not None else "",
        link=Link(result.title, reverse("registry:result", args=[result.slug])),
        lines=tuple(lines),
        lines_title=_("What speaks for it and against"),
        notes=(
            *([str(result.organisation)] if result.organisation else []),
            _("Close in wording only: check each figure"),
        ),
        synthetic=result.synthetic,
        score=hit.score,
    )


class FitsSection:
    """Which results fit the company's needs, ranked by what the two texts share."""

    key = "fits"
    title = gettext_lazy("Fits")
    order = 20

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """Up to `TOP` results for each need."""
        needs = list(Need.objects.filter(organisation_id=subject.organisation.pk).select_related("field"))
        if not needs:
            raise NothingToSay(
                _("No need is registered. Describe a technology need and results that fit it appear here.")
            )
        index = _results()
        ranked = {
            need.pk: index.rank("\n".join([need.title, need.text, " ".join(need.keywords)]), TOP)
            for need in needs
        }
        results = Result.objects.select_related("organisation", "field").in_bulk(
            {hit.id for hits in ranked.values() for hit in hits}, field_name="slug"
        )
        least = CLOSE_ENOUGH if len(index) >= FEW else 0.0
        found = []
        for need in needs:
            # What fails a figure stays on the list, further down and with the figure, if its wording is close.
            close = [hit for hit in ranked[need.pk] if hit.reasons and hit.score / hit.credit >= least]
            found += [fit(need, results[hit.id], hit) for hit in close]
            if not close:
                found.append(self._nothing(need, [results[hit.id] for hit in ranked[need.pk][:1]]))
        return found

    def _nothing(self, need: Need, nearest: list[Result]) -> Finding:
        """No result is close enough: say so, and which one comes nearest."""
        return Finding(
            key=f"{need.slug}:",
            title=_("No registered result comes close"),
            answer=Truth.NO,
            summary=_("The nearest shares too little with the need: %s") % nearest[0].title
            if nearest
            else "",
            group=Link(need.title, reverse("registry:need", args=[need.slug])),
        )


# file -----------------------------------------------------------------------------------------------------


class FileSection:
    """The facts known of the company, those missing, and what each missing one would decide."""

    key = "file"
    title = gettext_lazy("File")
    order = 90

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """A finding for each missing fact that decides something, then the known facts."""
        unlocks: dict[Missing, list[Finding]] = {}
        for section in so_far:
            for finding in section.findings:
                for lack in finding.missing:
                    unlocks.setdefault(lack, []).append(finding)
        found = [self._missing(lack, findings) for lack, findings in unlocks.items()]
        found.sort(key=lambda f: (-len(f.lines), f.key))
        return [*found, self._known(subject)]

    def _missing(self, lack: Missing, findings: list[Finding]) -> Finding:
        lang = page_language()
        lines = []
        for finding in findings:
            text = finding.title
            if finding.potential is not None:
                text += _(" (up to %s)") % finding.potential.yuan.text(lang)
            lines.append(Line(text, Truth.UNKNOWN, reference=finding.link))
        titles = _(", ").join(line.text for line in lines)
        return Finding(
            key=f"missing:{lack.name}" + (f"@{lack.period}" if lack.period else ""),
            title=f"{lack.label}" + (f" {lack.period}" if lack.period else ""),
            answer=Truth.UNKNOWN,
            summary=_("Would decide: %s") % titles,
            lines=tuple(lines),
            lines_title=_("What it would decide"),
            notes=(lack.note,) if lack.note else (),
        )

    def _known(self, subject: Subject) -> Finding:
        facts = subject.facts
        known = list(facts.known()) if isinstance(facts, OrganisationFacts) else []
        names = {name for name, _value in known}
        specs, lang = dictionary().specs, page_language()
        order = {name: i for i, name in enumerate(specs)}
        known.sort(key=lambda fact: (order[fact[0]], str(fact[1].period or "")))
        never = [spec.label(lang) for spec in specs.values() if spec.name not in names]
        facts_known = tuple(
            behind(specs[name], value, str(value.period or ""), lang) for name, value in known
        )
        notes = (_("Nothing is known of: %s") % _(", ").join(never),) if never else ()
        return Finding(
            key="known",
            title=_("Facts known"),
            summary=_("%(known)s values of %(of)s kinds of facts")
            % {"known": len(known), "of": f"{len(names)}/{len(specs)}"},
            lines=(Line(_("Facts known"), facts=facts_known),) if facts_known else (),
            lines_title=_("List them"),
            notes=notes,
            synthetic=bool(known) and all(value.synthetic for _name, value in known),
        )
