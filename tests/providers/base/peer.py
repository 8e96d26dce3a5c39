"""A peer on this machine that answers as told, byte for byte, and keeps what it was asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = list[bytes | float]


@dataclass
class Peer:
    """Each connection takes the next script: bytes are sent, numbers are seconds of silence; then it ends."""

    listener: socket.socket
    scripts: list[Script] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def say(self, *script: bytes | float) -> None:
        self.scripts.append(list(script))

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Say one whole answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Content-Length": str(len(body)), "Connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self.say(f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body)

    def serve(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            self.requests.append(connection.recv(65536))
            for part in self.scripts.pop(0) if self.scripts else []:
                if isinstance(part, bytes):
                    connection.sendall(part)
                else:
                    self.stopped.wait(part)
        except OSError:
            return


@contextmanager
def running_peer() -> Iterator[Peer]:
    listener = socket.create_server(("127.0.0.1", 0))
    peer = Peer(listener)
    thread = threading.Thread(target=peer.serve, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)
