"""Compiling is said once, to a terminal alone, and timed apart from the run."""

import sys

import numba
import pytest

from sanchuang.cli.compiling import compiling


@pytest.mark.parametrize("looked_at", [True, False])
def test_compiling_is_said_once_and_timed(monkeypatch, capsys, looked_at):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: looked_at)
    inner = numba.njit(lambda x: x + 1)
    outer = numba.njit(lambda x: inner(x) * 2)
    with compiling() as first:
        assert outer(3) == 8
        spent = first.seconds
        assert spent > 0
        assert outer(4) == 10
        assert first.seconds == spent
        outer(1.5)
    assert first.seconds > spent
    assert capsys.readouterr().err.count("正在编译") == (1 if looked_at else 0)
