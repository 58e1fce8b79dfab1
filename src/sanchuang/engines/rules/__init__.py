"""Policies as rules: one readable file per policy, one tree, answers with reasons.

policies = read_policies([(text, "bluebird.md")], dictionary)
for explanation in policies.explain(facts, on=dt.date(2026, 1, 1)): ...
"""

from sanchuang.engines.rules.dictionary import (
    FactDictionary,
    Facts,
    FactSpec,
    FactTable,
    FactType,
    FactValue,
    Per,
    Scalar,
)  # fmt: skip
from sanchuang.engines.rules.dictionary_file import read_dictionary
from sanchuang.engines.rules.document import read_policies, read_policy
from sanchuang.engines.rules.durations import Duration, DurationUnit
from sanchuang.engines.rules.examples import Failure, run_examples
from sanchuang.engines.rules.explain import (
    Answered,
    Explanation,
    ItemPoints,
    NoPolicyInForce,
    PolicySet,
    RuleConflict,
    Scored,
)
from sanchuang.engines.rules.folder import read_rules
from sanchuang.engines.rules.policy import Article, Condition, Policy, ScoreItem, ScoreSheet, label_text
from sanchuang.engines.rules.provisions import fact_value
from sanchuang.engines.rules.sentence import condition_sentence, policy_sentences, say, show
from sanchuang.engines.rules.stacking import Claim, Outcome, Stacked, StackedGroup, stacked
from sanchuang.engines.rules.steps import Lack, Step, Used
from sanchuang.engines.rules.terms import (
    budget_sentence,
    deadline_words,
    paper_sentence,
    stacking_sentence,
    window_sentence,
)

__all__ = [
    "Answered", "Article", "Claim", "Condition", "Duration", "DurationUnit", "Explanation", "FactDictionary", "FactSpec", "FactTable", "FactType",
    "FactValue", "Facts", "Failure", "ItemPoints", "Lack", "NoPolicyInForce", "Outcome", "Per", "Policy", "PolicySet",
    "RuleConflict", "Scalar", "ScoreItem", "ScoreSheet", "Scored", "Stacked", "StackedGroup", "Step", "Used",
    "budget_sentence", "condition_sentence", "deadline_words", "fact_value", "label_text", "paper_sentence", "policy_sentences", "read_dictionary", "read_policies",
    "read_policy", "read_rules", "run_examples", "say", "show", "stacked", "stacking_sentence", "window_sentence",
]  # fmt: skip
