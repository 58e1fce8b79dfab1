"""What is known about a person: agreed to, given out on request, deleted on request or when the law's time is over."""

from sanchuang.core.personal.consents import Purpose, give, purposes, required, state_of, withdraw
from sanchuang.core.personal.holders import Holder, Retention, register, retain
from sanchuang.core.personal.requests import erase, export, request_erasure
from sanchuang.core.personal.retention import sweep

__all__ = [
    "Holder",
    "Purpose",
    "Retention",
    "erase",
    "export",
    "give",
    "purposes",
    "register",
    "request_erasure",
    "required",
    "retain",
    "state_of",
    "sweep",
    "withdraw",
]
