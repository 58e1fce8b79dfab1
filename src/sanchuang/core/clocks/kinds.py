"""The register of what has a term: on which records, by which law, who may see it, when it is urgent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from sanchuang.core.models import Clock, PackLoad


def _written(record: Any) -> Mapping[str, str]:
    return {"zh-hans": str(record)}


def _nowhere(record: Any) -> str:
    return ""


@dataclass(frozen=True)
class ClockKind:
    """A kind of term.

    `model` is the label of the records that have it ("core.InboxItem"), `permission` the one that is asked with such
    a record before its clock is shown in a list. The pack's `clocks` name the law that gives the length, else it is
    `law_key`. `warn_days`, in the unit of that law, is how long before its last day a clock counts as due soon.
    `rolls` moves a last day that falls on a day of rest to the next working day (Civil Code, article 203); without it
    a term in calendar days may end on one. `names` (by script: zh-hans, zh-hant, en) and `link` (an address of this
    site) say what the reminder is about.
    """

    name: str
    label: str | Promise
    model: str
    permission: str
    law_key: str = ""
    warn_days: int = 1
    rolls: bool = True
    names: Callable[[Any], Mapping[str, str]] = _written
    link: Callable[[Any], str] = _nowhere


_kinds: dict[str, ClockKind] = {}


def register(kind: ClockKind) -> None:
    """Offer `kind`. Registering the same again is no fault."""
    if _kinds.get(kind.name, kind) != kind:
        raise ValueError(f"clock kind {kind.name!r} is registered twice")
    if kind.warn_days < 0:
        raise ValueError(f"clock kind {kind.name!r} warns before fewer than no days")
    _kinds[kind.name] = kind


def all_kinds() -> list[ClockKind]:
    """All kinds by name."""
    return [kind for _name, kind in sorted(_kinds.items())]


def known(name: str) -> ClockKind | None:
    """The kind registered as `name`."""
    return _kinds.get(name)


def kind_of(clock: Clock) -> ClockKind:
    """The clock's kind; one whose room is not installed any more is told by its name and shown to administrators."""
    return _kinds.get(clock.kind) or ClockKind(clock.kind, clock.kind, clock.model, "core.remind_clocks")


def has_clocks(model: str) -> bool:
    """Whether records of `model` (its label) can have clocks at all."""
    return any(kind.model == model for kind in _kinds.values())


def law_key_of(kind: ClockKind) -> str:
    """The key of the law that gives the length: the pack's choice, else the kind's own; empty when there is none."""
    about = PackLoad.objects.values_list("about", flat=True).first() or {}
    return str(about.get("clocks", {}).get(kind.name) or kind.law_key)
