"""A BERT-like encoder run with NumPy: WordPiece, the layers, the mean over the tokens.

Reads what is published for sentence-transformers: config.json, vocab.txt, model.safetensors. After Devlin et al.,
"BERT" (2019); a text's vector is the mean of its tokens' last states (Reimers & Gurevych, "Sentence-BERT", 2019).
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sanchuang.engines.matching.reading import Floats, Ints

MOST_TOKENS = 256
_MOST_LETTERS = 100


class Bert:
    """A model from a folder; raises OSError, KeyError or ValueError when it cannot be read."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        words = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        self._pieces = WordPiece({word: number for number, word in enumerate(words) if word})
        self._weights = tensors(folder / "model.safetensors")
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))
        self._most = min(MOST_TOKENS, int(config["max_position_embeddings"]))
        if config.get("hidden_act", "gelu") != "gelu":
            raise ValueError(f"activation {config['hidden_act']} is not known")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row a text."""
        tokens = [self._pieces.tokens(text, self._most) for text in texts]
        rows = [self._mean(np.array(each, np.int32)) for each in tokens]
        return np.stack(rows)

    def _mean(self, tokens: Ints) -> Floats:
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normal(states, "embeddings.LayerNorm")
        for number in range(self._layers):
            states = self._layer(states, f"encoder.layer.{number}.")
        mean: Floats = states.mean(0)
        return mean

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
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    if not 2 <= length <= len(raw) - 8:
        raise ValueError(f"{file.name} is no safetensors file")
    header: dict[str, Any] = json.loads(raw[8 : 8 + length])
    kinds = {"F32": "<f4", "F16": "<f2", "F64": "<f8"}
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in kinds:
            continue
        first, last = entry["data_offsets"]
        values = np.frombuffer(raw[8 + length + first : 8 + length + last], kinds[entry["dtype"]])
        found[name.removeprefix("bert.")] = values.reshape(entry["shape"]).astype(np.float32)
    return found


class WordPiece:
    """Splits text into the pieces of a vocabulary, longest first, in lower case and without accents."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._unknown = vocabulary["[UNK]"]

    def tokens(self, text: str, most: int) -> list[int]:
        """Give at most `most` numbers, between those of [CLS] and [SEP]."""
        found: list[int] = []
        # A token has at least one character; a margin for blanks.
        for word in _words(text[: most * 40]):
            found += self._split(word)
            if len(found) >= most - 2:
                break
        return [self._first, *found[: most - 2], self._last]

    def _split(self, word: str) -> list[int]:
        if len(word) > _MOST_LETTERS:
            return [self._unknown]
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = ("##" if start else "") + word[start:end]
                if piece in self._vocabulary:
                    break
                end -= 1
            else:
                return [self._unknown]
            pieces.append(self._vocabulary[piece])
            start = end
        return pieces


def _words(text: str) -> list[str]:
    """Words and single marks; Chinese characters stand alone."""
    spaced = []
    for character in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(character)
        if kind == "Mn" or character in "\0\ufffd":
            continue
        if kind[0] in "PS" or "\u3400" <= character <= "\u9fff":
            spaced.append(f" {character} ")
        else:
            spaced.append(" " if kind[0] in "ZC" else character)
    return "".join(spaced).split()
