"""Which form of answer a client prefers, by its Accept header."""

from __future__ import annotations

import re
from functools import lru_cache

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

LONGEST = 4_096
"""Characters of an Accept header that are read."""

_QVALUE = re.compile(r"(?:[01](?:\.[0-9]{0,3})?|\.[0-9]{1,3})\Z")


@lru_cache(maxsize=512)
def weights(accept: str) -> dict[str, float]:
    """The q-value of each media range in an Accept header, parameters other than q left out; lower case."""
    found: dict[str, float] = {}
    for item in accept.lower().split(","):
        media, *parameters = (part.strip() for part in item.split(";"))
        if media:
            quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
            found[media] = max(found.get(media, 0.0), weight(quality))
    return found


def weight(text: str) -> float:
    """A q-value, 0 where it is none. `.2` is read too: Java's own client has always sent it."""
    return min(float(text), 1.0) if _QVALUE.match(text) else 0.0


def quality(accept: str, media: str) -> float:
    """How much a client wants this media type, 0 to 1; the most specific range that matches counts."""
    known = weights(accept[:LONGEST])
    family = media.partition("/")[0] + "/*"
    return known.get(media, known.get(family, known.get("*/*", 0.0)))


@lru_cache(maxsize=512)
def preferred(accept: str) -> str | None:
    """The JSON form to answer in; plain JSON where the client does not care, None where it accepts neither."""
    if not accept.strip():
        return JSON
    plain, graphql = quality(accept, JSON), quality(accept, GRAPHQL_RESPONSE)
    if max(plain, graphql) <= 0:
        return None
    named = weights(accept[:LONGEST])
    if plain == graphql:
        return GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in named else JSON
    return GRAPHQL_RESPONSE if graphql > plain else JSON
