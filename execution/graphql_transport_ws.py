"""The words of graphql-transport-ws: frames read into messages, messages written as frames. No input, no output.

Whatever the protocol's text does not allow is a `ProtocolViolation` with the close code that the text prescribes;
its reason never repeats what the client sent. Source: enisdenjo/graphql-ws PROTOCOL.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from execution.requests import deeper_than

SUBPROTOCOL = "graphql-transport-ws"
ACKNOWLEDGEMENT = b'{"type":"connection_ack"}'
SHORT = 65_536
"""What is shorter is framed once for all who are told it one after the other; to remember more would hold memory."""


class CloseCode(IntEnum):
    """Why this side ends a connection; the protocol's own codes, and 1012 where the server restarts."""

    RESTARTING = 1012
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_ALREADY_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL = 4500


class ProtocolViolation(Exception):
    """The connection must be closed with this code and reason (at most 123 bytes, nothing of the client's in it)."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FrameLimits:
    """What one message may be: bytes of text, levels of nested JSON, characters of an operation's id."""

    length: int = 65_536
    depth: int = 32
    identifier: int = 128


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """The client introduces itself; a payload of null is the same as none."""

    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong with the same payload."""

    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """An answer to a ping, or unasked; either is allowed."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Starts an operation of any kind under an id of the client's choice."""

    id: str
    query: str
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    """The client wants no more of this operation; an id that is not known is no fault (answers may have crossed)."""

    id: str


Message: TypeAlias = ConnectionInit | Ping | Pong | Subscribe | Complete


def message(text: str | None, limits: FrameLimits) -> Message:
    """Read one frame. `text` is None where the frame was binary. Raises ProtocolViolation, always 4400."""
    if text is None:
        raise _bad("Frames must be text")
    if len(text) > limits.length or (not text.isascii() and len(text.encode()) > limits.length):
        raise _bad("Message too long")
    try:
        frame = orjson.loads(text)
    except ValueError:
        raise _bad("Frames must be JSON") from None
    if not isinstance(frame, dict):
        raise _bad("Frames must be objects")
    if deeper_than(frame, limits.depth):
        raise _bad("Message nested too deeply")
    match frame.get("type"):
        case "connection_init":
            return ConnectionInit(_object(frame, "payload"))
        case "ping":
            return Ping(_object(frame, "payload"))
        case "pong":
            _object(frame, "payload")
            return Pong()
        case "subscribe":
            return _subscribe(frame, limits)
        case "complete":
            return Complete(_identifier(frame, limits))
        case _:
            raise _bad("Unknown message type")


def _subscribe(frame: dict[str, Any], limits: FrameLimits) -> Subscribe:
    identifier = _identifier(frame, limits)
    payload = _object(frame, "payload")
    if payload is None:
        raise _bad("A subscribe message needs a payload")
    query, operation_name = payload.get("query"), payload.get("operationName")
    if not isinstance(query, str):
        raise _bad("The query must be a string")
    if operation_name is not None and not isinstance(operation_name, str):
        raise _bad("The operationName must be a string")
    return Subscribe(
        identifier, query, operation_name, _object(payload, "variables") or {}, _object(payload, "extensions") or {}
    )


def _identifier(frame: dict[str, Any], limits: FrameLimits) -> str:
    identifier = frame.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise _bad("The id must be a string that is not empty")
    if len(identifier) > limits.identifier:
        raise _bad("The id is too long")
    return identifier


def _object(holder: dict[str, Any], member: str) -> dict[str, Any] | None:
    value = holder.get(member)
    if value is not None and not isinstance(value, dict):
        raise _bad(f"The {member} must be an object")
    return value


def _bad(reason: str) -> ProtocolViolation:
    return ProtocolViolation(CloseCode.BAD_REQUEST, reason)


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one operation. The answer's bytes are shared by all who hear it; only these differ."""

    id: str
    opening: bytes

    @staticmethod
    def of(identifier: str) -> Frames:
        return Frames(identifier, b'{"id":' + orjson.dumps(identifier) + b',"type":"next","payload":')

    def next(self, body: bytes) -> bytes:
        """One answer."""
        return _next(self.opening, body) if len(body) < SHORT else self.opening + body + b"}"

    def error(self, errors: bytes) -> bytes:
        """The operation was refused before it ran: `errors` is a JSON list; nothing follows for this id."""
        return b'{"id":' + orjson.dumps(self.id) + b',"type":"error","payload":' + errors + b"}"

    def complete(self) -> bytes:
        """Nothing follows for this id."""
        return b'{"id":' + orjson.dumps(self.id) + b',"type":"complete"}'


@lru_cache(maxsize=1)
def _next(opening: bytes, body: bytes) -> bytes:
    return opening + body + b"}"


def pong(payload: dict[str, Any] | None) -> bytes:
    """The answer to a ping: its payload comes back."""
    return b'{"type":"pong"}' if payload is None else b'{"type":"pong","payload":' + orjson.dumps(payload) + b"}"
