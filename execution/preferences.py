"""What a client would like to be answered with: the streams its Accept header names, weighed against plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import OperationType

from execution.engine import Engine
from execution.negotiation import GRAPHQL_RESPONSE, JSON, LONGEST, quality, weight
from execution.operation import OperationRequest, Prepared

EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
ANY_KIND = frozenset(OperationType)


@dataclass(frozen=True, slots=True)
class Preference:
    """One item of an Accept header, in lower case; `weight` is its q, 0 where that is no number."""

    media: str
    parameters: Mapping[str, str]
    weight: float

    @property
    def stream(self) -> bool:
        """Whether it names a stream that this room can write; a wildcard never does."""
        if self.media == MULTIPART:
            return self.parameters.get("subscriptionspec") == "1.0"
        return self.media == EVENT_STREAM


def preferences(accept: str) -> list[Preference]:
    """Read an Accept header. Whatever is not well-formed weighs nothing; nothing is read behind 4,096 characters."""
    found = []
    for item in accept[:LONGEST].lower().split(","):
        media, *rest = (part.strip() for part in item.split(";"))
        parameters = {}
        for parameter in rest:
            name, _, value = parameter.partition("=")
            parameters[name.strip()] = value.strip().strip('"')
        if media:
            found.append(Preference(media, parameters, weight(parameters.pop("q", "1"))))
    return found


def best_stream(wanted: list[Preference]) -> Preference | None:
    """The stream with the highest weight, the first of equals; None where none is wanted."""
    streams = [preference for preference in wanted if preference.stream and preference.weight > 0]
    return max(streams, key=lambda preference: preference.weight, default=None)


def wants_stream(accept: str, media: str, request: OperationRequest, engine: Engine) -> bool:
    """Whether this request is best answered by a stream of this media type.

    A subscription takes the best stream that its client names; a query, a mutation, or a document that cannot run is
    streamed only where the client would rather have that than JSON.
    """
    wanted = preferences(accept)
    best = best_stream(wanted)
    if best is None or best.media != media:
        return False
    if best.weight > max(quality(accept, JSON), quality(accept, GRAPHQL_RESPONSE)):
        return True
    prepared = engine.prepare(request, ANY_KIND)
    return isinstance(prepared, Prepared) and prepared.type is OperationType.SUBSCRIPTION
