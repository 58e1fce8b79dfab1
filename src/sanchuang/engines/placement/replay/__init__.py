"""Replaying a pool over time: queues, backfill, preemption, quotas, reservations, forecasts (docs/pool-replay.md)."""

from sanchuang.engines.placement.replay.checking import PolicyFault
from sanchuang.engines.placement.replay.engine import Result, replay
from sanchuang.engines.placement.replay.jobs import Jobs
from sanchuang.engines.placement.replay.policies import Policy, Preempting, Queued, View, shipped
from sanchuang.engines.placement.replay.rules import Quota, Reservation, Rules, Unkeepable

__all__ = [
    "Jobs",
    "Policy",
    "PolicyFault",
    "Preempting",
    "Queued",
    "Quota",
    "Reservation",
    "Result",
    "Rules",
    "Unkeepable",
    "View",
    "replay",
    "shipped",
]
