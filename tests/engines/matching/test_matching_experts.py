"""Experts from their works, with and without an encoder."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching.bert import Bert, WordPiece, gelu
from sanchuang.engines.matching.encoders import EncoderFailed, Guarded, load
from sanchuang.engines.matching.english import stem
from sanchuang.engines.matching.experts import NoWorks, Profile, Work, choose


def work(identifier: str, text: str) -> Work:
    title, _, abstract = text.partition(". ")
    return Work(identifier, title, abstract)


PROFILES = [
    Profile(
        "waves",
        (work("w1", "Ocean waves. Tides and waves at coasts"), work("w2", "Measuring tides. With buoys")),
    ),
    Profile(
        "cells",
        (work("c1", "Solar cells. Perovskite layers encapsulated"), work("c2", "钙钛矿电池封装. 湿热稳定")),
    ),
    Profile("nobody", ()),
]


def names(text: str) -> list[str]:
    ((_, choices),) = choose(PROFILES, [work("p", text)])
    return [choice.expert for choice in choices]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Encapsulating a solar cell", "cells"),
        ("钙钛矿电池的封装", "cells"),
        ("Wave heights by tidal buoys", "waves"),
    ],
)
def test_the_expert_whose_works_are_nearest_comes_first(text: str, best: str) -> None:
    assert names(text)[0] == best


def test_who_has_no_works_is_not_chosen_and_the_works_that_speak_are_named() -> None:
    ((paper, choices),) = choose(PROFILES, [work("p", "Tides")])
    assert (paper, [choice.expert for choice in choices]) == ("p", ["waves", "cells"])
    assert set(choices[0].works) == {"w1", "w2"}
    assert choices[0].score > choices[1].score


def test_without_any_work_the_question_is_refused() -> None:
    with pytest.raises(NoWorks, match="没有带文字的成果"):
        list(choose([Profile("a", (work("w", ""),))], [work("p", "Tides")]))


def test_a_paper_without_text_is_like_nothing() -> None:
    ((_, choices),) = choose(PROFILES, [work("p", "")])
    assert [(choice.expert, choice.score) for choice in choices] == [("cells", 0), ("waves", 0)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.lists(st.text(max_size=40), max_size=3))
def test_any_texts_give_every_expert_with_works_once(works: list[str], papers: list[str]) -> None:
    profiles = [Profile(f"e{n}", (Work(f"w{n}", text, "known"),)) for n, text in enumerate(works)]
    for _, choices in choose(profiles, [Work(f"p{n}", text, "") for n, text in enumerate(papers)]):
        assert sorted(choice.expert for choice in choices) == [f"e{n}" for n in range(len(works))]
        scores = [choice.score for choice in choices]
        assert scores == sorted(scores, reverse=True)
        assert all(-1.001 <= score <= 1.001 for score in scores)


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("encoders", "encoder"), ("encoding", "encod"), ("studies", "study"), ("glass", "glass")],
)
def test_endings_are_cut(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


# encoders ---------------------------------------------------------------------------------------------------

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "tide", "##s", "wave", "cell", "电", "."]


def tiny(folder: Path, hidden: int = 8) -> Path:
    """A made-up model of one layer, in the published form."""
    chance = np.random.default_rng(0)
    config = {"num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 16}
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), hidden),
        "embeddings.position_embeddings.weight": (16, hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
    }
    layer = "encoder.layer.0."
    for name in (
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
    ):
        shapes |= {f"{layer}{name}.weight": (hidden, hidden), f"{layer}{name}.bias": (hidden,)}
    shapes |= {f"{layer}intermediate.dense.weight": (16, hidden), f"{layer}intermediate.dense.bias": (16,)}
    shapes |= {f"{layer}output.dense.weight": (hidden, 16), f"{layer}output.dense.bias": (hidden,)}
    for name in ("embeddings.", f"{layer}attention.output.", f"{layer}output."):
        shapes |= {f"{name}LayerNorm.weight": (hidden,), f"{name}LayerNorm.bias": (hidden,)}
    header, blocks, at = {}, [], 0
    for name, shape in shapes.items():
        block = chance.standard_normal(shape).astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(block)]}
        blocks.append(block)
        at += len(block)
    head = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + b"".join(blocks))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return folder


def test_words_are_split_into_the_longest_pieces_known() -> None:
    pieces = WordPiece({word: number for number, word in enumerate(WORDS)})
    assert pieces.tokens("Tides, wavé电.", 16) == [2, 4, 5, 1, 6, 8, 9, 3]
    assert len(pieces.tokens("tide " * 100, 16)) == 16
    assert pieces.tokens("x" * 200, 16) == [2, 1, 3]


def test_a_model_from_a_folder_gives_vectors_of_length_1(tmp_path: Path) -> None:
    encoder = load(str(tiny(tmp_path)))
    vectors = encoder.encode(["tides", "tides", "wave cell", ""])
    assert vectors.shape == (4, 8)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.allclose(vectors[0], vectors[2])
    assert encoder.encode([]).shape[0] == 0


def test_a_text_does_not_change_with_those_beside_it(tmp_path: Path) -> None:
    model = Bert(tiny(tmp_path))
    assert np.allclose(model.encode(["tide"])[0], model.encode(["wave cell tide", "tide"])[1])


def test_gelu_is_half_at_zero_slope() -> None:
    assert np.allclose(gelu(np.array([0, 1, -1, 10], np.float32)), [0, 0.8413447, -0.1586553, 10], atol=1e-5)


def test_an_encoder_takes_part_in_the_choice() -> None:
    class ByLength:
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            return np.array([[1.0, 0.0] if "电池" in text else [0.0, 1.0] for text in texts], np.float32)

    ((_, choices),) = choose(PROFILES, [work("p", "全固态电池")], ByLength())
    assert choices[0].expert == "cells"


@pytest.mark.parametrize(
    ("encode", "what"),
    [
        (lambda texts: 1 / 0, "division"),
        (lambda texts: time.sleep(30), "秒内没有回答"),
        (lambda texts: [[1.0]], "应给 2 个"),
        (lambda texts: [[float("nan")]] * 2, "应给 2 个"),
        (lambda texts: "no vectors", "could not convert|应给"),
    ],
)
def test_an_encoder_that_fails_hangs_or_talks_nonsense_is_told(encode, what: str) -> None:
    with pytest.raises((EncoderFailed, ValueError), match=what):
        Guarded("e", encode, patience=0.2).encode(["a", "b"])


def test_what_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderFailed, match="既不是含"):
        load("no_such_model_anywhere")
    (tiny(tmp_path) / "model.safetensors").write_bytes(b"\xff" * 20)
    with pytest.raises(EncoderFailed, match="no safetensors"):
        load(str(tmp_path))
