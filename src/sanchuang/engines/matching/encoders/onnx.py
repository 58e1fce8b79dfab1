"""A model in ONNX form, run by onnxruntime: the tokens' states pooled here, or the text's vector it gives itself."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sanchuang.engines.matching.encoders.models import Checkpoint, Unsupported, pooled
from sanchuang.engines.matching.reading import Floats

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


class Onnx:
    """A model from a file and the folder that describes it; raises OSError, ValueError or onnxruntime's own errors."""

    def __init__(self, weights: Path, folder: Path) -> None:
        checkpoint = Checkpoint(folder)
        self._pooling, self._most = checkpoint.pooling, checkpoint.most_tokens
        self._pieces = checkpoint.tokens()
        runtime: Any = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        # Threads that wait for work must not take time from others.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = runtime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        self._inputs = {}
        for asked in self._session.get_inputs():
            if asked.name not in _INPUTS or asked.type not in _KINDS:
                raise Unsupported(f"{weights.name} 要的输入 {asked.name}（{asked.type}）这里不会给")
            self._inputs[asked.name] = _KINDS[asked.type]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row a text. One at a time: in a batch, padding and int8's common scale would change the others."""
        return np.stack([self._vector(self._pieces.numbers(text, self._most)) for text in texts])

    def _vector(self, tokens: list[int]) -> Floats:
        given = {
            "input_ids": tokens,
            "attention_mask": [1] * len(tokens),
            "token_type_ids": [0] * len(tokens),
        }
        answers = self._session.run(
            None, {name: np.array([given[name]], kind) for name, kind in self._inputs.items()}
        )
        for states in answers:
            if states.ndim == 2:
                whole: Floats = states[0]
                return whole
        return pooled(answers[0][0], self._pooling)
