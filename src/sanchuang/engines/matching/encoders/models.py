"""Which model a name means, and what its folder says about how it is to be run."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanchuang.engines.matching.encoders.wordpiece import WordPiece
from sanchuang.engines.matching.reading import Floats

# Tokens read of a text by a model that does not say how many it was trained for, and the most of any.
USUAL_TOKENS, MOST_TOKENS = 256, 512
# Bytes of a text file beside a model.
_MOST_BYTES = 1 << 26
_ONNX = ("model.onnx", "onnx/model.onnx")

Encode = Callable[[Sequence[str]], Any]


class Unsupported(ValueError):
    """A model that only its own library can run."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's folder in the form of sentence-transformers."""

    folder: Path

    def settings(self, file: str, kind: type = dict) -> Any:
        """A JSON file of the folder, an object or `kind`; an empty one if there is none. Raises ValueError."""
        path = self.folder / file
        try:
            found = json.loads(text(path)) if path.is_file() else kind()
        except json.JSONDecodeError as error:
            raise ValueError(f"{file} 不是 JSON：{error}") from None
        if not isinstance(found, kind):
            raise ValueError(f"{file} 的内容不是所要的样子")
        return found

    @property
    def most_tokens(self) -> int:
        """Tokens that the model reads of a text, [CLS] and [SEP] included."""
        asked = self.settings("sentence_bert_config.json").get("max_seq_length") or USUAL_TOKENS
        places = self.settings("config.json").get("max_position_embeddings") or MOST_TOKENS
        return max(2, min(int(asked), int(places), MOST_TOKENS))

    @property
    def pooling(self) -> str:
        """What a text's vector is: `mean` of its tokens' last states, `max`, or the state of the first, `cls`.

        Raises Unsupported for another or a further step.
        """
        modules = self.settings("modules.json", list)
        kinds = {str(module["type"]).rpartition(".")[2] for module in modules}
        if kinds - {"Transformer", "Pooling", "Normalize"}:
            raise Unsupported(f"modules.json 有这里不会的步骤：{'、'.join(sorted(kinds))}")
        found = self.settings("1_Pooling/config.json")
        asked = found.get("pooling_mode") or [
            mode.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
            for mode, on in found.items()
            if mode.startswith("pooling_mode_") and on is True
        ]
        modes = [asked] if isinstance(asked, str) else asked or ["mean"]
        if len(modes) > 1 or modes[0] not in ("mean", "max", "cls"):
            raise Unsupported(f"1_Pooling/config.json 要的是这里不会的合并方式：{'、'.join(modes)}")
        return str(modes[0])

    def tokens(self) -> WordPiece:
        """The model's tokenizer, by vocab.txt or tokenizer.json; raises Unsupported if it is not WordPiece."""
        if (self.folder / "vocab.txt").is_file():
            words = text(self.folder / "vocab.txt").split("\n")
            plain = self.settings("tokenizer_config.json").get("do_lower_case", True)
            return WordPiece({word: n for n, word in enumerate(words) if word}, plain=plain)
        whole = self.settings("tokenizer.json")
        model = whole.get("model") or {}
        if model.get("type") != "WordPiece":
            raise Unsupported(f"{self.folder.name} 里没有 vocab.txt，也没有 WordPiece 的 tokenizer.json")
        return WordPiece(model["vocab"], plain=(whole.get("normalizer") or {}).get("lowercase", True))


def pooled(states: Floats, how: str) -> Floats:
    """Make one vector of the tokens' states (tokens x width)."""
    vector: Floats = states[0] if how == "cls" else states.max(0) if how == "max" else states.mean(0)
    return vector


def text(path: Path) -> str:
    """Read a text file that lies beside a model; raises ValueError if it is none."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path.name} 大于 {_MOST_BYTES >> 20} MB，不像是模型的说明")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} 不是 UTF-8 文本") from None


def opened(name: str) -> Encode:
    """Load the encoder `name` (see the package); raises whatever the model's library raises, else OSError or ValueError."""
    path = Path(name)
    if path.suffix == ".onnx" and path.is_file():
        return _onnx(path, path.parent.parent if path.parent.name == "onnx" else path.parent)
    folder = path if path.is_dir() else _carried(name)
    why = "没有这样的目录、.onnx 文件或已安装的包"
    if folder is not None:
        try:
            return _from(folder)
        except Unsupported as error:
            why = str(error)
    if importlib.util.find_spec("sentence_transformers") is None:
        raise ValueError(f"{why}；其他模型要先安装 sentence-transformers")
    library = importlib.import_module("sentence_transformers").SentenceTransformer(str(folder or name))
    return lambda texts: library.encode(list(texts), show_progress_bar=False)


def _from(folder: Path) -> Encode:
    if (folder / "model.safetensors").is_file():
        from sanchuang.engines.matching.encoders.bert import Bert

        return Bert(folder).encode
    for file in _ONNX:
        if (folder / file).is_file():
            return _onnx(folder / file, folder)
    raise Unsupported(f"目录里没有 model.safetensors，也没有 {' 或 '.join(_ONNX)}")


def _onnx(weights: Path, folder: Path) -> Encode:
    if importlib.util.find_spec("onnxruntime") is None:
        raise Unsupported("ONNX 模型要先安装 onnxruntime")
    from sanchuang.engines.matching.encoders.onnx import Onnx

    return Onnx(weights, folder).encode


def _carried(name: str) -> Path | None:
    """The model's folder inside an installed package; None if there is none. The package's code is not run."""
    if not name.isidentifier() or (found := importlib.util.find_spec(name)) is None:
        return None
    for place in found.submodule_search_locations or ():
        for pattern in ("model.safetensors", *_ONNX):
            for file in sorted(Path(place).rglob(pattern)):
                return file.parent.parent if file.parent.name == "onnx" else file.parent
    return None
