"""A picture of a replay: utilisation, queue and fragments over time, as one SVG file that needs nothing else."""

from __future__ import annotations

from html import escape

import numpy as np

from sanchuang.engines.placement.cluster import Array
from sanchuang.engines.placement.replay.engine import Result
from sanchuang.engines.placement.replay.report import busy, queued

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 960, 170, 76, 24, 64, 46
POINTS = 400
HOUR, DAY = 3600, 86_400
STYLE = (
    "svg{background:#fff}text{font:13px system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;fill:#333}"
    ".title{font-size:17px;font-weight:600}.name{font-weight:600}.tick{font-size:11px;fill:#666}"
    ".grid{stroke:#e3e6ea}.axis{stroke:#98a0a8}"
)


def picture(result: Result, title: str) -> str:
    """The SVG; time runs from the first submission to the end of the replay, the last submission is marked."""
    first = int(result.jobs.submitted[0])
    last = int(result.jobs.submitted[-1])
    end = max(last, int(result.ended_at), first + 1)
    edges = np.unique(np.linspace(first, end, POINTS + 1).astype(np.int64))
    middle = (edges[:-1] + edges[1:]) / 2
    whole = max(1, result.nodes.milli)
    panels = (
        ("GPU 利用率（占全池，%）", middle, busy(result, edges) / whole * 100, "#1f6feb", 100.0),
        ("等待的任务（个）", edges, queued(result, edges).astype(np.float64), "#c2410c", 0.0),
        (
            "碎片：空闲却放不下一般任务的 GPU（占全池，%）",
            result.looks.astype(np.float64),
            result.fragments / whole * 100,
            "#6d28d9",
            0.0,
        ),
    )
    height = TOP + len(panels) * (PANEL + GAP) + 12
    scale = DAY if end - first > 2 * DAY else HOUR
    unit = "天" if scale == DAY else "小时"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" lang="zh-CN">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="28">{escape(title)}</text>',
    ]
    for number, (name, x, y, colour, top) in enumerate(panels):
        at = TOP + number * (PANEL + GAP)
        lines += _panel(name, x, y, colour, top, at, (first, last, end), (scale, unit))
    return "\n".join([*lines, "</svg>", ""])


def _panel(
    name: str,
    x: Array,
    y: Array,
    colour: str,
    top: float,
    at: int,
    span: tuple[int, int, int],
    measure: tuple[int, str],
) -> list[str]:
    first, last, end = span
    scale, unit = measure
    wide = WIDTH - LEFT - RIGHT
    steps = _ticks(max(top, float(y.max(initial=0.0))) or 1.0)
    high = steps[-1]

    def across(time: Array | float) -> Array:
        return np.round(LEFT + (np.asarray(time) - first) / (end - first) * wide, 1)

    lines = [f'<text class="name" x="{LEFT}" y="{at - 8}">{escape(name)}</text>']
    for value in steps:
        level = round(at + PANEL * (1 - value / high), 1)
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{level}" y2="{level}"/>')
        lines.append(
            f'<text class="tick" x="{LEFT - 8}" y="{level + 4}" text-anchor="end">{value:,.10g}</text>'
        )
    for value in _ticks((end - first) / scale, 10):
        if value * scale <= end - first:
            place = across(first + value * scale)
            lines.append(
                f'<text class="tick" x="{place}" y="{at + PANEL + 16}" text-anchor="middle">{value:g}</text>'
            )
    lines.append(
        f'<text class="tick" x="{WIDTH - RIGHT}" y="{at + PANEL + 30}" text-anchor="end">时间（{unit}）</text>'
    )
    lines.append(f'<path class="axis" fill="none" d="M{LEFT} {at}V{at + PANEL}H{WIDTH - RIGHT}"/>')
    mark = across(last)
    lines.append(
        f'<path stroke="#98a0a8" stroke-dasharray="4 4" d="M{mark} {at}V{at + PANEL}"><title>最后一个任务提交</title></path>'
    )
    if len(y):
        heights = np.round(at + PANEL * (1 - y / high), 1)
        points = " ".join(f"{a:g},{b:g}" for a, b in zip(across(x), heights, strict=True))
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{points}"/>')
    return lines


def _ticks(highest: float, steps: int = 5) -> list[float]:
    """From 0 to at least `highest`, in about so many steps of 1, 2 or 5."""
    rough = highest / steps
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [round(step * n, 10) for n in range(int(np.ceil(highest / step - 1e-9)) + 1)]
