"""The statements for databases that are not here: their grammar is checked by a parser of each dialect."""

import datetime as dt

import pytest
import sqlglot
from compiled_rules import RULES, read

from sanchuang.engines.rules.compiled.program import program
from sanchuang.engines.rules.compiled.ranges import spans
from sanchuang.engines.rules.compiled.sql import DIALECTS, statement

ON = dt.date(2026, 3, 1)


def between(made, dialect):
    money, count = made.limits(64 if dialect == "sqlite" else 128)
    return spans(made.nodes, lambda column: made.widest(column, money, count))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", RULES)
def test_a_statement_is_grammatical(name, dialect):
    made = program(read(name).in_force(ON), ON)
    tree = sqlglot.parse_one(statement(made, dialect, between(made, dialect)), dialect=dialect)
    given = [column.alias_or_name for column in tree.selects]
    assert given[0] == "n"
    assert len(given) >= len(made.outputs) + 1
    read_ = {column.name for column in tree.find_all(sqlglot.exp.Column)}
    assert {column.name for column, _node in made.columns()} <= read_


def test_what_may_be_unknown_is_never_decided_by_else():
    made = program(read("westlake").in_force(ON), ON)
    text = statement(made, "postgres", between(made, "postgres"))
    assert "ELSE" not in text  # every fact may be unknown here, so each choice spells out both answers
