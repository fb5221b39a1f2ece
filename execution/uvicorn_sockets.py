"""What uvicorn does not offer by itself: frames in one write, a connection that can be dropped, and a drained stop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from execution.graphql_transport_ws import SHORT
from execution.outbox import LENT
from execution.streaming import Streams
from execution.waiting import Gate, Inbox

FRAMES_A_SECOND = 1_000
"""So many frames that are no messages (pings, pongs, parts of messages) one client may send in a second."""


def text_frame(payload: bytes) -> bytes:
    """One unmasked, final, uncompressed text frame; a server may send those whatever compression was agreed on."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2) + payload
    return b"\x81\x7f" + length.to_bytes(8) + payload


_remembered = lru_cache(maxsize=1)(text_frame)


class LendingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol (`ws=LendingProtocol`), which lends itself to the application as `execution.socket`."""

    on_writable: Callable[[], None] | None = None
    _second = 0.0
    _without_message = 0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        """Offer the socket in the scope, before the application's task first runs."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][LENT] = self  # type: ignore[assignment]

    def start_keepalive(self) -> None:
        """The greetings are over: what both sides said in them is not kept for as long as the connection lasts."""
        super().start_keepalive()
        self.request.headers.clear()
        del self.request, self.response

    def handle_cont(self, event: Frame) -> None:
        """Keep a part of a message, unless it is empty: no bound on bytes would ever end a message of those."""
        if self._bearable() and (event.data or event.fin):
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer, but to a client that reads: what it does not read would stay with us."""
        if self._bearable() and self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_pong(self, event: Frame) -> None:
        """A sign of life."""
        if self._bearable():
            super().handle_pong(event)

    def _bearable(self) -> bool:
        """Count a frame that is no message; a client that sends only those, as fast as it can, is let go."""
        now = self.loop.time()
        if now - self._second >= 1:
            self._second, self._without_message = now, 0
        self._without_message += 1
        if self._without_message > FRAMES_A_SECOND and not self.close_sent and not self.transport.is_closing():
            self.stop_keepalive()
            self.conn.fail(CloseCode.POLICY_VIOLATION, "Too many frames")
            self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
        return not self.close_sent and not self.transport.is_closing()

    def write_texts(self, texts: Sequence[bytes]) -> bool:
        """Write frames as one; False where the transport asks to pause."""
        if self.close_sent or self.transport.is_closing():
            return True
        if len(texts) > 1:
            self.transport.write(b"".join(map(text_frame, texts)))
        else:
            (text,) = texts
            self.transport.write(_remembered(text) if len(text) < SHORT else text_frame(text))
        return self.writable.is_set()

    def resume_writing(self) -> None:
        """The transport's buffer has drained."""
        super().resume_writing()
        if self.on_writable is not None:
            self.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: whoever waits for room need not."""
        super().connection_lost(exc)
        if self.on_writable is not None:
            self.on_writable()

    def abort(self) -> None:
        """Drop the connection; what is in its buffers is lost, and no memory stays with a client that does not read."""
        self.transport.abort()


class DrainingServer(uvicorn.Server):
    """A server that lets every stream say its last word before it closes connections."""

    def __init__(self, config: uvicorn.Config, streams: Streams, seconds: float = 5.0) -> None:
        super().__init__(config)
        self._streams = streams
        self._seconds = seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the streams, wait for their transports (at most `seconds`), then what uvicorn does."""
        self._streams.stop()
        await self._streams.drained(self._seconds)
        await super().shutdown(sockets)
