"""`sanchuang match experts`: who knows most about each paper of a file, by their works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.console import Console

from sanchuang.cli.match import ENCODER_HELP, app, go_on_without
from sanchuang.cli.match_files import TAG, Fault, checked, progress_bar, read_records
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.writing import require_places, written

if TYPE_CHECKING:
    from sanchuang.engines.matching.encoders import Encoder
    from sanchuang.engines.matching.experts import Choice, Profile


def _texts(row: dict[str, Any]) -> dict[str, str]:
    """A paper's or work's id, title and abstract; either text may be absent, null or empty."""
    texts = {}
    for field in ("title", "abstract"):
        value = row.get(field)
        if value is not None and not isinstance(value, str):
            raise Fault(f"字段“{field}”不是文字", "用双引号写成文字，没有就不写")
        texts[field] = (value or "").encode("utf-8", "replace").decode()
    return {**checked(row, ("id",)), **texts}


def _profile(row: dict[str, Any]) -> Profile:
    from sanchuang.engines.matching.experts import Profile, Work

    works = row.get("works")
    if not isinstance(works, list) or not all(isinstance(work, dict) for work in works):
        raise Fault("缺少字段“works”，或者它不是成果的列表", '写成 "works": [{"id", "title", "abstract"}, …]')
    return Profile(checked(row, ("id",))["id"], tuple(Work(**_texts(work)) for work in works))


class _Chosen(NamedTuple):
    """What became of ranking experts: lines written, who was left out, and the reasons asked for."""

    lines: int
    own: list[dict[str, str]]
    papers: list[dict[str, Any]]


def _chosen(
    out: Path,
    choices: Iterable[tuple[str, list[Choice]]],
    reasons: int,
) -> _Chosen:
    """Write the run of `choices`, without those who have written the paper themselves."""
    lines, own, papers = 0, [], []
    with written(out) as run:
        for paper, ranked in choices:
            own += [{"paper": paper, "expert": each.expert, "work": each.own} for each in ranked if each.own]
            others = [each for each in ranked if not each.own]
            for place, choice in enumerate(others, start=1):
                run.write(f"{paper} Q0 {choice.expert} {place} {choice.score:.6f} {TAG}\n")
            lines += len(others)
            if reasons:
                papers.append({"paper": paper, "experts": [_shown(choice) for choice in others[:reasons]]})
    return _Chosen(lines, own, papers)


def _shown(choice: Choice) -> dict[str, Any]:
    works = [{**asdict(work), "likeness": round(work.likeness, 3)} for work in choice.works]
    return {"expert": choice.expert, "score": round(choice.score, 3), "works": works}


def _tell_experts(papers: list[dict[str, Any]]) -> Iterator[str]:
    """The reasons, for reading aloud."""
    for paper in papers:
        yield f"论文 {paper['paper']}"
        for place, expert in enumerate(paper["experts"], start=1):
            yield f"  {place}. 专家 {expert['expert']}，得分 {expert['score']:.3f}"
            for work in expert["works"]:
                title = " ".join(work["title"].split()) or "（无标题）"
                shared = "、".join(work["terms"]) or "没有"
                yield f"     {work['work']} {title}（相似度 {work['likeness']:.3f}；共有的词：{shared}）"
                yield f"       “{' '.join(work['sentence'].split())}”"


@app.command()
def experts(
    profiles: Annotated[Path, typer.Option(help="专家：每行 {id, works: [{id, title, abstract}]}。")],
    queries: Annotated[Path, typer.Option(help="论文或项目：每行 {id, title, abstract}。")],
    out: Annotated[Path, typer.Option(help="结果写到这里，TREC 格式：论文 Q0 专家 名次 得分 tag。")],
    encoder: Annotated[
        str,
        typer.Option(help=ENCODER_HELP),
    ] = "",
    reasons: Annotated[
        int, typer.Option(min=0, help="每篇论文给前几位专家说明理由：哪些成果、哪些词、哪一句。")
    ] = 0,
    form: FormatOption = Format.TEXT,
) -> None:
    """按各自的成果为论文或项目找专家。自己写了这篇论文的专家不在结果里。

    示例：sanchuang match experts --profiles experts.jsonl --queries papers.jsonl --out experts.run --reasons 3
    """
    from sanchuang.engines.matching.encoders import EncoderFailed, load
    from sanchuang.engines.matching.experts import Work, choose

    require_places(out, reading=(profiles, queries, Path(encoder) if encoder else None))
    known = list(read_records(profiles, _profile, lambda profile: profile.id))
    asked = list(read_records(queries, lambda row: Work(**_texts(row)), lambda work: work.id))

    def run(plugin: Encoder | None) -> _Chosen:
        with progress_bar() as progress:
            choices = choose(known, asked, plugin, reasons=reasons)
            return _chosen(out, progress.track(choices, total=len(asked), description="找专家"), reasons)

    fault = ""
    try:
        found = run(load(encoder) if encoder else None)
    except EncoderFailed as failed:
        fault = go_on_without(failed)
        found = run(None)
    without = sum(not profile.works for profile in known)
    summary = {
        "experts": len(known),
        "without_works": without,
        "queries": len(asked),
        "lines": found.lines,
        "own_work": found.own,
        "encoder": None if fault else encoder or None,
        "encoder_fault": fault or None,
        "papers": found.papers,
        "out": str(out),
    }
    if form is Format.JSON:
        print_json(summary)
        return
    told = [
        f"{len(known)} 位专家（{without} 位没有成果），{len(asked)} 篇论文，{found.lines} 行结果写到 {out}",
        *(f"专家 {each['expert']} 自己写了论文 {each['paper']}，不在结果里" for each in found.own),
        *_tell_experts(found.papers),
    ]
    Console().print("\n".join(told), highlight=False, soft_wrap=True, markup=False)
