"""The process of an encoder: `python -m sanchuang.engines.matching.encoders.serve NAME`.

Answers first how loading went, then each line of standard input, a JSON list of texts. An answer is one line of JSON,
`{"fault": what is wrong, or null, "shape": of the vectors}`, and the vectors, 32-bit floats row by row.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.encoders.models import Encode, opened


def serve(name: str, asking: IO[bytes], answering: IO[bytes]) -> None:
    """Load the encoder `name` and answer until the asking ends."""
    encode = _answered(answering, lambda: _loaded(name))
    for line in asking if encode else ():
        _answered(answering, partial(_encoded, encode, line))


def _loaded(name: str) -> Encode:
    encode = opened(name)
    # Faults of the files, such as a missing tensor, show when a text is encoded.
    encode(["1"])
    return encode


def _encoded(encode: Encode, line: bytes) -> NDArray[np.float32]:
    return np.asarray(encode(json.loads(line)), np.float32)


def _answered(answering: IO[bytes], work: Callable[[], Any]) -> Any:
    """Do some work and answer with the array that it gives or its fault; gives the outcome, None after a fault."""
    fault, outcome = None, None
    try:
        outcome = work()
    except BaseException as error:  # whatever a plug-in raises, the process must not end without an answer
        fault = _what(error)
    rows = outcome if isinstance(outcome, np.ndarray) else np.zeros(0, np.float32)
    answering.write(json.dumps({"fault": fault, "shape": rows.shape}).encode() + b"\n" + rows.tobytes())
    answering.flush()
    return outcome


def _what(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"缺少 {error.args[0] if error.args else error}"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


if __name__ == "__main__":
    # A plug-in may print what it likes: that goes elsewhere.
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.argv[1], sys.stdin.buffer, own)
