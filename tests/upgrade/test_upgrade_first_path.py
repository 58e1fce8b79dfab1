"""An old database goes on: rows made by the first path's version (first-path.json) migrate, load and verify."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor

from sanchuang.core.audit.guards import guards
from sanchuang.core.audit.verifying import verify

SAVED = json.loads((Path(__file__).parent / "first-path.json").read_text(encoding="utf-8"))
TINY = Path(__file__).parents[1] / "packs" / "tiny"
FIRST = [
    ("core", "0002_kind_of_law"),
    ("registry", "0002_local_changes"),
    ("policies", "0001_initial"),
]


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """An empty database in place of the test's."""
    from district_database import dropped, emptied, using

    with django_db_blocker.unblock():
        name = emptied("upgrade", tmp_path)
        with using(name):
            yield
        dropped(name)


def restore() -> None:
    """Put the saved rows into tables as the first path's version made them."""
    executor = MigrationExecutor(connections["default"])
    executor.migrate(FIRST)
    old = executor.loader.project_state(FIRST).apps
    by_table = {model._meta.db_table: model for model in old.get_models(include_auto_created=True)}
    waiting = dict(SAVED["tables"])
    while waiting:  # a table after those that it refers to
        for table in list(waiting):
            model = by_table[table]
            needs = {f.related_model._meta.db_table for f in model._meta.concrete_fields if f.related_model}
            if not (needs - {table}) & waiting.keys():
                model._base_manager.bulk_create([row(model, saved) for saved in waiting.pop(table)])
    reset_sequences(list(by_table.values()))


def row(model: Any, saved: dict[str, Any]) -> Any:
    """A saved row as an object of the old model; SQLite keeps JSON as text and truths as numbers."""
    values = {}
    for field in model._meta.concrete_fields:
        value = saved[field.column]
        if isinstance(field, models.JSONField) and value is not None:
            value = json.loads(value)
        elif isinstance(field, models.DateTimeField) and value is not None:
            value = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        values[field.attname] = value if isinstance(field, models.JSONField) else field.to_python(value)
    return model(**values)


def reset_sequences(old: list[Any]) -> None:
    """Rows were put in with their keys: let PostgreSQL count on from there."""
    from django.core.management.color import no_style

    connection = connections["default"]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), old):
            cursor.execute(statement)


@pytest.mark.usefixtures("empty")
def test_a_database_of_the_first_path_migrates_and_verifies() -> None:
    restore()
    call_command("migrate", verbosity=0, interactive=False)

    from sanchuang.core.models import AuditEntry, PackLoad, User
    from sanchuang.core.operator import operator
    from sanchuang.core.pack.load import load_pack
    from sanchuang.registry.models import Fact, Organisation

    saved = SAVED["tables"]
    assert User.objects.count() == len(saved["core_user"])
    assert Organisation.objects.count() == len(saved["registry_organisation"])
    assert Fact.objects.count() == len(saved["registry_fact"])
    pseudonyms = set(User.objects.values_list("pseudonym", flat=True))
    assert len(pseudonyms) == User.objects.count()
    assert None not in pseudonyms
    assert verify().holds
    assert guards.missing() == []

    load_pack(TINY, by=operator())
    assert PackLoad.objects.count() == len(saved["core_packload"]) + 1
    assert AuditEntry.objects.get().verb == "core.load_pack"
    assert verify().rows == 1
    assert verify().holds
