"""`moves` in a facts.yaml: which changes of a fact can be advised."""

from __future__ import annotations

import pytest

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import read_dictionary
from sanchuang.engines.rules.dictionary import Moves

FACT = """- name: {name}
  type: {type}
  per: static
  labels: {{zh: 甲}}
  {more}
  definition: 甲
  source: s
  status: assumption
"""


def text(type_: str, more: str) -> str:
    return FACT.format(name="a", type=type_, more=more)


def test_it_is_read_and_free_without_it() -> None:
    assert read_dictionary(text("date", "moves: fixed"), "f").specs["a"].moves is Moves.FIXED
    assert read_dictionary(text("rate", "moves: grows"), "f").specs["a"].moves is Moves.GROWS
    assert read_dictionary(text("date", "aliases: []"), "f").specs["a"].moves is Moves.FREELY


@pytest.mark.parametrize(
    ("type_", "moves", "told"),
    [("date", "grows", "没有大小"), ("date", "fixt", "fixed"), ("bool", "grows", "没有大小")],
)
def test_a_fault_says_what_to_write(type_: str, moves: str, told: str) -> None:
    with pytest.raises(Problems) as caught:
        read_dictionary(text(type_, f"moves: {moves}"), "f")
    assert told in str(caught.value)
