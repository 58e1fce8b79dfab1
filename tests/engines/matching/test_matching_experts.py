"""Experts from their works, with and without an encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching.encoders import EncoderFailed
from sanchuang.engines.matching.english import stem
from sanchuang.engines.matching.experts import Choice, NoWorks, Profile, Work, choose


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


def choices(paper: Work, *profiles: Profile, reasons: int = 5) -> list[Choice]:
    ((_, found),) = choose(profiles or PROFILES, [paper], reasons=reasons)
    return found


def names(text: str) -> list[str]:
    return [choice.expert for choice in choices(work("p", text))]


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


def test_who_has_no_works_is_not_chosen() -> None:
    found = choices(work("p", "Tides"))
    assert [choice.expert for choice in found] == ["waves", "cells"]
    assert found[0].score > found[1].score


def test_the_works_that_speak_for_an_expert_say_why() -> None:
    first, second = choices(work("p", "Heights of waves by buoys. Tidal waves at the coast"))[0].works
    assert (first.work, first.title) == ("w1", "Ocean waves")
    assert first.likeness > second.likeness > 0
    assert first.terms == ("waves", "coasts")
    assert first.sentence == "Tides and waves at coasts"
    assert (second.work, second.terms, second.sentence) == ("w2", ("buoys",), "With buoys")


def test_chinese_works_say_why_in_their_own_words() -> None:
    best = choices(work("p", "封装钙钛矿电池. 湿热"))[0].works[0]
    assert (best.work, best.sentence) == ("c2", "钙钛矿电池封装")
    assert set(best.terms) == {"钙钛矿", "电池", "封装", "湿热"}


def test_short_words_are_named_as_abbreviations_only() -> None:
    known = Profile("known", (Work("w9", "NER of new names", "et al GaN led names"),))
    (support,) = choices(Work("p", "Names by NER", "GaN led et al names"), known)[0].works
    assert set(support.terms) == {"NER", "GaN", "names"}


def test_reasons_come_for_the_first_experts_alone() -> None:
    assert [bool(choice.works) for choice in choices(work("p", "Tides"), reasons=1)] == [True, False]
    assert [bool(choice.works) for choice in choices(work("p", "Tides"), reasons=0)] == [False, False]


def test_an_expert_who_has_written_the_paper_is_marked_and_gets_no_reasons() -> None:
    mine = Profile("author", (Work("w7", "MEASURING the tides: by buoys", "Some other abstract"),))
    first, *others = choices(work("p", "Measuring the Tides by Buoys. Abstract"), mine, *PROFILES, reasons=1)
    assert (first.expert, first.own, first.works) == ("author", "w7", ())
    assert [(choice.own, bool(choice.works)) for choice in others] == [("", True), ("", False)]


def test_a_short_title_says_nothing_of_who_wrote_it() -> None:
    assert [choice.own for choice in choices(work("p", "Ocean waves. All new"))] == ["", ""]


def test_a_work_given_twice_counts_once() -> None:
    twice = Profile("twice", tuple(Work(f"w{n}", "Tides", "at coasts") for n in range(8)) + PROFILES[1].works)
    once = Profile("once", (Work("w0", "Tides", "at coasts"), *PROFILES[1].works))
    first, second = choices(work("p", "Tides at a coast"), twice, once)
    assert first.score == second.score
    assert [support.work for support in second.works] == ["w0", "c1", "c2"]


def test_a_paper_is_judged_alike_whatever_is_asked_beside_it() -> None:
    paper, other = work("p", "Tides at a coast"), work("q", "Coasts. Perovskite tides and coasts")
    alone = dict(choose(PROFILES, [paper]))["p"]
    assert dict(choose(PROFILES, [other, paper, other]))["p"] == alone


def test_an_abstract_of_a_megabyte_is_read_in_part() -> None:
    long = Work("p", "Tides", "waves at coasts. " * 60_000)
    profiles = [Profile("long", (long, Work("blank", "", "\n" * 10**6))), *PROFILES]
    first = choices(long, *profiles)[0]
    assert (first.expert, [support.work for support in first.works]) == ("long", ["p"])
    assert first.works[0].likeness == pytest.approx(1)


def test_without_any_work_the_question_is_refused() -> None:
    with pytest.raises(NoWorks, match="没有带文字的成果"):
        list(choose([Profile("a", (work("w", ""),))], [work("p", "Tides")]))


def test_a_paper_without_text_is_like_nothing() -> None:
    found = choices(work("p", ""))
    assert [(choice.expert, choice.score) for choice in found] == [("cells", 0), ("waves", 0)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.lists(st.text(max_size=40), max_size=3))
def test_any_texts_give_every_expert_with_works_once(works: list[str], papers: list[str]) -> None:
    profiles = [Profile(f"e{n}", (Work(f"w{n}", text, "known"),)) for n, text in enumerate(works)]
    asked = [Work(f"p{n}", text, "") for n, text in enumerate(papers)]
    for paper, found in zip(asked, choose(profiles, asked, reasons=2), strict=True):
        assert sorted(choice.expert for choice in found[1]) == [f"e{n}" for n in range(len(works))]
        scores = [choice.score for choice in found[1]]
        assert scores == sorted(scores, reverse=True)
        assert all(-1.001 <= score <= 1.001 for score in scores)
        for choice in found[1][:2]:
            for support in choice.works:
                text = next(w for p in profiles for w in p.works if w.id == support.work).text
                assert all(term in text for term in (*support.terms, support.sentence))
        assert found[0] == paper.id


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("encoders", "encoder"), ("encoding", "encod"), ("studies", "study"), ("glass", "glass")],
)
def test_endings_are_cut(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


class ByWord:
    """Texts about cells one way, about waves another, whatever the language."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        cells, waves = ("电池", "cell", "Perovskite"), ("潮汐", "ide", "wave", "buoy")
        return [[any(w in text for w in words) + 0.1 for words in (cells, waves)] for text in texts]


def test_an_encoder_takes_part_in_the_choice_and_in_the_reasons() -> None:
    ((_, found),) = choose(PROFILES, [work("p", "潮汐. 海浪")], ByWord(), reasons=1)
    assert [choice.expert for choice in found] == ["waves", "cells"]
    assert found[0].score > choices(work("p", "潮汐. 海浪"))[0].score == 0
    assert (found[0].works[0].terms, found[0].works[0].sentence) == ((), "Ocean waves")


def test_what_an_encoder_makes_of_a_paper_without_text_is_not_asked() -> None:
    ((_, found),) = choose(PROFILES, [work("p", "")], ByWord())
    assert [choice.score for choice in found] == [0, 0]


def test_an_encoder_that_fails_is_told() -> None:
    class Broken:
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            raise RuntimeError("out of order")

    with pytest.raises(EncoderFailed, match="编码器“Broken”不可用：RuntimeError: out of order"):
        list(choose(PROFILES, [work("p", "Tides")], Broken()))


def test_terms_are_named_in_the_work_s_own_script() -> None:
    work = Work("w", "鈣鈦礦太陽能電池", "封裝方法。")
    [found] = [
        choices
        for _, choices in choose(
            [Profile("e", (work,))], [Work("p", "钙钛矿太阳能电池的封装", "")], reasons=1
        )
    ]
    terms = found[0].works[0].terms
    assert terms
    assert all(term in work.text for term in terms)
