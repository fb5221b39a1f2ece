"""Asks a service or a gateway as a partner's front end would, over HTTP and by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import aiohttp

from conformance.service import Service
from tests.cast import BAKERY, CHIEF, REPRESENTATIVE, enterprise_of, number_of

NUMBER = enterprise_of(BAKERY).digits
CHIEF_NUMBER = number_of(CHIEF).digits
APPOINT = """
mutation Appoint($input: AppointChiefAccessManagerInput!) {
  appointChiefAccessManager(input: $input) {
    __typename
    ... on AppointmentMade { accessManager { id role enterprise { name %s } } }
    ... on Refusal { problems { code } }
  }
}
"""
END = """
mutation End($input: EndAppointmentInput!) {
  endAppointment(input: $input) { __typename ... on Refusal { problems { code } } }
}
"""
APPOINTED = {
    "enterpriseNumber": NUMBER,
    "person": {"nationalNumber": CHIEF_NUMBER},
    "affiliation": "EMPLOYEE",
}
PATIENCE = 30.0


class Asked:
    """Somebody who answers GraphQL at a URL."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def query(self, query: str, variables: Any = None, token: str | None = None, **headers: str) -> Any:
        """The answer to one operation."""
        sent = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
        async with self.session.post(self.url, json={"query": query, "variables": variables}, headers=sent) as answer:
            return json.loads(await answer.read())

    async def events(self, query: str, token: str, variables: Any = None) -> AsyncIterator[Any]:
        """The events of a subscription, by server-sent events; a refusal is the only one."""
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
        asked = {"query": query, "variables": variables}
        async with self.session.post(self.url, json=asked, headers=headers) as answer:
            if answer.content_type != "text/event-stream":
                yield json.loads(await answer.read())
                return
            async for line in answer.content:
                if line.startswith(b"data:") and line[5:].strip():
                    yield json.loads(line[5:])


class Listener:
    """A subscription that is being followed, and what it has heard so far."""

    def __init__(self, asked: Asked, query: str, token: str, variables: Any = None) -> None:
        self.heard: list[Any] = []
        self.ended = False
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._follow(asked.events(query, token, variables)))

    async def _follow(self, events: AsyncIterator[Any]) -> None:
        async with aclosing(events) as following:  # type: ignore[type-var]
            async for each in following:
                self.heard.append(each)
                self._news.set()
        self.ended = True
        self._news.set()

    async def until(self, holds: Any, seconds: float = PATIENCE) -> bool:
        """Whether what was heard comes to hold this; looked at whenever there is news."""
        try:
            async with asyncio.timeout(seconds):
                while not holds(self):
                    self._news.clear()
                    await self._news.wait()
            return True
        except TimeoutError:
            return False

    async def stop(self) -> None:
        """Leave, as a client does that closes its connection."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def at(said: Any, *path: str | int) -> Any:
    """What stands at a path of an answer's data; None where the path ends before."""
    found = said.get("data") if isinstance(said, dict) else None
    for step in path:
        try:
            found = found[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return found


async def change(service: Service, representative: str) -> None:
    """Two changes of the register: a chief access manager is appointed, and ended."""
    async with aiohttp.ClientSession() as session:
        direct = Asked(session, service.url)
        said = await direct.query(APPOINT % "", {"input": APPOINTED}, representative)
        mandate = at(said, "appointChiefAccessManager", "accessManager", "id")
        said = await direct.query(END, {"input": {"accessManagerId": mandate}}, representative)
    if at(said, "endAppointment", "__typename") != "AppointmentMade":
        raise RuntimeError(f"The register could not be changed: {said}")


async def seed(service: Service) -> str:
    """Where the feed begins, on a register in which something has happened since."""
    async with aiohttp.ClientSession() as session:
        said = await Asked(session, service.url).query(
            "{ snapshot { cursor } }", token=service.token("--client", "uman")
        )
    await change(service, service.token("--as", REPRESENTATIVE))
    return str(said["data"]["snapshot"]["cursor"])
