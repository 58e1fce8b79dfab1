"""docs/values.md tells the truth: its examples run, its tables are what the code does."""

import doctest
from fractions import Fraction
from pathlib import Path

import pytest

from sanchuang.values import Figure, NoConclusion, Op, Period, Truth, Yuan, and_, or_

DOC = Path(__file__).parents[2] / "docs" / "values.md"
TEXT = DOC.read_text(encoding="utf-8")
NUMERIC = [op for op in Op if op is not Op.WORDS]


def rows(after: str) -> list[list[str]]:
    """The cells of the first table after a phrase, header row first, markup removed."""
    lines = TEXT[TEXT.index(after) :].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip().replace("*", "") for cell in line.strip("|").split("|")]
        if set(line) - set("|- "):
            table.append(cells)
    return table


def test_every_example_runs():
    results = doctest.testfile(str(DOC), module_relative=False, encoding="utf-8")
    assert results.failed == 0
    assert results.attempted > 25


@pytest.mark.parametrize(
    ("after", "operations"),
    [
        ("Sum `a + b`", [lambda a, b: a + b, lambda a, b: a * b]),
        ("Difference `a − b`", [lambda a, b: a - b, lambda a, b: a / b]),
    ],
    ids=["sum and product", "difference and quotient"],
)
def test_operator_tables(after, operations):
    header, *body = rows(after)
    columns = [Op(cell.removeprefix("b ")) for cell in header[1:]]
    assert columns == NUMERIC
    assert [Op(row[0].removeprefix("a ")) for row in body] == NUMERIC
    for operation in operations:
        for op, row in zip(NUMERIC, body, strict=True):
            for other, expected in zip(columns, row[1:], strict=True):
                a, b = Figure(Fraction(300), op, "项"), Figure(Fraction(100), other, "项")
                try:
                    found = operation(a, b).op.value
                except NoConclusion:
                    found = "—"
                assert found == expected, f"{a} with {b}"


def test_operator_forms():
    """The columns "read from" and "printed" of the table of operators."""
    _, *body = rows("keeps what its source says")
    assert [Op[row[0].strip("`")] for row in body] == list(Op)
    for row in body:
        op = Op(row[1].strip("`"))
        for form in (f.strip("` ") for f in row[3].split("` `")):
            figure = Figure.parse(form) if any(c in form for c in "3几") else None
            assert (figure.op if figure else Op.parse(form)) is op
            assert figure is None or figure.text() == row[4]


def test_period_forms():
    _, *body = rows("named by the coarsest calendar unit")
    for written, canonical, kind in body:
        for form in written.split("` `"):
            period = Period.parse(form.strip("` "))
            assert (str(period), period.kind.value) == (canonical.strip("`"), kind)


def test_logic_tables():
    _, *body = rows("with Kleene's strong logic")
    for row in body:
        left = Truth[row[0]]
        assert [and_(left, right).name for right in Truth] == row[1:4]
        assert [or_(left, right).name for right in Truth] == row[6:9]


def test_money_forms():
    """Every form of the table is read or refused as the table says."""
    _, *body = rows("No float ever holds money")
    for written, reader, result in body:
        for form in (f.strip('"') for f in written.strip("`").split("` `")):
            read = Yuan.parse if "parse" in reader else Yuan.of
            if "Malformed" in result:
                with pytest.raises(ValueError):
                    read(form)
            else:
                assert read(form) > Yuan(0)
