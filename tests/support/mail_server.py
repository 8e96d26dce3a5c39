"""A small mail server that keeps what it is given, for tests of the outbox."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs. Receivers in `refused` are turned away."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[Message] = []
        self.refused: set[str] = set()

    @property
    def url(self) -> str:
        """The address in the form of BOOKBIND_MAIL_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        """One conversation: greeting, envelope, data, good-bye."""
        self._say(220, "test server")
        for line in iter(self.rfile.readline, b""):
            command = line.decode().strip()
            verb = command.split(" ")[0].split(":")[0].upper()
            if verb == "QUIT":
                self._say(221, "bye")
                return
            if verb == "DATA":
                self._say(354, "go on")
                self._keep()
            elif verb == "RCPT" and any(f"<{address}>" in command for address in self.server.refused):
                self._say(550, "nobody here")
            else:
                self._say(250, "ok")

    def _keep(self) -> None:
        received = iter(self.rfile.readline, b".\r\n")
        lines = [line[1:] if line.startswith(b"..") else line for line in received]
        self.server.messages.append(message_from_bytes(b"".join(lines)))
        self._say(250, "kept")

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server on a free port, until the block ends."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
