"""The kinds of records that files bring."""

from __future__ import annotations

from sanchuang.registry.imports.fact_rows import FactRows
from sanchuang.registry.imports.organisations import Organisations
from sanchuang.registry.imports.people import People
from sanchuang.registry.imports.rows import RecordKind
from sanchuang.registry.imports.texts import Needs, Results
from sanchuang.registry.models import Import

KINDS: dict[str, type[RecordKind]] = {
    kind.kind.value: kind for kind in (Organisations, People, FactRows, Results, Needs)
}


def kind_of(run: Import) -> type[RecordKind]:
    """The kind of the records of `run`."""
    return KINDS[run.kind]
