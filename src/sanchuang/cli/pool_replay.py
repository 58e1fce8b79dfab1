"""`sanchuang pool replay` and `pool generate`: a pool over time, with queues."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.pool import NodesFile, Policy, app
from sanchuang.cli.progress import bars
from sanchuang.cli.writing import require_places, written
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.engines.placement import Nodes

HOUR = 3600
MOST_USERS = 10
MOST_DAYS = 3660

REPLAY = """例：

  sanchuang pool replay --nodes nodes.csv --jobs jobs.csv --policy fair --rules rules.yaml --out rows.csv --picture run.svg

  sanchuang pool replay --nodes nodes.csv.gz --jobs pods.csv.gz --policy easy --placing sanchuang --format json"""

GENERATE = """例：

  sanchuang pool generate --cards 3000 --jobs 100000 --days 30 --load 0.9 --seed 1 --out jobs.csv --nodes-out nodes.csv

  sanchuang pool generate --nodes nodes.csv --jobs 20000 --days 7 --out jobs.csv --format json"""


@app.command("replay", epilog=REPLAY)
def replay(
    nodes: Annotated[Path, NodesFile],
    jobs: Annotated[
        Path,
        typer.Option(
            help="任务，CSV：job, submitted, duration, cpu_milli, memory_mib, num_gpu；可有 user, queue, walltime, "
            "gpu_milli, gpu_spec, gang, priority, preemptible；也可用带 creation_time 和 deletion_time 的集群记录。"
        ),
    ],
    policy: Annotated[
        str,
        typer.Option(
            help="排队策略：fifo, greedy, easy, conservative, shortest, priority, fair，或自己写的 模块:名称。"
        ),
    ] = "easy",
    placing: Annotated[
        Policy,
        typer.Option(
            metavar="<str>",
            help="任务开始时按哪种策略选节点：best-fit, fgd, sanchuang, gpu-packing, gpu-clustering, dotprod。",
        ),
    ] = Policy.BEST_FIT,
    rules: Annotated[Path | None, typer.Option(help="配额、预约和抢占通知，YAML；不写就没有。")] = None,
    out: Annotated[Path | None, typer.Option(help="每个任务一行，写到这个 CSV。")] = None,
    picture: Annotated[Path | None, typer.Option(help="利用率、队列和碎片随时间的图，写到这个 SVG。")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """按时间重放任务，看等多久、用多满、公不公平、预报准不准。"""
    from sanchuang.cli.compiling import compiling
    from sanchuang.cli.pool_files import read_nodes
    from sanchuang.cli.pool_replay_files import find_policy, read_jobs, read_rules
    from sanchuang.cli.pool_tables import known_to
    from sanchuang.engines.placement.replay import PolicyFault, Unkeepable
    from sanchuang.engines.placement.replay import replay as run
    from sanchuang.engines.placement.replay.picture import picture as draw
    from sanchuang.engines.placement.replay.report import report, rows

    require_places(out, picture, reading=(nodes, jobs, rules))
    if placing is Policy.RANDOM:
        raise Malformed("重放时不能随机选节点", "给 --placing 换一个策略")
    chosen = find_policy(policy)
    machines = read_nodes(nodes)
    asked, left_out = read_jobs(jobs, machines)
    promised, placed = read_rules(rules) if rules else (None, None)
    began = time.process_time()
    try:
        with compiling() as first, bars(quiet=format is Format.JSON) as tell:
            known = known_to(placing.value, machines, asked.pods())
            result = run(
                machines, asked, chosen, promised, lambda done, total: tell("重放", done, total), known
            )
    except Unkeepable as error:
        raise placed(error) if placed else error from error
    except PolicyFault as error:
        raise Malformed(f"策略“{policy}”：{error.message}", error.remedy) from error
    said = {
        "policy": policy,
        "placing": placing.value,
        "cpu_seconds": round(time.process_time() - began - first.seconds, 3),
        "compile_seconds": round(first.seconds, 3),
        "left_out": left_out,
    }
    said |= report(result, promised.reservations if promised else ())
    if out:
        table = rows(result)
        with written(out) as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(table)
            lines.writerows(zip(*table.values(), strict=True))
    if picture:
        with written(picture) as file:
            file.write(
                draw(
                    result,
                    f"算力池重放：{policy}，{placing.value}，{len(asked):,} 个任务，{said['cards']:,} 卡",
                )
            )
    if format is Format.JSON:
        print_json(said)
    else:
        _tell(said)


def _tell(said: dict[str, Any]) -> None:
    typer.echo(
        f"{said['jobs']:,} 个任务，{said['cards']:,} 卡，策略 {said['policy']}，选节点 {said['placing']}：做完 {said['ended']:,}，"
        f"还在运行 {said['running']:,}，还在等 {said['waiting']:,}，拒绝 {len(said['refused']):,}"
        f"（{said['cpu_seconds']} 秒 CPU）"
    )
    if said["left_out"]:
        typer.echo(f"另有 {said['left_out']:,} 个任务在记录里从未运行，不知道要运行多久，没有排入。")
    for one in said["refused"][:MOST_USERS]:
        typer.echo(f"拒绝 {one['job']}：{one['reason']}")
    if len(said["refused"]) > MOST_USERS:
        typer.echo("其余见 --format json 或 --out")
    wait, slow = said["wait_seconds"], said["bounded_slowdown"]
    if wait:
        in_hours = max(wait.values()) >= HOUR  # one unit in a line, so that its figures can be compared
        shown = (f"{_called(name)} {_hours(value, in_hours=in_hours)}" for name, value in wait.items())
        typer.echo("等待：" + "，".join(shown))
    if slow:
        typer.echo(
            "有界减速比：" + "，".join(f"{_called(name)} {value:,.2f}" for name, value in slow.items())
        )
    typer.echo(
        f"利用率（首尾提交之间）：{_percent(said['utilisation'])}；碎片：{_percent(said['fragmentation'])}"
    )
    jain = said["fairness"]["users_jain"]
    typer.echo(f"用户间公平（Jain 指数）：{'未知' if jain is None else f'{jain:.3f}'}")
    typer.echo(
        f"抢占 {said['preemptions']:,} 次，涉及 {said['jobs_preempted']:,} 个任务，白跑 {said['lost_card_hours']:,.1f} 卡时"
    )
    for one in said["reservations"]:
        typer.echo(
            f"预约 {one['name']}（队列 {one['queue']}）：留 {one['cards']:,} 卡，共 {one['held_card_hours']:,.2f} 卡时；"
            f"这段时间里该队列用了 {one['used_card_hours']:,.2f} 卡时"
        )
    forecast = said["forecast"]
    if forecast["judged"]:
        typer.echo(
            f"开始时间预报：{forecast['judged']:,} 个等过的任务，{_percent(forecast['started_before_p50'])} 在 P50 之前开始，"
            f"{_percent(forecast['started_before_p90'])} 在 P90 之前；P50 平均差 {_hours(forecast['mean_error_seconds'])}"
        )
    _tables(said)


def _tables(said: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table("队列", "用了（卡时）", "配额可得（卡时）", "占比", title="队列", title_justify="left")
    for row in said["fairness"]["queues"]:
        entitled = row["entitled_card_hours"]
        hours = f"{row['used_card_hours']:,.0f}", "没有配额" if entitled is None else f"{entitled:,.0f}"
        table.add_row(Text(row["queue"]), *hours, _percent(row["share"]))
    console.print(table)
    users = said["card_hours"]["users"]
    table = Table(
        "用户",
        "任务",
        "卡时",
        "其中白跑",
        title=f"用户（前 {MOST_USERS}，共 {len(users)}）",
        title_justify="left",
    )
    for row in users[:MOST_USERS]:
        table.add_row(
            Text(row["name"]), f"{row['jobs']:,}", f"{row['card_hours']:,.0f}", f"{row['lost']:,.1f}"
        )
    console.print(table)


def _called(name: str) -> str:
    return "平均" if name == "mean" else name.upper()


def _percent(value: float | None) -> str:
    return "未知" if value is None else f"{100 * value:.1f}%"


def _hours(seconds: float, *, in_hours: bool | None = None) -> str:
    """In hours from an hour on, else in seconds, unless the unit is given."""
    if in_hours is None:
        in_hours = seconds >= HOUR
    return f"{seconds / HOUR:,.2f} 小时" if in_hours else f"{seconds:,.0f} 秒"


@app.command("generate", epilog=GENERATE)
def generate(
    jobs: Annotated[int, typer.Option(min=1, help="任务数。")],
    days: Annotated[float, typer.Option(min=0.05, max=MOST_DAYS, help="这些任务在多少天里提交。")],
    out: Annotated[Path, typer.Option(help="任务写到这个 CSV。")],
    cards: Annotated[
        int | None, typer.Option(min=1, help="相同节点（每个 8 卡）的池有多少卡；或用 --nodes。")
    ] = None,
    nodes: Annotated[Path | None, typer.Option(help="已有的节点文件。")] = None,
    nodes_out: Annotated[Path | None, typer.Option(help="--cards 的节点写到这个 CSV。")] = None,
    load: Annotated[float, typer.Option(min=0.01, max=10, help="要的卡时占全池的多少。")] = 0.9,
    seed: Annotated[int, typer.Option(min=0, help="随机种子： 种子相同，任务相同。")] = 0,
    format: FormatOption = Format.TEXT,
) -> None:
    """生成一份像真实算力池那样的任务（分布和出处见 docs/pool-replay.md）。"""
    import numpy as np

    from sanchuang.cli.pool_replay_files import write_jobs, write_nodes
    from sanchuang.engines.placement.replay.generate import Demand, Unreachable
    from sanchuang.engines.placement.replay.generate import generate as draw

    require_places(out, nodes_out, reading=[nodes])
    pool = _pool(cards, nodes)
    try:
        drawn = draw(pool, Demand(jobs, days, load), seed)
    except Unreachable as error:
        raise Malformed(str(error), "增加 --jobs，或减小 --load") from error
    with written(out) as file:
        write_jobs(file, drawn)
    if nodes_out:
        with written(nodes_out) as file:
            write_nodes(file, pool)
    hours = drawn.runtime * drawn.demand[:, 2] / 1000 / HOUR
    said = {
        "jobs": len(drawn),
        "cards": int(pool.num_gpu.sum()),
        "card_hours": round(float(hours.sum()), 1),
        "median_seconds": int(np.median(drawn.runtime)),
        "mean_seconds": int(drawn.runtime.mean()),
        "seed": seed,
        "out": str(out),
    }
    if format is Format.JSON:
        print_json(said)
        return
    long = max(said["median_seconds"], said["mean_seconds"]) >= HOUR
    typer.echo(
        f"{said['jobs']:,} 个任务，共 {said['card_hours']:,} 卡时；运行时间中位 {_hours(said['median_seconds'], in_hours=long)}，"
        f"平均 {_hours(said['mean_seconds'], in_hours=long)} → {out}"
    )


def _pool(cards: int | None, nodes: Path | None) -> Nodes:
    from sanchuang.cli.pool_files import read_nodes
    from sanchuang.engines.placement.replay.generate import uniform_nodes

    if cards is not None and nodes is not None:
        raise Malformed("--cards 和 --nodes 只能给一个", "去掉其中一个：池由卡数定，或由节点文件定")
    if cards is None and nodes is None:
        raise Malformed("池有多大不清楚", "写 --cards 或 --nodes 其中一个")
    pool = read_nodes(nodes) if nodes else uniform_nodes(cards or 0)
    if not pool.milli:
        raise Malformed(f"{nodes}：没有一张卡，说不出要多少卡时", "给有卡的节点")
    return pool
