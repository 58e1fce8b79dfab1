"""The database's tables: whether they are of this version, and bringing them up to date."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sanchuang.core import triggers


def pending_migrations() -> list[str]:
    """Names of the migrations that the database has not seen, in the order they would run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def migrate() -> list[str]:
    """Bring the tables up to date, and the database's guards with them; returns the migrations that ran."""
    pending = pending_migrations()
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
    else:
        triggers.lay_missing()
    return pending
