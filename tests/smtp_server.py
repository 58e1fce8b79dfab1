"""A mail server that listens on this machine and keeps what it is sent: enough of SMTP (RFC 5321) for `smtplib`."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Post:
    """What came in, and what the server refuses: of addresses in `refuse` the code with which it answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 kept"


class _Session(socketserver.StreamRequestHandler):
    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def handle(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        self.say("220 here")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "RCPT":
                    address = rest.partition("<")[2].partition(">")[0]
                    self.say(post.refuse.get(address, "250 ok"))
                case "DATA":
                    self.say("354 go on")
                    self.say(self.taken(post))
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def taken(self, post: Post) -> str:
        """Reads a mail to its final dot; keeps it if the server takes mails."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if post.data_answer.startswith("250"):
            post.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
        return post.data_answer


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def served(**options: Any) -> Iterator[Post]:
    """The server, for as long as the block runs."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        post = Post(port=server.server_address[1], **options)
        server.post = post  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
