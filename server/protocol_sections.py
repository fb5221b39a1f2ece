"""Settings of how documents may be sent, who may read the schema, and where answers and traces may go."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, FilePath
from pydantic_settings import BaseSettings

from server.sections import Count, Origins, section


def _installed(exporter: str) -> str:
    """The name of an exporter. OpenTelemetry is not asked, which takes long to import, but what packages announce."""
    if not entry_points(group="opentelemetry_traces_exporter", name=exporter):
        raise ValueError("No exporter of this name is installed.")
    return exporter


class Documents(BaseSettings):
    """Documents that are named instead of sent, and the schema read as a document."""

    model_config = section("BTB_DOCUMENTS_")

    persisted: int = Field(
        1_000,
        ge=0,
        le=10**6,
        description="Documents remembered for automatic persisted queries; 0 serves none.",
    )
    trusted: FilePath | None = Field(
        None,
        description="Manifest of documents agreed beforehand: a JSON object of identifier to document, or Apollo's "
        "format. They are named by `extensions.documentId` or by their hash. Unset: none.",
    )
    trusted_only: bool = Field(
        False, description="Whether every other document is refused. Belongs with `BTB_DOCUMENTS_TRUSTED`."
    )
    by_get: bool = Field(
        False,
        description="Whether queries are served by GET too. A GET needs a header that a page elsewhere cannot send "
        "unasked, such as `x-graphql-client`.",
    )
    introspection: bool | None = Field(
        None,
        description="Whether anybody may read the schema, by introspection or `_service`. Unset: in a rehearsal, yes; "
        "otherwise clients with the scope `btb:operate`, and whoever comes through a gateway that proves itself.",
    )


class Plans(BaseSettings):
    """Queries and events compiled to functions, instead of interpreted field by field."""

    model_config = section("BTB_PLANS_")

    mode: Literal["on", "off", "shadow"] = Field(
        "on",
        description="Whether queries, mutations, and events of subscriptions, are compiled; `shadow` runs both ways, "
        "compares and answers as interpreted; where they differ the interpreter is asked once more, for something may "
        "have changed.",
    )
    kept: Count = Field(1_000, description="Compiled documents kept, per process.")


class Fragments(BaseSettings):
    """Serialised answers of entities, joined again for as long as nothing of what they rest on has changed."""

    model_config = section("BTB_FRAGMENTS_")

    kept: int = Field(
        16 * 1024 * 1024,
        ge=0,
        le=2**34,
        description="Bytes of serialised entities kept in memory, per process; each use is first confirmed by the "
        "database. 0 keeps none, and so do queries that are not compiled. What is kept rests on what `BTB_MIRROR_KEPT` "
        "and `BTB_DATABASE_KEPT` keep.",
    )


class Callbacks(BaseSettings):
    """Subscriptions over the HTTP callback protocol."""

    model_config = section("BTB_CALLBACK_")

    origins: Origins = Field(
        (),
        description="Gateways to which events may be posted, as `scheme://host:port`, with commas. Unset: none, and "
        "every callback is refused.",
    )
    subscriptions: Count = Field(200, description="Callback subscriptions at once, per process.")


class Traces(BaseSettings):
    """Spans of operations and of messages to sources, for OpenTelemetry."""

    model_config = section("BTB_TRACES_")

    exporter: Annotated[str, AfterValidator(_installed)] | None = Field(
        None,
        description="Exporter of spans by its OpenTelemetry name, such as `console` or, where its package is "
        "installed beside, `otlp_proto_http`; its own `OTEL_…` variables say where to. Unset: no spans.",
    )
    share: float = Field(1.0, ge=0, le=1, description="Share of requests traced, where the gateway has not decided.")
