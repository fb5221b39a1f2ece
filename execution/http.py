"""GraphQL over HTTP, to the letter, as an ASGI application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphql import OperationType
from msgspec.structs import replace

from execution.engine import Engine
from execution.errors import RefusedRequest
from execution.hooks import ContextFactory, Receive, RequestInfo, Scope, Send, StreamTransport
from execution.negotiation import GRAPHQL_RESPONSE, JSON, LONGEST, preferred
from execution.operation import Answer, OperationRequest
from execution.request_ids import new_request_id
from execution.requests import (
    Disconnected,
    announced_body,
    bad_request,
    body_of,
    json_content,
    operation_request,
    request_in_body,
    request_in_query_string,
    too_large,
)
from execution.whole import WholeMessages, offered

QUERIES = frozenset({OperationType.QUERY})
QUERIES_AND_MUTATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})
SUBSCRIPTIONS = frozenset({OperationType.SUBSCRIPTION})
EVERYTHING = QUERIES_AND_MUTATIONS | SUBSCRIPTIONS

TRACE_HEADER = "apollo-federation-include-trace"
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{15,63}\Z")
_CONTENT_TYPES = {media: f"{media}; charset=utf-8".encode() for media in (JSON, GRAPHQL_RESPONSE)}
_EVERY_ANSWER = ((b"cache-control", b"no-store"), (b"vary", b"Accept"), (b"x-content-type-options", b"nosniff"))
_LINES = {
    media: b"content-type: %s\r\ncontent-length: %%d\r\nx-request-id: %%s\r\n%s"
    % (content_type, b"".join(b"%s: %s\r\n" % each for each in _EVERY_ANSWER))
    for media, content_type in _CONTENT_TYPES.items()
}
"""The headers of an answer that needs none of its own, as they are written."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What is read of a request, and how.

    Queries by GET are off; where on, `preflight_headers` names headers of which a GET must have one, so that no page
    of another site can send it without being asked about first (none named: not demanded). `body_seconds` is how long
    a body may take to arrive. A request with the header `cost_header: report` finds its cost in the extensions.
    """

    body_bytes: int = 262_144
    body_seconds: float = 10.0
    json_depth: int = 32
    query_string_bytes: int = 16_384
    queries_by_get: bool = False
    preflight_headers: tuple[str, ...] = ("x-graphql-client", "apollo-require-preflight", "x-apollo-operation-name")
    cost_header: str = "graphql-cost"


class GraphQLHttp:
    """One endpoint. `streams` are asked first, in order, whether a request is theirs."""

    def __init__(
        self,
        engine: Engine,
        context_factory: ContextFactory,
        settings: HttpSettings | None = None,
        streams: Sequence[StreamTransport] = (),
    ) -> None:
        self._engine = engine
        self._context_factory = context_factory
        self._settings = settings or HttpSettings()
        self._streams = tuple(streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        info = request_info(scope)
        accept = info.headers.get("accept", "")[:LONGEST]
        whole = offered(scope)
        try:
            body = await self._body(receive, info, whole) if info.method == "POST" else b""
            request = self._request(scope, body, info)
            answer = await self._answer(scope, receive, send, info, accept, request)
        except RefusedRequest as refused:
            answer = self._engine.refused(Answer.of(refused), info.request_id)
        except Disconnected:
            return
        if answer is not None:
            await written(send, answer, preferred(accept) or JSON, info.request_id, whole)

    async def _body(self, receive: Receive, info: RequestInfo, whole: WholeMessages | None) -> bytes:
        settings, headers = self._settings, info.headers
        json_content(headers.get("content-type", ""), headers.get("content-encoding", ""))
        announced_body(headers.get("content-length", ""), settings.body_bytes)
        body = None if whole is None else whole.body(receive)
        if body is None:
            return await body_of(receive, settings.body_bytes, settings.body_seconds)
        if len(body) > settings.body_bytes:
            raise too_large(settings.body_bytes)
        return body

    def _request(self, scope: Scope, body: bytes, info: RequestInfo) -> OperationRequest:
        settings, headers = self._settings, info.headers
        if info.method == "POST":
            members = request_in_body(body, settings.json_depth)
        elif info.method == "GET" and (settings.queries_by_get or self._streams):
            members = request_in_query_string(
                scope.get("query_string", b""), settings.query_string_bytes, settings.json_depth
            )
        else:
            raise self._wrong_method()
        asked = operation_request(members, info.request_id, headers.get(settings.cost_header) == "report")
        return replace(asked, report_trace=True) if headers.get(TRACE_HEADER) == "ftv1" else asked

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, info: RequestInfo, accept: str, request: OperationRequest
    ) -> Answer | None:
        """The answer, or None where a stream has given it."""
        by_get = info.method == "GET"
        stream = self._stream(info, accept, request) if self._streams else None
        if stream is None:
            if by_get:
                self._may_query_by_get(info)
            if preferred(accept) is None:
                raise RefusedRequest("NOT_ACCEPTABLE", 406, f"Answers are {JSON} or {GRAPHQL_RESPONSE}.")
        try:
            context = await self._context_factory(info)
        except RefusedRequest:
            raise
        except Exception as error:
            return self._engine.broke(info.request_id, error)
        if stream is not None:
            allowed = SUBSCRIPTIONS if by_get else EVERYTHING
            await stream(scope, receive, send, info=info, request=request, context=context, allowed=allowed)
            return None
        answer = await self._engine.execute(request, context, allowed=QUERIES if by_get else QUERIES_AND_MUTATIONS)
        if answer.codes == ("OPERATION_TYPE_NOT_ALLOWED",):
            return self._another_way(answer, by_get)
        return answer

    def _stream(self, info: RequestInfo, accept: str, request: OperationRequest) -> StreamTransport | None:
        for each in self._streams:
            if each.accepts(info, accept, request):
                return each
        return None

    def _may_query_by_get(self, info: RequestInfo) -> None:
        settings = self._settings
        if not settings.queries_by_get:
            raise self._wrong_method()
        demanded = settings.preflight_headers
        if demanded and not any(name in info.headers for name in demanded):
            raise RefusedRequest("PREFLIGHT_REQUIRED", 400, f"A GET needs one of the headers {', '.join(demanded)}.")

    def _wrong_method(self) -> RefusedRequest:
        allowed = "GET, POST" if self._settings.queries_by_get else "POST"
        return bad_request("This method is not served here.", 405, allow=allowed)

    def _another_way(self, answer: Answer, by_get: bool) -> Answer:
        """A mutation by GET is a wrong method; a subscription whose answer would be one JSON text is not acceptable."""
        if by_get:
            return Answer(answer.body, executed=False, status=405, headers=(("allow", "POST"),), codes=answer.codes)
        return Answer(answer.body, executed=False, status=406, codes=answer.codes)


def request_info(scope: Scope) -> RequestInfo:
    """What a connection says of itself; its request id is the caller's where that is well formed, else a new one."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if len(headers) < len(scope["headers"]):
        sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        headers = {name: ", ".join(value for each, value in sent if each == name) for name in headers}
    given = headers.get("x-request-id")
    request_id = given if given is not None and _REQUEST_ID.match(given) else new_request_id()
    client = scope.get("client")
    return RequestInfo(headers, client[0] if client else None, scope["path"], scope.get("method", "GET"), request_id)


async def written(send: Send, answer: Answer, media: str, request_id: str, whole: WholeMessages | None = None) -> None:
    """Send an answer as one response in this media type."""
    status = answer.status
    if status == 200 and not answer.executed and media == GRAPHQL_RESPONSE:
        status = 400
    if status == 200 and whole is not None and not answer.headers:
        lines = _LINES[media] % (len(answer.body), request_id.encode())
        if whole.answer(send, lines, answer.body):
            return
    headers = [
        (b"content-type", _CONTENT_TYPES[media]),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-request-id", request_id.encode()),
        *_EVERY_ANSWER,
    ]
    if answer.headers:
        headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
