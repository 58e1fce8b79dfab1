"""What feedback teaches, measured on feedback that was not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from test_matching_training import collection as synthetic

from sanchuang.engines.matching import Document, Hit, Index, Weights
from sanchuang.engines.matching.feedback import Answer, Lesson, rankings, scores, stages, use
from sanchuang.engines.matching.learned import Learned
from sanchuang.engines.matching.learning import TooFewPairs
from sanchuang.engines.matching.training import train

SYLLABLES = "膜泵阀管网桥梁坝堤闸井塔罐炉窑"
TOPICS = [first + second for first in SYLLABLES for second in SYLLABLES if first != second][:40]
# For each topic a long text with the phrase itself, and a short one with its characters apart, the other way round.
DOCUMENTS = [
    Document(f"right-{topic}", f"关于{topic}的情况，说明如下，内容从略，详见另行印发的附件")
    for topic in TOPICS
] + [Document(f"wrong-{topic}", f"{topic[1]}和{topic[0]}") for topic in TOPICS]
ANSWERS = [
    Answer(topic, topic, f"{kind}-{topic}", kind == "right")
    for topic in TOPICS
    for kind in ("right", "wrong")
]


def taught(index: Index, answers: list[Answer], **more: Any) -> Lesson:
    """The first stage."""
    return next(stages(index, answers, **more))


def index() -> Index:
    """A collection that is ranked by single characters at first, and so wrongly."""
    return Index.build(DOCUMENTS, weights=Weights(characters=1, pairs=0, words=0, coverage=1))


def test_the_effect_is_measured_on_answers_that_were_not_learnt_from() -> None:
    lesson = taught(index(), ANSWERS)
    assert (lesson.pairs, lesson.effect.queries, lesson.effect.answers) == (40, 40, 80)
    assert lesson.effect.ndcg.before < 0.7
    assert lesson.effect.ndcg.after > 0.85
    assert 0 < lesson.effect.ndcg.low <= lesson.effect.ndcg.high
    assert lesson.effect.auc is not None
    assert lesson.effect.auc.before < 0.5 < lesson.effect.auc.after
    assert lesson.effect.no_worse
    assert len(lesson.scores(ANSWERS)) == len(ANSWERS)
    assert lesson.effect.first is not None
    assert lesson.effect.first.before < 0.5 < lesson.effect.first.after


def test_studying_changes_nothing_and_gives_the_same_each_time() -> None:
    collection = index()
    before = collection.weights
    assert taught(collection, ANSWERS) == taught(collection, ANSWERS)
    assert collection.weights == before


def test_learning_the_contrary_on_noise_is_told_as_worse() -> None:
    """Weights that are good already; the answers praise what is ranked last, each fold for reasons of its own."""
    collection = Index.build(DOCUMENTS)
    contrary = [
        answer._replace(worth=not answer.worth if number % 4 < 2 else answer.worth)
        for number, answer in enumerate(ANSWERS)
    ]
    effect = taught(collection, contrary).effect
    assert effect.ndcg.low <= effect.ndcg.after - effect.ndcg.before <= effect.ndcg.high


def test_scores_of_answers_come_in_their_order_and_what_is_not_found_scores_nothing() -> None:
    collection = Index.build(DOCUMENTS, weights=Weights(characters=0, pairs=1, words=0, coverage=0))
    told = scores(collection, [ANSWERS[0], ANSWERS[0]._replace(target="right-井塔", worth=False)])
    assert told[0] > told[1]
    told = scores(index(), [*ANSWERS[1::-1], Answer("x", "外星", "right-膜泵", False)])
    assert told[0] > told[1] > 0
    assert told[2] == 0


def test_the_order_that_a_reader_sees_counts_before_and_after() -> None:
    def order(_query: str, hits: Sequence[Hit]) -> list[tuple[str, float]]:
        return [(hit.id, hit.score) for hit in hits if not hit.id.startswith("wrong")]

    lesson = taught(index(), ANSWERS, order=order)
    assert lesson.effect.ndcg.before > 0.9
    assert lesson.effect.auc is not None
    assert lesson.effect.auc.before == 1


def test_only_praise_gives_no_auc() -> None:
    assert taught(index(), [answer for answer in ANSWERS if answer.worth]).effect.auc is None


def test_too_few_answers_teach_nothing_and_leave_the_index_alone() -> None:
    collection = index()
    before = collection.weights
    assert not list(stages(collection, ANSWERS[:44]))  # enough in all, too few without a fold
    assert collection.weights == before


# the second stage ------------------------------------------------------------------------------------------


def test_some_hundreds_of_answers_teach_the_full_ranker_which_words_stand_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Needs say another word than the texts that answer them: no weights help there. Fewer answers do in so small a world."""
    monkeypatch.setattr("sanchuang.engines.matching.training.LEAST", 60)
    documents, pairs = synthetic([f"thing{number}" for number in range(10)])
    collection = Index.build(documents)
    given = [
        answer
        for query, target in pairs
        for found in [[hit.id for hit in collection.rank(query, 2, reasons=0) if hit.id != target]]
        for answer in (Answer(query, query, target, True), Answer(query, query, found[0], False))
    ]
    before = scores(collection, given)
    weights, ranker = stages(collection, given)
    assert isinstance(weights.taught, Weights)
    assert isinstance(ranker.taught, Learned)
    assert (ranker.pairs, ranker.effect.queries, ranker.effect.no_worse) == (80, 80, True)
    assert ranker.effect.ndcg.low > 0.1
    # Compared with the stage before, if that is used.
    assert ranker.effect.ndcg.before == (
        weights.effect.ndcg.after if weights.effect.no_worse else weights.effect.ndcg.before
    )
    assert scores(collection, given) == before
    use(collection, ranker.taught)
    assert rankings(collection, given[:2])[given[0].id][0][0] == given[0].target
    use(collection, weights.taught)
    assert (collection.learned, collection.weights) == (None, weights.taught)


def test_pairs_whose_targets_are_never_found_teach_nothing() -> None:
    documents, pairs = synthetic()
    lost = [pair._replace(query="unheard") for pair in pairs]
    with pytest.raises(TooFewPairs, match="只有 0 对"):
        train(Index.build([Document(each.id, "") for each in documents]), lost)
