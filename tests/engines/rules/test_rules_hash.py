"""The fingerprint of the rules behind an answer."""

from __future__ import annotations

from dataclasses import replace

from rulekit import DICTIONARY, document, expression

from sanchuang.engines.rules import FactDictionary, PolicySet, read_policies
from sanchuang.engines.rules.rule_hash import facts_used, rule_hash, rules_used

OTHER = expression("上市 或 从业人员 > 10人", "").replace("policy: sample", "policy: other")
USES = document("conditions:\n- {id: a, when: other.answer}\namount: {value: 1元}\n")
ALONE = document("conditions:\n- {id: a, when: 注册在本区}\namount: {value: 1元}\n").replace(
    "policy: sample", "policy: alone"
)


def read(*texts: str, dictionary: FactDictionary = DICTIONARY) -> PolicySet:
    return read_policies([(text, f"{i}.md") for i, text in enumerate(texts)], dictionary)


def hashes(found: PolicySet) -> dict[str, str]:
    return {policy.id: rule_hash(found, policy) for policy in found.policies}


def test_it_covers_the_policies_and_facts_used_and_nothing_else() -> None:
    found = read(USES, OTHER, ALONE)
    used = rules_used(found, found.by_id["sample"])
    assert [policy.id for policy in used] == ["other", "sample"]
    assert [spec.name for spec in facts_used(used)] == ["employees", "listed"]
    assert [p.id for p in rules_used(found, found.by_id["alone"])] == ["alone"]


def test_the_same_rules_have_the_same_hash_wherever_they_stand() -> None:
    assert hashes(read(USES, OTHER, ALONE)) == hashes(read(ALONE, OTHER, USES))
    assert len(set(hashes(read(USES, OTHER, ALONE)).values())) == 3


def test_a_word_changed_in_a_policy_changes_it_and_those_that_use_it() -> None:
    before = hashes(read(USES, OTHER, ALONE))
    after = hashes(read(USES, OTHER.replace("规则", "规定"), ALONE))
    assert {name for name in before if before[name] != after[name]} == {"other", "sample"}


def test_an_entry_of_the_dictionary_counts_where_it_is_asked_for() -> None:
    before = hashes(read(USES, OTHER, ALONE))
    specs = [
        replace(s, definition="年末数") if s.name == "employees" else s for s in DICTIONARY.specs.values()
    ]
    after = hashes(read(USES, OTHER, ALONE, dictionary=FactDictionary.of(specs)))
    assert {name for name in before if before[name] != after[name]} == {"other", "sample"}
