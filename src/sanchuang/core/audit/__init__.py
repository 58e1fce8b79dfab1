"""The audit trail: who did what to which record, when, on whose behalf and why."""

from sanchuang.core.audit.verbs import register
from sanchuang.core.audit.writing import batch, change, created, note, reading, removed

__all__ = ["batch", "change", "created", "note", "reading", "register", "removed"]
