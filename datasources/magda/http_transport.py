"""How a message travels over HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import aiohttp

from datasources.magda.settings import ClientCertificate, MagdaSettings
from datasources.outages import NothingSent, OutOfReach


class HttpTransport:
    """Over HTTP or HTTPS: no redirects, no cookies, no proxies from the environment, no compression, a bounded answer.

    The session is made with the first message, inside the running loop. Idle connections are dropped sooner than
    servers commonly do (5 s), so that a question is seldom sent into a connection that is being closed.
    """

    def __init__(self, settings: MagdaSettings) -> None:
        self._limit = settings.maximum_answer
        self._trust = tls(settings) if settings.client_certificate or settings.authorities else True
        self._places = settings.outages.concurrency * 4
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """One POST, without a second try of its own."""
        try:
            async with self._opened().post(url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status, await self._bounded(response)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            raise NothingSent("the source refuses the connection") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise OutOfReach("the connection to the source broke") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._places, keepalive_timeout=3.0, ssl=self._trust),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def _bounded(self, response: aiohttp.ClientResponse) -> bytes:
        if (response.content_length or 0) > self._limit:
            raise OutOfReach("the answer is too large")
        received = bytearray()
        async for part in response.content.iter_any():
            received += part
            if len(received) > self._limit:
                raise OutOfReach("the answer is too large")
        return bytes(received)


def tls(settings: MagdaSettings) -> ssl.SSLContext:
    """Whom we trust and what we show. Raises OSError or ssl.SSLError where a file is not what it should be."""
    context = ssl.create_default_context(cafile=settings.authorities)
    shown: ClientCertificate | None = settings.client_certificate
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    return context
