"""A program that asks the interface, in tests."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from sanchuang.core.tokens.actions import make_token
from sanchuang.core.tokens.scopes import SCOPES


class Program:
    """Asks with a token of `user`, of every scope unless some are named."""

    def __init__(self, user: Any, *scopes: str, days: int = 30) -> None:
        self.token, self.secret = make_token(by=user, name="test", scopes=scopes or SCOPES, days=days)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **headers: str) -> Any:
        """Read."""
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> Any:
        """Send `body`: JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.generic(
            method, f"/api/v1/{path}", data, content_type="application/json", headers=headers
        )

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Do."""
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """Change."""
        return self.send("PATCH", path, body, **headers)


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem that `response` tells, which is of this status and kind."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = json.loads(response.content.decode("utf-8"))
    assert said["status"] == status
    assert said["type"] == f"/api/#{kind}"
    assert said["title"]
    return said
