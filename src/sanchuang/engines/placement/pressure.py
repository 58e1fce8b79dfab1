"""How much of the demand is bound to a model of GPU."""

from __future__ import annotations

import numpy as np

from sanchuang.engines.placement.cluster import Array, Nodes, Pods

ROUNDS = 200


def bound_to_models(nodes: Nodes, pods: Pods) -> Array:
    """The share of all demand for GPUs that each model gets of the pods that do not accept every model.

    Spread over the models that pods accept so that no model is fuller than it must be: each group of pods in turn
    fills the emptiest of its models up to one level, until nothing moves.
    """
    asked = pods.classes
    often = np.bincount(pods.of, minlength=len(asked.cpu))
    capacity = np.bincount(nodes.model, nodes.num_gpu, len(nodes.models)).astype(np.float64)
    demand = often * asked.num_gpu * asked.gpu_milli
    everything = max(1.0, float(demand.sum()))
    groups: list[tuple[Array, float]] = []
    for accepted in np.unique(asked.accepted[(asked.accepted != 0) & (asked.num_gpu > 0)]).tolist():
        models = np.array(
            [m for m in range(len(capacity)) if accepted >> m & 1 and capacity[m] > 0], np.int64
        )
        if len(models):
            groups.append((models, float(demand[asked.accepted == accepted].sum()) / everything))
    total = np.zeros(len(capacity))
    given = [np.zeros(len(models)) for models, _ in groups]
    for _ in range(ROUNDS):
        for at, (models, share) in enumerate(groups):
            total[models] -= given[at]
            level = _level(total[models], capacity[models], share)
            given[at] = np.maximum(0.0, level * capacity[models] - total[models])
            total[models] += given[at]
    return total


def _level(total: Array, capacity: Array, share: float) -> float:
    """How full, by capacity, vessels get that already hold `total` when `share` is poured over them."""
    full = total / capacity
    order = np.argsort(full)
    for count in range(1, len(order) + 1):
        level = (total[order[:count]].sum() + share) / capacity[order[:count]].sum()
        if count == len(order) or level <= full[order[count]]:
            break
    return float(level)
