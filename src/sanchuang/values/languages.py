"""Choosing one of several labels by language code."""

from __future__ import annotations

from collections.abc import Mapping

_TRADITIONAL = frozenset({"zh_hant", "zh_tw", "zh_hk", "zh_mo"})


def language(code: str) -> str:
    """`zh`, `zh_hant` or a two-letter code, from any common spelling (`zh-CN`, `zh_Hans`, `en-GB`)."""
    normal = code.lower().replace("-", "_")
    if normal in _TRADITIONAL or normal.startswith("zh_hant"):
        return "zh_hant"
    return normal.split("_")[0]


def pick(labels: Mapping[str, str], lang: str) -> str:
    """The label in `lang`; Chinese (`labels["zh"]`, always present) when there is none."""
    return labels.get(language(lang)) or labels["zh"]
