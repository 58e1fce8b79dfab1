"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_claims: list[socket.socket] = []  # each a name on this machine, held until this process ends
_choice = random.Random()  # not the one that tests seed, by which all workers would ask for the same ports


def free_port() -> int:
    """A port on which nobody listens, and that no other worker of the tests is given while this one lives.

    It lies below those that the system hands out: of these any connection may take it before the server does.
    """
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = _choice.randrange(first // 2, first)
        with socket.socket() as probe:
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0sanchuang-test-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:  # taken, or claimed
                claim.close()
                continue
        _claims.append(claim)
        return port
