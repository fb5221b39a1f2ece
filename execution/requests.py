"""The shape of a request over HTTP: bytes and query strings, made into an OperationRequest or refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson

from execution.errors import BAD_REQUEST, RefusedRequest
from execution.hooks import Receive
from execution.operation import OperationRequest
from execution.time_limit import within

_MEMBERS = ("query", "operationName", "variables", "extensions")
_QUOTED = tuple(b'"%s"' % name.encode() for name in _MEMBERS)
_LEAVES = frozenset((str, int, float, bool, type(None)))


class Disconnected(Exception):
    """The client went away before it had said everything."""


def bad_request(message: str, status: int = 400, **headers: str) -> RefusedRequest:
    """A request that is not one of GraphQL over HTTP."""
    return RefusedRequest(BAD_REQUEST, status, message, headers={k.replace("_", "-"): v for k, v in headers.items()})


def json_content(content_type: str, content_encoding: str) -> None:
    """Refuse bodies that are not JSON in UTF-8: forms and plain text need no preflight, so they are never read."""
    if not _is_json(content_type):
        raise bad_request("The body must be application/json in UTF-8.", 415, accept="application/json")
    if content_encoding not in ("", "identity"):
        raise bad_request("The body must not be compressed.", 415, accept_encoding="identity")


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    media, *parameters = (part.strip() for part in content_type.lower().split(";"))
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "utf-8")
    return media == "application/json" and charset in ("utf-8", "utf8")


def announced_body(length: str, most: int) -> None:
    """Refuse a body that says of itself that it is larger than `most` bytes."""
    if length and (not length.isdecimal() or len(length) > 15 or int(length) > most):
        raise too_large(most)


async def body_of(receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body, unless it is larger than `most` bytes or does not arrive in time."""
    try:
        return await within(seconds, _received(receive, most))
    except TimeoutError:
        raise bad_request("The body did not arrive in time.", 408, connection="close") from None


async def _received(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        length += len(part)
        if length > most:
            raise too_large(most)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def too_large(most: int) -> RefusedRequest:
    """The refusal of a body of too many bytes. The connection stays: a client that still sends would, of one that is
    closed on it, hear of a reset instead of this."""
    return RefusedRequest("REQUEST_TOO_LARGE", 413, f"The body may have {most} bytes.")


def request_in_body(body: bytes, most_depth: int) -> dict[str, Any]:
    """The members of a JSON body; it must be an object, no deeper than allowed, that says each thing once.

    Most clients write as orjson would write what was read, which would not have anything twice.
    """
    try:
        members = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError):
        raise bad_request("The body is not JSON.") from None
    if isinstance(members, list):
        raise RefusedRequest("BATCHING_NOT_SUPPORTED", 400, "One request holds one operation; batches are not read.")
    if not isinstance(members, dict):
        raise bad_request("The body must be a JSON object.")
    if body.count(b"{") + body.count(b"[") > most_depth and deeper_than(members, most_depth):
        raise bad_request(f"The body may be {most_depth} levels deep.")
    if orjson.dumps(members) != body and (any(body.count(name) > 1 for name in _QUOTED) or b"\\u" in body):
        _once_each(body)
    return members


def deeper_than(value: object, most: int) -> bool:
    """Whether a JSON value is nested deeper than this; level by level, so that it cannot overflow."""
    level = [value]
    for _ in range(most):
        below: list[object] = []
        for each in level:
            inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
            for one in inner:
                if type(one) not in _LEAVES:
                    below.append(one)
        if not below:
            return False
        level = below
    return True


def _once_each(body: bytes) -> None:
    """Refuse an object that has one of our members twice: readers before us may have read the other one."""
    outermost: list[str] = []

    def names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        outermost[:] = [name for name, _ in pairs]
        return dict(pairs)

    json.loads(body, object_pairs_hook=names)
    if any(outermost.count(name) > 1 for name in _MEMBERS):
        raise bad_request("The body has a member twice.")


def request_in_query_string(query_string: bytes, most_bytes: int, most_depth: int) -> dict[str, Any]:
    """The parameters of a GET; variables and extensions are JSON."""
    if len(query_string) > most_bytes:
        raise bad_request(f"The query string may have {most_bytes} bytes.", 414)
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise bad_request("The query string cannot be read.") from None
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members and name in _MEMBERS:
            raise bad_request("The query string has a parameter twice.")
        members[name] = value
    for name in ("variables", "extensions"):
        if text := members.pop(name, ""):
            members[name] = request_in_body(text.encode(), most_depth)
    if not members.get("operationName"):
        members.pop("operationName", None)
    return members


def operation_request(members: Mapping[str, Any], request_id: str, report_cost: bool) -> OperationRequest:
    """The members with the types that GraphQL over HTTP gives them."""
    query, name = members.get("query"), members.get("operationName")
    variables, extensions = members.get("variables"), members.get("extensions")
    if query is not None and not isinstance(query, str):
        raise bad_request("The member query must be a string.")
    if name is not None and not isinstance(name, str):
        raise bad_request("The member operationName must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise bad_request("The member variables must be an object.")
    if extensions is not None and not isinstance(extensions, dict):
        raise bad_request("The member extensions must be an object.")
    if isinstance(document := members.get("documentId"), str):
        extensions = {**(extensions or {}), "documentId": document}
    return OperationRequest(query, name, variables, extensions, request_id, report_cost)
