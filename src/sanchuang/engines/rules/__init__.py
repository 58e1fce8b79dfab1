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
from sanchuang.engines.rules.evaluate import Lack, Step, Used
from sanchuang.engines.rules.examples import Failure, run_examples
from sanchuang.engines.rules.explain import Answered, Explanation, NoPolicyInForce, PolicySet, RuleConflict
from sanchuang.engines.rules.folder import read_rules
from sanchuang.engines.rules.policy import Article, Condition, Policy, label_text
from sanchuang.engines.rules.provisions import fact_value
from sanchuang.engines.rules.sentence import condition_sentence, policy_sentences, say, show

__all__ = [
    "Answered", "Article", "Condition", "Explanation", "FactDictionary", "FactSpec", "FactTable", "FactType",
    "FactValue", "Facts", "Failure", "Lack", "NoPolicyInForce", "Per", "Policy", "PolicySet", "RuleConflict",
    "Scalar", "Step", "Used", "condition_sentence", "fact_value", "label_text", "policy_sentences",
    "read_dictionary", "read_policies", "read_policy", "read_rules", "run_examples", "say", "show",
]  # fmt: skip
