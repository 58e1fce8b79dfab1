"""What core's tests share: the day on which actions are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`today("2024-05-13")` sets the day on which actions are done. A Monday, to begin with."""

    def set_to(text: str) -> None:
        monkeypatch.setattr(timezone, "localdate", lambda *_args: dt.date.fromisoformat(text))

    set_to("2024-05-13")
    return set_to
