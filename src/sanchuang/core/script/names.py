"""The conversion to traditional script with the names for which the loaded pack gives its own traditional form."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError

from sanchuang.core.models import PackLoad
from sanchuang.core.script.pages import Converter, exceptions

_named: list[type[Any]] = []  # models with the fields `name` and `name_hant`
_held: tuple[int | None, Converter] = (None, Converter({}))


def register(*models: type[Any]) -> None:
    """Keep the traditional names (`name_hant`) that records of `models` bring; a room registers its own in `ready`."""
    _named.extend(model for model in models if model not in _named)


def converter() -> Converter:
    """The conversion with the loaded pack's own names, made again after another load."""
    global _held
    load = PackLoad.objects.values_list("pk", flat=True).first()
    if _held[0] != load:
        pairs = (
            pair
            for model in _named
            for pair in model._default_manager.values_list("name", "name_hant").iterator()
        )
        _held = (load, Converter(exceptions(pairs)))
    return _held[1]


def converter_or_plain() -> Converter:
    """The conversion; without the pack's own names while the database does not answer, as a page may say just that."""
    try:
        return converter()
    except DatabaseError:
        return _held[1]
