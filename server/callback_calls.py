"""How this service posts to the gateways that asked for a callback: listed hosts only, bounded, never redirected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import aiohttp

_AT_ONCE: Final = 100


class CallbackCalls:
    """An HTTP client for callbacks alone. It is closed until the application is open.

    aiohttp is imported when it is opened: a service that is asked for no callbacks starts sooner and is smaller.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """From now on, until the block is left, callbacks can be posted."""
        import aiohttp

        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=10.0, connect=2.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=_AT_ONCE),
            auto_decompress=False,
        ) as self._session:
            yield
        self._session = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer; its body is not read. Raises OSError or TimeoutError where there was none."""
        if self._session is None:
            raise ConnectionError("The application is closed.")
        import aiohttp

        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status
        except (aiohttp.ClientError, ValueError) as error:
            raise ConnectionError(type(error).__name__) from None
