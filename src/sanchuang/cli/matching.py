"""`sanchuang match need, result, org, text, learn, forget, status`: matching the records of the registry.

They join the commands of `match`, which compute from files alone; only these here set Django up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sanchuang.cli.django_setup import set_up
from sanchuang.cli.match import app
from sanchuang.cli.match_index import forget_index
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.matching.feedback import Effect
    from sanchuang.registry.matching.ranking import Match
    from sanchuang.registry.models import MatchTraining

_MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}
_KINDS = {"result": "成果", "organisation": "机构", "person": "人"}


def _say(text: str) -> None:
    Console().print(text, highlight=False, markup=False, soft_wrap=True)


def _record(model: Any, slug: str, what: str) -> Any:
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise Malformed(
            f"没有标识为“{slug}”的{what}", "在网页上打开它，地址里最后一段就是标识；或用 sanchuang search 找"
        )
    return found


def _print(matches: list[Match], form: Format, *, needs: bool = False, both: bool = False) -> None:
    """Print matches: what answers, or with `needs` the needs that are answered, or `both` ends of each."""
    from sanchuang.registry.matching.data import counted_data, matches_data
    from sanchuang.registry.matching.ranking import untold

    missing = untold(matches)
    if form is Format.JSON:
        print_json({"matches": matches_data(matches), "untold": [counted_data(each) for each in missing]})
        return
    if not matches:
        _say("没有相近的。")
    for number, match in enumerate(matches, start=1):
        ends = [("需求", match.need)] if needs or both else []
        ends += [] if needs else [(_KINDS[match.side], match.other)]
        named = " ← ".join(
            f"{kind}：{record}{'（示例）' if record.synthetic else ''}　{record.slug}"
            for kind, record in ends
        )
        chance = (
            f"　约 {match.chance.percent}% 值得引荐（{match.chance.answers} 个回答）" if match.chance else ""
        )
        _say(f"{number}. {named}　得分 {match.score:.3f}{chance}")
        for line in match.lines:
            mark = "·" if line.answer is None else _MARKS[line.answer.value]
            _say(f"   {mark} {line.text}" + (f"：{line.quote}" if line.quote else ""))
    for each in missing:
        _say(
            f"{each.label}：还说不出有多大可能值得引荐：还差 {each.worth_missing} 个“值得引荐”和 {each.not_worth_missing} 个“不值得”的回答。"
            if not each.enough
            else f"{each.label}：还说不出有多大可能值得引荐：回答够了，但现在用的学习说不出；sanchuang match status 说明原因，sanchuang match learn 重新学习。"
        )


@app.command("need")
def need(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="需求的标识。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """为一个需求找成果，以及可以帮忙的院所、企业和人，逐行写明依据。

    示例：sanchuang match need n-ai-001 --format json
    """
    set_up(ctx)
    from sanchuang.registry.models import Need

    found = _record(Need, slug, "需求")
    _print(_answering(found), form)


def _answering(asked: Any) -> list[Match]:
    from sanchuang.registry.matching.others import others
    from sanchuang.registry.matching.ranking import answers

    found = answers([asked])
    (who,) = others(found)
    return [*found[0].shown, *who.labs, *who.suppliers, *who.people]


@app.command("text")
def text(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(help="一段话：要开放的场景、征集、电话里记下的需求。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """为一段没有登记的话找成果，以及可以帮忙的院所、企业和人。

    示例：sanchuang match text "景区客流高峰时提前半小时预警，误报率不超过 5%"
    """
    set_up(ctx)
    from sanchuang.registry.models import Need

    if not words.strip():
        raise Malformed("没有写要找什么", "写一句话，例如场景、要求和指标")
    _print(_answering(Need(slug="", title=words.strip(), text="")), form)


@app.command("result")
def result(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="成果的标识。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """找一项成果可能满足的需求。

    示例：sanchuang match result r-ai-001
    """
    set_up(ctx)
    from sanchuang.registry.matching.ranking import needs_for
    from sanchuang.registry.models import Result

    found = _record(Result, slug, "成果")
    _print(needs_for([found]), form, needs=True)


@app.command("org")
def org(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="机构的名称、代码或标识。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """找一家机构的成果可能满足的需求；它自己有需求的，也为每个需求找成果。

    示例：sanchuang match org i-lanting-brain --format json
    """
    set_up(ctx)
    from sanchuang.registry.matching.ranking import answers, needs_of
    from sanchuang.registry.queries import find_organisation

    found = find_organisation(name)
    needs = list(found.needs.select_related("field").order_by("slug"))
    matches = needs_of(found, list(found.results.order_by("slug")))
    _print([*matches, *(match for answer in answers(needs) for match in answer.shown)], form, both=True)


def _told(row: MatchTraining) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "by": str(row.by),
        "worth": row.worth,
        "not_worth": row.not_worth,
        "pairs": row.pairs,
        "weights": row.weights,
        "effect": row.effect,
        "ranker_pairs": row.ranker_pairs,
        "ranker_effect": row.ranker_effect,
        "curve": row.curve,
        "reliability": row.reliability,
        "done": row.done,
        "adopted": row.adopted,
        "ranker_adopted": row.ranker_adopted,
        "over": row.over_id,
        "in_force": row.in_force,
    }


@app.command("learn")
def learn(ctx: typer.Context, form: FormatOption = Format.TEXT) -> None:
    """从全部回答学习成果、院所和企业、人各自的排序和可能性；在没有学过的回答上不变差才采用。回答上千时要几分钟。

    示例：sanchuang match learn
    """
    set_up(ctx)
    from sanchuang.core.operator import operator
    from sanchuang.registry.matching.actions import learn as teach

    _print_status(form, teach(by=operator(), here=True))


@app.command("forget")
def forget(
    ctx: typer.Context,
    to: Annotated[int, typer.Option("--to", help="改用第几次学习；不给就退回出厂的排序。")] = 0,
    directory: Annotated[
        Path | None,
        typer.Option("--index", help="不是本区的排序，而是这个目录里的索引学到的：去掉它，文本不变。"),
    ] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """退回出厂的排序，或改用以前的一次学习；什么都不会丢。

    示例：sanchuang match forget --to 3
    """
    if directory is not None:
        if to:
            raise Malformed("--to 和 --index 只能给一个", "--to 是本区的学习，--index 是一个目录里的索引")
        return forget_index(directory, form)
    set_up(ctx)
    from sanchuang.core.operator import operator
    from sanchuang.registry.matching.actions import use_training
    from sanchuang.registry.models import MatchTraining

    row = MatchTraining.objects.filter(pk=to).first() if to else None
    if to and row is None:
        raise Malformed(f"没有第 {to} 次学习", "sanchuang match status 列出每一次")
    use_training(by=operator(), training=row)
    _print_status(form)


@app.command("status")
def status(ctx: typer.Context, form: FormatOption = Format.TEXT) -> None:
    """有多少回答，学过几次，效果怎样，现在按哪一次排序。

    示例：sanchuang match status --format json
    """
    set_up(ctx)
    _print_status(form)


def _print_status(form: Format, rows: list[MatchTraining] | None = None) -> None:
    from django.utils.timezone import localtime

    from sanchuang.registry.matching.data import counted_data
    from sanchuang.registry.matching.trained import Trained, counted, effect_of, reliability_of
    from sanchuang.registry.models import MatchTraining

    rows = list(MatchTraining.objects.select_related("by")) if rows is None else rows
    if form is Format.JSON:
        print_json(
            {
                "answers": [counted_data(each) for each in counted()],
                "faults": [trained.fault for trained in Trained.each() if trained.fault],
                "trainings": [_told(row) for row in rows],
            }
        )
        return
    for now, trained in zip(counted(), Trained.each(), strict=True):
        _say(f"{now.label}：值得引荐 {now.worth} 个，不值得 {now.not_worth} 个")
        if not now.enough:
            _say(
                f"   要说出可能性，还差 {now.worth_missing} 个“值得引荐”和 {now.not_worth_missing} 个“不值得”"
            )
        if trained.fault:
            _say(f"   {trained.fault}")
    for row in rows:
        used = (
            ("完整排序已采用" if row.ranker_adopted else "权重已采用" if row.adopted else "排序没有采用")
            if row.done
            else "还没有学完"
        )
        _say(
            f"第 {row.pk} 次学习，{row.get_kind_display()}，{localtime(row.at):%Y-%m-%d}，{row.by}：{row.ranker_pairs or row.pairs} 对，{used}{'，现在用它' if row.in_force else ''}"
        )
        _print_effect("权重", effect_of(row.effect))
        _print_effect("完整排序", effect_of(row.ranker_effect))
        if trust := reliability_of(row.reliability):
            _say(
                f"   可能性的 Brier 分数 {trust.brier:.3f}（总是只说平均比例：{trust.base:.3f}）"
                + ("" if row.curve else "，不比平均比例好，不说可能性")
            )
    if not rows:
        _say("还没有学习过：匹配按出厂的方式排序")


def _print_effect(stage: str, effect: Effect | None) -> None:
    if effect is None:
        return
    for name, change in (("nDCG@10", effect.ndcg), ("R@1", effect.first), ("AUC", effect.auc)):
        if change is not None:
            _say(
                f"   {stage}，{name}（没有学过的回答）：{change.before:.3f} → {change.after:.3f}，提高 95% 区间 {change.low:+.3f} … {change.high:+.3f}"
            )
