"""Supports of one group: what is taken, what is dropped, what the cap cuts, who pays, and what is still open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, document, faults, marked

from sanchuang.engines.rules import Claim, FactTable, Outcome, PolicySet, read_policies, stacked
from sanchuang.values import Yuan

TAKEN, DROPPED, OPEN, NONE = Outcome.TAKEN, Outcome.DROPPED, Outcome.OPEN, Outcome.NONE


def grant(name, fact, stacking, *, when="", op="", head=""):
    rules = f"amount: {{value: {fact}{op}}}\nstacking: {stacking}\n"
    if when:
        rules = f"conditions:\n- {{id: c, when: {when}}}\n" + rules
    return document(rules, head).replace("policy: sample", f"policy: {name}"), f"{name}.md"


def policies(*grants):
    return read_policies(grants, DICTIONARY)


def explained(grants, **facts):
    return policies(*grants).explain(FactTable(facts), DAY)


def one(found):
    (group,) = found
    return group


def outcomes(group):
    return [row.outcome for row in group.claims]


HIGHER = "{group: g, per: company, take: higher}"
TWO = [grant("a", "营业收入", HIGHER), grant("b", "研发费用", HIGHER)]


def test_the_higher_is_taken_and_the_other_dropped():
    group = one(stacked(explained(TWO, revenue=Yuan.of(3), rd=Yuan.of(5))))
    assert (group.group, group.take, group.per, group.cap) == ("g", "higher", "company", None)
    assert outcomes(group) == [DROPPED, TAKEN]
    assert [row.granted.known for row in group.claims] == [Yuan(0), Yuan.of(5)]
    assert (group.total.known, group.lacks) == (Yuan.of(5), ())


def test_of_equals_the_one_given_first_is_taken():
    assert outcomes(one(stacked(explained(TWO, revenue=Yuan(7), rd=Yuan(7))))) == [TAKEN, DROPPED]


def test_nothing_to_have_is_neither_taken_nor_dropped():
    group = one(stacked(explained(TWO, revenue=Yuan(0), rd=Yuan(-5))))
    assert outcomes(group) == [NONE, NONE]
    assert group.total.known == Yuan(0)
    assert group.by_layer() == {}


def test_an_unknown_amount_that_could_be_higher_makes_the_choice_open():
    group = one(stacked(explained(TWO, revenue=Yuan.of(3))))
    assert outcomes(group) == [OPEN, OPEN]
    assert [lack.name for lack in group.lacks] == ["rd"]
    assert (group.total.low, group.total.high) == (Yuan.of(3), None)
    assert group.by_layer() is None


def test_an_open_condition_matters_only_where_the_amount_could_win():
    grants = [grant("a", "营业收入", HIGHER), grant("b", "研发费用", HIGHER, when="上市")]
    low = one(stacked(explained(grants, revenue=Yuan.of(3), rd=Yuan.of(2))))
    assert (outcomes(low), low.total.known, low.lacks) == ([TAKEN, DROPPED], Yuan.of(3), ())
    high = one(stacked(explained(grants, revenue=Yuan.of(3), rd=Yuan.of(4))))
    assert outcomes(high) == [OPEN, OPEN]
    assert [lack.name for lack in high.lacks] == ["listed"]
    assert (high.total.low, high.total.high) == (Yuan.of(3), Yuan.of(4))
    refused = one(stacked(explained(grants, revenue=Yuan.of(3), rd=Yuan.of(4), listed=False)))
    assert outcomes(refused) == [TAKEN, NONE]


def test_an_upper_limit_is_no_amount():
    grants = [grant("a", "营业收入", HIGHER, op=", op: ≤"), grant("b", "研发费用", HIGHER)]
    sure = one(stacked(explained(grants, revenue=Yuan.of(3), rd=Yuan.of(5))))
    assert outcomes(sure) == [DROPPED, TAKEN]
    group = one(stacked(explained(grants, revenue=Yuan.of(9), rd=Yuan.of(5))))
    assert outcomes(group) == [OPEN, OPEN]
    assert [(lack.name, lack.note) for lack in group.lacks] == [("a.amount", "来源只说“≤”，不是确数")]
    alone = one(stacked(explained(grants[:1], revenue=Yuan.of(9))))
    assert outcomes(alone) == [TAKEN]
    assert (alone.claims[0].granted.low, alone.claims[0].granted.high) == (Yuan(0), Yuan.of(9))


def test_claims_meet_only_within_one_contract():
    per_contract = "{group: g, per: contract, take: higher}"
    grants = [grant("a", "营业收入", per_contract), grant("b", "研发费用", per_contract)]
    first = explained(grants, revenue=Yuan.of(3), rd=Yuan.of(5))
    second = explained(grants, revenue=Yuan.of(8), rd=Yuan.of(2))
    claims = [Claim(e, "one") for e in first] + [Claim(e, "two") for e in second]
    group = one(stacked(claims))
    assert outcomes(group) == [DROPPED, TAKEN, TAKEN, DROPPED]
    assert group.total.known == Yuan.of(13)
    assert outcomes(one(stacked(first + second))) == [
        DROPPED,
        DROPPED,
        TAKEN,
        DROPPED,
    ]  # no contract named: one


def test_the_cap_counts_what_was_paid_and_cuts_the_later_claims():
    rule = "{group: g, per: company, take: sum, cap_per_year: 10元}"
    grants = [grant("a", "营业收入", rule), grant("b", "研发费用", rule)]
    found = explained(grants, revenue=Yuan.of(7), rd=Yuan.of(5))
    group = one(stacked(found))
    assert [(r.granted.known, r.cut) for r in group.claims] == [
        (Yuan.of(7), Yuan(0)),
        (Yuan.of(3), Yuan.of(2)),
    ]
    assert group.total.known == Yuan.of(10)
    group = one(stacked(found, {"g": Yuan.of(8)}))
    assert [(r.granted.known, r.cut) for r in group.claims] == [
        (Yuan.of(2), Yuan.of(5)),
        (Yuan(0), Yuan.of(5)),
    ]
    assert one(stacked(found, {"g": Yuan.of(99)})).total.known == Yuan(0)


def test_an_unknown_claim_before_the_cap_leaves_the_total_known_where_the_cap_is_reached_anyway():
    rule = "{group: g, per: company, take: sum, cap_per_year: 10元}"
    grants = [grant("a", "营业收入", rule), grant("b", "研发费用", rule)]
    group = one(stacked(explained(grants, rd=Yuan.of(12))))
    assert outcomes(group) == [TAKEN, TAKEN]  # both are eligible; how much of each is open
    assert [r.granted.known for r in group.claims] == [None, None]
    assert group.total.known == Yuan.of(10)
    assert [lack.name for lack in group.lacks] == ["revenue"]


def test_the_layers_share_to_the_fen():
    grants = [
        grant("a", "营业收入", "{group: a, shares: {nation: 1元, city: 1元, district: 1元}}"),
        grant("b", "研发费用", "{group: b, shares: {city: 50%, district: 50%}}"),
        grant("c", "利润", "{group: c}", head="layer: district\n"),
    ]
    a, b, c = stacked(explained(grants, revenue=Yuan(200), rd=Yuan(33), profit=Yuan(9)))
    assert a.claims[0].shares == (("nation", Yuan(67)), ("city", Yuan(67)), ("district", Yuan(66)))
    assert b.by_layer() == {"city": Yuan(17), "district": Yuan(16)}
    assert c.by_layer() == {"district": Yuan(9)}


def test_policies_without_a_group_or_an_amount_are_left_out():
    plain = document("amount: {value: 1元}\n").replace("policy: sample", "policy: plain"), "plain.md"
    assert stacked(explained([plain])) == []


@pytest.mark.parametrize(
    ("stacking", "said"),
    [
        ("{group: g, ⌖shares: {city: 50%, district: 40%}}", "各级的份额合计 90%，不是 100%"),
        ("{group: g, shares: {⌖town: 100%}}", "不认识的键“town”"),
        ("{group: g, ⌖shares: {city: 50%, district: 3元}}", "份额有的写比率，有的写金额"),
        ("{group: g, shares: {city: ⌖半}}", "“半”不是份额"),
        ("{group: g, shares: {city: ⌖-50%, district: 150%}}", "“-50%”不是份额"),
        ("{group: g, ⌖shares: {city: 0元}}", "各级的份额合计为零"),
        ("{group: g, ⌖shares: {}}", "各级的份额合计为零"),
        ("{group: g, shares: ⌖50%}", "这里要一组“键: 值”"),
    ],
)
def test_faults_of_shares(stacking, said):
    text, places = marked(grant("a", "营业收入", stacking)[0])
    ((line, _, message, remedy),) = faults(text)
    assert message == said
    assert remedy
    assert line == places[0][0]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("{group: g, take: sum}", "take 不一致：higher 与 sum"),
        ("{group: g, per: contract}", "per 不一致：company 与 contract"),
        ("{group: g, cap_per_year: 2元}", "cap_per_year 不一致：1元 与 2元"),
    ],
)
def test_policies_of_one_group_must_agree(other, said):
    first = grant("a", "营业收入", "{group: g, cap_per_year: 1元}")[0]
    second = grant("b", "研发费用", other)[0]
    (fault,) = faults(first, second)
    assert said in fault[2]
    assert "（见 file-0.md）" in fault[2]
    later = second.replace("from: 2020-01-01", "from: 2026-01-01")
    assert faults(first.replace("from: 2020-01-01", "from: 2020-01-01\nto: 2025-12-31"), later) == []
    mixed = [PolicySet([read_policies([(t, "x.md")], DICTIONARY).policies[0]]) for t in (first, second)]
    with pytest.raises(ValueError, match="不一致"):
        stacked([e for p in mixed for e in p.explain(FactTable({}), DAY)])


FACTS = {"revenue": "营业收入", "rd": "研发费用", "profit": "利润"}
money = st.none() | st.integers(0, 30).map(Yuan)


@st.composite
def situations(draw):
    """Up to three policies of one group, and what is known of a company."""
    take = draw(st.sampled_from(["higher", "sum"]))
    cap = draw(st.none() | st.integers(0, 40))
    shares = draw(
        st.sampled_from(
            ["", ", shares: {city: 50%, district: 50%}", ", shares: {nation: 1元, city: 2元, district: 4元}"]
        )
    )
    capped = "" if cap is None else f", cap_per_year: {cap / 100:.2f}元"
    rule = f"{{group: g, take: {take}{capped}{shares}}}"
    names = draw(st.lists(st.sampled_from(list(FACTS)), min_size=1, max_size=3, unique=True))
    grants = [
        grant(
            f"p_{name}",
            FACTS[name],
            rule,
            when=draw(st.sampled_from(["", "上市", "注册在本区"])),
            head="layer: district\n",
        )
        for name in names
    ]
    facts = {name: draw(money) for name in names}
    facts |= {name: draw(st.none() | st.booleans()) for name in ("listed", "local")}
    return (
        policies(*grants),
        facts,
        take,
        None if cap is None else Yuan(cap),
        draw(st.integers(0, 30).map(Yuan)),
    )


def table(facts):
    return FactTable({k: v for k, v in facts.items() if v is not None})


@given(situations(), st.data())
def test_what_is_decided_stays_so_whatever_is_learnt(situation, data):
    """Sums are exact, the cap holds, and no completion of the facts contradicts what was said before."""
    found, facts, take, cap, paid = situation
    group = one(stacked(found.explain(table(facts), DAY), {"g": paid}))
    whole = {
        k: v
        if v is not None
        else data.draw(st.booleans() if k in ("listed", "local") else st.integers(0, 30).map(Yuan))
        for k, v in facts.items()
    }
    after = one(stacked(found.explain(table(whole), DAY), {"g": paid}))
    assert all(row.granted.known is not None for row in after.claims)
    assert OPEN not in outcomes(after)
    total = Yuan.sum(row.granted.known for row in after.claims)
    assert after.total.known == total
    assert cap is None or total <= max(cap - paid, Yuan(0))
    assert sum(after.by_layer().values(), Yuan(0)) == total
    for row in after.claims:
        assert sum((part for _, part in row.shares), Yuan(0)) == row.granted.known
        assert row.outcome not in (TAKEN,) or row.granted.known + row.cut == row.asked.known
    if take == "higher":
        taken = [row for row in after.claims if row.outcome is TAKEN]
        assert len(taken) <= 1
        assert all(row.asked.known <= taken[0].asked.known for row in after.claims if taken)
    for before, then in zip(group.claims, after.claims, strict=True):
        if before.outcome in (NONE, DROPPED):
            assert then.outcome in (NONE, DROPPED)
        if before.outcome is TAKEN and before.asked.known is not None:
            assert then.outcome is TAKEN
        assert before.granted.low <= then.granted.known
        assert before.granted.high is None or then.granted.known <= before.granted.high
        if before.cut is not None and then.outcome is TAKEN:
            assert before.cut == then.cut
    assert group.total.low <= total
    assert group.total.high is None or total <= group.total.high
    assert bool(group.lacks) or group.total.known is not None
