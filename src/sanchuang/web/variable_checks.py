"""Checks of what a variable of the environment says. Each is given a text that is not empty, and raises `ValueError` with what to write."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

from sanchuang.web.environment import one_of


def wrong(text: str, wanted: str) -> ValueError:
    return ValueError(f"写的是“{text[:60]}”；请写{wanted}")


def anything(text: str) -> object:
    return text


def truth(text: str) -> object:
    if text not in ("0", "1"):
        raise wrong(text, " 1（是）或 0（否）")
    return text


def whole(text: str) -> object:
    if not text.isdecimal() or not 0 < int(text) < 10**6:
        raise wrong(text, "大于 0 的整数")
    return text


def port(text: str) -> object:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise wrong(text, " 1 到 65535 之间的整数")
    return text


def web(text: str) -> object:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong(text, "以 https:// 开头的网址，例如 https://district.example.org")
    return text


def hosts(text: str) -> object:
    for host in text.split(","):
        if not re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9A-Fa-f:]+\]", host):
            raise wrong(host, "主机名，用逗号分开，不带 https:// 和空格")
    return text


def key(text: str) -> object:
    if len(text) < 32:
        raise ValueError("太短；请写至少 32 个字符的随机文字")
    return text


def token(text: str) -> object:
    if len(text) < 20 or not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("不合适；请写至少 20 个字符的随机文字，只用字母、数字和符号")
    return text


def database(text: str) -> object:
    parts = urlsplit(text)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError("看不懂；请写 postgres://用户:口令@主机:端口/库名")
    return parts.port


def command(text: str) -> object:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise wrong(text, "一条命令，引号要成对") from error


def folder(text: str) -> object:
    if Path(text).exists() and not Path(text).is_dir():
        raise wrong(text, "一个目录")
    return text


def hash_name(text: str) -> object:
    return one_of("SANCHUANG_AUDIT_HASH", text.lower(), "sha256", "sm3")


def scheduler(text: str) -> object:
    if not re.fullmatch(r"(tcp|tls|ws|wss)://[^\s/:]+:[0-9]{1,5}", text):
        raise wrong(text, "调度地址，例如 tcp://dask.example.org:8786")
    return text
