"""`sanchuang user`: the first administrator, invitations, roles, and help for people who cannot sign in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sanchuang.cli.options import Format, FormatOption, print_json

if TYPE_CHECKING:
    from sanchuang.core.models import User

app = typer.Typer(help="账号：建立第一位管理员，邀请，给和收角色，帮助不能登录的人。", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="登录名。", metavar="NAME")]
RoleOption = Annotated[str, typer.Option("--role", help="角色，如 officer；不认识时会列出全部。")]
OrganisationOption = Annotated[str, typer.Option("--organisation", help="机构的编号。")]
CircleOption = Annotated[str, typer.Option("--circle", help="创新圈的编号（科技工兵）。")]
WhyOption = Annotated[str, typer.Option("--why", help="理由，留在审计记录里。")]


def _user(name: str) -> User:
    from sanchuang.core.errors import Unfit, near
    from sanchuang.core.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        similar = near(name, User.objects.values_list("username", flat=True))
        raise Unfit(
            f"没有登录名“{name}”", f"相近的：{'、'.join(similar)}" if similar else "见 sanchuang user list"
        )
    return found


@app.command("list")
def users(form: FormatOption = Format.TEXT) -> None:
    """列出账号和各自的角色。

    示例：sanchuang user list --format json
    """
    from sanchuang.core.models import User

    found = User.objects.prefetch_related("memberships").order_by("username")
    rows = [
        {
            "username": user.username,
            "name": user.display_name,
            "active": user.is_active,
            "roles": [
                {"role": m.role, "organisation": m.organisation, "circle": m.circle, "until": m.date_to}
                for m in user.memberships.all()
            ],
        }
        for user in found
    ]
    if form is Format.JSON:
        print_json(rows)
        return
    table = Table("登录名", "姓名", "账号", "角色")
    for row in rows:
        roles = "；".join(
            " ".join(filter(None, (role["role"], role["organisation"], role["circle"])))
            for role in row["roles"]
        )
        cells = (row["username"], row["name"], "可用" if row["active"] else "已停", roles)
        table.add_row(*(Text(str(cell)) for cell in cells))
    Console().print(table)


@app.command()
def add(
    name: NameArgument,
    email: Annotated[str, typer.Option("--email", help="邮箱；有它才能重设口令。")] = "",
    display_name: Annotated[str, typer.Option("--name", help="显示的姓名。")] = "",
    role: RoleOption = "",
    organisation: OrganisationOption = "",
    circle: CircleOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """建立账号，问两遍口令（不在屏幕上显示）；第一位管理员这样建立。

    示例：sanchuang user add lin --email lin@example.org --role administrator
    """
    from django.db import transaction

    from sanchuang.core.accounts import actions
    from sanchuang.core.operator import operator

    password = typer.prompt("口令", hide_input=True, confirmation_prompt="再输一遍")
    with transaction.atomic():
        user = actions.create_user(
            by=operator(), username=name, display_name=display_name, email=email, password=password
        )
        if role:
            actions.grant(
                by=operator(),
                user=user,
                role=role,
                organisation=organisation,
                circle=circle,
                why="建立账号时",
            )
    if form is Format.JSON:
        print_json({"username": user.username, "role": role})
    else:
        typer.echo(f"已建立账号 {user.username}" + (f"，角色 {role}" if role else ""))


@app.command()
def grant(
    name: NameArgument,
    why: WhyOption,
    role: RoleOption,
    organisation: OrganisationOption = "",
    circle: CircleOption = "",
    until: Annotated[str, typer.Option("--until", help="到哪一天为止（含），如 2026-12-31。")] = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """给一个角色。

    示例：sanchuang user grant lin --role scout --circle zijingang --why 新任
    """
    from sanchuang.core.accounts import actions
    from sanchuang.core.dates import day_asked
    from sanchuang.core.operator import operator

    date_to: dt.date | None = day_asked(until) if until else None
    actions.grant(
        by=operator(),
        user=_user(name),
        role=role,
        organisation=organisation,
        circle=circle,
        date_to=date_to,
        why=why,
    )
    print_json({"ok": True}) if form is Format.JSON else typer.echo("已给。")


@app.command()
def revoke(
    name: NameArgument,
    why: WhyOption,
    role: RoleOption,
    organisation: OrganisationOption = "",
    circle: CircleOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """收回一个角色，立即生效；最后一位管理员的不能收回。

    示例：sanchuang user revoke lin --role scout --why 调离
    """
    from sanchuang.core.accounts import actions
    from sanchuang.core.errors import Unfit
    from sanchuang.core.operator import operator

    user = _user(name)
    held = user.memberships.filter(role=role, organisation=organisation, circle=circle).first()
    if held is None:
        raise Unfit(f"{name} 没有这个角色", "见 sanchuang user list")
    actions.revoke(held, by=operator(), why=why)
    print_json({"ok": True}) if form is Format.JSON else typer.echo("已收回。")


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="邮箱。", metavar="EMAIL")],
    role: RoleOption,
    organisation: OrganisationOption = "",
    circle: CircleOption = "",
    form: FormatOption = Format.TEXT,
) -> None:
    """发出邀请并印出链接的路径（接在站点地址后面）；链接只印这一次。

    示例：sanchuang user invite wang@example.org --role member --organisation 91330106XN2149822B
    """
    from django.urls import reverse

    from sanchuang.core.accounts.invitations import invite as send
    from sanchuang.core.operator import operator

    made, token = send(by=operator(), email=email, role=role, organisation=organisation, circle=circle)
    path = reverse("accept-invitation", args=[token])
    if form is Format.JSON:
        print_json({"email": made.email, "role": made.role, "valid_to": made.valid_to, "path": path})
    else:
        typer.echo(f"给 {made.email} 的链接，{made.valid_to} 前可用一次：\n{path}")


@app.command("unlock")
def unlock_account(name: NameArgument, form: FormatOption = Format.TEXT) -> None:
    """解除登录锁定：把这个账号登录失败的次数清零。

    示例：sanchuang user unlock lin
    """
    from sanchuang.core.operator import operator
    from sanchuang.core.sign_in.actions import unlock

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

    示例：sanchuang user drop-two-step lin --why "当面核对工作证"
    """
    from sanchuang.core.operator import operator
    from sanchuang.core.sign_in.actions import drop_two_step

    user = _user(name)
    drop_two_step(user, by=operator(), why=why)
    if form is Format.JSON:
        print_json({"name": user.username})
    else:
        typer.echo(f"{user.username} 的两步登录已取消；请提醒本人重新开启。")
