"""The register of acts that need a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

from sanchuang.core.audit.verbs import words_of
from sanchuang.core.models import Approval


@dataclass(frozen=True)
class Act:
    """An act under the name of its verb in the audit trail.

    `confirm` is the permission of the second person, and `right` the one that whoever asked must still hold by then, both
    asked of the record at hand. `perform(approval, by=, record=)` does it, in the transaction of the confirmation, in
    the name of whoever asked; it checks again what may have changed. `tell` gives its particulars in words.
    """

    name: str
    right: str
    confirm: str
    perform: Callable[..., Any]
    tell: Callable[[Approval], list[tuple[str, str]]] = lambda _approval: []

    @property
    def words(self) -> str | Promise:
        """What is asked for."""
        return words_of(self.name)


_acts: dict[str, Act] = {}


def register(act: Act) -> None:
    """Offer an act; a name belongs to one."""
    if act.name in _acts and _acts[act.name] != act:
        raise ValueError(f"act {act.name!r} is registered twice")
    _acts[act.name] = act


def act_of(approval: Approval) -> Act | None:
    """The act that was asked for; None where its room is not installed any more."""
    return _acts.get(approval.act)


def record_of(approval: Approval) -> Model | None:
    """The record at hand as it is now; None where there is none, or none any more."""
    if not approval.model:
        return None
    found: Model | None = apps.get_model(approval.model)._base_manager.filter(pk=approval.record).first()
    return found


def terms(approval: Approval) -> list[tuple[str, str]]:
    """The particulars in words, without empty ones."""
    act = act_of(approval)
    return [term for term in act.tell(approval) if term[1]] if act else []
