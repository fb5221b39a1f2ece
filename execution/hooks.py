"""What a house plugs into this room: who is asking, what it wants to watch, and other ways to deliver answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from graphql import OperationType
from msgspec import Struct

from execution.errors import CodedError, Translate, never_translated

if TYPE_CHECKING:
    from graphql.execution.values import VariableValues

    from execution.operation import OperationRequest, Prepared
    from execution.straight import Made

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class RequestInfo(Struct, frozen=True):
    """What is known of a connection before anything is executed. (A Struct: one is made for every request.)

    Header names are lower case; of a header sent twice the values are joined by a comma. `init_payload` is the
    payload of a WebSocket's connection_init, None elsewhere. `request_id` is the caller's own where it sent a
    well-formed one.
    """

    headers: Mapping[str, str]
    client: str | None
    path: str
    method: str
    request_id: str
    init_payload: Mapping[str, Any] | None = None


ContextFactory: TypeAlias = Callable[[RequestInfo], Awaitable[Any]]
"""Makes the object that resolvers find as `info.context`; may raise a RefusedRequest, which is answered as it says."""


@dataclass(frozen=True, slots=True)
class OperationReport:
    """One finished operation, for figures and logs: nothing in it was written by the caller but names and sizes.

    `document` is the SHA-256 of the document's text; `codes` are those of the answer's errors; times in nanoseconds.
    `turn_at` is when its execution began, behind others where too many ran; None where it never did.
    """

    request_id: str
    type: str | None
    name: str | None
    document: str | None
    executed: bool
    compiled: bool
    cost: int | None
    codes: tuple[str, ...]
    started_at: int
    prepared_at: int
    turn_at: int | None
    finished_at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of ours that broke. `error` may hold values in its text: write down its type and traceback only."""

    request_id: str
    operation: str | None
    path: tuple[str | int, ...]
    error: BaseException


class Observer:
    """Watches operations; a subclass overrides what it wants. What it raises fails the request: it must not raise."""

    def executing(self, prepared: Prepared, request_id: str, context: Any) -> AbstractContextManager[None]:
        """Entered around the execution of an operation (of each event, in a subscription): the place for a span."""
        return nullcontext()

    def finished(self, report: OperationReport) -> None:
        """An operation was answered, or refused."""

    def failed(self, fault: Fault) -> None:
        """Something of ours broke; the caller saw "Internal error" and the request's id."""


def always(context: Any) -> bool:
    """The default policy: allowed."""
    return True


def never(context: Any) -> bool:
    """The default policy for what few may know: not allowed."""
    return False


def free(context: Any, cost: int) -> None:
    """The default budget: unlimited."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What the house decides about operations, each a callable on the context.

    `spend(context, cost)` is called before execution and may raise a CodedError where the caller's budget is used up.
    `trace`: whether a gateway that asks for a federated trace may have it.
    `translate` makes a CodedError of an exception of the house's own.
    """

    introspection: Callable[[Any], bool] = always
    service: Callable[[Any], bool] = always
    trace: Callable[[Any], bool] = never
    spend: Callable[[Any, int], Awaitable[None] | None] = free
    translate: Translate = field(default=never_translated)


class CompiledExecutor(Protocol):
    """A faster way to run a prepared query or mutation, or an event of a subscription, tried first."""

    async def __call__(self, prepared: Prepared, variables: VariableValues, context: Any) -> Any:
        """An ExecutionResult, or the whole serialised response; None steps aside, and the document is interpreted.

        Nothing that it did before stepping aside may be visible but in the context's loaders.
        """
        ...

    async def mutation(
        self, prepared: Prepared, variables: VariableValues, context: Any, extensions: dict[str, Any]
    ) -> tuple[Any, Made | None]:
        """The same for a mutation, and what was made where it was called: the document is interpreted with that.

        `extensions` are the request's.
        """
        ...

    async def event(self, prepared: Prepared, variables: VariableValues, context: Any, payload: Any) -> Any:
        """The same for one event, with the context of that event; a payload must be left as it was found."""
        ...


class StreamTransport(Protocol):
    """Another way to deliver answers over HTTP: server-sent events, multipart, callbacks."""

    def accepts(self, info: RequestInfo, accept: str, request: OperationRequest) -> bool:
        """Whether this request, by its Accept header and extensions, asks for this transport."""
        ...

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        info: RequestInfo,
        request: OperationRequest,
        context: Any,
        allowed: frozenset[OperationType],
    ) -> None:
        """Answer the request. The body was read, the context is built, nothing was sent yet."""
        ...


__all__ = [
    "CodedError",
    "CompiledExecutor",
    "ContextFactory",
    "Fault",
    "Observer",
    "OperationReport",
    "Policies",
    "Receive",
    "RequestInfo",
    "Scope",
    "Send",
    "StreamTransport",
]
