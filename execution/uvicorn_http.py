"""uvicorn's HTTP protocol, with bounds on what a client may take: it has none on heads, on trailers and on patience."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from execution.hooks import Receive, Send
from execution.outbox import LENT
from execution.whole import WHOLE

_REFUSAL = b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = _REFUSAL % b"431 Request Header Fields Too Large"
_TOO_SLOW = _REFUSAL % b"408 Request Timeout"
_JOINED = 16_384
"""Bytes of an answer that are copied behind its head; more are written by themselves."""


class LendingHttpProtocol(HttpToolsProtocol):
    """Serves HTTP (`http=LendingHttpProtocol`), drops who takes and gives nothing, lends itself for streams.

    Offers `WholeMessages`, which does what uvicorn would do of the messages that it stands for.

    `head_bytes` may come without bringing a head or a body further: a request's line and headers, trailers, a chunk's
    extensions. A head, and what follows an answer that did not wait for it, has `patience` seconds to arrive; so long
    may a client not read anything of an answer. The body that an application waits for is the application's to bound.
    """

    head_bytes: ClassVar[int] = 65_536
    patience: ClassVar[float] = 10.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._fruitless = 0
        self._in_head = False
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._unread = 0
        self._resting: asyncio.TimerHandle | None = None
        self._answered_at = 0.0
        self._said: list[tuple[bytes, bytes]] = []
        self._beginning = STATUS_LINE[200]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client that connects has something to say."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._arrived()
        super().connection_lost(exc)
        self._let_go()

    def handle_websocket_upgrade(self) -> None:
        """From here on another protocol has the connection; not behind a request whose answer would go into it."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        super().handle_websocket_upgrade()
        self._let_go()

    def _let_go(self) -> None:
        """Be freed at once: connections live long, and a cycle among what is old waits long for the collector."""
        self._read_on()
        if self._resting is not None:
            self._resting.cancel()
        self.parser = self.cycle = self.scope = None  # type: ignore[assignment]
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, which would keep an endless header whole."""
        self._fruitless += len(data)
        super().data_received(data)
        if self._in_head and self._arriving is None:
            self._expect()
        if self._fruitless > self.head_bytes:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first byte of a head."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Offer the socket in the scope, before the application's task first runs."""
        self._fruitless = 0
        if self._arriving is not None:
            self._arrived()
        self._in_head = False
        self.scope["extensions"] = {LENT: self, WHOLE: self}  # type: ignore[dict-item]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body has arrived."""
        self._fruitless = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A whole request has arrived."""
        self._fruitless = 0
        if self._arriving is not None:
            self._arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer was given; to a request that is still arriving, where its body was not worth waiting for.

        As uvicorn's own, but for one timer a connection and not one a request.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._answered_at = self.loop.time()
            if self._resting is None:
                self._resting = self.loop.call_later(self.timeout_keep_alive, self._look_whether_idle)
        if self.cycle.response_complete and self.cycle.more_body and self._arriving is None:
            self._expect()

    def _look_whether_idle(self) -> None:
        """Close a connection on which nothing was asked since its last answer; whatever is answered looks again.

        What is arriving, a head or the rest of a body that was not waited for, has its own patience.
        """
        self._resting = None
        if not self.cycle.response_complete:
            return
        since = self._answered_at if self._arriving is None else self.loop.time()
        left = since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._resting = self.loop.call_later(left, self._look_whether_idle)
        else:
            self.timeout_keep_alive_handler()

    def body(self, receive: Receive) -> bytes | None:
        """The body of the request that is being answered, where all of it is here and the client too."""
        cycle = self.cycle
        if getattr(receive, "__self__", self) is not cycle or cycle.more_body or cycle.waiting_for_100_continue:
            return None
        if cycle.response_complete or not cycle.message_event.is_set():
            return None
        self.flow.resume_reading()
        cycle.message_event.clear()
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def answer(self, send: Send, headers: bytes, body: bytes) -> bool:
        """Write an answer with status 200, and be ready for what comes next."""
        cycle = self.cycle
        if getattr(send, "__self__", self) is not cycle or cycle.response_started:
            return False
        if not cycle.keep_alive or cycle.access_log or self.flow.write_paused or cycle.scope["method"] == "HEAD":
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        said = self.server_state.default_headers
        if said is not self._said:  # once a second there is another date among them
            self._said = said
            self._beginning = STATUS_LINE[200] + b"".join(b"%s: %s\r\n" % each for each in said)
        head = b"%s%s\r\n" % (self._beginning, headers)
        if len(body) > _JOINED:
            self.transport.write(head)
            self.transport.write(body)
        else:
            self.transport.write(head + body)
        cycle.on_response()
        return True

    def pause_writing(self) -> None:
        """The client does not read as fast as is written to it."""
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        self._leaving = self.loop.call_later(self.patience, self._look)

    def resume_writing(self) -> None:
        """The client has read."""
        self._read_on()
        super().resume_writing()

    def _expect(self) -> None:
        self._arriving = self.loop.call_later(self.patience, self._refuse, _TOO_SLOW)

    def _arrived(self) -> None:
        self._fruitless = 0
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _read_on(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _look(self) -> None:
        """Drop a client that read nothing since the last look."""
        left = self.transport.get_write_buffer_size()
        if left >= self._unread:
            self.abort()
        else:
            self._unread = left
            self._leaving = self.loop.call_later(self.patience, self._look)

    def _refuse(self, answer: bytes) -> None:
        """Close the connection, with a word where none was begun."""
        if self.transport.is_closing():
            return
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(answer)
        self.transport.close()

    def abort(self) -> None:
        """Drop the connection; what is in its buffers is lost."""
        self.transport.abort()
