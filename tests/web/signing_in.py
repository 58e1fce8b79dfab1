"""Signing in the way people do, with the forms of the site: what the tests of accounts share."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.test import Client

PASSWORD = "a-lake-in-winter"


def sign_in(login: str = "lin", password: str = PASSWORD, **options: Any) -> tuple[Client, Any]:
    """A browser, and the answer that it got when it signed in."""
    client = Client()
    return client, client.post("/sign-in/", {"login": login, "password": password}, **options)


def inside(client: Client) -> bool:
    """Whether somebody is signed in in that browser."""
    return client.get("/account/").status_code == 200


def text(response: Any) -> str:
    """What the answer says, with its quotes as people read them."""
    return unescape(response.content.decode())


def fail(times: int, login: str = "lin", **options: Any) -> Any:
    """The last answer to so many wrong passwords."""
    answer = None
    for number in range(times):
        answer = sign_in(login, f"wrong {number}", **options)[1]
    return answer


def again(client: Client, path: str, told: dict[str, str] | None = None) -> Any:
    """Open or send `path`; says again who one is when the site asks, and is led back."""
    answer = client.get(path) if told is None else client.post(path, told)
    if answer.status_code == 302 and answer["Location"].startswith("/account/again/"):
        answer = client.post(answer["Location"], {"password": PASSWORD})
    return answer
