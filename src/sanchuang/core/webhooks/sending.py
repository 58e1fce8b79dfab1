"""One delivery over the wire: signed, to the address that was looked up, within five seconds, without following on."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sanchuang import __version__
from sanchuang.core.webhooks.places import Place, place_of, resolved
from sanchuang.values import Malformed

SECONDS = 5.0
SIGNATURE = "X-Sanchuang-Signature"


@dataclass(frozen=True)
class Outcome:
    """What the receiver answered: its status, or why there is none. `silent` when it did not answer in time."""

    status: int | None = None
    error: str = ""
    silent: bool = False

    @property
    def good(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def signature(secret: str, body: bytes, at: int) -> str:
    """What the receiver compares: the time, and the HMAC-SHA256 of time and body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send(url: str, body: bytes, secret: str, headers: Mapping[str, str], seconds: float = SECONDS) -> Outcome:
    """Post `body` to `url`. Never raises for what the receiver or the network does."""
    until = time.monotonic() + seconds
    try:
        place = place_of(url)
        address = resolved(place, seconds)
        return _post(place, address, body, secret, headers, until)
    except Malformed as error:  # the site allows less than when it was registered
        return Outcome(error=error.message)
    except (TimeoutError, ConnectionError) as error:
        return Outcome(error=_words(error), silent=True)
    except (OSError, http.client.HTTPException) as error:
        return Outcome(error=_words(error), silent=time.monotonic() >= until)


def _post(
    place: Place, address: tuple[str, int], body: bytes, secret: str, headers: Mapping[str, str], until: float
) -> Outcome:
    line = socket.create_connection(address, timeout=max(0.1, until - time.monotonic()))
    spare = line.dup()  # the same connection, whatever becomes of the first hold on it
    # A receiver that sends a byte now and then would never be too late for the socket: the clock ends the connection.
    clock = threading.Timer(max(0.1, until - time.monotonic()), _cut, [spare])
    clock.daemon = True
    clock.start()
    try:
        if place.secure:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=place.host)
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.sock = line
        now = int(time.time())
        connection.request(
            "POST",
            place.path,
            body,
            {
                "Content-Type": "application/json",
                "User-Agent": f"sanchuang/{__version__}",
                SIGNATURE: signature(secret, body, now),
                "Connection": "close",
                **headers,
            },
        )
        answered = connection.getresponse()
        status = answered.status
        error = "" if 200 <= status < 300 else f"HTTP {status}"
        return Outcome(status, error)
    finally:
        clock.cancel()
        spare.close()
        line.close()


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # ended meanwhile


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
