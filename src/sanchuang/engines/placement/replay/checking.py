"""A policy's answers, checked before anything is done with them."""

from __future__ import annotations

from typing import cast

import numpy as np

from sanchuang.engines.placement.cluster import Array
from sanchuang.engines.placement.replay.policies import NOBODY, Policy, Preempting, View


class PolicyFault(Exception):
    """A policy raised an error or answered what cannot be; says at what time and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class Checked:
    """A policy whose answers are arrays of jobs that may be meant; raises `PolicyFault` for anything else."""

    def __init__(self, policy: Policy, jobs: int) -> None:
        for name in ("holds", "lookahead"):
            value = getattr(policy, name, None)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise PolicyFault(f"策略的 {name} 是 {value!r}", f"{name} 写一个不小于 0 的整数")
        if not callable(getattr(policy, "order", None)):
            raise PolicyFault("策略没有 order(view)", "按 docs/pool-policies.md 写 order")
        self.policy = policy
        self.preempts = isinstance(policy, Preempting)
        self._seen = np.zeros(jobs, np.int64)

    def order(self, view: View, waits: Array) -> Array:
        """The policy's order; `waits[J]` marks the jobs that it may name."""
        try:
            answer = self.policy.order(view)
        except Exception as error:
            raise _raised("order", view.now, error) from error
        return self._jobs("order", answer, view.now, waits, "在等待")

    def victims(self, job: int, view: View, stoppable: Array) -> Array:
        """The victims for a job of a policy that preempts; `stoppable[J]` marks the jobs that it may name."""
        try:
            answer = cast(Preempting, self.policy).victims(job, view)
        except Exception as error:
            raise _raised("victims", view.now, error) from error
        return self._jobs("victims", answer, view.now, stoppable, "在运行，或不可抢占")

    def _jobs(self, method: str, answer: object, now: int, allowed: Array, what: str) -> Array:
        if isinstance(answer, np.ndarray) and answer.size == 0:
            return NOBODY
        where = f"第 {now} 秒，策略的 {method}"
        try:
            array = np.asarray(answer)
        except ValueError as error:
            raise PolicyFault(f"{where} 的回答不是任务编号的数组：{error}", "返回一维整数数组") from error
        if array.size == 0:
            return NOBODY
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise PolicyFault(
                f"{where} 的回答不是任务编号的数组（{array.dtype}，{array.ndim} 维）", "返回一维整数数组"
            )
        array = array.astype(np.int64)
        if array.min() < 0 or array.max() >= self._seen.size:
            wrong = int(array[(array < 0) | (array >= self._seen.size)][0])
            raise PolicyFault(f"{where} 说的任务 {wrong} 不存在", f"任务编号是 0 到 {self._seen.size - 1}")
        if not allowed[array].all():
            wrong = int(array[~allowed[array]][0])
            raise PolicyFault(f"{where} 说的任务 {wrong} 没有{what}", "只返回 view 里列出的、可以的任务")
        places = np.arange(array.size)
        self._seen[array] = places
        if (self._seen[array] != places).any():
            wrong = int(array[self._seen[array] != places][0])
            raise PolicyFault(f"{where} 把任务 {wrong} 说了两次", "每个任务最多一次")
        return array


def _raised(method: str, now: int, error: Exception) -> PolicyFault:
    return PolicyFault(
        f"第 {now} 秒，策略的 {method} 出错：{type(error).__name__}：{error}", f"改正策略的 {method}"
    )
