"""`sanchuang policy explain` and `replay`: answers that carry their dates and rules, and past ones computed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sanchuang.cli.options import Format, FormatOption, OnOption, day, print_json
from sanchuang.values import Malformed

KnownOption = Annotated[
    str, typer.Option("--known", help="只用到这一天为止已知的事实，例如 2026-03-01；不写为今天。")
]
_SAID = {"yes": "可以", "no": "不可以", "unknown": "未知"}
_NAMES = {"eligible": "结论", "amount": "金额", "amount_op": "金额的前缀", "result": "结果"}


def register(app: typer.Typer) -> None:
    """Add both commands to `sanchuang policy`."""

    @app.command(
        "explain", epilog="例：sanchuang policy explain 示例公司全称 --policy sme_size --on 2026-03-01"
    )
    def explain(
        company: Annotated[str, typer.Argument(help="企业的名称、曾用名、简称、代码或标识。")],
        policy: Annotated[str, typer.Option("--policy", help="只问这一项政策；不写为当天施行的全部。")] = "",
        on: OnOption = "",
        known: KnownOption = "",
        format: FormatOption = Format.TEXT,
    ) -> None:
        """一家企业逐条适用政策的结论、理由和最近的改变；json 可以存下来，以后用 replay 重算。"""
        explain_one(company, policy, on, known, format)

    @app.command("replay", epilog="例：sanchuang policy replay 存下的决定.json")
    def replay(
        file: Annotated[Path, typer.Argument(help="policy explain --format json 存下的文件。")],
        policy: Annotated[str, typer.Option("--policy", help="只重算这一项政策。")] = "",
        format: FormatOption = Format.TEXT,
    ) -> None:
        """按当时的条文和当时已知的事实重算过去的决定，说出结论是否相同、哪里不同；不同时退出码为 1。"""
        replay_file(file, policy, format)


def explain_one(company: str, policy: str, on: str, known: str, format: Format) -> None:
    """Print what the policies say of one company."""
    from sanchuang.core import audit
    from sanchuang.core.operator import operator
    from sanchuang.engines.rules.explain import NoPolicyInForce
    from sanchuang.policies.decisions import decision, explained, outlook
    from sanchuang.policies.queries import policy_set
    from sanchuang.registry.advice import require_company
    from sanchuang.registry.queries import find_organisation

    date, until = day(on), day(known)
    found = find_organisation(company)
    require_company(found)
    try:
        said = explained(found, date, until, policy)
    except NoPolicyInForce as error:
        raise Malformed(str(error), "换一个日期") from error
    audit.reading(found, by=operator(), what="registry.read_advice")
    policies = policy_set()
    if format is Format.JSON:
        print_json(
            {
                "organisation": {"id": found.slug, "code": found.code, "name": found.name},
                "synthetic": found.synthetic,
                "decisions": [
                    decision(policies, each, until) | outlook(policies, each, facts) for each, facts in said
                ],
            }
        )
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.tree import Tree

    from sanchuang.cli.advice_text import finding_tree
    from sanchuang.engines.rules.rule_hash import rule_hash
    from sanchuang.policies.telling import teller
    from sanchuang.policies.together import groups_with
    from sanchuang.policies.ways import Days

    days = Days()
    mark = " [yellow](示例)[/]" if found.synthetic else ""
    root = Tree(f"[bold]{escape(found.name)}[/]{mark}  以 {date} 为准，事实知至 {until}")
    for each, facts in said:
        told = teller(each.policy)
        groups = groups_with(policies, each, facts)
        finding_tree(root, told.finding(each, facts, policies, days, groups=groups))
        root.children[-1].add(f"[dim]规则 {rule_hash(policies, each.policy)[:12]}[/]")
    Console(highlight=False).print(root)


def replay_file(file: Path, policy: str, format: Format) -> None:
    """Replay the decisions kept in a file; exits with 1 when an answer differs."""
    from sanchuang.core import audit
    from sanchuang.core.operator import operator
    from sanchuang.policies.decisions import replay
    from sanchuang.registry.queries import find_organisation

    kept = _read(file)
    wanted = [d for d in kept["decisions"] if not policy or d.get("policy") == policy]
    if not wanted:
        raise Malformed(
            f"文件里没有政策“{policy}”的决定" if policy else "文件里没有决定", "检查文件或 --policy"
        )
    found = find_organisation(str(kept["organisation"]["id"]))
    replays = [(past, replay(found, past)) for past in wanted]
    audit.reading(found, by=operator(), what="registry.read_advice")
    same = all(each.same for _, each in replays)
    if format is Format.JSON:
        print_json(
            {
                "same": same,
                "decisions": [
                    {
                        "policy": past["policy"],
                        "same": each.same,
                        "answers": [vars(d) for d in each.answers],
                        "facts": [vars(d) for d in each.facts],
                        "now": each.decision,
                    }
                    for past, each in replays
                ],
            }
        )
    else:
        for past, each in replays:
            typer.echo(f"{past.get('title', past['policy'])}：" + ("结论相同" if each.same else "结论不同"))
            typer.echo(f"  法律日 {past['on']}，事实日 {past['known']}，规则 {str(past['rules'])[:12]}")
            for what, differences in (("", each.answers), ("事实 ", each.facts)):
                for d in differences:
                    then, now = (_SAID.get(v, v) if v is not None else "没有" for v in (d.then, d.now))
                    typer.echo(f"  {what}{_NAMES.get(d.what, d.what)}：当时 {then}，现在算得 {now}")
    if not same:
        raise typer.Exit(1)


def _read(file: Path) -> dict[str, Any]:
    remedy = "给出 sanchuang policy explain --format json 存下的文件"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Malformed(f"读不了 {file}：{error.strerror}", remedy) from error
    except ValueError as error:
        raise Malformed(f"{file} 不是 JSON：{error}", remedy) from error
    shaped = isinstance(kept, dict) and isinstance(kept.get("decisions"), list)
    if not shaped or not isinstance(kept.get("organisation"), dict) or "id" not in kept["organisation"]:
        raise Malformed(f"{file} 里没有决定", remedy)
    if not all(isinstance(each, dict) for each in kept["decisions"]):
        raise Malformed(f"{file} 里的决定不完整", remedy)
    return dict(kept)
