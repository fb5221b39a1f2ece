"""What a server may offer beside ASGI's messages: a body that has arrived whole, an answer that is written at once."""

from __future__ import annotations

from typing import Protocol

from execution.hooks import Receive, Scope, Send

WHOLE = "execution.whole"
"""The name under which a server offers `WholeMessages` in `scope["extensions"]`."""


class WholeMessages(Protocol):
    """Spares a request most of its messages. `receive` and `send` are those that the application was called with:

    where they are not the server's own, somebody stands between who wants to see every message, and nothing is done.
    """

    def body(self, receive: Receive) -> bytes | None:
        """The body, where all of it is here; it is then as if `receive` had given it."""
        ...

    def answer(self, send: Send, headers: bytes, body: bytes) -> bool:
        """Answer with status 200. False: nothing was done, `send` must.

        `headers` are lines as they are written, in lower case, `content-length` among them; nobody looks at them again.
        """
        ...


def offered(scope: Scope) -> WholeMessages | None:
    """What the server offers with this request."""
    found: WholeMessages | None = (scope.get("extensions") or {}).get(WHOLE)
    return found
