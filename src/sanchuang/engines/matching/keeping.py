"""What was learnt, on disk beside an index: one JSON file that says what it is, and its arrays (npz). No pickle.

An object of this package is kept as the arguments of its constructor, which it has to hold under their names; so are
the objects in it. The JSON file names the arrays' file and its checksum and is replaced in one step, after the arrays.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from sanchuang.engines.matching.files import replace
from sanchuang.engines.matching.knowledge import FEATURES, GATE
from sanchuang.engines.matching.learned import Learned
from sanchuang.engines.matching.scoring import Weights
from sanchuang.values import Malformed

FILE = "learned.json"
FORMAT = 1
_PACKAGE = "sanchuang.engines.matching"
_CLASS = re.compile(r"(?P<module>[a-z_]+)\.(?P<name>[A-Z][A-Za-z]*)")
Taught = Learned | Weights


class Unusable(Malformed):
    """What was learnt cannot be used with this collection or this version."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file}：{why}",
            "用 sanchuang match index --train 重新学，或用 sanchuang match forget 去掉所学的",
        )


def save(directory: Path, collection: str, taught: Taught) -> None:
    """Keep what a collection was taught, in place of what it knew before."""
    arrays: list[np.ndarray] = []
    content = _written(taught, arrays)
    packed = io.BytesIO()
    np.savez(packed, *arrays)
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    replace(directory / _arrays(digest), packed.getvalue())
    description = {
        "format": FORMAT,
        "collection": collection,
        "measures": _measures(),
        "arrays": digest,
        "content": content,
    }
    replace(directory / FILE, json.dumps(description, ensure_ascii=False).encode())
    _clean(directory, digest)


def load(directory: Path, collection: str) -> Taught | None:
    """Give what was kept; None where nothing was. Raises `Unusable`."""
    file = directory / FILE
    try:
        description = json.loads(file.read_bytes())
        kept = {name: description[name] for name in ("format", "collection", "measures", "arrays")}
        content = description["content"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise Unusable(file, "所学的内容已损坏") from None
    if (kept["format"], kept["measures"]) != (FORMAT, _measures()):
        raise Unusable(file, "所学的内容属于程序的另一个版本")
    if kept["collection"] != collection:
        raise Unusable(file, "所学的内容属于另一个文本库")
    try:
        packed = (directory / _arrays(str(kept["arrays"]))).read_bytes()
    except OSError:
        raise Unusable(file, "所学内容的数组文件不见了") from None
    if hashlib.sha256(packed).hexdigest() != kept["arrays"]:
        raise Unusable(file, "所学的内容已损坏")
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        try:
            taught = _read(content, arrays)
        except (ValueError, KeyError, TypeError, AttributeError, ImportError):
            raise Unusable(file, "所学的内容属于程序的另一个版本") from None
    if not isinstance(taught, Learned | Weights):
        raise Unusable(file, "所学的内容已损坏")
    return taught


def forget(directory: Path) -> bool:
    """Remove what was kept; whether there was anything."""
    there = (directory / FILE).exists()
    (directory / FILE).unlink(missing_ok=True)
    _clean(directory, "")
    return there


def _arrays(digest: str) -> str:
    return f"learned-{digest[:16]}.npz"


def _clean(directory: Path, digest: str) -> None:
    """Remove the arrays that are no longer named."""
    for file in directory.glob("learned*.npz*"):
        if file.name != _arrays(digest):
            file.unlink()


def _measures() -> str:
    """Tell the measures that the ranker weighs from those of other versions."""
    return hashlib.sha256("\n".join([*FEATURES, "", *GATE]).encode()).hexdigest()[:16]


def _written(value: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if type(value) in (tuple, list):
        return {type(value).__name__: [_written(each, arrays) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[_written(key, arrays), _written(each, arrays)] for key, each in value.items()]}
    kind = type(value)
    module = kind.__module__.removeprefix(f"{_PACKAGE}.")
    parts = {name: _written(getattr(value, name), arrays) for name in inspect.signature(kind).parameters}
    return {"class": f"{module}.{kind.__name__}", "parts": parts}


def _read(written: Any, arrays: Any) -> Any:
    if not isinstance(written, dict):
        return written
    if "array" in written:
        return arrays[f"arr_{written['array']}"]
    if "tuple" in written:
        return tuple(_read(each, arrays) for each in written["tuple"])
    if "list" in written:
        return [_read(each, arrays) for each in written["list"]]
    if "dict" in written:
        return {_read(key, arrays): _read(each, arrays) for key, each in written["dict"]}
    named = _CLASS.fullmatch(written["class"])
    if named is None:
        raise ValueError(f"no class of this package: {written['class']}")
    module = importlib.import_module(f"{_PACKAGE}.{named['module']}")
    kind = getattr(module, named["name"])
    if not inspect.isclass(kind) or kind.__module__ != module.__name__:
        raise ValueError(f"no class of this package: {written['class']}")
    return kind(**{name: _read(part, arrays) for name, part in written["parts"].items()})
