"""What `sanchuang policy simulate` says of its result: what each policy comes to, and the totals that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from sanchuang.engines.rules import PolicySet
    from sanchuang.engines.rules.compiled.costs import Cost

NONE = "—"
UNKNOWN = "未知"


def told(costs: Sequence[Cost], policies: PolicySet, unit: int) -> list[dict[str, Any]]:
    """A row for each policy; money in whole units of `unit` fen, rounded down after it was added up."""
    rows = []
    for cost in costs:
        policy = policies.by_id[cost.policy]
        rows.append(
            {
                "policy": cost.policy,
                "title": policy.title.get("zh", cost.policy),
                "eligible": cost.eligible,
                "not_eligible": cost.ineligible,
                "unknown": cost.undecided,
                "has_amount": policy.amount is not None,
                "op": cost.op.value,
                "amount": None if cost.amount is None else cost.amount // unit,
                "amount_unknown": cost.open,
                "paid": None if cost.paid is None else cost.paid // unit,
            }
        )
    return rows


def tell(said: dict[str, Any]) -> None:
    """Print it for people."""
    typer.echo(f"{said['companies']:,} 家企业，{said['engine']}，{said['seconds']} 秒 → {said['out']}")
    if said["apart"]:
        typer.echo(f"其中 {said['apart']:,} 家有 64 位放不下的数，逐家精确计算。")
    for policy, companies in said["conflicts"].items():
        typer.echo(
            f"政策“{policy}”自相矛盾：有 {companies:,} 家企业同时适用结论相反的例外，它们的结论按未知。"
            "给其中一个例外的 when 加上限制；是哪两个，见一家企业的建议。"
        )
    if said["totals"]:
        _print(list(said["totals"][0]), [[_cell(v) for v in row.values()] for row in said["totals"]])
    if said["policies"]:
        _print(
            ["政策", "可以", "不可以", "未知", "金额合计", "预算内实付"],
            [_cost(row, said["unit"]) for row in said["policies"]],
        )
        typer.echo(
            "前三列是企业家数。≤ 是上限；金额未知的企业不在合计里；各项政策不一定能同时享受，不能直接相加。"
        )


def _cost(row: dict[str, Any], unit: str) -> list[str]:
    counts = [
        NONE if row[name] is None else f"{row[name]:,}" for name in ("eligible", "not_eligible", "unknown")
    ]
    if not row["has_amount"]:
        return [row["title"], *counts, NONE, NONE]
    if row["amount"] is None:
        return [row["title"], *counts, UNKNOWN, NONE if row["paid"] is None else f"{row['paid']:,}{unit}"]
    op = "" if row["op"] == "=" else f"{row['op']} "
    amount = f"{op}{row['amount']:,}{unit}"
    if row["amount_unknown"]:
        amount += f"，另 {row['amount_unknown']:,} 家未知"
    return [row["title"], *counts, amount, NONE if row["paid"] is None else f"{op}{row['paid']:,}{unit}"]


def _cell(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _print(heads: list[str], rows: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for head in heads:
        table.add_column(Text(head))  # Text, as a name may hold square brackets
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
