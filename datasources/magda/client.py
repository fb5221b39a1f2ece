"""Asks MAGDA many questions of one service, and gives each its own answer or its own failure."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar
from uuid import uuid4

from lxml import etree

from datasources.magda.elements import Element, Unreadable
from datasources.magda.envelope import Answer, Reply, SoapFault, reply
from datasources.magda.exceptions import AnotherKey, Verdict, message_verdict
from datasources.magda.forms import (
    GEEF_FUNCTIES,
    GEEF_ONDERNEMING,
    GEEF_PERSOON,
    REGISTREER_INSCHRIJVING,
    Letterhead,
    Operation,
    Sender,
)
from datasources.magda.settings import MagdaSettings, Signing
from datasources.magda.transports import Transport
from datasources.outages import Clock, Outlet, OutOfReach

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# Without Accept-Encoding aiohttp would ask for compression, and a small answer could unfold into a large one.
_HEADERS = {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": '""', "Accept-Encoding": "identity"}


class MagdaObserver(Protocol):
    """Told what happens, for metrics; never given a number."""

    def called(self, service: str, outcome: str, seconds: float) -> None:
        """One message ended: `answered`, `refused` or `out of reach`."""
        ...

    def dropped(self, service: str, count: int) -> None:
        """Answers, or functions inside one, belonged to another key and were left out."""
        ...

    def noticed(self, service: str, code: str) -> None:
        """An answer carried an exception of that code."""
        ...

    def unknown_function(self, code: str) -> None:
        """A function code came that our table does not know."""
        ...


class Unobserved:
    """Nobody is counting."""

    def called(self, service: str, outcome: str, seconds: float) -> None:
        """Counted by nobody."""

    def dropped(self, service: str, count: int) -> None:
        """Counted by nobody."""

    def noticed(self, service: str, code: str) -> None:
        """Counted by nobody."""

    def unknown_function(self, code: str) -> None:
        """Counted by nobody."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One question without an answer; the reason is ours and names no key."""

    verdict: Verdict
    reason: str


Read: TypeAlias = Callable[[Key, Answer], Value | Failed]
"""Reads the answer to one key. Raises AnotherKey where it is about another."""


@dataclass(frozen=True, slots=True)
class _Way:
    """The way to one service: its address, its letterhead, and what stands before it."""

    url: str
    letterhead: Letterhead
    outlet: Outlet


class MagdaClient:
    """Every service has its own outlet: its own pace, places and breaker, shared by all who ask."""

    def __init__(
        self,
        settings: MagdaSettings,
        transport: Transport,
        now: Callable[[], datetime],
        clock: Clock = time.monotonic,
        observer: MagdaObserver | None = None,
        new_reference: Callable[[], str] | None = None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.observer: MagdaObserver = observer or Unobserved()
        self.sender = Sender(settings.sender, settings.capacity, settings.user)
        self._transport = transport
        self._clock = clock
        self._new_reference = new_reference or references()
        self._sign = None if settings.signing is None else _signature(settings.signing)
        self._ways: dict[str, _Way] = {}

    def outlet(self, operation: Operation) -> Outlet:
        """What stands before one service."""
        return self._way(operation).outlet

    async def ask(
        self, operation: Operation, questions: Mapping[Key, str], read: Read[Key, Value]
    ) -> dict[Key, Value | Failed]:
        """An outcome for every key, whatever happens to the others; raises for no key's sake.

        `questions` gives the `Inhoud` of each key, written out.
        """
        keys = list(questions)
        size = self.settings.chunk
        if len(keys) <= size:
            return await self._message(operation, questions, read) if keys else {}
        chunks = [{key: questions[key] for key in keys[at : at + size]} for at in range(0, len(keys), size)]
        outcomes = await asyncio.gather(*(self._message(operation, chunk, read) for chunk in chunks))
        return {key: outcome for part in outcomes for key, outcome in part.items()}

    async def close(self) -> None:
        """Close the transport."""
        await self._transport.close()

    async def _message(
        self, operation: Operation, questions: Mapping[Key, str], read: Read[Key, Value]
    ) -> dict[Key, Value | Failed]:
        keys = {self._new_reference(): key for key in questions}
        # A question alone shares its reference with its message: MAGDA-Mock copies the message's into both.
        of_message = next(iter(keys)) if len(keys) == 1 else self._new_reference()

        async def send() -> dict[Key, Value | Failed]:
            body = self._written(
                operation, of_message, [(reference, questions[key]) for reference, key in keys.items()]
            )
            status, answered = await self._transport.post(self._way(operation).url, body, _HEADERS)
            if status in (401, 403):
                return dict.fromkeys(questions, Failed(Verdict.REFUSED, "the source does not let us in"))
            return self._matched(operation, keys, self._reply(operation, status, answered), read)

        begun = self._clock()
        outcome = "interrupted"
        try:
            outcomes = await self._way(operation).outlet.ask(send)
            outcome = "answered"
            return outcomes
        except OutOfReach as error:
            outcome = "out of reach"
            return dict.fromkeys(questions, Failed(Verdict.UNAVAILABLE, error.reason))
        finally:
            self.observer.called(operation.name, outcome, self._clock() - begun)

    def _written(self, operation: Operation, reference: str, questions: list[tuple[str, str]]) -> bytes:
        written = self._way(operation).letterhead.message(self.now(), reference, questions)
        if self._sign is None:
            return written
        envelope = etree.fromstring(written)  # our own words of a moment ago
        self._sign(envelope)
        return etree.tostring(envelope)

    def _reply(self, operation: Operation, status: int, answered: bytes) -> Reply:
        if status not in (200, 500):
            raise OutOfReach("the source answered with an error")
        try:
            replied = reply(answered, operation)
        except SoapFault as fault:
            self.observer.noticed(operation.name, fault.code or "fault")
            raise OutOfReach("the source answered with a fault") from None
        except Unreadable:
            raise OutOfReach("the answer of the source makes no sense") from None
        if status != 200:
            raise OutOfReach("the source answered with an error")
        return replied

    def _matched(
        self, operation: Operation, keys: Mapping[str, Key], replied: Reply, read: Read[Key, Value]
    ) -> dict[Key, Value | Failed]:
        """Each key its answer, by the reference and by the key inside; never by place."""
        if replied.notices and not replied.answers:
            return dict.fromkeys(keys.values(), self._refused(operation, replied))
        outcomes: dict[Key, Value | Failed] = {}
        for answer in replied.answers:
            for notice in answer.notices:
                self.observer.noticed(operation.name, notice.code)
            key = keys.get(answer.reference or "")
            if key is None or key in outcomes:
                self.observer.dropped(operation.name, 1)
                continue
            try:
                outcomes[key] = read(key, answer)
            except AnotherKey:
                self.observer.dropped(operation.name, 1)
        for key in keys.values():
            outcomes.setdefault(key, Failed(Verdict.UNAVAILABLE, "the source did not answer this question"))
        return outcomes

    def _refused(self, operation: Operation, replied: Reply) -> Failed:
        for notice in replied.notices:
            self.observer.noticed(operation.name, notice.code)
        if message_verdict(replied.notices) is Verdict.UNAVAILABLE:
            raise OutOfReach("the source is busy or broken")
        return Failed(Verdict.REFUSED, "the source refuses the message")

    def _way(self, operation: Operation) -> _Way:
        way = self._ways.get(operation.name)
        if way is None:
            url = _own_url(self.settings, operation) or self.settings.base_url
            outlet = Outlet(self.settings.outages, self._clock)
            way = self._ways[operation.name] = _Way(url, Letterhead(operation, self.sender), outlet)
        return way


def references() -> Callable[[], str]:
    """UUIDs never given before: one drawn at random, counted on in its last twelve digits."""
    start = uuid4()
    head, serial = str(start)[:24], itertools.count(start.node)
    return lambda: f"{head}{next(serial) & 0xFFFFFFFFFFFF:012x}"


def _signature(signing: Signing) -> Callable[[Element], None]:
    from datasources.magda.signature import BodySignature  # few have to sign, and it brings thirty modules along

    return BodySignature(signing).sign


def _own_url(settings: MagdaSettings, operation: Operation) -> str | None:
    own = {
        GEEF_ONDERNEMING: settings.enterprises_url,
        GEEF_FUNCTIES: settings.functions_url,
        GEEF_PERSOON: settings.persons_url,
        REGISTREER_INSCHRIJVING: settings.registration_url,
    }
    return own[operation]
