"""Tables of `sanchuang pool`, fitted once for a pool and its pods and then kept among the user's caches."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from sanchuang.engines.matching.keeping import replace
from sanchuang.engines.placement.choosing import POLICIES, SANCHUANG, Knowledge
from sanchuang.engines.placement.cluster import Nodes, Pods
from sanchuang.engines.placement.fitting import fitted
from sanchuang.engines.placement.native import sources
from sanchuang.engines.placement.scores import Target
from sanchuang.engines.placement.values import Tables


def known_to(policy: str, nodes: Nodes, pods: Pods) -> Knowledge:
    """What a policy has to know of the pods, as often as each request of these comes."""
    if policy == POLICIES[SANCHUANG]:
        return tables_for(nodes, pods)
    return Knowledge.of(policy, nodes, pods)


def tables_for(nodes: Nodes, pods: Pods) -> Knowledge:
    """The tables of policy `sanchuang`; a kept file that cannot be read or written is made or done without."""
    file = _folder() / f"{_content(nodes, pods)}.npz"
    try:
        with np.load(file) as kept:
            values = [kept[name] for name in Tables._fields]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        known = fitted(nodes, pods)
        _keep(file, known.tables)
        return known
    plain = (value.item() if value.ndim == 0 else value for value in values)
    return Knowledge(SANCHUANG, Target.none(), Tables(*plain))


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sanchuang" / "placement"


def _content(nodes: Nodes, pods: Pods) -> str:
    """What tables follow from: the nodes and classes without their names, how often each comes, the engine."""
    digest = hashlib.sha256(sources().encode())
    often = np.bincount(pods.of, minlength=len(pods.classes.cpu))
    for column in (nodes.cpu, nodes.memory, nodes.num_gpu, nodes.model, *pods.classes, often):
        digest.update(column.astype(np.int64).tobytes() + b"\0")
    return digest.hexdigest()


def _keep(file: Path, tables: Tables) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **{name: np.asarray(value) for name, value in tables._asdict().items()})
    with suppress(OSError):  # they are made anew next time
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, content.getvalue())
