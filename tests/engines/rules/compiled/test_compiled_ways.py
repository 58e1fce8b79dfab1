"""The nearest change and the questions of every policy of the pack, for companies at every limit of the rules."""

import datetime as dt

import pytest
from compiled_rules import read
from near_limits import companies

from sanchuang.engines.rules.asking import asking
from sanchuang.engines.rules.compiled.columns import population
from sanchuang.engines.rules.compiled.rowwise import RowFacts
from sanchuang.engines.rules.explain import RuleConflict
from sanchuang.engines.rules.nearest import Changed, Outcome, nearest
from sanchuang.values import Period, Truth

DAYS = [dt.date(2026, 3, 1), dt.date(2022, 12, 31)]
COUNT = 40


@pytest.mark.parametrize("on", DAYS)
def test_a_change_ends_the_refusal_and_what_was_learnt_before_does_not_matter(on):
    """Searches share what is the same for several policies and companies; each alone, on rules read anew, says the same."""
    policies = read("westlake")
    frame = companies(policies, on, COUNT, seed=on.toordinal())
    of = population(frame, policies.dictionary, on, unit=1)
    refused, open_ = 0, 0
    for row in range(frame.height):
        facts = RowFacts(of, row)
        for policy, said in policies.explain_each(facts, on):
            if isinstance(said, RuleConflict):
                continue
            if said.eligible is Truth.NO:
                found = nearest(policies, policy, facts, on, said)
                assert found == nearest(policies, policy, facts, on)
                assert found is not None
                if found.outcome is Outcome.FOUND and not any(change.beyond for change in found.changes):
                    after = policies.explain_one(policy, Changed(facts, found.changes), on)
                    assert after.eligible is not Truth.NO
                    assert after.lacks == found.lacks or after.eligible is Truth.YES
                    refused += 1
            else:
                told = asking(policies, policy, facts, on, said)
                assert told == asking(policies, policy, facts, on)
                if told is not None and told.outcome is Outcome.FOUND:
                    assert all(
                        facts.get(q.spec.name, Period.parse(q.period) if q.period else None) is None
                        for q in told.questions
                    )
                    open_ += 1
    assert refused > COUNT
    assert open_ > COUNT // 2
