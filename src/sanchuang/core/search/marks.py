"""Marks of change: what tells every process that an index has fallen behind the records.

Each saving or removal of a record that some source watches leaves a row with a random number in the same
transaction. The sum of the numbers is the state of the records: it changes with every change, in whatever order
transactions end, and goes back when one is undone. A load of a pack, which writes in bulk, is one mark for all.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete, post_save

from sanchuang.core.models import PackLoad, SearchMark
from sanchuang.core.search.offers import sources

KEPT = 512
_BITS = 40  # that the sum of all marks kept fits into 63


def changed(model: str = "", record: str = "") -> None:
    """Leave a mark for the record of `model` (its label) with this primary key; without a model, for all.

    Whoever writes in bulk, past `save`, calls this in the same transaction.
    """
    mark = SearchMark.objects.create(model=model, record=record, mark=secrets.randbits(_BITS) + 1)
    if mark.pk % (KEPT // 2) == 0:
        SearchMark.objects.filter(pk__lt=mark.pk - KEPT).delete()


def _watched() -> set[str]:
    return {label for source in sources() for label in (source.model, *source.watch)}


def _on_change(sender: Any, instance: Any, **signal: Any) -> None:
    if sender is PackLoad:
        changed()
        return
    label = sender._meta.label
    # A migration's historical model is another class of the same name: the mark's table may not be there yet.
    if label in _watched() and apps.get_model(label) is sender:
        changed(label, str(instance.pk))


def _on_removal(sender: Any, instance: Any, **signal: Any) -> None:
    # What referred to a row that is gone can no longer be asked for, so all is read anew.
    if any(source.model == sender._meta.label for source in sources()):
        _on_change(sender, instance)
    elif sender._meta.label in _watched() and apps.get_model(sender._meta.label) is sender:
        changed()


def connect() -> None:
    """Listen to savings and removals."""
    post_save.connect(_on_change, dispatch_uid="sanchuang.search.saved")
    post_delete.connect(_on_removal, dispatch_uid="sanchuang.search.removed")
