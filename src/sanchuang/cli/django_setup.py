"""Setting Django up, for the commands that read or write records; those that only compute start without it."""

from __future__ import annotations

import os

import typer

from sanchuang.cli import audit


def set_up(ctx: typer.Context) -> None:
    """Set Django up once, and name who runs the command in the audit trail until it ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
    import django

    django.setup()
    ctx.with_resource(audit.named())
