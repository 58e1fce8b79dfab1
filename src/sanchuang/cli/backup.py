"""`sanchuang backup` and `sanchuang restore`: one file that holds the whole site, and the way back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.progress import bars
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.operations.backup.manifest import Manifest

ExpectOption = Annotated[
    str,
    typer.Option(
        "--expect", help="备份时抄下的清单校验值（64 位十六进制）；不同就拒绝。", show_default=False
    ),
]


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM unwind the work as Ctrl+C does, so that nothing half is left."""

    def end(*_signal: Any) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="写到哪个目录；文件名里有时间。", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写成这个文件。", show_default=False)] = None,
    check: Annotated[
        Path | None,
        typer.Option("--verify", help="不备份，只核对这份备份是否完好。", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="文件已经存在时覆盖它。")] = False,
    keep_days: Annotated[
        int | None,
        typer.Option(
            "--keep-days", min=1, help="写成之后，删去这个目录里早于这么多天的备份。", show_default=False
        ),
    ] = None,
    expect: ExpectOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """备份整个网站：数据库、附件、密钥，写成一个文件；网站不用停。

    备份里有全部数据和密钥，只有本账户能读，请妥善保管。有附件早已丢失或损坏时仍然写成，也照样删去过期的备份，并以 1
    结束；丢失的附件，留着最新一份还有它的备份。

    示例：sanchuang backup /srv/backups --keep-days 35
    """
    from sanchuang.operations.backup.checking import check as checked
    from sanchuang.operations.backup.pruning import prune
    from sanchuang.operations.backup.saving import back_up

    if sum(each is not None for each in (target, out, check)) != 1:
        raise Malformed(
            "没有写清要做什么",
            "写一个目录，或 --out 文件，或 --verify 文件，例如 sanchuang backup /srv/backups",
        )
    if keep_days is not None and target is None:
        raise Malformed(
            "--keep-days 只用于备份到目录", "写一个目录，例如 sanchuang backup /srv/backups --keep-days 35"
        )
    pruned = None
    with _ended_in_order(), bars(quiet=form is Format.JSON) as tell:
        if check is not None:
            found = checked(check, expect=expect, tell=tell)
            path, size, manifest, digest = check, check.stat().st_size, found.manifest, found.digest
        else:
            if out is not None and out.is_dir():
                raise Malformed(f"“{out}”是目录", f"写成 sanchuang backup {out}，或给 --out 一个文件名")
            if target is not None and not target.is_dir():
                raise Malformed(f"没有目录“{target}”", "先建立它；要自己定文件名，用 --out")
            made = back_up(out or target or Path(), force=force, tell=tell)
            path, size, manifest, digest = made.path, made.size, made.manifest, made.digest
            if keep_days is not None:
                pruned = prune(made, keep_days)
    if form is Format.JSON:
        said = {"file": str(path), "bytes": size, "digest": digest, **_plain(manifest)}
        if pruned is not None:
            said["deleted"] = [str(each) for each in pruned.deleted]
            said["kept_for_lost"] = [{"file": str(each), "files": count} for each, count in pruned.kept]
        print_json(said)
    else:
        typer.echo(f"{'备份完好' if check else '已备份'}：{path}（{size:,} 字节）")
        typer.echo(f"　　{_told(manifest)}")
        typer.echo(f"　　请抄到别处：{digest}")
        for each in pruned.deleted if pruned is not None else ():
            typer.echo(f"　　已删去过期的备份：{each.name}")
    _tell_absent(manifest)
    for each, count in pruned.kept if pruned is not None else ():
        typer.secho(
            f"{each.name}：过了 {keep_days} 天，但里面还有 {count} 个丢失的附件，留着", fg="red", err=True
        )
    if manifest.key_from == "environment" and check is None:
        typer.echo(
            "注意：网站的密钥来自 SANCHUANG_SECRET_KEY，备份里没有它，请另行保管；没有它，恢复后要重新设置两步登录。",
            err=True,
        )
    if manifest.absent:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件。")],
    expect: ExpectOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """把备份恢复到空的地方：数据库里没有表，附件目录里没有别的文件。要么全部恢复，要么什么也不留。

    恢复前先停止网站。数据库里的内容会照备份执行，只恢复自己写的备份。

    示例：sanchuang restore /srv/backups/sanchuang-20261127T020000Z.tar
    """
    from sanchuang.operations.backup.restoring import restore as brought_back

    with _ended_in_order(), bars(quiet=form is Format.JSON) as tell:
        done = brought_back(file, expect=expect, tell=tell)
    manifest, audit, ledger = done.manifest, done.audit, done.ledger
    if form is Format.JSON:
        print_json(
            {
                "digest": done.digest,
                "migrated": done.migrated,
                "key_fits": done.key_fits,
                "audit_holds": audit.holds,
                "ledger_holds": ledger.holds,
                **_plain(manifest),
            }
        )
    else:
        typer.echo(f"已恢复 {manifest.made_at} 的备份：{_told(manifest)}")
        for name, holds, head in (
            ("审计记录", audit.holds, manifest.audit),
            ("账本", ledger.holds, manifest.ledger),
        ):
            if holds:
                typer.echo(f"　　{name}重新算过，与备份时一致：{head or '还没有内容'}")
            else:
                typer.secho(f"　　{name}核对不上；数据与备份相同，所以备份时就已如此。", fg="red")
        if done.migrated:
            typer.echo(f"　　备份来自旧版本（{manifest.version}），已运行 {done.migrated} 个迁移。")
        typer.echo("　　下一步：sanchuang run 或 sanchuang serve")
    _tell_absent(manifest)
    if not done.key_fits:
        typer.echo(
            "注意：网站的密钥与备份时的不同。把备份时的密钥写进 SANCHUANG_SECRET_KEY；找不到它，两步登录都要重新设置。",
            err=True,
        )
    if not (audit.holds and ledger.holds) or manifest.absent:
        raise typer.Exit(1)


def _told(manifest: Manifest) -> str:
    files = len(manifest.files)
    rows = sum(manifest.counts.values())
    engine = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[manifest.engine]
    return f"{engine}，{len(manifest.counts)} 张表 {rows:,} 行，附件 {files:,} 个"


def _plain(manifest: Manifest) -> dict[str, Any]:
    names = ("format", "version", "made_at", "engine", "audit", "ledger", "counts", "absent", "key_from")
    return {**{name: getattr(manifest, name) for name in names}, "files": len(manifest.files)}


def _tell_absent(manifest: Manifest) -> None:
    if manifest.absent:
        names = "、".join(sha256[:12] for sha256 in manifest.absent[:5])
        typer.secho(
            f"有 {len(manifest.absent)} 个附件在备份时已经丢失或损坏，备份里没有：{names}"
            f"{' 等' if len(manifest.absent) > 5 else ''}\n　　用 sanchuang files verify 看它们附在哪里",
            fg="red",
            err=True,
        )


def register(app: typer.Typer) -> None:
    """Add `backup` and `restore` to the command line."""
    app.command("backup")(backup)
    app.command("restore")(restore)
