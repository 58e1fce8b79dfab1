"""Advice cut down for paper: in full what can be had or is one step away, one line for everything else.

On a screen reasons are folded away; on paper everything lies open, and an article that five conditions rest on would
be printed five times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sanchuang.core.advice import Advice, Finding, Line, SectionResult
from sanchuang.values import Truth


@dataclass(frozen=True)
class PaperSection:
    """A section as it is printed: `full` findings with their reasons, `short` ones in a line each."""

    section: SectionResult
    full: tuple[Finding, ...]
    short: tuple[Finding, ...]


def on_paper(advice: Advice) -> tuple[PaperSection, ...]:
    """Every finding of the advice once, each section's in their order."""
    return tuple(
        PaperSection(
            section,
            tuple(_quoted_once(finding) for finding in section.findings if printed_in_full(finding)),
            tuple(finding for finding in section.findings if not printed_in_full(finding)),
        )
        for section in advice.sections
    )


def printed_in_full(finding: Finding) -> bool:
    """Whether it can be had, lacks one single thing (a fact, or a condition that is not met), or is information."""
    if finding.answer is None:
        return bool(finding.lines)
    if finding.answer is Truth.YES:
        return True
    short_of = [line for line in finding.lines if line.answer is not Truth.YES]
    if len(short_of) != 1:
        return False
    if finding.answer is Truth.NO:
        return short_of[0].answer is Truth.NO
    return len(finding.missing) == 1


def _quoted_once(finding: Finding) -> Finding:
    """The finding with each article's words under the first line that rests on it; later ones keep its name."""
    return replace(finding, lines=_without(finding.lines, set()))


def _without(lines: Iterable[Line], told: set[str]) -> tuple[Line, ...]:
    out = []
    for line in lines:
        known = line.quote in told
        told.add(line.quote)
        children = _without(line.children, told)
        # words that belong to no article name what they are by their own label and stay
        bare = replace(line, quote="") if known and line.reference is not None else line
        out.append(replace(bare, children=children))
    return tuple(out)
