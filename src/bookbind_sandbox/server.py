"""Serving on a socket whose connections the faults can drop, as a network does."""

import asyncio
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]


class OpenConnections:
    """The transports now open, by the client's address, which ASGI tells each request."""

    def __init__(self) -> None:
        self.transports: dict[Address, asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """A protocol class for uvicorn that keeps this register."""
        transports = self.transports

        class RegisteredProtocol(H11Protocol):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                transports[transport.get_extra_info("peername")[:2]] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.transport.get_extra_info("peername")[:2], None)
                super().connection_lost(exc)

        return RegisteredProtocol

    async def drop(self, scope: Scope) -> None:
        """Close the socket of this request; what was written before still leaves."""
        client = scope.get("client")
        transport = self.transports.get((client[0], client[1])) if client else None
        if transport is not None:
            transport.close()
        for _ in range(3):
            # The loop needs a turn to tell the server that the client is gone.
            await asyncio.sleep(0)


class Dropped(Response):
    """No answer at all, or only the first half of one; then the socket closes."""

    def __init__(self, connections: OpenConnections, answer: Response | None = None) -> None:
        super().__init__(b"")
        self.connections = connections
        self.answer = answer

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if self.answer is not None:
            body = bytes(self.answer.body)
            await send(
                {
                    "type": "http.response.start",
                    "status": self.answer.status_code,
                    "headers": self.answer.raw_headers,
                }
            )
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self.connections.drop(scope)


async def hang(request: Request, seconds: float) -> None:
    """Say nothing for a while, or until the client gives up."""
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return


def serve(app: ASGIApp, connections: OpenConnections, port: int) -> None:
    """Answer on 127.0.0.1 until told to stop."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        http=connections.protocol(),
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
        # Longer than any client keeps an idle connection, so that no call meets one that is just closing.
        timeout_keep_alive=75,
    )
