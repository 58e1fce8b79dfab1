"""`sanchuang run`: prepare and serve; `sanchuang serve`: serve what is prepared."""

from __future__ import annotations

import errno
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sanchuang.cli.options import Format, FormatOption, print_json
from sanchuang.values import Malformed

if TYPE_CHECKING:
    from sanchuang.core.demo import DemoUser

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  named here to be warned about
FIRST_PORT = 8000
LAST_PORT = 8019

HostOption = Annotated[str, typer.Option("--host", envvar="SANCHUANG_HOST", help="监听的地址。")]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        envvar="SANCHUANG_PORT",
        min=1,
        max=65535,
        help=f"监听的端口；不写则取 {FIRST_PORT} 起第一个空闲的。",
        show_default=False,
    ),
]
WorkerOption = Annotated[
    bool,
    typer.Option("--worker/--no-worker", help="同时做请求之外的事；另有 sanchuang worker 时可以不要。"),
]
WorkersOption = Annotated[
    int, typer.Option("--workers", envvar="SANCHUANG_WORKERS", min=1, help="工作进程数。")
]


def is_free(host: str, port: int) -> bool:
    """Whether a server can listen there. Raises `Malformed` when this machine has no such address."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise Malformed(
                f"本机没有地址“{host}”", "用 --host 写本机的地址，如 127.0.0.1 或 0.0.0.0"
            ) from error
        if isinstance(error, PermissionError):
            raise Malformed(f"无权监听端口 {port}", "用 --port 另选一个 1024 以上的端口") from error
        return False
    return True


def choose_port(host: str, wanted: int | None) -> int:
    """`wanted` if it is free, or without a wish the first free one from 8000 to 8019.

    Raises `Malformed` when the wish, or all of these, are taken.
    """
    if wanted is not None:
        if not is_free(host, wanted):
            raise Malformed(f"端口 {wanted} 已被占用", "停掉占用它的程序，或用 --port 另选一个")
        return wanted
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if is_free(host, port):
            return port
    raise Malformed(f"端口 {FIRST_PORT} 至 {LAST_PORT} 都被占用", "停掉其中一个程序，或用 --port 另选一个")


def announce(url: str, users: list[DemoUser], password: str, form: Format) -> None:
    """Print where the server answers and, for a demonstration, who can sign in."""
    if form is Format.JSON:
        print_json({"url": url, "users": [asdict(user) for user in users], "password": password})
        return
    console = Console()
    if users:
        table = Table("用户名", "口令", "姓名", "角色", title="示范用户", title_justify="left")
        for user in users:
            table.add_row(user.username, password, user.name, "、".join(user.roles))
        console.print(table)
    console.print(f"三创已启动：[bold]{url}[/bold]　（按 Ctrl+C 停止）")


def warn(host: str, demo: bool) -> None:
    """Tell on standard error what somebody should know who listens beyond this machine."""
    if host in LOOPBACK:
        return
    if host in EVERYWHERE and "SANCHUANG_HOSTS" not in os.environ:
        typer.echo("别的机器还打不开：把它们要用的主机名或地址写进 SANCHUANG_HOSTS，用逗号分开。", err=True)
    if demo:
        typer.echo("示范账号对别的机器也开放；正式使用请设 SANCHUANG_PRODUCTION=1。", err=True)


def listen(host: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until interrupted. Workers are processes of their own and read the settings anew.

    SIGTERM and Ctrl+C take no more connections, let requests in flight end within `settings.STOP_SECONDS`, and end all
    processes.
    """
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from sanchuang.operations.logs import of_server

    # More threads than cores are wanted here (see settings.THREADS); whoever starts the site need not read that it is odd.
    server_log = logging.getLogger("_granian")
    server_log.addFilter(lambda record: "threads, which seems quite high" not in record.getMessage())
    if host not in (*LOOPBACK, *EVERYWHERE):
        os.environ.setdefault("SANCHUANG_HOSTS", ",".join((*LOOPBACK, "[::1]", host)))
    # Papers, mails and webhooks name the address that was announced, unless somebody said under which the site is known.
    if not os.environ.get("SANCHUANG_SITE"):
        os.environ["SANCHUANG_SITE"] = url_of(host, port)
    server = Granian(
        "sanchuang.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=settings.THREADS,
        log_level=LogLevels.warning,
        log_dictconfig=of_server(settings.LOG),
        workers_kill_timeout=settings.STOP_SECONDS,
    )
    with helped() if worker else nullcontext():
        server.serve()


@contextmanager
def helped() -> Iterator[None]:
    """A worker beside the server; one that dies is started again, and it ends with the server however that ends."""
    command = [sys.executable, "-m", "sanchuang.cli", "worker", "--with-parent"]
    over, begun = threading.Event(), threading.Event()
    beside: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not over.is_set():
            # In a session of its own: Ctrl+C is meant for the server, which then ends the worker.
            process = subprocess.Popen(command, start_new_session=True)  # noqa: S603  ourselves
            beside[:] = [process]
            begun.set()
            if over.is_set():
                process.terminate()
            process.wait()
            over.wait(1)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    begun.wait(60)  # the server forks, and a fork while a process is being started would hold its pipe open
    try:
        yield
    finally:
        over.set()
        for process in beside:
            process.terminate()
        keeper.join(15)


def url_of(host: str, port: int) -> str:
    """The address to open in a browser."""
    if host in EVERYWHERE:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    workers: WorkersOption = 1,
    worker: WorkerOption = True,
    form: FormatOption = Format.TEXT,
) -> None:
    """准备数据库、静态文件、区包和示范用户，然后启动网站。

    没有变化的步骤会跳过。区包由环境变量 SANCHUANG_PACK 指明（路径或自带区包的名称）。

    示例：sanchuang run --port 8080
    """
    from sanchuang.cli.prepare import collect_static, load_chosen_pack, migrate, settle_sign_ins
    from sanchuang.core.demo import demo_password, demo_users
    from sanchuang.operations.processes import count_together

    count_together()
    chosen = choose_port(host, port)
    migrate()
    load_chosen_pack()
    collect_static()
    settle_sign_ins()
    users = demo_users()
    announce(url_of(host, chosen), users, demo_password() if users else "", form)
    warn(host, bool(users))
    listen(host, chosen, workers, worker=worker)


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    workers: WorkersOption = 1,
    worker: WorkerOption = True,
    form: FormatOption = Format.TEXT,
) -> None:
    """启动网站，不迁移，也不载入区包；数据库未就绪时拒绝启动。

    示例：sanchuang serve --host 0.0.0.0 --port 8080 --workers 2
    """
    from sanchuang.cli.prepare import collect_static, pending_migrations, settle_sign_ins
    from sanchuang.core.demo import demo_users
    from sanchuang.operations.processes import count_together

    count_together()
    chosen = choose_port(host, port)
    if pending := pending_migrations():
        raise Malformed(f"数据库还缺 {len(pending)} 个迁移（{pending[0]} 起）", "先运行 sanchuang run")
    collect_static()
    settle_sign_ins()
    announce(url_of(host, chosen), [], "", form)
    warn(host, bool(demo_users()))
    listen(host, chosen, workers, worker=worker)


def register(app: typer.Typer) -> None:
    """Add `run` and `serve` to the command line."""
    app.command("run")(run)
    app.command("serve")(serve)
