"""A BERT-like encoder run with NumPy (Devlin et al., "BERT", 2019; Reimers & Gurevych, "Sentence-BERT", 2019).

Reads what is published for sentence-transformers: config.json, vocab.txt, model.safetensors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sanchuang.engines.matching.encoders.models import Checkpoint, Unsupported, pooled
from sanchuang.engines.matching.reading import Floats, Ints

# Larger ones are no work for NumPy.
MOST_BYTES = 4 << 30
_ONLY = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


class Bert:
    """A model from a folder; raises OSError, KeyError or ValueError when it cannot be read."""

    def __init__(self, folder: Path) -> None:
        checkpoint = Checkpoint(folder)
        config = checkpoint.settings("config.json")
        if not config:
            raise FileNotFoundError("目录里没有 config.json，或者它是空的")
        for name, only in _ONLY.items():
            if config.get(name, only) != only:
                raise Unsupported(f"config.json 的 {name} 是“{config[name]}”，这里只会“{only}”")
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))
        self._pooling, self._most = checkpoint.pooling, checkpoint.most_tokens
        self._pieces = checkpoint.tokens()
        self._weights = tensors(folder / "model.safetensors")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row a text."""
        tokens = [self._pieces.numbers(text, self._most) for text in texts]
        return np.stack([pooled(self._states(np.array(each, np.int32)), self._pooling) for each in tokens])

    def _states(self, tokens: Ints) -> Floats:
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normal(states, "embeddings.LayerNorm")
        for number in range(self._layers):
            states = self._layer(states, f"encoder.layer.{number}.")
        return states

    def _layer(self, states: Floats, layer: str) -> Floats:
        size = states.shape[1] // self._heads
        query, key, value = (
            self._linear(states, f"{layer}attention.self.{name}")
            .reshape(-1, self._heads, size)
            .swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        weights = query @ key.swapaxes(1, 2) / np.float32(math.sqrt(size))
        weights = np.exp(weights - weights.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = (weights @ value).swapaxes(0, 1).reshape(len(states), -1)
        mixed = self._linear(mixed, f"{layer}attention.output.dense")
        states = self._normal(states + mixed, f"{layer}attention.output.LayerNorm")
        inner = gelu(self._linear(states, f"{layer}intermediate.dense"))
        return self._normal(states + self._linear(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")

    def _linear(self, states: Floats, name: str) -> Floats:
        product: Floats = states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product

    def _normal(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(self._epsilon))
        scaled: Floats = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return scaled


def gelu(values: Floats) -> Floats:
    """Gaussian error linear unit, the error function to 2e-7 (Abramowitz & Stegun 7.1.26)."""
    z = np.abs(values) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.sign(values) * (1 - series * np.exp(-z * z))
    half: Floats = (values * 0.5 * (1 + error)).astype(np.float32)
    return half


def tensors(file: Path) -> dict[str, Floats]:
    """Read a safetensors file; names without a leading `bert.`; raises ValueError for what is none."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{file.name} 大于 {MOST_BYTES >> 30} GB，请用 ONNX 或 sentence-transformers 运行它")
    wrong = f"{file.name} 不是完整的 safetensors 文件"
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if not 2 <= length <= size - 8:
            raise ValueError(wrong)
        header: dict[str, Any] = json.loads(opened.read(length))
    # Not read before it is used: what is in single precision is never copied.
    raw = np.memmap(file, np.uint8, "r", offset=8 + length)
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in _KINDS:
            continue
        first, last = entry["data_offsets"]
        kind = np.dtype(_KINDS[entry["dtype"]])
        if not 0 <= first <= last <= len(raw) or last - first != math.prod(entry["shape"]) * kind.itemsize:
            raise ValueError(wrong)
        values = np.frombuffer(raw, kind, math.prod(entry["shape"]), first).reshape(entry["shape"])
        found[name.removeprefix("bert.")] = values.astype(np.float32, copy=False)
    return found
