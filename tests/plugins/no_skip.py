"""A skipped test fails the run: `PYTHONPATH=tests PYTEST_PLUGINS=plugins.no_skip make test`.

Tests whose component is absent (Chromium, a database server, the shared data) skip themselves by name, so
that a plain machine can run the rest. Where every component is installed, as in `.ci/run`, a skip hides one
that is missing.
Expected failures (`xfail`) stay what they are.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

MESSAGE = "跳过了测试，而这里不许跳过（plugins.no_skip）：{reason}"


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip in `report` into a failure that gives the skip's reason."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = MESSAGE.format(reason=reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Refuse skips of single tests, by mark, fixture or call."""
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse skips of whole modules."""
    report = yield
    refuse(report)
    return report
