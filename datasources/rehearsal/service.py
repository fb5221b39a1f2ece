"""The town as an ASGI application: SOAP on every path, and a few doors of its own.

POST with XML, any path     MAGDA: the root element of the Body decides the service
GET, any path               what this is, and who lives here
POST /switches (JSON)       turn switches; GET /switches shows them, DELETE /switches resets them
POST /town/EVENT (JSON)     something happens: see `happenings.py`
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from datasources.rehearsal import envelope
from datasources.rehearsal.answers import Answers, key
from datasources.rehearsal.envelope import Answer
from datasources.rehearsal.happenings import CannotHappen, about, happen
from datasources.rehearsal.questions import Message, NotUnderstood, Question, Service, read
from datasources.rehearsal.switches import Switches, Trouble, UnknownSwitch
from datasources.rehearsal.town import Town

_XML: Final = "text/xml; charset=utf-8"
_HTML: Final = (
    b"<!DOCTYPE html><html><body><h1>Temporarily unavailable</h1><p>Please try again later.<br></body></html>"
)


class RehearsalApp:
    """The application, with what tests like to know of it.

    `messages` counts SOAP messages by service and `busiest` is the most that were under way at once. `questions` is
    None; set it to a list, and every question is noted in it as (service, number asked).
    """

    def __init__(
        self,
        town: Town,
        switches: Switches,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.town = town
        self.switches = switches
        self.messages: Counter[Service] = Counter()
        self.questions: list[tuple[Service, str]] | None = None
        self.busiest = 0
        self._under_way = 0
        self._asked = 0
        self._answers = Answers(town, switches)
        self._now = now
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP exchange, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._exchange(scope, receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = Headers(scope=scope).get("content-type", "")
        if scope["method"] == "POST" and not kind.startswith("application/json"):
            await self._soap(scope, receive, send)
            return
        try:
            response = await self._own_door(Request(scope, receive))
        except (UnknownSwitch, CannotHappen) as refused:
            response = JSONResponse({"refused": str(refused)}, status_code=400)
        await response(scope, receive, send)

    async def _own_door(self, request: Request) -> Response:
        path, method = request.url.path, request.method
        if path == "/switches" and method in ("GET", "POST", "DELETE"):
            if method == "DELETE":
                self.switches.reset()
            elif method == "POST":
                self.switches.turn(await _json(request))
            return JSONResponse(self.switches.shown())
        if path.startswith("/town/") and method == "POST":
            happen(self.town, path.removeprefix("/town/"), await _json(request))
            return Response(status_code=204)
        if method in ("GET", "HEAD"):
            return PlainTextResponse(about(self.town))
        return PlainTextResponse("The town knows no such door.\n", status_code=405)

    async def _soap(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way += 1
        self.busiest = max(self.busiest, self._under_way)
        try:
            await self._answer(scope, receive, send)
        except ClientDisconnect:
            return
        finally:
            self._under_way -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        switches = self.switches
        try:
            message = read(await Request(scope, receive).body())
        except NotUnderstood as refused:
            body = envelope.fault("99983", str(refused))
            await Response(body, switches.fault_status, media_type=_XML)(scope, receive, send)
            return
        service = message.service.value
        if _strikes(switches.refused, service):
            await _hang_up(receive, ConnectionRefusedError("The rehearsal town refuses connections."))
            return
        self._note(message)
        if switches.latency:
            await self._sleep(switches.latency)
        if _strikes(switches.dropped, service):
            await _hang_up(receive, ConnectionResetError("The rehearsal town dropped its answer."))
            return
        response = self._garbage(service) or Response(self._written(message), media_type=_XML)
        if _strikes(switches.truncated, service):
            response = Response(bytes(response.body)[: len(response.body) // 2], media_type=_XML)
        if _strikes(switches.dripping, service):
            await self._drip(response, send)
        else:
            await response(scope, receive, send)

    def _note(self, message: Message) -> None:
        self.messages[message.service] += 1
        if self.questions is not None:
            self.questions += [(message.service, key(question)) for question in message.questions]

    def _garbage(self, service: str) -> Response | None:
        switches = self.switches
        if _strikes(switches.broken, service):
            return PlainTextResponse("Internal Server Error", status_code=500)
        if _strikes(switches.html, service):
            return Response(_HTML, media_type="text/html")
        if _strikes(switches.throttled, service):
            detail = "Exceeded the max throttle rate of 10 within 1000ms"
            body = envelope.fault("99995", "Te veel gelijktijdige bevragingen", detail)
            return Response(body, switches.fault_status, media_type=_XML)
        return None

    def _written(self, message: Message) -> bytes:
        switches, service = self.switches, message.service.value
        if switches.refusal is not None:
            return envelope.written(message, (), self._now(), switches.refusal)
        asked = [question for question in message.questions if not self._left_out()]
        answers = [self._answers.answer(message, question) for question in asked]
        if _strikes(switches.other_key, service):
            answers = [self._about_another(*each) for each in zip(asked, answers, strict=True)]
        references = [question.reference for question in asked]
        if _strikes(switches.other_reference, service):
            references = [*references[1:], references[0]] if len(references) > 1 else [str(uuid4())]
        given = list(zip(references, answers, strict=True))
        return envelope.written(message, reversed(given) if switches.shuffled else given, self._now())

    def _left_out(self) -> bool:
        self._asked += 1
        return self.switches.partial > 0 and self._asked % self.switches.partial == 0

    def _about_another(self, question: Question, answer: Answer) -> Answer:
        asked = key(question)
        others = self.town.persons if len(asked) == 11 else self.town.enterprises
        other = next(each.number.digits for each in others if each.number.digits != asked)
        return Answer(answer.content and answer.content.replace(asked, other), answer.exceptions)

    async def _drip(self, response: Response, send: Send) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        body = bytes(response.body)
        for place in range(len(body)):
            await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
            await self._sleep(self.switches.drip)
        await send({"type": "http.response.body", "body": b""})


def rehearsal_app(
    town: Town,
    switches: Switches | None = None,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> RehearsalApp:
    """The town behind its SOAP services; `switches` may be turned while it answers."""
    return RehearsalApp(town, switches if switches is not None else Switches(), now, sleep)


def _strikes(trouble: Trouble | None, service: str) -> bool:
    return trouble is not None and trouble.strikes(service)


async def _json(request: Request) -> dict[str, object]:
    try:
        given = json.loads(await request.body() or b"{}")
    except ValueError:
        raise UnknownSwitch("The body is not JSON.") from None
    if not isinstance(given, dict):
        raise UnknownSwitch("The body is no JSON object.")
    return given


async def _hang_up(receive: Receive, error: ConnectionError) -> None:
    """Close the connection without a word; in process, where there is none, raise what a client would meet.

    ASGI has no event for it: uvicorn's `receive` belongs to the object that holds the transport.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise error
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


async def _live(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
