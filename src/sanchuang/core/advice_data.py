"""Advice as plain data: a tree for JSON, flat rows for tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from sanchuang.core.advice import Advice, Finding
from sanchuang.values import Op, Yuan


def plain(value: Any) -> Any:
    """Dataclasses as dicts without empty entries; money as fen and text, enums by their value."""
    if isinstance(value, Yuan):
        return {"fen": value.fen, "text": value.text()}
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, plain(getattr(value, f.name))) for f in fields(value))
        return {name: found for name, found in pairs if not _empty(found)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Fraction | dt.date):
        return str(value)
    return value


def _empty(value: Any) -> bool:
    """Whether an entry is left out: nothing, and no; the number zero is something."""
    return value is None or value is False or value in ("", [], {})


def tree(advice: Advice) -> dict[str, Any]:
    """The whole advice for JSON."""
    organisation = advice.subject.organisation
    return {
        "organisation": {"id": organisation.slug, "code": organisation.code, "name": organisation.name},
        "synthetic": organisation.synthetic,
        "on": advice.subject.on.isoformat(),
        "sections": [plain(section) for section in advice.sections],
    }


COLUMNS: dict[str, type] = {
    "company": str,
    "code": str,
    "name": str,
    "synthetic": bool,
    "on": str,
    "section": str,
    "finding": str,
    "title": str,
    "answer": str,
    "value": str,
    "amount_fen": int,
    "amount_op": str,
    "potential_fen": int,
    "potential_op": str,
    "status": str,
    "score": float,
    "missing": list,
    "summary": str,
}
"""The columns of `rows`, in order, with their Python types; all but the identifying ones may be None."""


def row(advice: Advice, section: str, finding: Finding) -> dict[str, Any]:
    """One finding as a row of `COLUMNS`."""
    organisation = advice.subject.organisation

    def op(of: Op | None) -> str | None:
        return of.value if of is not None else None

    amount, potential = finding.amount, finding.potential
    return {
        "company": organisation.slug,
        "code": organisation.code,
        "name": organisation.name,
        "synthetic": organisation.synthetic,
        "on": advice.subject.on.isoformat(),
        "section": section,
        "finding": finding.key,
        "title": finding.title,
        "answer": finding.answer.value if finding.answer is not None else None,
        "value": finding.value or None,
        "amount_fen": amount.yuan.fen if amount else None,
        "amount_op": op(amount.op) if amount else None,
        "potential_fen": potential.yuan.fen if potential else None,
        "potential_op": op(potential.op) if potential else None,
        "status": finding.status or None,
        "score": finding.score,
        "missing": [m.name for m in finding.missing],
        "summary": finding.summary,
    }


def rows(advice: Advice) -> Iterator[dict[str, Any]]:
    """One row for each finding."""
    for section, finding in advice.findings():
        yield row(advice, section.key, finding)
