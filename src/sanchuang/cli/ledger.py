"""`sanchuang ledger`: recompute the ledger, read a statement, and the trial balance."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sanchuang.cli.audit import ExpectOption, noted
from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.cli.progress import bars
from sanchuang.values import number_text

if TYPE_CHECKING:
    from sanchuang.ledger.models import Account
    from sanchuang.ledger.queries import Entry, Line

app = typer.Typer(help="账本：核对每一笔，看对账单和试算平衡表。", no_args_is_help=True)


@app.command()
def verify(expect: ExpectOption = "", form: FormatOption = Format.TEXT) -> None:
    """重新计算整个账本：每笔摘要、每个余额、每笔预留；不对就说出第一处，并以 1 结束。

    示例：sanchuang ledger verify --expect 128:3f9a…
    """
    from sanchuang.ledger.verifying import verify as recompute

    with bars(quiet=form is Format.JSON) as tell:
        verdict = recompute(
            expected=noted(expect, "ledger"), progress=lambda done, total: tell("账本", done, total)
        )
    broken = verdict.broken
    if form is Format.JSON:
        print_json(
            {
                "ok": verdict.holds,
                "transfers": verdict.transfers,
                "accounts": verdict.accounts,
                "head": verdict.head,
                "broken": {"what": broken.what, "number": broken.pk, "why": broken.why} if broken else None,
                "notices": list(verdict.notices),
            }
        )
    elif broken:
        what = f"第 {broken.pk} 笔" if broken.what == "transfer" else f"账户 {_account_name(broken.pk)}"
        typer.secho(f"{what}不对：{broken.why}", fg="red")
        typer.echo(f"　　它前面的 {verdict.transfers} 笔核对无误。不要再写库；先取备份比较这一处。")
    else:
        typer.echo(f"账本完好：{verdict.accounts} 个账户，{verdict.transfers} 笔，每个余额都由各笔算得出。")
        if verdict.head:
            typer.echo(f"　　请抄到库外：{verdict.head}")
    if form is Format.TEXT:
        for notice in verdict.notices:
            typer.secho(f"注意：{notice}", fg="yellow")
    if broken:
        raise typer.Exit(1)


def _account_name(pk: int) -> str:
    from sanchuang.ledger.models import Account

    return Account.objects.filter(pk=pk).values_list("code", flat=True).first() or f"#{pk}"


@app.command()
def statement(
    code: Annotated[str, typer.Argument(help="账户代码，如 bluebird-2026。")],
    first: Annotated[
        int | None,
        typer.Option("--first", min=1, help="从第几笔起；不写则为最后的若干笔。", show_default=False),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=10_000, help="最多列出多少笔。")] = 20,
    form: FormatOption = Format.TEXT,
) -> None:
    """一个账户的对账单：每笔转入、转出、预留和余额。

    示例：sanchuang ledger statement bluebird-2026 --top 50
    """
    from sanchuang.ledger.labels import exact
    from sanchuang.ledger.queries import entries

    account = _found(code)
    start = first or max(1, account.seq - top + 1)
    lines = entries(account, start, start + top - 1)
    if form is Format.JSON:
        print_json({**_plain_account(account), "entries": [_plain(line) for line in lines]})
        return
    typer.echo(f"{account.code} {account} {account.get_kind_display()}")
    balance, held, free = (
        exact(each, account.currency) for each in (account.balance, account.reserved, account.available)
    )
    typer.echo(f"余额 {balance}，其中预留 {held}，可用 {free}；共 {account.seq} 笔")
    table = _table(
        "号", "日期", "做什么", "对方账户", "金额", "预留变化", "余额", "为什么", "笔号", amounts=(4, 5, 6)
    )
    for line in lines:
        cells = (
            line.seq,
            line.transfer.day,
            line.transfer.get_kind_display(),
            line.other.code,
            exact(line.change, account.currency) if line.change.fen else "",
            exact(line.reserved, account.currency) if line.reserved.fen else "",
            exact(line.balance, account.currency),
            line.transfer.why,
            f"#{line.transfer.pk}",
        )
        table.add_row(*(Text(str(cell)) for cell in cells))
    if lines:
        _print(table)
    else:
        typer.echo("没有这样的笔。")


@app.command("trial-balance")
def trial_balance(form: FormatOption = Format.TEXT) -> None:
    """试算平衡表：各类账户的借方、贷方和余额；借贷不等就以 1 结束。

    示例：sanchuang ledger trial-balance --format json
    """
    from sanchuang.ledger.queries import totals
    from sanchuang.ledger.queries import trial_balance as lines_of

    lines = lines_of()
    sums = totals(lines)
    balanced = all(debits == credits for debits, credits in sums.values())
    if form is Format.JSON:
        print_json({"balanced": balanced, "lines": [_plain_line(line) for line in lines]})
    elif not lines:
        typer.echo("账本里还没有账户。")
    else:
        for currency, (debits, credits) in sums.items():
            table = _table("类别", "账户", "借方", "贷方", "余额", "预留", amounts=(1, 2, 3, 4, 5))
            table.title = currency
            for line in lines:
                if line.currency == currency:
                    table.add_row(_kind(line.kind), str(line.accounts), *map(_hundredths, _amounts(line)))
            table.add_row("合计", "", *map(_hundredths, (debits, credits, credits - debits)), "")
            _print(table)
        typer.echo("借贷相等。" if balanced else "借贷不等：先运行 sanchuang ledger verify。")
    if not balanced:
        raise typer.Exit(1)


@app.command()
def expire(form: FormatOption = Format.TEXT) -> None:
    """释放到期的预留；宜由定时任务每天运行。到期的预留在释放之前也不能再入账。

    示例：sanchuang ledger expire
    """
    from sanchuang.core.operator import operator
    from sanchuang.ledger import actions

    count = actions.expire(by=operator())
    if form is Format.JSON:
        print_json({"released": count})
    else:
        typer.echo(f"释放了 {count} 笔到期的预留。" if count else "没有到期的预留。")


def _found(code: str) -> Account:
    from sanchuang.core.errors import Unfit, near
    from sanchuang.ledger.models import Account

    account = Account.objects.select_related("owner").filter(code=code).first()
    if account is None:
        similar = near(code, Account.objects.values_list("code", flat=True))
        remedy = (
            f"相近的有：{'、'.join(similar)}"
            if similar
            else "用 sanchuang ledger trial-balance 看有哪些类别的账户"
        )
        raise Unfit(f"没有账户“{code}”", remedy)
    return account


def _table(*heads: str, amounts: tuple[int, ...]) -> Table:
    """A table without lines, which is as narrow as it can be; columns numbered `amounts` stand to the right."""
    table = Table(*heads, box=None, pad_edge=False)
    for number in amounts:
        table.columns[number].justify = "right"
    return table


def _print(table: Table) -> None:
    """Print all of a table, on lines as long as it needs: no amount is ever cut short."""
    console = Console()
    wanted = Measurement.get(console, console.options.update_width(10_000), table).maximum
    Console(width=max(console.width, wanted)).print(table)


def _hundredths(fen: int) -> str:
    return number_text(Fraction(fen, 100), digits=2)


def _kind(kind: str) -> str:
    from sanchuang.ledger.models import Account

    return str(Account.Kind(kind).label)


def _amounts(line: Line) -> tuple[int, int, int, int]:
    return line.debits, line.credits, line.balance, line.reserved


def _plain_line(line: Line) -> dict[str, Any]:
    names = ("kind", "currency", "accounts", "debits", "credits", "balance", "reserved")
    return {name: getattr(line, name) for name in names}


def _plain_account(account: Account) -> dict[str, Any]:
    return {
        "code": account.code,
        "name": account.name,
        "kind": account.kind,
        "currency": account.currency,
        "balance": account.balance.fen,
        "reserved": account.held_out,
        "available": account.available.fen,
    }


def _plain(line: Entry) -> dict[str, Any]:
    each = line.transfer
    return {
        "seq": line.seq,
        "transfer": each.pk,
        "kind": each.kind,
        "day": each.day,
        "at": each.at.isoformat(),
        "other": line.other.code,
        "change": line.change.fen,
        "reserved": line.reserved.fen,
        "balance": line.balance.fen,
        "reason": f"{each.model}:{each.record}",
        "why": each.why,
        "digest": each.digest,
    }
