"""Encoders of made-up weights in the forms in which real ones are published, written here."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "tide", "##s", "wave", "cell", "电", "."]
HIDDEN, LAYERS, PLACES = 8, 2, 16


def weights() -> dict[str, np.ndarray]:
    """Tensors of a BERT of two layers, by their usual names."""
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), HIDDEN),
        "embeddings.position_embeddings.weight": (PLACES, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "embeddings.LayerNorm.weight": (HIDDEN,),
        "embeddings.LayerNorm.bias": (HIDDEN,),
    }
    for layer in (f"encoder.layer.{number}." for number in range(LAYERS)):
        linear = dict.fromkeys(
            ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"),
            (HIDDEN, HIDDEN),
        )
        linear |= {"intermediate.dense": (16, HIDDEN), "output.dense": (HIDDEN, 16)}
        for name, shape in linear.items():
            shapes |= {f"{layer}{name}.weight": shape, f"{layer}{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}{name}.weight": (HIDDEN,), f"{layer}{name}.bias": (HIDDEN,)}
    # Numbers that any language makes alike, so that other programs can be held against the same model.
    return {
        name: np.sin(np.arange(math.prod(shape)) ** 2 * 0.7 + at).astype(np.float32).reshape(shape)
        for at, (name, shape) in enumerate(shapes.items())
    }


def described(folder: Path) -> Path:
    """What lies beside the weights: config.json and vocab.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "bert",
        "hidden_size": HIDDEN,
        "intermediate_size": 16,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 2,
        "max_position_embeddings": PLACES,
        "vocab_size": len(WORDS),
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return folder


def safetensors(file: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write weights as safetensors: the length of a header, the header, the numbers."""
    kinds = {"float32": "F32", "float16": "F16", "float64": "F64"}
    header, at = {}, 0
    for name, values in tensors.items():
        place = [at, at + values.nbytes]
        header[name] = {"dtype": kinds[values.dtype.name], "shape": values.shape, "data_offsets": place}
        at += values.nbytes
    head = json.dumps(header).encode()
    data = b"".join(values.tobytes() for values in tensors.values())
    file.write_bytes(len(head).to_bytes(8, "little") + head + data)


def bert(folder: Path) -> Path:
    """A folder with a BERT."""
    safetensors(described(folder) / "model.safetensors", weights())
    return folder


def _number(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _field(number: int, value: int | str | bytes) -> bytes:
    """A field of a protocol buffer: a whole number, or text, bytes or a message."""
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    raw = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(raw)) + raw


def _about(name: str, kind: int, *axes: str | int) -> bytes:
    """A named input or output with its element type and axes (onnx.proto: ValueInfoProto)."""
    dims = b"".join(_field(1, _field(2, axis) if isinstance(axis, str) else _field(1, axis)) for axis in axes)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, dims)))


def onnx(file: Path, asked: str = "input_ids") -> Path:
    """A file in ONNX form whose tokens' states are rows of the table of words: one node, `Gather`."""
    table = weights()["embeddings.word_embeddings.weight"]
    initializer = b"".join(_field(1, size) for size in table.shape) + _field(2, 1)
    initializer += _field(8, "table") + _field(9, table.tobytes())
    node = _field(1, "table") + _field(1, asked) + _field(2, "last_hidden_state") + _field(4, "Gather")
    graph = _field(1, node) + _field(2, "tiny") + _field(5, initializer)
    graph += _field(11, _about(asked, 7, "batch", "sequence"))
    graph += _field(12, _about("last_hidden_state", 1, "batch", "sequence", HIDDEN))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13)))
    return file
