"""How this service calls an issuer: bounded in time and size, never redirected."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import aiohttp

from server.jwks import IssuerUnreachable
from server.key_sets import MAX_DOCUMENT

_TIMEOUT: Final = aiohttp.ClientTimeout(total=5.0, connect=2.0)


class IssuerCalls:
    """An HTTP client for issuers alone: `fetch` for keys, `post` for introspection. Closed with the application."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @classmethod
    def open(cls) -> Self:
        """A client with a session of its own; to be called inside the event loop."""
        return cls(aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True))

    async def fetch(self, url: str) -> bytes:
        """What stands at the URL. Raises IssuerUnreachable."""
        return await self._read("GET", url, None, {"accept": "application/jwk-set+json, application/json"})

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        """The answer to a form. Raises IssuerUnreachable."""
        return await self._read("POST", url, form, headers)

    async def close(self) -> None:
        """Closes the session."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _read(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> bytes:
        try:
            async with self._session.request(
                method, url, data=form, headers=headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise IssuerUnreachable(f"the issuer answered with status {response.status}")
                content = bytearray()
                async for chunk in response.content.iter_chunked(16 * 1024):
                    content += chunk
                    if len(content) > MAX_DOCUMENT:
                        raise IssuerUnreachable("the issuer's answer is too large")
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise IssuerUnreachable(f"the issuer is out of reach ({type(error).__name__})") from None
