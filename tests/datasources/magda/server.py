"""A server on the loopback that answers as MAGDA does, by the root element and the number asked, or misbehaves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from tests.datasources.magda.building import OPERATIONS, envelope, notices


@dataclass(frozen=True)
class Question:
    """One `Vraag` as it arrived."""

    operation: str
    reference: str
    key: str


@dataclass(frozen=True)
class Arrived:
    """One message as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    questions: tuple[Question, ...]


Send: TypeAlias = Callable[[bytes], Awaitable[None]]
Behaviour: TypeAlias = Callable[[Arrived, asyncio.StreamWriter], Awaitable[None]]
NOT_FOUND = notices(("30001", "FOUT"))


@dataclass
class SoapServer:
    """`known` holds what is answered under (operation, key); a key not there is not found."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)
    behaviour: Behaviour | None = None
    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0

    @property
    def questions(self) -> list[Question]:
        """Every question so far."""
        return [question for message in self.arrived for question in message.questions]

    def answers(self, message: Arrived) -> list[tuple[str, str]]:
        """The pairs of reference and content that belong to a message, in an order of no meaning."""
        found = [(one.reference, self.known.get((one.operation, one.key), NOT_FOUND)) for one in message.questions]
        random.Random(len(self.arrived)).shuffle(found)
        return found

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one message."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            message = Arrived(head[0].split(" ")[1], headers, body, read(body))
            self.arrived.append(message)
            if self.behaviour is not None:
                await self.behaviour(message, writer)
            else:
                operation = OPERATIONS[message.questions[0].operation]
                await respond(writer, envelope(operation, *self.answers(message)))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def read(body: bytes) -> tuple[Question, ...]:
    """The questions in a message, by the root element of its body; a key may be a person and an enterprise."""
    root = etree.fromstring(body)
    [asked] = next(child for child in root if etree.QName(child).localname == "Body")
    operation = etree.QName(asked).localname
    return tuple(
        Question(
            operation,
            one.findtext("Referte") or "",
            "/".join(
                found.text or "" for found in one.iter() if found.tag in ("Ondernemingsnummer", "INSZ", "Sleutel")
            ),
        )
        for one in asked.iter("Vraag")
    )


async def respond(writer: asyncio.StreamWriter, body: bytes, status: str = "200 OK", *more: str) -> None:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: text/xml", "Connection: close", *more]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()


@asynccontextmanager
async def serving(server: SoapServer) -> AsyncIterator[SoapServer]:
    """Serve on a free port of the loopback; what still hangs at the end is cancelled."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        await server.connected(reader, writer)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/any/path"
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
