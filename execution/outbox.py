"""What leaves by one WebSocket: many frames in one write where the server lends its transport, else one at a time.

Either way a client that does not read is noticed: from the moment nothing more can be written, it has `deadline`
seconds to read on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from execution.waiting import Gate

LENT = "execution.socket"
"""The name under which a server lends a `LentSocket` in `scope["extensions"]`."""


class LentSocket(Protocol):
    """A server's own socket; `uvicorn_sockets.LendingProtocol` is one."""

    on_writable: Callable[[], None] | None

    def write_texts(self, texts: Sequence[bytes]) -> bool:
        """Write text frames as one; False where the buffer is now full, and `on_writable` follows."""
        ...

    def abort(self) -> None:
        """Drop the connection with whatever is still in its buffers."""
        ...


class Outbox(Protocol):
    """The writing side of one connection."""

    ready: bool

    def write(self, texts: Sequence[bytes]) -> None:
        """Write frames; only while `ready`."""
        ...

    async def room(self) -> None:
        """Return when there is room to write."""
        ...

    def close(self) -> None:
        """Nothing more is written and nobody is told any more."""
        ...


def _unwatched() -> None:
    """Nobody is left to be told."""


class _Watched:
    """The part that both have: the deadline, and telling the connection when there is room."""

    __slots__ = ("_deadline", "_on_room", "_on_stuck", "_room", "_timer", "ready")

    def __init__(self, on_room: Callable[[], None], on_stuck: Callable[[], None], deadline: float) -> None:
        self.ready = True
        self._on_room: Callable[[], None] | None = on_room
        self._on_stuck = on_stuck
        self._deadline = deadline
        self._timer: asyncio.TimerHandle | None = None
        self._room = Gate()

    def _full(self) -> None:
        self.ready = False
        self._room.clear()
        self._timer = asyncio.get_running_loop().call_later(self._deadline, self._on_stuck)

    def _has_room(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.ready = True
        self._room.set()
        if self._on_room is not None:
            self._on_room()

    async def room(self) -> None:
        """Return when there is room."""
        await self._room.wait()

    def close(self) -> None:
        """Stop watching, and let go of the connection: it may then be freed without the garbage collector."""
        self._on_room = None
        self._on_stuck = _unwatched
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class LentOutbox(_Watched):
    """Writes to the server's socket, all that is ready in one write and without a task."""

    __slots__ = ("_socket",)

    def __init__(
        self, socket: LentSocket, on_room: Callable[[], None], on_stuck: Callable[[], None], deadline: float
    ) -> None:
        super().__init__(on_room, on_stuck, deadline)
        self._socket = socket
        socket.on_writable = self._has_room

    def write(self, texts: Sequence[bytes]) -> None:
        """Write frames as one."""
        if not self._socket.write_texts(texts):
            self._full()

    def close(self) -> None:
        """Stop watching."""
        super().close()
        self._socket.on_writable = None


class SendingOutbox(_Watched):
    """Writes by ASGI's `send`, in a task that exists while there is something to send."""

    __slots__ = ("_gone", "_send", "_task")

    def __init__(
        self,
        send: Callable[[dict[str, Any]], Awaitable[None]],
        on_room: Callable[[], None],
        on_stuck: Callable[[], None],
        deadline: float,
    ) -> None:
        super().__init__(on_room, on_stuck, deadline)
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self._gone = False

    def write(self, texts: Sequence[bytes]) -> None:
        """Send frames one after the other; nothing where the client is gone."""
        if self._gone:
            return
        self._full()
        self._task = asyncio.get_running_loop().create_task(self._sent(texts))

    async def _sent(self, texts: Sequence[bytes]) -> None:
        try:
            for text in texts:
                await self._send({"type": "websocket.send", "text": text.decode()})
        except OSError:
            self._gone = True
        self._has_room()

    def close(self) -> None:
        """Stop watching and sending."""
        super().close()
        if self._task is not None:
            self._task.cancel()
