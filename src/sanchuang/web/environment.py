"""What the environment says of mail, sign-in by another site, and proxies, as Django's settings; each fault with its remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BACKENDS = "django.core.mail.backends"
PORTS = {"tls": 587, "ssl": 465}
LOCAL = {"127.0.0.1", "localhost", "::1"}
SLUG = re.compile(r"[a-zA-Z0-9-]+")
PROVIDER = {"id", "name", "server_url", "client_id", "secret"}


@dataclass(frozen=True)
class Mail:
    """How mail is sent: Django's backend, and the server or the folder that it needs."""

    backend: str
    folder: str | None = None
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False


def mail(url: str, folder: Path) -> Mail:
    """How mail is sent as `url` (SANCHUANG_EMAIL) says; an empty one means files in `folder`.

    `smtp://user:password@host:port?tls=1` (or `ssl=1`; what is not needed is left out), `file:///folder`, `console:`.
    Raises `ValueError` with what to write.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file") and not parts.netloc and (parts.scheme or not url):
        return Mail(f"{BACKENDS}.filebased.EmailBackend", folder=unquote(parts.path) or str(folder))
    if parts.scheme == "console":
        return Mail(f"{BACKENDS}.console.EmailBackend")
    if parts.scheme == "smtp" and parts.hostname:
        wanted = parse_qs(parts.query)
        secure = next((way for way in PORTS if wanted.get(way) == ["1"]), "")
        return Mail(
            f"{BACKENDS}.smtp.EmailBackend",
            host=parts.hostname,
            port=parts.port or PORTS.get(secure, 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=secure == "tls",
            ssl=secure == "ssl",
        )
    raise ValueError(
        "SANCHUANG_EMAIL 看不懂；请写 smtp://用户:口令@主机:端口?tls=1、file:///目录 或 console:"
    )


def providers(text: str) -> list[dict[str, Any]]:
    """The OpenID Connect providers of `text` (SANCHUANG_OIDC), as django-allauth's apps; empty means none.

    JSON, one object or a list of them: `id` (letters of the address), `name` (on the button), `server_url`,
    `client_id`, `secret`, and `trusted`: whether an e-mail that it calls verified signs in the account here with the
    same confirmed e-mail. Raises `ValueError` with what to write.
    """
    if not text:
        return []
    try:
        read = json.loads(text)
    except ValueError as error:
        raise ValueError(f"SANCHUANG_OIDC 不是 JSON（{error}）；请写一个对象或对象的列表") from error
    apps = [_app(one) for one in (read if isinstance(read, list) else [read])]
    if len({app["provider_id"] for app in apps}) < len(apps):
        raise ValueError("SANCHUANG_OIDC 中有两项的 id 相同；请各写一个")
    return apps


def _app(told: Any) -> dict[str, Any]:
    if not isinstance(told, Mapping) or not all(
        isinstance(told.get(key), str) and told[key] for key in PROVIDER
    ):
        raise ValueError(f"SANCHUANG_OIDC 的每一项都要有：{'、'.join(sorted(PROVIDER))}")
    if not SLUG.fullmatch(told["id"]):
        raise ValueError("SANCHUANG_OIDC 的 id 是地址的一部分；请只用字母、数字和连字符")
    url = urlsplit(told["server_url"])
    if url.scheme != "https" and url.hostname not in LOCAL:
        raise ValueError("SANCHUANG_OIDC 的 server_url 要以 https:// 开头：口令和令牌都从那里来")
    return {
        "provider_id": told["id"],
        "name": told["name"],
        "client_id": told["client_id"],
        "secret": told["secret"],
        "settings": {
            "server_url": told["server_url"].rstrip("/"),
            "email_authentication": told.get("trusted") is True,
        },
    }


def count(name: str, text: str, usual: int) -> int:
    """A whole number from the variable `name`, or `usual` where it is empty. Raises `ValueError` with what to write."""
    if not text:
        return usual
    if not text.isdecimal():
        raise ValueError(f"{name} 写的是“{text}”；请写一个整数，例如 {usual}")
    return int(text)


def one_of(name: str, text: str, *choices: str) -> str:
    """One of `choices` from the variable `name`, or the first where it is empty. Raises `ValueError` with what to write."""
    if not text:
        return choices[0]
    if text not in choices:
        raise ValueError(f"{name} 写的是“{text}”；请写 {'、'.join(choices)} 之一")
    return text
