"""A receiver of webhooks for tests: keeps what comes, answers as it is told, or lets wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """Where it listens, what came (headers, body), and how it answers: a status, or None to say nothing."""

    url: str = ""
    answer: int | None = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float = 60) -> tuple[dict[str, str], bytes]:
        """The next that comes."""
        assert self.came.acquire(timeout=seconds), "nothing came"
        return self.got[-1]


@contextmanager
def receiving(answer: int | None = 204) -> Iterator[Receiver]:
    """A receiver that listens while the block runs."""
    receiver = Receiver(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append((dict(self.headers.items()), body))
            receiver.came.release()
            if receiver.answer is None:
                receiver.over.wait(30)
                return
            self.send_response(receiver.answer)
            self.send_header("Location", f"{receiver.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
