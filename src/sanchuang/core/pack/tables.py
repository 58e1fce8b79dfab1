"""The CSV files of a pack. A fault names file, line and column by its header.

Facts run to tens of thousands of cells, so they are parsed cell by cell without a model each.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sanchuang.core.pack.schema import CompanyFile, FactFile, Industry, Organisation
from sanchuang.core.pack.schema.base import money
from sanchuang.core.pack.translate import near, read_row
from sanchuang.engines.markup import Problem
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per, Scalar
from sanchuang.values import Evidence, Malformed, Op, Period, Yuan, parse_number, parse_rate

_YES = {"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}
# Longest first, so that "<~" is not read as "<".
_OPS = sorted((op for op in Op if op not in (Op.EXACT, Op.WORDS)), key=lambda op: -len(op.value))


class CompanyFact(NamedTuple):
    """One known value of one organisation's fact; a fact that nobody knows has no `CompanyFact`.

    `organisation` is the organisation's id in the pack; `period` is None for a static fact whose date
    is not known; `value` is exact and `op` says how it relates to the true value.
    """

    organisation: str
    fact: str
    period: Period | None
    op: Op
    value: Scalar
    source: str
    evidence: Evidence
    synthetic: bool


@dataclass(frozen=True)
class Table:
    """A CSV file read as text: `header` and `(line, cells)` of every row."""

    source: str
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def problem(self, line: int, column: str, message: str, remedy: str) -> Problem:
        """A problem in the cell of `column` (its number counts from 1; 0 when the row is meant)."""
        number = self.header.index(column) + 1 if column in self.header else 0
        named = f"{column} 列：{message}" if column else message
        return Problem(self.source, line, number, named, remedy)


def read_table(
    text: str, source: str, required: Sequence[str], names: Sequence[str], problems: list[Problem]
) -> Table | None:
    """Read a CSV whose header holds the `required` columns and no other than `names`.

    None after reporting a missing, repeated or unknown column or a row of another width.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    table = Table(source, header, [(reader.line_num, cells) for cells in reader if cells])
    faults = [
        table.problem(1, "", f"缺少 {name} 列", f"在表头加上 {name}")
        for name in required
        if name not in header
    ]
    for number, name in enumerate(header, 1):
        if name in header[: number - 1]:
            faults.append(Problem(source, 1, number, f"{name} 列重复", "删去其中一列"))
        elif name not in names:
            remedy = near(name, names) or "可用的列：" + "、".join(names)
            faults.append(Problem(source, 1, number, f"不认识的列“{name}”", remedy))
    for line, cells in table.rows:
        if len(cells) != len(header):
            message = f"这一行有 {len(cells)} 格，表头有 {len(header)} 列"
            faults.append(Problem(source, line, 0, message, "补齐或删去多余的格；含逗号的文字加双引号"))
    problems += faults
    return None if faults else table


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


_COMPANY: dict[str, Callable[[str], Any]] = {
    "id": str,
    "kind": str,
    "code": str,
    "name_hans": str,
    "name_hant": str,
    "name_en": str,
    "short_names": _several,
    "former_names": lambda cell: [{"name": name} for name in _several(cell)],
    "industry": str,
    "address": str,
    "place": str,
    "circle": str,
    "tags": _several,
    "note": str,
}
COMPANY_COLUMNS = tuple(_COMPANY)


def read_companies(
    text: str, source: str, given: CompanyFile, problems: list[Problem]
) -> Iterator[tuple[int, Table, Organisation]]:
    """Every row as an `Organisation` (kind `company` and id = code unless the columns say otherwise)."""
    table = read_table(text, source, ["code", "name_hans"], COMPANY_COLUMNS, problems)
    if table is None:
        return
    for line, cells in table.rows:
        row = {k: _COMPANY[k](c) for k, c in zip(table.header, map(str.strip, cells), strict=True) if c}
        names = {
            k.removeprefix("name_"): row.pop(k) for k in ("name_hans", "name_hant", "name_en") if k in row
        }
        data = {
            "id": row.get("code", ""),
            "kind": "company",
            "names": names,
            "source": given.source,
            "status": given.status.name.lower(),
            "synthetic": given.synthetic,
            **row,
        }

        def report(column: str, message: str, remedy: str, at: int = line) -> None:
            problems.append(table.problem(at, {"names": "name_hans"}.get(column, column), message, remedy))

        organisation = read_row(Organisation, data, report)
        if organisation is not None:
            yield line, table, organisation


def read_industries(text: str, source: str, problems: list[Problem]) -> Iterator[tuple[int, Table, Industry]]:
    """Every row of the classification."""
    columns = list(Industry.model_fields)
    table = read_table(text, source, ["code", "level", "name_zh"], columns, problems)
    if table is None:
        return
    for line, cells in table.rows:
        row = {k: c for k, c in zip(table.header, map(str.strip, cells), strict=True) if c}

        def report(column: str, message: str, remedy: str, at: int = line) -> None:
            problems.append(table.problem(at, column, message, remedy))

        industry = read_row(Industry, row, report)
        if industry is not None:
            yield line, table, industry


def _bool(text: str) -> bool:
    try:
        return _YES[text.lower()]
    except KeyError:
        raise Malformed(f"“{text}”不是是或否", "写 是 / 否（或 yes / no）；不知道就空着") from None


def _count(text: str) -> int:
    number = parse_number(text)
    if number.denominator != 1 or number < 0:
        raise Malformed(f"“{text}”不是个数", "写非负整数；不知道就空着")
    return int(number)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"“{text}”不是日期", "写成 2026-01-23；不知道就空着") from None


def _plain_money(text: str) -> Yuan:
    # The bulk of a sample is plain yuan in digits; the full grammar costs ten times as much.
    return Yuan(int(text) * 100) if text.isascii() and text.isdigit() else money(text)


def _plain_count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else _count(text)


_PARSERS: dict[FactType, Callable[[str], Scalar]] = {
    FactType.MONEY: _plain_money,
    FactType.COUNT: _plain_count,
    FactType.NUMBER: parse_number,
    FactType.RATE: parse_rate,
    FactType.BOOL: _bool,
    FactType.TEXT: str,
    FactType.CHOICE: str,
    FactType.DATE: _date,
}
_NUMERIC = (FactType.MONEY, FactType.COUNT, FactType.NUMBER, FactType.RATE)


def parse_cell(spec: FactSpec, text: str) -> tuple[Op, Scalar]:
    """Operator and value of one cell of the fact `spec`. Raises `Malformed`."""
    op = Op.EXACT
    if spec.type in _NUMERIC and not text[0].isdigit():
        for candidate in _OPS:
            if text.startswith(candidate.value):
                op, text = candidate, text[len(candidate.value) :].strip()
                break
    value = _PARSERS[spec.type](text)
    spec.check_sign(value)
    if spec.type is FactType.CHOICE and value not in spec.choices:
        raise Malformed(
            f"“{text}”不在可选值中", near(text, spec.choices) or "可用：" + "、".join(spec.choices)
        )
    return op, value


def read_facts(
    text: str,
    source: str,
    given: FactFile,
    dictionary: FactDictionary,
    organisations: Mapping[str, str] | None,
    allowed: Mapping[str, Collection[str]],
    seen: dict[tuple[str, str, str], int],
    problems: list[Problem],
) -> Iterator[CompanyFact]:
    """Every known cell as a `CompanyFact`.

    `organisations` maps ids and codes to ids (None: do not check them); `allowed` gives the values that a text fact may take, by
    the fact's name; `seen` holds the line of each (organisation, fact, period)
    already read from any file, so that a second value is a fault.
    """
    table = read_table(text, source, ["code", "period"], ["code", "period", *dictionary.specs], problems)
    if table is None:
        return
    at_code, at_period = table.header.index("code"), table.header.index("period")
    columns = [
        (number, name, dictionary.specs[name])
        for number, name in enumerate(table.header)
        if name not in ("code", "period")
    ]
    periods: dict[str, Period | None] = {"": None}
    for line, cells in table.rows:
        code, when = cells[at_code].strip(), cells[at_period].strip()
        organisation = code if organisations is None else organisations.get(code)
        if organisation is None:
            problems.append(
                table.problem(line, "code", f"没有代码或编号为“{code}”的机构", "先在机构或企业表中登记")
            )
            continue
        if when not in periods:
            try:
                periods[when] = Period.parse(when)
            except Malformed as error:
                problems.append(table.problem(line, "period", error.message, error.remedy))
                continue
        period = periods[when]
        for number, name, spec in columns:
            cell = cells[number].strip()
            if not cell:
                continue
            if spec.per is not Per.STATIC and (period is None or period.kind != spec.per.value):
                yearly = spec.per is Per.YEAR
                message = f"这一项按{'年' if yearly else '季度'}，而这一行没有{'年份' if yearly else '季度'}"
                remedy = f"在 period 列写{'年份，例如 2024' if yearly else '季度，例如 2024Q3'}"
                problems.append(table.problem(line, name, message, remedy))
                continue
            key = (organisation, name, str(period) if period else "")
            if key in seen:
                problems.append(
                    table.problem(line, name, f"重复的数据，第 {seen[key]} 行已有", "删去其中一行")
                )
                continue
            seen[key] = line
            try:
                op, value = parse_cell(spec, cell)
                if name in allowed and value not in allowed[name]:
                    raise Malformed(
                        f"行业分类中没有“{cell}”", near(cell, allowed[name]) or "用分类表中的代码"
                    )
            except Malformed as error:
                problems.append(table.problem(line, name, error.message, error.remedy))
                continue
            yield CompanyFact(
                organisation, name, period, op, value, given.source, given.evidence, given.synthetic
            )
