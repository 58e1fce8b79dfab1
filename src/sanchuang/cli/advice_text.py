"""Advice as text on a terminal: Rich trees with every reason, or one line a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.tree import Tree

    from sanchuang.core.advice import (
        Advice,
        Behind,
        Finding,
        Line,
        Mark,
        Missing,
        ScoreSheet,
        Share,
        Together,
    )

BRIEF = 100  # characters of a line of `--brief`


def text(advice: Advice) -> list[Tree | str]:
    """The advice as Rich trees, one a section."""
    from rich.markup import escape
    from rich.tree import Tree

    pieces: list[Tree | str] = [_head(advice)]
    for section in advice.sections:
        branch = Tree(f"\n[bold green]{escape(section.title)}[/]")
        if section.note:
            branch.add(f"[dim]{escape(section.note)}[/]")
        groups: dict[str, Tree] = {}
        for finding in section.findings:
            parent = branch
            if finding.group is not None:
                parent = groups.get(finding.group.text) or branch.add(
                    f"[bold]{escape(finding.group.text)}[/]"
                )
                groups[finding.group.text] = parent
            finding_tree(parent, finding)
        pieces.append(branch)
    return pieces


def briefly(advice: Advice) -> list[str]:
    """The advice as Rich lines: a heading, and under each section one line a finding."""
    from rich.markup import escape

    lines = [_head(advice)]
    for section in advice.sections:
        lines.append(f"[bold green]{escape(section.title)}[/]")
        if section.note:
            lines.append(f"  [dim]{escape(section.note)}[/]")
        lines += map(_brief_line, section.findings)
    return lines


def _brief_line(finding: Finding) -> str:
    """A finding in one line of `BRIEF` characters: its answer, title, amount and status, and of the reason what still fits."""
    from rich.markup import escape, render

    said = finding.amount.text() if finding.amount is not None else finding.value
    words = f"  {_badge(finding)}[bold]{escape(finding.title)}[/]  {escape(said)}".rstrip()
    reasons = [finding.summary] if finding.summary and finding.summary != said else []
    if finding.potential is not None:
        reasons.insert(0, finding.potential_text())
    end = f"  [dim]〔{escape(finding.status)}〕[/]" if finding.status else ""
    room = BRIEF - len(render(words + end).plain) - 2
    for reason in reasons:
        if room <= 8:
            break
        shown = reason if len(reason) <= room else reason[: room - 1].rstrip("、，") + "…"
        words += f"  [dim]{escape(shown)}[/]"
        room -= len(shown) + 2
    return words + end


def _head(advice: Advice) -> str:
    from rich.markup import escape

    organisation = advice.subject.organisation
    mark = " [yellow](示例)[/]" if organisation.synthetic else ""
    code = f"  {organisation.code}" if organisation.code else ""
    return f"[bold]{escape(organisation.name)}[/]{mark}{code}  以 {advice.subject.on} 为准"


def _badge(finding: Finding) -> str:
    from sanchuang.values import Truth

    if finding.answer is None:
        return ""
    return {
        Truth.YES: "[green]可以[/]  ",
        Truth.NO: "[red]不可以[/]  ",
        Truth.UNKNOWN: "[yellow]未知[/]  ",
    }[finding.answer]


def finding_tree(parent: Tree, finding: Finding) -> None:
    """Add a finding with its reasons."""
    from rich.markup import escape

    title = f"{_badge(finding)}[bold]{escape(finding.title)}[/]"
    if finding.amount is not None:
        title += f"  [bold green]{finding.amount.text()}[/]（{finding.amount.yuan.exact()}）"
    elif finding.value:
        title += f"  [bold]{escape(finding.value)}[/]"
    if finding.status:
        title += f"  [dim]〔{escape(finding.status)}〕[/]"
    if finding.synthetic:
        title += "  [yellow](示例)[/]"
    node = parent.add(title)
    if finding.summary and finding.amount is None and finding.summary != finding.value:
        node.add(escape(finding.summary))
    if finding.potential is not None:
        node.add(escape(finding.potential_text()))
    for way in finding.ways:
        node.add(f"[bold]→ {escape(way)}[/]")
    for line in finding.lines:
        _line(node, line)
    for line in finding.computation:
        _line(node, line, label="算法 ")
    for sheet in finding.scores:
        _score_sheet(node, sheet)
    if finding.together is not None:
        _together(node, finding.together)
    if finding.missing:
        names = "、".join(
            f"{m.label}{' ' + m.period if m.period else ''}{'（规则这里的缺口，不由企业提供）' if m.rules else ''}"
            for m in finding.missing
        )
        node.add(f"[yellow]缺：{escape(names)}[/]")
    if finding.papers:
        node.add(f"材料：{escape('、'.join(finding.papers))}")
    for note in finding.notes:
        node.add(f"[dim]{escape(note)}[/]")


def _line(parent: Tree, line: Line, label: str = "") -> None:
    from rich.markup import escape

    from sanchuang.values import Truth

    sign = "·"
    if line.answer is not None:
        sign = {Truth.YES: "[green]✓[/]", Truth.NO: "[red]✗[/]", Truth.UNKNOWN: "[yellow]?[/]"}[line.answer]
    words = f"{sign} {label}{escape(line.text)}"
    if line.reference is not None:
        words += f"  [dim]〔{escape(line.reference.text)}〕[/]"
    if line.status:
        words += f"  [dim]{escape(line.status)}[/]"
    node = parent.add(words)
    if line.detail:
        node.add(escape(line.detail))
    _facts(node, line.facts, line.missing)
    if line.remedy:
        node.add(f"→ {escape(line.remedy)}")
    for child in line.children:
        _line(node, child)


def _facts(node: Tree, facts: Iterable[Behind], missing: Iterable[Missing]) -> None:
    from rich.markup import escape

    for fact in facts:
        when = f" {fact.period}" if fact.period else ""
        grade = f"，{fact.evidence}" if fact.evidence else ""
        source = f"（{fact.source}{grade}）" if fact.source or grade else ""
        node.add(f"[dim]{escape(f'{fact.label}{when}：{fact.value}{source}')}[/]")
    for lack in missing:
        node.add(f"[yellow]缺 {escape(' '.join(filter(None, (lack.label, lack.period, lack.note))))}[/]")


def _score_sheet(parent: Tree, sheet: ScoreSheet) -> None:
    """A score sheet: the total with what it must reach, and under it every item with its facts."""
    from rich.markup import escape

    status = f"  [dim]{escape(sheet.status)}[/]" if sheet.status else ""
    total = f"· 评分 {escape(sheet.title)} = [bold]{sheet.total}[/] / {sheet.maximum} 分"
    node = parent.add(f"{total}{_marks(sheet.marks)}{status}")
    for item in sheet.items:
        words = f"· {escape(item.label)} {item.points} / {item.maximum} 分{_marks(item.marks)}"
        if item.reference is not None:
            words += f"  [dim]〔{escape(item.reference.text)}〕[/]"
        if item.status:
            words += f"  [dim]{escape(item.status)}[/]"
        if item.see:
            words += f"  [dim]见评分“{escape(item.see)}”[/]"
        _facts(node.add(words), item.facts, item.missing)


def _marks(marks: Iterable[Mark]) -> str:
    from rich.markup import escape

    from sanchuang.values import Truth

    words = {
        Truth.YES: "[green]达到[/]",
        Truth.NO: "[red]没有达到[/]",
        Truth.UNKNOWN: "[yellow]未知[/]",
    }
    return "".join(f"，要{escape(mark.text)} 分：{words[mark.answer]}" for mark in marks)


def _together(parent: Tree, together: Together) -> None:
    """What goes with the support: each of its group, what becomes of it and who pays."""
    from rich.markup import escape

    cap = f"，每年不超过 {together.cap}" if together.cap else ""
    status = f"  [dim]{escape(together.status)}[/]" if together.status else ""
    node = parent.add(
        f"· 同组支持合计 [bold]{escape(together.total)}[/]{cap}{_payers(together.shares)}{status}"
    )
    node.add(escape(together.rule))
    for claim in together.claims:
        mark = " [yellow](示例)[/]" if claim.synthetic else ""
        words = f"· {escape(claim.title)}{mark}  {escape(claim.outcome)}  单独 {escape(claim.asked)}，实得 {escape(claim.granted)}"
        if claim.cut:
            words += f"（超过年度上限，减去 {escape(claim.cut)}）"
        node.add(f"{words}{_payers(claim.shares)}")
    _facts(node, (), together.missing)
    for note in together.notes:
        node.add(f"[dim]{escape(note)}[/]")


def _payers(shares: Iterable[Share]) -> str:
    said = "、".join(f"{share.layer} {share.text}".strip() for share in shares)
    return f"，由{said}负担" if said else ""
