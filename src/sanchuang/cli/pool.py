"""`sanchuang pool`: how full a pool of GPUs can be."""

from __future__ import annotations

import csv
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.writing import require_places, written

if TYPE_CHECKING:
    from sanchuang.engines.placement import Nodes, Pods
    from sanchuang.engines.placement.cluster import Array
    from sanchuang.engines.placement.placing import Placement

app = typer.Typer(help="算力池：把任务放到节点上，看池子能装多满。", no_args_is_help=True)


class Policy(StrEnum):
    """How a node is chosen (docs/placement.md)."""

    RANDOM = "random"
    DOTPROD = "dotprod"
    GPU_CLUSTERING = "gpu-clustering"
    GPU_PACKING = "gpu-packing"
    BEST_FIT = "best-fit"
    FGD = "fgd"
    SANCHUANG = "sanchuang"


EXAMPLES = """例：

  sanchuang pool place --nodes nodes.csv.gz --pods pods.csv.gz --arrivals arrivals.csv.gz --out log.csv

  sanchuang pool place --nodes nodes.csv --pods pods.csv --arrivals arrivals.csv --policy fgd --out fgd.csv --format json"""


NodesFile = typer.Option(help="节点，CSV（可用 gzip）：sn, cpu_milli, memory_mib, gpu, model。")


@app.callback()
def _group() -> None:
    """算力池：把任务放到节点上，看池子能装多满。"""


@app.command("place", epilog=EXAMPLES)
def place(
    nodes: Annotated[Path, NodesFile],
    pods: Annotated[
        Path,
        typer.Option(
            help="任务，CSV：name, cpu_milli, memory_mib, num_gpu, gpu_milli；可有 gpu_spec（型号，用 | 隔开）"
            "和 gang；同一 gang 的任务全放或全不放。"
        ),
    ],
    arrivals: Annotated[
        Path, typer.Option(help="到达的次序，CSV：kind, pos, name；kind 为 node 的行定平局时节点的先后。")
    ],
    out: Annotated[Path, typer.Option(help="记录写到这里：pos, pod, node, gpus；node 空着就是没放下。")],
    policy: Annotated[Policy, typer.Option(help="按哪种策略选节点。")] = Policy.SANCHUANG,
    seed: Annotated[int, typer.Option(min=0, help="random 策略的种子。")] = 0,
    defragment: Annotated[
        bool,
        typer.Option(
            "--defragment",
            help="放不下时挪动已有的任务； 挪动另计，记录多 action 一列，结果不能与不用 --defragment 的相比。",
        ),
    ] = False,
    format: FormatOption = Format.TEXT,
) -> None:
    """逐个放置任务：来一个放一个，放下不再动，放不下就记为没放下。"""
    from sanchuang.cli.pool_files import read_arrivals, read_nodes, read_pods
    from sanchuang.cli.pool_tables import known_to
    from sanchuang.engines.placement.defragmenting import place_moving
    from sanchuang.engines.placement.placing import place, place_at_random
    from sanchuang.values import Malformed

    if defragment and policy is Policy.RANDOM:
        raise Malformed("random 策略不能和 --defragment 一起用", "换一个 --policy，或去掉 --defragment")
    require_places(out, reading=(nodes, pods, arrivals))
    machines = read_nodes(nodes)
    asked = read_pods(pods, machines)
    order, rank = read_arrivals(arrivals, machines, asked)
    began = time.perf_counter()
    with written(out) as log:
        known = None if policy is Policy.RANDOM else known_to(policy.value, machines, asked)
        ready = time.perf_counter()
        if known is None:
            found = place_at_random(machines, asked, order, seed)
        else:
            found = (place_moving if defragment else place)(machines, asked, order, rank, known)
        took = time.perf_counter() - ready
        _write(log, machines, asked, order, found, defragment)
    said = _summary(machines, asked, order, found) | {
        "policy": policy.value,
        "table_seconds": round(ready - began, 3),
        "seconds": round(took, 3),
        "out": str(out),
    }
    if format is Format.JSON:
        print_json(said)
        return
    typer.echo(
        f"{said['pods']:,} 个任务，{policy.value}：放下 {said['placed']:,} 个，没放下 {said['refused']:,} 个，"
        f"{said['seconds']} 秒 → {out}"
    )
    if said["gpu_pct"] is not None:
        typer.echo(f"显卡用了 {said['gpu_pct']}%（{said['gpus_used']:,} / {said['gpus']:,} 张）")
    if defragment:
        typer.echo(f"其中为腾地方挪动了 {said['moves']:,} 次，不能与不挪动的结果相比")


def _write(log: Any, nodes: Nodes, pods: Pods, order: Array, found: Placement, moving: bool) -> None:
    """Write the log; moves stand before the arrival that they make room for."""
    from sanchuang.engines.placement.cluster import device_numbers

    lines = csv.writer(log, lineterminator="\n")
    lines.writerow(["pos", "pod", "node", "gpus", *(["action"] if moving else [])])
    names = [pods.names[pod] for pod in order.tolist()]
    moves = iter(found.moves.tolist())
    move = next(moves, None)
    for pos, (node, devices) in enumerate(zip(found.node.tolist(), found.devices.tolist(), strict=True)):
        while move is not None and move[0] == pos:
            _, moved, to, bits = move
            lines.writerow([moved, names[moved], nodes.names[to], device_numbers(bits), "move"])
            move = next(moves, None)
        row = [pos, names[pos], nodes.names[node] if node >= 0 else "", device_numbers(devices)]
        lines.writerow([*row, "place"] if moving else row)


def _summary(nodes: Nodes, pods: Pods, order: Array, found: Placement) -> dict[str, Any]:
    milli = (pods.asked.num_gpu * pods.asked.gpu_milli)[order]
    used = int(milli[found.node >= 0].sum())
    return {
        "pods": len(order),
        "placed": int((found.node >= 0).sum()),
        "refused": int((found.node < 0).sum()),
        "gpus": nodes.milli // 1000,
        "gpus_used": used / 1000,
        "gpu_pct": round(100 * used / nodes.milli, 2) if nodes.milli else None,
        "moves": len(found.moves),
    }
