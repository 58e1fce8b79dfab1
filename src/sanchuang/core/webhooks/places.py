"""To which addresses something may be sent: none inside of the site's own network, unless the site says so."""

from __future__ import annotations

import ipaddress
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from sanchuang.values import Malformed

MOST = 500  # characters
PORTS = {"http": 80, "https": 443}


class Unreachable(OSError):
    """The name leads nowhere, or to where nothing may be sent."""


@dataclass(frozen=True)
class Place:
    """An address taken apart."""

    secure: bool
    host: str
    port: int
    path: str


def place_of(url: str) -> Place:
    """`url` taken apart. Raises `Malformed` for what is no address of a receiver."""
    remedy = _("Write it as https://receiver.example.org/path")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Malformed(_("This is no address"), remedy) from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= MOST
    if not plain or parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise Malformed(_("This is no address"), remedy)
    if parts.username is not None or parts.fragment:
        raise Malformed(_("An address of a receiver has neither a name before @ nor a part after #"), remedy)
    if parts.scheme == "http" and not settings.WEBHOOK_PRIVATE:
        raise Malformed(_("The address is not encrypted"), remedy)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme == "https", parts.hostname, port or PORTS[parts.scheme], path)


def is_open(address: str) -> bool:
    """Whether something may be sent to this IP address: it is one of the internet, or the site allows its own network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            found = inner
        elif found in ipaddress.ip_network("64:ff9b::/96"):
            found = ipaddress.ip_address(int(found) & 0xFFFFFFFF)
    if found.is_multicast or found.is_unspecified:
        return False
    return bool(settings.WEBHOOK_PRIVATE) or found.is_global


def resolved(place: Place, seconds: float) -> tuple[str, int]:
    """The IP address to connect to, looked up within `seconds`. Raises `Unreachable`.

    Whoever connects takes this address and does not ask again: a name may lead elsewhere a moment later.
    """
    found: list[str] = []

    def look() -> None:
        try:
            rows = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(row[4][0]) for row in rows)

    looking = threading.Thread(target=look, daemon=True)  # a name server may let wait as long as it likes
    looking.start()
    looking.join(seconds)
    addresses = list(found)
    if not addresses:
        raise Unreachable(f"{place.host}: no such host")
    closed = [address for address in addresses if not is_open(address)]
    if closed:
        raise Unreachable(f"{place.host}: {closed[0]} is not an address of the internet")
    return addresses[0], place.port
