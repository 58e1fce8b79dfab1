"""The district's companies as a population, on which policies are simulated."""

from __future__ import annotations

import datetime as dt

import polars as pl

from sanchuang.engines.rules.dictionary import FactType
from sanchuang.registry.definitions import definitions
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Organisation
from sanchuang.values import Op

KINDS = {FactType.MONEY: pl.Int64, FactType.COUNT: pl.Int64, FactType.BOOL: pl.Boolean}


def district(on: dt.date) -> pl.DataFrame:
    """Every company with its facts as they stand on `on`: `id`, `name`, `code`, and a column for each fact and year.

    Money is in fen. A figure that its source gives only as "about" or "over" is unknown, as for a single company.
    """
    companies = list(Organisation.objects.filter(kind="company").order_by("slug"))
    specs = definitions().dictionary.specs
    columns: dict[str, list[object]] = {}
    for row, facts in enumerate(company_facts(companies, on).values()):
        for (name, period), found in facts.rows.items():
            if name in specs and found.op is Op.EXACT:
                column = columns.setdefault(f"{name}@{period}" if period else name, [None] * len(companies))
                column[row] = found.value
    heads = {
        "id": [c.slug for c in companies],
        "name": [c.name for c in companies],
        "code": [c.code for c in companies],
    }
    made = [pl.Series(name, values, pl.String) for name, values in heads.items()]
    for name in sorted(columns):
        kind = KINDS.get(specs[name.partition("@")[0]].type, pl.String)
        made += [pl.Series(name, columns[name], kind)]
    return pl.DataFrame(made)
