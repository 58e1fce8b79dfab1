"""`sanchuang account`: help for people who cannot sign in."""

from __future__ import annotations

from typing import Annotated

import typer

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed

app = typer.Typer(help="账号：帮助不能登录的人。", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="用户名。")]


@app.command("unlock")
def unlock_account(name: NameArgument, form: FormatOption = Format.TEXT) -> None:
    """解除登录锁定：把这个账号登录失败的次数清零。

    示例：sanchuang account unlock lin
    """
    from sanchuang.core.sign_in.actions import unlock
    from sanchuang.core.operator import operator

    failures = unlock(name, by=operator())
    if form is Format.JSON:
        print_json({"name": name, "failures": failures})
    else:
        typer.echo(f"已解除 {name} 的锁定（登录失败 {failures} 次）。")


@app.command("drop-two-step")
def drop_second_step(
    name: NameArgument,
    why: Annotated[str, typer.Option("--why", help="怎样核实了是本人；记入审计。")],
    form: FormatOption = Format.TEXT,
) -> None:
    """取消一个账号的两步登录：手机和恢复码都丢了的时候。

    示例：sanchuang account drop-two-step lin --why "当面核对工作证"
    """
    from sanchuang.core.sign_in.actions import drop_two_step
    from sanchuang.core.models import User
    from sanchuang.core.operator import operator

    user = User.objects.filter(username__iexact=name).first()
    if user is None:
        raise Malformed(f"没有用户“{name}”", "请写登录用的用户名；在后台的用户名单里可以查到")
    drop_two_step(user, by=operator(), why=why)
    if form is Format.JSON:
        print_json({"name": user.username})
    else:
        typer.echo(f"{user.username} 的两步登录已取消；请提醒本人重新开启。")
