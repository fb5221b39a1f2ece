"""Settings of what one request, and one caller, may ask."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from server.sections import Count, Seconds, section


class Limiting(BaseSettings):
    """What one request may ask: those of `execution.limits.Limits`, and of the bytes before them."""

    model_config = section("BTB_LIMIT_")

    body_bytes: int = Field(262_144, ge=1024, le=2**27, description="Largest body of a request.")
    json_depth: Count = Field(32, description="Deepest nesting of its JSON.")
    characters: Count = Field(65_536, description="Characters in a document.")
    tokens: Count = Field(1_000, description="Tokens in a document.")
    depth: Count = Field(12, description="Depth of an operation.")
    introspection_depth: Count = Field(16, description="Depth of an operation inside introspection.")
    fields: Count = Field(500, description="Fields of an operation with its fragments written out.")
    root_fields: Count = Field(10, description="Fields at the root.")
    aliases: Count = Field(30, description="Aliases of an operation with its fragments written out.")
    directives: Count = Field(20, description="Directives in a document.")
    fragments: Count = Field(30, description="Fragments in a document.")
    repeats: Count = Field(20, description="How often one name stands in one selection.")
    introspections: Count = Field(2, description="How often `__schema` may stand in a document.")
    cost: Count = Field(25_000, description="Cost of an operation, in weighed objects.")
    cost_per_minute: int = Field(
        0,
        ge=0,
        le=10**9,
        description="Cost that one caller may spend in a minute, per process: a citizen, a client or, of those "
        "unknown, an address. 0: without bound.",
    )
    assumed_list_size: Count = Field(10, description="Size of a list whose size nothing tells, for the cost.")
    list_items: Count = Field(1_000, description="Items of any list in the variables.")
    errors: Count = Field(20, description="Errors in one answer.")
    deadline: Seconds = Field(5.0, description="Longest time for an operation, and for each event of a subscription.")
    at_once: int = Field(
        8,
        ge=0,
        le=10_000,
        description="Queries and mutations that run at once in a process; the others wait in order, and the deadline "
        "counts. Who waits long for a source lets others run meanwhile. 0: any number.",
    )
    cached_documents: Count = Field(
        1_000, description="Documents kept parsed; one of several kilobytes counts as several."
    )
    cached_document_characters: Count = Field(16_384, description="Longest document that is kept parsed.")
