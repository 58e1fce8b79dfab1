"""Whom the registry advises, and what it adds to a company's advice itself: the state of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.advice import (
    Finding,
    Line,
    Link,
    Missing,
    SectionResult,
    Subject,
    behind,
)
from sanchuang.core.errors import Unfit
from sanchuang.core.language import page_language
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.facts import OrganisationFacts, company_facts
from sanchuang.registry.models import Organisation
from sanchuang.values import Truth


def require_company(organisation: Organisation) -> None:
    """Advice is for companies; raises `Unfit` for any other kind."""
    if organisation.kind != Organisation.Kind.COMPANY:
        kind = organisation.get_kind_display()
        message = _("Advice is for companies; “%(name)s” is: %(kind)s") % {
            "name": organisation.name,
            "kind": kind,
        }
        raise Unfit(message, _("Choose a company from the list of organisations"))


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


class FileSection:
    """The facts known of the company, those missing, and what each missing one would decide."""

    key = "file"
    title = gettext_lazy("File")
    order = 90

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """A finding for each missing fact that decides something, then the known facts."""
        # Of tens of thousands of companies each lacks dozens of facts: what they share is put into words once.
        unlocks: dict[Missing, list[Line]] = {}
        lang, comma = page_language(), _(", ")
        decides, title = _("Would decide: %s"), _("What it would decide")
        group = Link(_("Facts still missing"))
        for section in so_far:
            for finding in section.findings:
                if not finding.missing:
                    continue
                line = _would_be_decided(finding, lang)
                for lack in finding.missing:
                    if lack.rules:
                        continue  # not the company's to know
                    unlocks.setdefault(lack, []).append(line)
        found = [
            Finding(
                key=f"missing:{lack.name}" + (f"@{lack.period}" if lack.period else ""),
                title=f"{lack.label}" + (f" {lack.period}" if lack.period else ""),
                answer=Truth.UNKNOWN,
                summary=decides % comma.join(line.text for line in lines),
                lines=tuple(lines),
                lines_title=title,
                notes=(lack.note,) if lack.note else (),
                group=group,
            )
            for lack, lines in unlocks.items()
        ]
        found.sort(key=lambda f: (-len(f.lines), f.key))
        return [*found, self._known(subject)]

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


def _would_be_decided(finding: Finding, lang: str) -> Line:
    text = finding.title
    if finding.potential is not None:
        text += _(" (up to %s)") % finding.potential.yuan.text(lang)
    return Line(text, Truth.UNKNOWN, reference=finding.link)
