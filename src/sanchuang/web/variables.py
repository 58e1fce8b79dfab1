"""Every variable of the environment that the product reads: what it means, what it is without, how it is checked.

docs/settings.md is written from here (`tools/settings_page.py`); a variable that is read and not listed here fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sanchuang.values import Malformed
from sanchuang.web import variable_checks as checks
from sanchuang.web.environment import count, mail, one_of, providers


@dataclass(frozen=True)
class Variable:
    """One variable: in which chapter it stands, its meaning in both languages, its default, an example, its check.

    `check` is given the value, which is not empty, and raises `ValueError` with what to write. A `secret` is never shown.
    """

    name: str
    group: str
    meaning: str
    label: str
    default: str
    example: str
    check: Callable[[str], object]
    secret: bool = False

    @property
    def default_label(self) -> str:
        """The default for readers of Chinese; values stay as they are."""
        return _DEFAULTS.get(self.default, self.default).replace("`", "")


# Defaults that are words; `none` is a value of no variable.
_DEFAULTS = {
    "SQLite in `SANCHUANG_VAR`": "`SANCHUANG_VAR` 目录里的 SQLite",
    "the only one shipped": "自带的唯一一个",
    "first free one from 8000": "从 8000 起第一个空闲的",
    "this machine's own": "本机的名称",
    "where the site listens": "网站监听的网址",
    "made once, kept in `SANCHUANG_VAR`": "第一次时生成，存在 `SANCHUANG_VAR` 目录",
    "none": "无",
    "files in `SANCHUANG_VAR/mail`": "写成 `SANCHUANG_VAR/mail` 里的文件",
    "1 in a demonstration, 0 in production": "示范时 1，正式使用时 0",
    "none: this machine's threads": "无：用本机的线程",
    "none: closed in production": "无：正式使用时不开放",
}


PLACE, REACH, SAFE, MAIL, PROGRAMS, FILES, RUN = (
    "Place and data 位置和数据",
    "Address 地址",
    "Safety and sign-in 安全和登录",
    "Mail 邮件",
    "Programs 接口",
    "Uploaded files 附件",
    "Running and watching 运行和监控",
)
VARIABLES = (
    Variable(
        "SANCHUANG_VAR",
        PLACE,
        "folder of database, files, keys",
        "数据目录",
        "`var/`",
        "/var/lib/sanchuang",
        checks.folder,
    ),
    Variable(
        "DATABASE_URL",
        PLACE,
        "PostgreSQL instead of SQLite",
        "用 PostgreSQL 代替 SQLite",
        "SQLite in `SANCHUANG_VAR`",
        "postgres://sanchuang:secret@db:5432/sanchuang",
        checks.database,
        secret=True,
    ),
    Variable(
        "SANCHUANG_PACK",
        PLACE,
        "the pack to load: a folder, or the name of a shipped one",
        "装入的区包：目录或名称",
        "the only one shipped",
        "westlake",
        checks.anything,
    ),
    Variable(
        "SANCHUANG_AUDIT_HASH",
        PLACE,
        "hash of new rows of the audit trail and the ledger: `sha256` or `sm3`",
        "审计和账本新记录的散列",
        "sha256",
        "sm3",
        checks.hash_name,
    ),
    Variable(
        "SANCHUANG_HOST",
        REACH,
        "the address to listen on",
        "监听的地址",
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104
        checks.anything,
    ),
    Variable(
        "SANCHUANG_PORT",
        REACH,
        "the port to listen on",
        "监听的端口",
        "first free one from 8000",
        "8000",
        checks.port,
    ),
    Variable(
        "SANCHUANG_HOSTS",
        REACH,
        "host names that are answered to, parted by commas",
        "应答的主机名",
        "this machine's own",
        "district.example.org",
        checks.hosts,
    ),
    Variable(
        "SANCHUANG_SITE",
        REACH,
        "where people reach the site: links in mails and papers begin with it",
        "大家打开网站的网址",
        "where the site listens",
        "https://district.example.org",
        checks.web,
    ),
    Variable(
        "SANCHUANG_PROXIES",
        REACH,
        "how many proxies of yours stand in front",
        "前面有几层自己的代理",
        "0",
        "1",
        lambda text: count("SANCHUANG_PROXIES", text, 0),
    ),
    Variable(
        "SANCHUANG_SSL_REDIRECT",
        REACH,
        "in production, send http on to https; `0` leaves it to the proxy",
        "转到 https",
        "1",
        "0",
        checks.truth,
    ),
    Variable(
        "SANCHUANG_HSTS",
        REACH,
        "in production, seconds of Strict-Transport-Security; `0` leaves it to the proxy",
        "HSTS 秒数",
        "31536000",
        "0",
        lambda text: count("SANCHUANG_HSTS", text, 31_536_000),
    ),
    Variable(
        "SANCHUANG_PRODUCTION",
        SAFE,
        "`1`: for real use; no demonstration sign-ins, secure cookies, https only",
        "正式使用",
        "0",
        "1",
        checks.truth,
    ),
    Variable(
        "SANCHUANG_SECRET_KEY",
        SAFE,
        "the key that signs sessions and seals second steps",
        "网站的密钥",
        "made once, kept in `SANCHUANG_VAR`",
        "(64 random characters)",
        checks.key,
        secret=True,
    ),
    Variable(
        "SANCHUANG_OLD_SECRET_KEYS",
        SAFE,
        "former keys that still count, parted by commas",
        "以前的密钥",
        "none",
        "(former keys)",
        checks.anything,
        secret=True,
    ),
    Variable(
        "SANCHUANG_SESSION_HOURS",
        SAFE,
        "how long a sign-in lasts",
        "登录多少小时后重新登录",
        "12",
        "8",
        checks.whole,
    ),
    Variable(
        "SANCHUANG_OIDC",
        SAFE,
        "sign-in by another site (OpenID Connect), as JSON: `id`, `name`, `server_url`, `client_id`, `secret`, `trusted`",
        "用别的网站登录",
        "none",
        '{"id": "city", "name": "市民卡", …}',
        providers,
        secret=True,
    ),
    Variable(
        "SANCHUANG_DEMO_PASSWORD",
        SAFE,
        "password of the demonstration's sign-ins",
        "示范账号的口令",
        "made once, kept in `SANCHUANG_VAR`",
        "(a password)",
        checks.anything,
        secret=True,
    ),
    Variable(
        "SANCHUANG_DEBUG",
        SAFE,
        "`1`: Django's debug pages and the words of errors in the log; never in production",
        "调试",
        "0",
        "1",
        checks.truth,
    ),
    Variable(
        "SANCHUANG_EMAIL",
        MAIL,
        "`smtp://user:password@host:port?tls=1` (or `ssl=1`), `file:///folder`, `console:`",
        "怎样寄信",
        "files in `SANCHUANG_VAR/mail`",
        "smtp://post:secret@mail.example.org?tls=1",
        lambda text: mail(text, Path()),
        secret=True,
    ),
    Variable(
        "SANCHUANG_EMAIL_FROM",
        MAIL,
        "the sender",
        "发件人",
        "sanchuang@localhost",
        "sanchuang@district.example.org",
        checks.anything,
    ),
    Variable(
        "SANCHUANG_API_RATE",
        PROGRAMS,
        "requests a minute that the interface answers to one account",
        "接口每分钟应答一个账号的次数",
        "600",
        "1200",
        checks.whole,
    ),
    Variable(
        "SANCHUANG_API_STRANGER_RATE",
        PROGRAMS,
        "requests a minute that the interface answers to one address of strangers",
        "接口每分钟应答一个陌生地址的次数",
        "60",
        "20",
        checks.whole,
    ),
    Variable(
        "SANCHUANG_WEBHOOK_PRIVATE",
        PROGRAMS,
        "`1`: webhooks may go to addresses of the own network, and unencrypted",
        "是否通知内网地址",
        "1 in a demonstration, 0 in production",
        "1",
        checks.truth,
    ),
    Variable(
        "SANCHUANG_MAX_UPLOAD", FILES, "the largest file, in MB", "文件最大多少 MB", "20", "50", checks.whole
    ),
    Variable(
        "SANCHUANG_SCANNER",
        FILES,
        "the virus scanner's command, given the file's path",
        "查毒命令",
        "none",
        "clamdscan --fdpass --no-summary",
        checks.command,
    ),
    Variable(
        "SANCHUANG_SCAN_SECONDS", FILES, "how long a scan may take", "查毒最长几秒", "60", "120", checks.whole
    ),
    Variable(
        "SANCHUANG_SCAN_MUST",
        FILES,
        "`0`: take files although the scanner fails",
        "查毒失败是否拒收",
        "1",
        "0",
        checks.truth,
    ),
    Variable("SANCHUANG_WORKERS", RUN, "processes that answer", "工作进程数", "1", "4", checks.whole),
    Variable(
        "SANCHUANG_STOP_SECONDS",
        RUN,
        "how long a stopping server waits for requests in flight",
        "停止时最多等几秒",
        "20",
        "60",
        checks.whole,
    ),
    Variable(
        "SANCHUANG_LOG",
        RUN,
        "`json`, `text`, or `auto`: text at a terminal, else JSON",
        "日志的形式",
        "auto",
        "json",
        lambda text: one_of("SANCHUANG_LOG", text, "auto", "json", "text"),
    ),
    Variable(
        "SANCHUANG_DASK",
        RUN,
        "the scheduler of a Dask cluster, to which simulations of policies are sent",
        "Dask 集群的调度地址，政策模拟送去计算",
        "none: this machine's threads",
        "tcp://dask.example.org:8786",
        checks.scheduler,
    ),
    Variable(
        "SANCHUANG_METRICS_TOKEN",
        RUN,
        "who shows it as `Authorization: Bearer …` reads `/metrics`",
        "读取 /metrics 的令牌",
        "none: closed in production",
        "(40 random characters)",
        checks.token,
        secret=True,
    ),
)


def faults(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables whose values cannot be used, each with what to write; no value of a secret is repeated."""
    for variable in VARIABLES:
        if not (text := environ.get(variable.name, "").strip()):
            continue
        try:
            variable.check(text)
        except ValueError as error:
            said = str(error)
            yield variable.name, said if said.startswith(variable.name) else f"{variable.name} {said}"


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that say anything, as they were checked: without blanks around them, an empty one left out."""
    said = {variable.name: environ.get(variable.name, "").strip() for variable in VARIABLES}
    return {name: text for name, text in said.items() if text}


def check(environ: Mapping[str, str]) -> None:
    """Raise `Malformed` for the first variable whose value cannot be used, so that nothing starts by halves."""
    for _name, said in faults(environ):
        what, _mark, remedy = said.partition("；")
        raise Malformed(
            what, f"{remedy or '请改正'}（环境变量，见 docs/settings.md；全部列出：sanchuang settings）"
        )


def page() -> str:
    """docs/settings.md."""
    parts = [
        "# Settings 设置",
        "Everything that an installation may choose is a variable of the environment; there is no file of settings. An empty\n"
        "value is as good as none. A value that cannot be used ends the start with the variable's name and what to write.\n"
        "`sanchuang settings` shows what is set, without secrets.",
        "Written by `python tools/settings_page.py` from `src/sanchuang/web/variables.py`; not edited by hand.",
    ]
    for group in dict.fromkeys(variable.group for variable in VARIABLES):
        rows = [
            f"| `{v.name}` | {v.meaning} · {v.label} | {v.default} | `{v.example}` |"
            for v in VARIABLES
            if v.group == group
        ]
        parts.append(
            "\n".join(
                [f"## {group}\n", "| variable | meaning | default | example |", "|---|---|---|---|", *rows]
            )
        )
    return "\n\n".join(parts) + "\n"
