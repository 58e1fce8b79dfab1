"""The command line `sanchuang`: one Typer tree, one place where errors become messages.

Each part of the project brings its commands in a module of this package. Django is set up before a command
that reads or writes records and left alone by those that only compute, so that they start at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from sanchuang.cli import (
    advise,
    audit,
    backup,
    clocks,
    django_setup,
    figures,
    files,
    importing,
    ledger,
    match,
    match_experts,  # noqa: F401  adds its command to `match`
    match_index,  # noqa: F401  adds its commands to `match`
    matching,  # noqa: F401  adds its commands to `match`
    notify,
    org,
    pack,
    policy,
    pool,
    pool_replay,  # noqa: F401  adds its commands to `pool`
    privacy,
    search,
    serve,
    settings,
    token,
    user,
    worker,
)

# Commands that compute from files alone, or set Django up themselves where they need it.
WITHOUT_DJANGO = frozenset({"match", "pool", "settings"})


def complaint(error: Exception) -> Iterator[str]:
    """The lines that tell a user about a fault of the input: what, where, and what to do.

    Takes the errors that carry their own remedy (`Malformed`, `NoLaw`, `Unknown` …) and the lists of them
    (`Problems`), and what the terminal gave in another encoding than UTF-8. Yields nothing for any other error: that is
    a fault of the program and keeps its traceback.
    """
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        yield "命令里有不是 UTF-8 编码的文字"
        yield "　　把终端的编码设为 UTF-8，再输入一次"
    if problems := getattr(error, "problems", None):
        yield from (str(problem) for problem in problems)
    elif hasattr(error, "remedy"):
        yield str(getattr(error, "message", error))
        yield from (f"　　{line}" for line in str(error.remedy or "").splitlines())


def unprepared(error: Exception) -> Iterator[str]:
    """The same for a database that has not seen every migration; nothing when that is not the error's cause."""
    from django.db import DatabaseError

    if isinstance(error, DatabaseError):
        from sanchuang.cli.prepare import pending_migrations

        if pending := pending_migrations():
            yield f"数据库还没有准备好：缺 {len(pending)} 个迁移"
            yield "　　先运行 make run，或 sanchuang run"


def full(error: Exception) -> Iterator[str]:
    """The same for a disk without room; nothing when that is not the error's cause. What was not written is undone."""
    from sanchuang.core.errors import no_room

    if no_room(error):
        yield "磁盘没有空间了，这一步没有写入；以前写好的都在"
        yield "　　腾出空间后再运行一次；导入用 sanchuang import resume 编号 接着做"


class Root(TyperGroup):
    """The command tree's root; ends with exit status 2 and a message when the input is at fault."""

    def invoke(self, ctx: Any) -> Any:  # noqa: D102
        try:
            return super().invoke(ctx)
        except Exception as error:
            lines = [*complaint(error), *full(error)] or [*unprepared(error)]
            if not lines:
                raise
            for line in lines:
                typer.secho(line, err=True, fg="red" if sys.stderr.isatty() else None)
            raise typer.Exit(2) from error


main = typer.Typer(
    cls=Root,
    name="sanchuang",
    help="三创：创新城区的开放操作系统。每条命令都有 --help 和 --format json。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@main.callback()
def set_up(ctx: typer.Context) -> None:
    """Set Django up once, for the commands that need it."""
    if ctx.invoked_subcommand not in WITHOUT_DJANGO:
        django_setup.set_up(ctx)


for _group in (org, policy, match, pool, pack, user, audit, ledger, privacy, clocks, files, notify, token):
    main.add_typer(_group.app, name=_group.__name__.rpartition(".")[2])
main.add_typer(importing.app, name="import")
for _commands in (serve, advise, search, figures, importing, backup, settings, worker):
    _commands.register(main)
