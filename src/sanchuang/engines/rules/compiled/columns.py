"""A population as columns: whole numbers, booleans and words' numbers, each with a mask where some values are unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from sanchuang.engines.rules.compiled.cells import scalar
from sanchuang.engines.rules.compiled.ir import Column
from sanchuang.engines.rules.compiled.present import FINE, WHOLE, Key, Present
from sanchuang.engines.rules.compiled.ranges import LEAST, Span
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.values import Malformed, Period, Yuan


class Unreadable(ValueError):
    """A column that is no fact as the dictionary has it: which, in which row, and what to do."""

    def __init__(self, column: str, row: int | None, message: str, remedy: str) -> None:
        where = f"列“{column}”" + ("" if row is None else f"第 {row + 1} 行")
        super().__init__(f"{where}：{message} — {remedy}")
        self.column, self.row, self.message, self.remedy = column, row, message, remedy

    def further(self, rows: int) -> Unreadable:
        """The same, so many rows further down."""
        row = None if self.row is None else self.row + rows
        return Unreadable(self.column, row, self.message, self.remedy)


@dataclass
class Values:
    """One column: `data` has a number or boolean for each row, `known` a mask (None: all are known)."""

    data: np.ndarray[Any, Any]
    known: np.ndarray[Any, Any] | None
    span: Span


@dataclass
class Population:
    """Companies in rows, facts in columns; `of_fact` and `anywhere` name the frame's column of each fact."""

    rows: int
    on: dt.date
    dictionary: FactDictionary
    frame: pl.DataFrame
    of_fact: dict[Key, str] = field(default_factory=dict)
    anywhere: dict[str, str] = field(default_factory=dict)  # those that hold for any period
    unit: int = 100
    others: dict[str, int] = field(default_factory=dict)  # words that no rule mentions
    _values: dict[Column, Values] = field(default_factory=dict)

    def present(self, open_: Container[str] | None = None) -> Present:
        """Which facts there are, and of which some values are unknown; of a piece, the columns `open_` of the whole."""

        def is_open(name: str) -> bool:
            return self.frame[name].null_count() > 0 if open_ is None else name in open_

        return Present(
            frozenset(self.of_fact),
            frozenset(key for key, name in self.of_fact.items() if is_open(name)),
            frozenset(self.anywhere),
            frozenset(fact for fact, name in self.anywhere.items() if is_open(name)),
            self.unit,
            frozenset(self._not_whole()),
        )

    def _not_whole(self) -> Iterator[Key | str]:
        """Facts whose money is not in whole numbers, and is therefore held in fen."""
        schema = self.frame.schema
        yield from (key for key, name in self.of_fact.items() if not schema[name].is_integer())
        yield from (fact for fact, name in self.anywhere.items() if not schema[name].is_integer())

    def of(self, frame: pl.DataFrame) -> Population:
        """Some of the companies, in a frame of the same columns."""
        return Population(
            frame.height, self.on, self.dictionary, frame, self.of_fact, self.anywhere, self.unit
        )

    def names(self, fact: str, shift: int | None) -> list[str]:
        """The frame's columns of a fact, the period's own first."""
        found = (self.of_fact.get((fact, shift)), self.anywhere.get(fact))
        return [name for name in found if name is not None]


def open_columns(frame: pl.LazyFrame, names: Sequence[str]) -> frozenset[str]:
    """The columns of which some cells are empty."""
    schema = frame.collect_schema()
    if not names:
        return frozenset()
    found = frame.select(
        (
            (pl.col(n).str.strip_chars() == "") | pl.col(n).is_null()
            if schema[n] == pl.String
            else pl.col(n).is_null()
        )
        .any()
        .alias(n)
        for n in names
    ).collect(engine="streaming")
    return frozenset(n for n in names if found[n].item())


def population(
    frame: pl.DataFrame, dictionary: FactDictionary, on: dt.date, *, unit: int = 100
) -> Population:
    """The facts of a frame. A column is named as a fact (identifier, label or alias), with `@2025` or `@2025Q3` for one period.

    Whole numbers of money count `unit` fen (100: yuan). Columns that name no fact are left alone. Raises `Unreadable`.
    """
    texts = [
        n for n, kind in frame.schema.items() if kind == pl.String and dictionary.find(n.partition("@")[0])
    ]
    frame = frame.with_columns(  # an empty cell is unknown
        pl.when(pl.col(n).str.strip_chars() != "").then(pl.col(n).str.strip_chars()).alias(n) for n in texts
    )
    wide = [
        n for n, kind in frame.schema.items() if kind == pl.Int128
    ]  # wider than any array: read one by one
    frame = frame.with_columns(pl.col(n).cast(pl.String) for n in wide)
    of = Population(frame.height, on, dictionary, frame, unit=unit)
    for name in frame.columns:
        fact, _, said = name.partition("@")
        spec = dictionary.find(fact)
        if spec is None:
            continue
        key: Key = (spec.name, _shift(name, said, spec, on) if said else None)
        if key in of.of_fact or (not said and spec.name in of.anywhere):
            raise Unreadable(name, None, "同一项事实有两列", "删去其中一列")
        if said or spec.per is Per.STATIC:
            of.of_fact[key] = name
        else:
            of.anywhere[spec.name] = name
    return of


def _shift(name: str, said: str, spec: FactSpec, on: dt.date) -> int:
    """The shift of a period as a column says it."""
    example = {Per.YEAR: f"{on.year - 1}", Per.QUARTER: f"{on.year - 1}Q4", Per.STATIC: ""}[spec.per]
    remedy = f"写成 {spec.name}@{example}" if example else f"“{spec.label()}”不分年度：写成 {spec.name}"
    try:
        period = Period.parse(said)
    except Malformed:
        period = None
    if period is None or period.kind.value != spec.per.value:
        raise Unreadable(name, None, f"“{said}”不是这项事实的时段", remedy)
    return shift_of(period, spec, on)


def shift_of(period: Period, spec: FactSpec, on: dt.date) -> int:
    """How far a period lies from the last full year, or from its last quarter: the inverse of `asked_period`."""
    years = period.first.year - (on.year - 1)
    return years if spec.per is Per.YEAR else 4 * years + (period.first.month - 1) // 3 - 3


def values(of: Population, column: Column, words: Mapping[str, int]) -> Values:
    """A fact's column. Raises `Unreadable`."""
    if column not in of._values:
        spec = of.dictionary.specs[column.fact]
        names = of.names(column.fact, column.shift)
        series = of.frame[names[0]]
        for name in names[1:]:  # those of the year itself first
            if series.null_count():
                series = series.zip_with(series.is_not_null(), of.frame[name].cast(series.dtype))
        of._values[column] = _values(series, spec, column, of.unit, words, of.others)
    return of._values[column]


def _values(
    series: pl.Series,
    spec: FactSpec,
    column: Column,
    unit: int,
    words: Mapping[str, int],
    others: dict[str, int],
) -> Values:
    known = None if not series.null_count() else series.is_not_null().to_numpy()
    match spec.type:
        case FactType.BOOL:
            return Values(_bools(series, spec), known, (0, 1))
        case FactType.TEXT | FactType.CHOICE:
            return _coded(series, spec, words, others, known)
        case FactType.DATE:
            data = _days(series, column.form)
        case FactType.MONEY:
            data = _numbers(series, spec, 1 if column.form == WHOLE else unit, unit)
        case FactType.NUMBER | FactType.RATE:
            data = _numbers(series, spec, FINE, unit)
        case _:
            data = _numbers(series, spec, 1, unit)
    return Values(data, known, _span(data))


def _span(data: np.ndarray[Any, Any]) -> Span:
    """A span that holds all values, in powers of ten, so that populations of one kind have the same."""
    if not data.size:
        return 0, 0
    low, high = int(data.min()), int(data.max())
    size = LEAST
    while size < max(-low, high):
        size *= 10
    return (-size if low < 0 else 0), size


def _bools(series: pl.Series, spec: FactSpec) -> np.ndarray[Any, Any]:
    if series.dtype == pl.Boolean:
        return series.fill_null(False).to_numpy()
    if series.dtype.is_integer() and series.drop_nulls().is_in([0, 1]).all():
        return series.fill_null(0).cast(pl.Boolean).to_numpy()
    if series.dtype == pl.String:
        return _each(
            series, lambda cell: scalar(cell, spec, 1), "不是“是”或“否”", "写成 true 或 false"
        ).astype(np.bool_)
    raise Unreadable(series.name, None, f"要是或否，却是 {series.dtype}", "写成 true 或 false")


def _numbers(series: pl.Series, spec: FactSpec, factor: int, unit: int) -> np.ndarray[Any, Any]:
    """Whole numbers: those of an integer column times `factor`, of any other each cell by itself."""
    if series.dtype.is_integer():
        data = series.fill_null(0).to_numpy()
        if factor == 1:
            return data.astype(np.int64) if data.dtype.kind == "u" else data
        most = max(abs(int(data.min())), abs(int(data.max()))) if data.size else 0
        if most > (2**63 - 1) // factor:
            row = int(np.argmax(np.abs(data.astype(object))))
            raise Unreadable(series.name, row, "数太大，64 位放不下", "核对单位，或去掉这一行")
        return data.astype(np.int64) * factor
    if series.dtype == pl.String or series.dtype.is_decimal():
        return _each(series, lambda cell: counted(scalar(cell, spec, unit)), *no_number(spec))
    if series.dtype == pl.Null:
        return np.zeros(len(series), np.int64)
    raise Unreadable(series.name, None, f"{series.dtype} 不是精确的数", "存成整数、Decimal 或文字")


def no_number(spec: FactSpec) -> tuple[str, str]:
    """What to say of a cell that is no number of a fact, and what to do."""
    return f"不是{spec.label()}的数", "写成数和单位，例如 2000万元"


def counted(value: Any) -> int:
    """A figure as a whole number: money in fen, numbers and rates in millionths. Raises `ValueError` for finer ones."""
    if isinstance(value, Fraction):
        value *= FINE
        if value.denominator != 1:
            raise ValueError(value)
    return value.fen if isinstance(value, Yuan) else int(value)


def _each(series: pl.Series, read: Callable[[Any], Any], message: str, remedy: str) -> np.ndarray[Any, Any]:
    out = np.zeros(len(series), np.int64)
    for row, cell in enumerate(series):
        if cell is None:
            continue
        try:
            value = read(cell)
        except (ValueError, ZeroDivisionError) as error:
            raise Unreadable(series.name, row, f"“{cell}”{message}", remedy) from error
        if not -(2**63) < value < 2**63:
            raise Unreadable(series.name, row, f"“{cell}”太大，64 位放不下", "核对单位，或去掉这一行")
        out[row] = value
    return out


def _days(series: pl.Series, form: str) -> np.ndarray[Any, Any]:
    if series.dtype == pl.String:
        series = series.str.to_date("%Y-%m-%d", strict=True)
    if series.dtype != pl.Date:
        raise Unreadable(series.name, None, f"{series.dtype} 不是日期", "存成日期，或写成 2025-05-27")
    series = series.fill_null(dt.date(1970, 1, 1))
    if form == "ymd":
        whole = (
            series.dt.year().cast(pl.Int64) * 10_000
            + series.dt.month().cast(pl.Int64) * 100
            + series.dt.day()
        )
        return whole.to_numpy()
    return series.cast(pl.Int32).cast(pl.Int64).to_numpy() + dt.date(1970, 1, 1).toordinal()


def _coded(
    series: pl.Series,
    spec: FactSpec,
    words: Mapping[str, int],
    others: dict[str, int],
    known: np.ndarray[Any, Any] | None,
) -> Values:
    if series.dtype.is_integer():
        if not spec.choices:
            series = series.cast(pl.String)
        else:
            data = series.fill_null(0).to_numpy()
            if data.size and not (int(data.min()) >= 0 and int(data.max()) < len(spec.choices)):
                row = int(np.argmax((data < 0) | (data >= len(spec.choices))))
                raise Unreadable(
                    series.name, row, f"没有第 {data[row]} 个选项", f"写 0 到 {len(spec.choices) - 1}"
                )
            codes = np.array([words[choice] for choice in spec.choices], np.int32)
            return Values(codes[data], known, (0, max(len(words) - 1, 0)))
    if series.dtype not in (pl.String, pl.Categorical) and not isinstance(series.dtype, pl.Enum):
        raise Unreadable(series.name, None, f"{series.dtype} 不是文字", "存成文字")
    found = series.cast(pl.String).unique().drop_nulls().sort().to_list()
    for word in found:
        if spec.choices and word not in spec.choices:
            row = int((series.cast(pl.String) == word).arg_max() or 0)
            raise Unreadable(series.name, row, f"“{word}”不在选项之内", f"可选：{'、'.join(spec.choices)}")
    # Other words are numbered after those of the rules, alike in every column, so that equal texts stay equal.
    numbers = {
        word: words[word] if word in words else others.setdefault(word, len(words) + len(others))
        for word in found
    }
    data = (
        series.cast(pl.String)
        .replace_strict(numbers, default=0, return_dtype=pl.Int64)
        .fill_null(0)
        .to_numpy()
    )
    return Values(data, known, (0, max(numbers.values(), default=0)))
