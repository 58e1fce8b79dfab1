"""A population is sent to a Dask cluster: scheduler and worker are processes of their own, as elsewhere."""

import datetime as dt
import subprocess
import sys

import pytest
from compiled_rules import read
from near_limits import companies

from ports import free_port
from sanchuang.engines.rules.compiled.engines import NATIVE, dask
from sanchuang.engines.rules.compiled.outputs import evaluate

ON = dt.date(2025, 1, 1)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with one worker."""
    port, page = free_port(), free_port()
    address = f"tcp://127.0.0.1:{port}"
    folder = tmp_path_factory.mktemp("dask")
    part = [sys.executable, "-m"]
    commands = [
        [*part, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--dashboard-address", f"127.0.0.1:{page}"],
        [*part, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(folder)],
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        running = [subprocess.Popen(c, stdout=log, stderr=subprocess.STDOUT, cwd=folder) for c in commands]
        try:
            yield address
        finally:
            for each in running:  # a worker whose scheduler goes takes its time to say goodbye
                each.kill()
            for each in running:
                each.wait()


@pytest.mark.filterwarnings("default")  # the client's own threads and sockets
def test_a_cluster_says_the_same(scheduler):
    policies = read("bench6")
    frame = companies(policies, ON, 200, seed=11)
    _made, here, _apart = evaluate(policies, frame, ON, NATIVE, unit=1)
    _made, there, _apart = evaluate(policies, frame, ON, dask(scheduler, rows=70), unit=1)
    assert here.keys() == there.keys()
    for name, own in here.items():
        known = slice(None) if own.known is None else own.known
        assert own.top[known].tolist() == there[name].top[known].tolist()
        assert (own.known is None) == (there[name].known is None)
