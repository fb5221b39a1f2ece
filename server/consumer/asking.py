"""Asks the service over HTTP, and tells apart what only time heals, what a snapshot heals, and what nothing heals.

Trouble
├── OutOfReach       try again in a while
├── CursorRefused    take a snapshot
└── Denied           this consumer may not, or asks wrongly: a person must look
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

_PASSING = {
    "RETRYABLE",
    "SOURCE_UNAVAILABLE",
    "UNAUTHENTICATED",
    "INTERNAL_ERROR",
    "DEADLINE_EXCEEDED",
    "UNAVAILABLE",
    None,
}
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)


class Trouble(Exception):
    """The service did not answer as hoped."""


class OutOfReach(Trouble):
    """For now."""


class CursorRefused(Trouble):
    """The feed cannot be read on from our cursor: expired, of another epoch, ahead of the register, or not its own."""


class Denied(Trouble):
    """For good; the code says why."""


def trouble(code: str | None) -> Trouble:
    """What a code of an error means to a consumer."""
    if code is not None and code.startswith("CURSOR_"):
        return CursorRefused(code)
    return OutOfReach(code or "no code") if code in _PASSING else Denied(code or "no code")


class Asking:
    """Queries and mutations. `token` is called for every request, so that an expired one is never sent twice."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: Callable[[], str]) -> None:
        self._session = session
        self._url = url
        self._token = token

    async def __call__(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data. Raises Trouble; an answer with any error in it is no answer."""
        body = {"query": document, "variables": variables}
        headers = {"authorization": f"Bearer {self._token()}", "accept": "application/json"}
        try:
            async with self._session.post(self._url, json=body, headers=headers, timeout=_TIMEOUT) as answered:
                said = await answered.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OutOfReach(type(error).__name__) from None
        if not isinstance(said, dict):
            raise OutOfReach("no GraphQL answer")
        for wrong in said.get("errors") or ():
            raise trouble((wrong.get("extensions") or {}).get("code"))
        data = said.get("data")
        if not isinstance(data, dict):
            raise OutOfReach("no data")
        return data
