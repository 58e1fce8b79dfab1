"""`sanchuang token`: tokens by which programs act for their owner."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed

app = typer.Typer(help="程序令牌：新建、列出、撤销。", no_args_is_help=True)


@app.command()
def create(
    username: Annotated[str, typer.Argument(help="令牌所有者的用户名。")],
    name: Annotated[str, typer.Option("--name", help="由哪个程序使用。")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", help="权限范围，可写多次：read、write、ledger:read、ledger:write、audit:read。"
        ),
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="有效几天。")] = 90,
    form: FormatOption = Format.TEXT,
) -> None:
    """为一个账号新建令牌。令牌只显示这一次。

    示例：sanchuang token create officer --name 报表程序 --scope read --days 90
    """
    from sanchuang.core.models import User
    from sanchuang.core.operator import operator
    from sanchuang.core.tokens.actions import make_token

    user = User.objects.filter(username=username).first()
    if user is None:
        raise Malformed(f"没有用户“{username}”", "用 sanchuang user list 查看")
    token, secret = make_token(by=operator(), user=user, name=name, scopes=scope, days=days)
    if form is Format.JSON:
        print_json({**_row(token), "token": secret})
        return
    typer.echo(secret)
    typer.echo("请现在保存：以后谁也读不到。", err=True)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列几个。")] = 50,
    form: FormatOption = Format.TEXT,
) -> None:
    """列出令牌，最新的在前。

    示例：sanchuang token list
    """
    from sanchuang.core.models import ApiToken

    rows = [_row(token) for token in ApiToken.objects.select_related("user")[:limit]]
    if form is Format.JSON:
        print_json(rows)
        return
    table = Table("编号", "所有者", "名称", "权限范围", "开头", "到期", "上次使用", "状态")
    for row in rows:
        table.add_row(
            str(row["id"]),
            Text(row["user"]),
            Text(row["name"]),
            " ".join(row["scopes"]),
            row["prefix"],
            f"{row['expires_at']:%Y-%m-%d}",
            f"{row['used_at']:%Y-%m-%d}" if row["used_at"] else "–",
            {"holds": "有效", "revoked": "已撤销", "expired": "已过期"}[row["state"]],
        )
    Console().print(table)


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="令牌的编号，见 token list。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """撤销令牌，立刻生效。

    示例：sanchuang token revoke 3
    """
    from sanchuang.core.models import ApiToken
    from sanchuang.core.operator import operator
    from sanchuang.core.tokens.actions import revoke_token

    token = ApiToken.objects.filter(pk=number).first() if number < 2**63 else None
    if token is None:
        raise Malformed(f"没有编号为 {number} 的令牌", "用 sanchuang token list 查看")
    revoke_token(token, by=operator())
    if form is Format.JSON:
        print_json({"revoked": number})
        return
    typer.echo(f"已撤销 {token.prefix}…")


def _row(token: Any) -> dict[str, Any]:
    from django.utils import timezone

    state = "revoked" if token.revoked_at else "holds" if token.holds(timezone.now()) else "expired"
    return {
        "id": token.pk,
        "user": token.user.username,
        "name": token.name,
        "scopes": token.scopes,
        "prefix": token.prefix,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "state": state,
    }
