"""How far a pool can be filled at best, by a linear program: no policy places more, whatever it knows of the pods to come.

Devices of one model are pooled, each cut into shares as a stock of 1000 milli-GPU is (arcs from what is free before a
share to what is free after it), and so are CPU and memory of the nodes of a model; pods may be split. All three loosen
what a policy has to keep, so the program is never below what can be done. Needs highspy (HiGHS), which the product
does not.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from sanchuang.engines.placement import Nodes, Pods

Array = np.ndarray[Any, Any]
GPU = 1000
AT_MOST = 1e30


def solver() -> Any:
    """The module highspy, or None."""
    try:
        import highspy
    except ImportError:
        return None
    return highspy


def most(nodes: Nodes, pods: Pods, arrived: Array, refusing: bool) -> float:
    """Milli-GPU that can be served at most of pods `arrived[C]` by class, as a share of the pool's.

    If `refusing`, some pods may be left out at will. If not, the result is by how much all numbers can be multiplied
    (at most 1) until something finds no room, times what they ask for: when the first pod is refused at the latest.
    """
    program = _Program(nodes, pods, arrived, refusing)
    return program.solved() / nodes.milli


class _Program:
    def __init__(self, nodes: Nodes, pods: Pods, arrived: Array, refusing: bool) -> None:
        self.asked = pods.classes
        self.step = int(np.gcd.reduce(np.append(self.asked.gpu_milli[self.asked.num_gpu > 0], GPU)))
        self.columns: list[tuple[float, float, list[tuple[int, float]]]] = []
        self.rows: list[tuple[float, float]] = []
        demand = arrived * self.asked.num_gpu * self.asked.gpu_milli
        asking = np.flatnonzero(arrived > 0)
        # One row a class: as many as arrived, or all of them by the same share.
        self.of_class = {
            int(k): self.row(-AT_MOST if refusing else 0.0, float(arrived[k]) if refusing else 0.0)
            for k in asking
        }
        self.gain = np.where(refusing, self.asked.num_gpu * self.asked.gpu_milli, 0).astype(float)
        if not refusing:
            self.column(
                float(demand.sum()), 1.0, [(self.of_class[int(k)], -float(arrived[k])) for k in asking]
            )
        for model in range(len(nodes.models)):
            self.model(nodes, model)

    def row(self, low: float, high: float) -> int:
        self.rows.append((low, high))
        return len(self.rows) - 1

    def column(self, gain: float, high: float, entries: list[tuple[int, float]]) -> None:
        self.columns.append((gain, high, entries))

    def model(self, nodes: Nodes, model: int) -> None:
        here = nodes.model == model
        cpu = self.row(-AT_MOST, float(nodes.cpu[here].sum()))
        memory = self.row(-AT_MOST, float(nodes.memory[here].sum()))
        # Devices with so much free: as many come to it, or begin with it, as leave it or stay.
        full = GPU // self.step
        free = [self.row(0.0, 0.0) for _ in range(full)]
        free.append(self.row(*[float(nodes.num_gpu[here].sum())] * 2))
        accepted = self.asked.accepted
        takes = (accepted == 0) | (accepted >> model & 1 == 1)
        sizes: dict[int, int] = {}
        for k, row in self.of_class.items():
            entries = [(row, 1.0), (cpu, float(self.asked.cpu[k])), (memory, float(self.asked.memory[k]))]
            if self.asked.num_gpu[k] > 0:
                if not takes[k]:
                    continue
                size = int(self.asked.gpu_milli[k]) // self.step
                if size not in sizes:
                    sizes[size] = self.row(0.0, 0.0)
                entries.append((sizes[size], -float(self.asked.num_gpu[k])))
            self.column(float(self.gain[k]), AT_MOST, entries)
        for size, row in sizes.items():
            for before in range(size, full + 1):
                self.column(0.0, AT_MOST, [(row, 1.0), (free[before], 1.0), (free[before - size], -1.0)])
        for left in free:
            self.column(0.0, AT_MOST, [(left, 1.0)])

    def solved(self) -> float:
        """The greatest gain."""
        highspy = solver()
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.columns), len(self.rows)
        program.col_cost_ = np.array([gain for gain, _, _ in self.columns])
        program.col_lower_ = np.zeros(len(self.columns))
        program.col_upper_ = np.array([high for _, high, _ in self.columns])
        program.row_lower_ = np.array([low for low, _ in self.rows])
        program.row_upper_ = np.array([high for _, high in self.rows])
        program.sense_ = highspy.ObjSense.kMaximize
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.array([0, *accumulate(len(entries) for _, _, entries in self.columns)])
        matrix.index_ = np.array([row for _, _, entries in self.columns for row, _ in entries])
        matrix.value_ = np.array([value for _, _, entries in self.columns for _, value in entries])
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.passModel(program)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(highs.modelStatusToString(highs.getModelStatus()))
        return float(highs.getInfo().objective_function_value)
