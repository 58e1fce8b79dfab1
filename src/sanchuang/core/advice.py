"""The register through which rooms advise a company.

A room registers a `Section` in its `AppConfig.ready`; `advise` asks every section in order and hands each
one what the earlier ones found. Findings are plain data, so one text, one HTML and one JSON rendering serve
every room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from django.utils.translation import gettext as _

from sanchuang.engines.rules import Facts, FactSpec, FactValue, show
from sanchuang.engines.rules.types import type_of_fact
from sanchuang.values import Figure, Op, Truth, Yuan


@dataclass(frozen=True)
class Link:
    """A named address inside the product."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Behind:
    """One fact behind an answer: what it is called, its value, and where it comes from."""

    name: str
    label: str
    value: str
    period: str = ""
    source: str = ""
    evidence: str = ""
    synthetic: bool = False


def behind(spec: FactSpec, value: FactValue, period: str, lang: str) -> Behind:
    """A known fact as it stands behind an answer, in words of `lang`, its operator before the value."""
    shown = show(value.value, type_of_fact(spec), lang)
    return Behind(
        name=spec.name,
        label=spec.label(lang),
        value=shown if value.op is Op.EXACT else f"{value.op.value} {shown}",
        period=period,
        source=value.source,
        evidence=value.evidence.label(lang) if value.evidence else "",
        synthetic=value.synthetic,
    )


@dataclass(frozen=True)
class Missing:
    """A fact that nobody has given yet and that would decide something.

    `rules`: it is the rules that lack it (a figure or point of law that is not checked); no company can supply it.
    """

    name: str
    label: str
    period: str = ""
    note: str = ""
    rules: bool = False


@dataclass(frozen=True)
class Line:
    """One reason: a condition, a matched requirement, a step of a computation.

    `quote` is what `reference` (or a matched text) says; `quote_label` names it when it is not an article.
    """

    text: str
    answer: Truth | None = None
    detail: str = ""
    reference: Link | None = None
    quote: str = ""
    quote_label: str = ""
    facts: tuple[Behind, ...] = ()
    missing: tuple[Missing, ...] = ()
    remedy: str = ""
    status: str = ""
    children: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Amount:
    """Money that a finding speaks of: how sure its size is (`op`) and how it was computed (`how`)."""

    yuan: Yuan
    op: Op = Op.EXACT
    how: str = ""

    def text(self, lang: str = "zh") -> str:
        """For readers: operator and amount in 万元 or 亿元."""
        shown = self.yuan.text(lang)
        return shown if self.op is Op.EXACT else f"{self.op.value} {shown}"


@dataclass(frozen=True)
class Mark:
    """What a score must reach, in words, and whether it does; unknown where what is open may decide."""

    text: str
    answer: Truth


@dataclass(frozen=True)
class ScoreItem:
    """One item of a score sheet: its points as text and between two bounds (None: no bound), its maximum, what it rests on."""

    label: str
    points: str
    low: int | Fraction | None
    high: int | Fraction | None
    maximum: int
    see: str = ""  # the sheet of its own that gives its points and says why
    marks: tuple[Mark, ...] = ()
    reference: Link | None = None
    facts: tuple[Behind, ...] = ()
    missing: tuple[Missing, ...] = ()
    status: str = ""


@dataclass(frozen=True)
class ScoreSheet:
    """A score sheet filled in: every item, the total (like an item's points) and what it must reach."""

    title: str
    items: tuple[ScoreItem, ...]
    total: str
    low: int | Fraction | None
    high: int | Fraction | None
    maximum: int
    marks: tuple[Mark, ...] = ()
    reference: Link | None = None
    status: str = ""

    @property
    def open(self) -> bool:
        """Whether the total is not known."""
        return self.low is None or self.low != self.high


@dataclass(frozen=True)
class Share:
    """What one layer pays: `text` is an amount, or a proportion while the amount is open."""

    layer: str
    text: str


@dataclass(frozen=True)
class Claimed:
    """One support of a group: what becomes of it, what it alone would give, what is left of it, who pays that."""

    key: str
    title: str
    outcome: str
    asked: str
    granted: str
    cut: str = ""  # what the yearly cap takes
    shares: tuple[Share, ...] = ()
    link: Link | None = None
    this: bool = False  # the support that the finding is about
    synthetic: bool = False


@dataclass(frozen=True)
class Together:
    """Supports that may not all be had: the rule in words, each support, the total and who pays it.

    `missing` would decide what is open; `notes` say what the figures leave out.
    """

    rule: str
    claims: tuple[Claimed, ...]
    total: str
    shares: tuple[Share, ...] = ()
    cap: str = ""
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True)
class Finding:
    """One answer of a section.

    `answer` is None for plain information. `amount` is what the company would receive (or pay);
    `potential` what it could receive if the unmet or unknown conditions held. `value` is a result that
    is not money, such as a size class. `score` orders findings of one section, larger first. Findings of one
    `group` (a need, say) stand together under its name. `ways` say what would bring a better answer; `hopeless` says that
    none of the `missing` facts can bring it to yes; `beyond` is the smallest change that would, where it is no advice
    (a founding date, fewer staff): for programs, not shown. `lines_title` names the lines where "why" would not fit.
    """

    key: str
    title: str
    answer: Truth | None = None
    summary: str = ""
    value: str = ""
    amount: Amount | None = None
    potential: Amount | None = None
    figure: Figure | None = None
    link: Link | None = None
    lines: tuple[Line, ...] = ()
    lines_title: str = ""
    computation: tuple[Line, ...] = ()
    scores: tuple[ScoreSheet, ...] = ()
    together: Together | None = None
    missing: tuple[Missing, ...] = ()
    papers: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    hopeless: bool = False
    beyond: str = ""
    notes: tuple[str, ...] = ()
    status: str = ""
    synthetic: bool = False
    score: float | None = None
    group: Link | None = None

    def potential_text(self, lang: str = "zh") -> str:
        """The potential amount in a sentence that says under which condition; empty without one."""
        if self.potential is None:
            return ""
        if self.answer is Truth.NO:
            return _("Were the unmet conditions met as well, it would be %s") % self.potential.text(lang)
        return _("If the conditions still open are met: %s") % self.potential.text(lang)


@dataclass(frozen=True)
class Subject:
    """Whom the advice is about, as of which day, from which facts.

    `organisation` is the registry's record (core knows only that it has `pk`, `slug` and `name`).
    """

    organisation: Any
    on: dt.date
    facts: Facts
    brief: bool = False  # answers without reasons: for tables of many companies


@dataclass(frozen=True)
class SectionResult:
    """What one section found, or (in `note`) why it found nothing; `fault` says that the question was at fault."""

    key: str
    title: str
    findings: tuple[Finding, ...]
    note: str = ""
    fault: bool = False


@dataclass(frozen=True)
class Advice:
    """All sections' findings about one subject."""

    subject: Subject
    sections: tuple[SectionResult, ...] = field(default=())

    def section(self, key: str) -> SectionResult:
        """The section named `key`; raises KeyError."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def findings(self) -> Iterator[tuple[SectionResult, Finding]]:
        """Every finding with its section."""
        for section in self.sections:
            for finding in section.findings:
                yield section, finding


class NothingToSay(Exception):
    """A section cannot advise and says why, for the reader; with `fault` the question itself must change."""

    def __init__(self, message: str, *, fault: bool = False) -> None:
        super().__init__(message)
        self.fault = fault


class Section(Protocol):
    """What a room offers: a key, a title for readers, a place in the order, and its findings."""

    key: str
    title: Any  # str or a lazy translation
    order: int

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """The findings about `subject`; `so_far` holds the sections of lower order."""
        ...


_sections: dict[str, Section] = {}


def register(section: Section) -> Section:
    """Add a section (once; a second one of the same key is refused)."""
    known = _sections.get(section.key)
    if known is not None and type(known) is not type(section):
        raise ValueError(f"advice section {section.key!r} is registered twice")
    _sections[section.key] = section
    return section


def unregister(key: str) -> None:
    """Take a section away again (tests, plug-ins)."""
    _sections.pop(key, None)


def sections() -> list[Section]:
    """All registered sections in their order."""
    return sorted(_sections.values(), key=lambda s: (s.order, s.key))


def advise(subject: Subject, *, only: Callable[[Section], bool] | None = None) -> Advice:
    """Ask every section (or those that `only` keeps) about `subject`."""
    results: tuple[SectionResult, ...] = ()
    for section in sections():
        if only is not None and not only(section):
            continue
        note, fault = "", False
        try:
            findings = tuple(section.advise(subject, results))
        except NothingToSay as error:
            findings, note, fault = (), str(error), error.fault
        results += (SectionResult(section.key, str(section.title), findings, note, fault),)
    return Advice(subject, results)
