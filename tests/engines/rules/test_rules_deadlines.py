"""Until when one may apply, and how long that is."""

from __future__ import annotations

import datetime as dt

import pytest
from rulekit import read

from sanchuang.engines.rules.deadlines import Deadline, deadlines


def days(first: dt.date, last: dt.date) -> int:
    """A calendar without days off."""
    return (last - first).days


def found(windows: str, on: str, head: str = "") -> list[Deadline[int]]:
    """The windows of a policy on a day."""
    policy = read(f"windows:\n{windows}\namount: {{value: 1元}}\n", head).policies[0]
    return list(deadlines(policy, dt.date.fromisoformat(on), days))


SPRING = "- {id: spring, opens: 03-01, closes: 04-30}"
WINTER = "- {id: winter, opens: 11-15, closes: 01-15}"
LEAP = "- {id: leap, opens: 02-01, closes: 02-29}"


@pytest.mark.parametrize(
    ("windows", "on", "opens", "closes", "is_open", "left"),
    [
        (SPRING, "2025-04-20", "2025-03-01", "2025-04-30", True, 10),
        (SPRING, "2025-04-30", "2025-03-01", "2025-04-30", True, 0),
        (SPRING, "2025-05-01", "2026-03-01", "2026-04-30", False, 364),
        (WINTER, "2026-01-10", "2025-11-15", "2026-01-15", True, 5),
        (WINTER, "2026-01-16", "2026-11-15", "2027-01-15", False, 364),
        (LEAP, "2025-02-10", "2025-02-01", "2025-02-28", True, 18),
        (LEAP, "2028-02-10", "2028-02-01", "2028-02-29", True, 19),
    ],
)
def test_the_next_closing_day(
    windows: str, on: str, opens: str, closes: str, is_open: bool, left: int
) -> None:
    (one,) = found(windows, on)
    assert (str(one.opens), str(one.closes), one.is_open, one.left) == (opens, closes, is_open, left)


def test_all_year_closes_with_the_policy_if_at_all() -> None:
    (one,) = found("- {id: all}", "2025-05-01")
    assert (one.is_open, one.closes, one.left) == (True, None, None)
    (one,) = found("- {id: all}", "2025-05-01", "to: 2025-05-31\n")
    assert (one.is_open, str(one.closes), one.left) == (True, "2025-05-31", 30)


def test_a_window_ends_with_the_policy_and_begins_with_it() -> None:
    (one,) = found(SPRING, "2025-04-01", "to: 2025-04-10\n")
    assert (str(one.closes), one.left) == ("2025-04-10", 9)
    assert found(SPRING, "2025-05-01", "to: 2025-12-31\n") == []
    (one,) = found("- {id: w, opens: 10-01, closes: 03-31}", "2020-01-10")
    assert str(one.opens) == "2020-01-01"  # the policy's first day


def test_windows_keep_their_order() -> None:
    assert [d.window.id for d in found(f"{WINTER}\n{SPRING}", "2025-06-01")] == ["winter", "spring"]
