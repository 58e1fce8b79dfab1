"""Placing pods on the nodes of a pool of GPUs (docs/placement.md)."""

from sanchuang.engines.placement.cluster import Nodes, Pods, Requests, State

__all__ = ["Nodes", "Pods", "Requests", "State"]
