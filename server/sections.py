"""The settings by subject. Each section reads the variables that start with its prefix; a description is its meaning.

`docs/operations.md` shows exactly these descriptions and defaults. Times are in seconds, sizes in bytes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, FilePath, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Url = Annotated[str, AfterValidator(lambda text: str(HttpUrl(text)) and text)]
"""A URL of http or https, kept as it was written."""
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
Seconds = Annotated[float, Field(gt=0, le=86_400 * 366)]
Count = Annotated[int, Field(ge=1, le=10**9)]


def _split(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def listed(value: object) -> object:
    """A text with commas as a tuple; anything else as it is."""
    return _split(value) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
"""Texts written with commas between them."""


def _origins(listed: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_ORIGIN.fullmatch(each) for each in listed):
        raise ValueError("Origins are written as scheme://host or scheme://host:port.")
    return listed


Origins = Annotated[Listed, AfterValidator(_origins)]
"""Origins with commas between them: scheme, host and, where it is not the scheme's own, port; nothing behind."""
Secret = Annotated[SecretStr, Field(min_length=16)]


def section(prefix: str) -> SettingsConfigDict:
    return SettingsConfigDict(env_prefix=prefix, env_ignore_empty=True, extra="ignore", frozen=True)


class House(BaseSettings):
    """What the process is, and where it listens."""

    model_config = section("BTB_")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much the log tells.")
    rehearsal: bool | None = Field(
        None,
        description="Whether this is a rehearsal: invented people and the rehearsal issuer of tokens. Unset: yes where "
        "`BTB_MAGDA_URL` is unset. With `false`, `BTB_MAGDA_URL` must be set.",
    )
    allow_test_numbers: bool | None = Field(
        None,
        description="Whether test numbers of persons (month plus 60) are accepted. Unset: only in a rehearsal.",
    )
    graphiql: bool | None = Field(
        None, description="Whether `/graphiql` is served, a page to ask questions on. Unset: only in a rehearsal."
    )
    issuers: FilePath | None = Field(
        None,
        description="TOML file with the issuers whose tokens are believed. Unset: the rehearsal issuer in a rehearsal; "
        "otherwise nobody's, and every caller is anonymous.",
    )
    person_keys: Path = Field(
        Path(".local/person-keys"),
        description="File with the keys under which national numbers are stored; made with fresh keys where it does "
        "not exist. Losing it loses the numbers.",
    )


class Serving(BaseSettings):
    """How connections are held and let go."""

    model_config = section("BTB_SERVE_")

    connections: Count = Field(5_000, description="Connections held at once; more are answered 503.")
    keep_alive: Seconds = Field(15.0, description="How long an idle connection is kept.")
    grace: Seconds = Field(10.0, description="How long requests under way may take after a signal to stop.")


class Register(BaseSettings):
    """Our own database."""

    model_config = section("BTB_DATABASE_")

    url: SecretStr = Field(
        SecretStr("sqlite:///.local/btb.sqlite"),
        description="`sqlite:///file` for one process, `postgresql://user:password@host/database` for several.",
    )
    readers: Count = Field(8, description="Connections for reading, per process.")
    writers: Count = Field(8, description="Connections for writing, per process; SQLite has one.")
    waiting: Seconds = Field(5.0, description="Longest wait for a connection or a lock.")
    statement: Seconds = Field(3.0, description="Longest time for one statement on PostgreSQL.")
    kept: int = Field(
        20_000,
        ge=0,
        le=10**7,
        description="Mandates and delegations kept in memory, per process; each use is first confirmed by the "
        "database. 0 keeps none.",
    )


class Magda(BaseSettings):
    """The authentic sources, over MAGDA's SOAP services."""

    model_config = section("BTB_MAGDA_")

    url: Url | None = Field(
        None,
        description="Address to which every service is posted, exactly as written. Unset: the rehearsal town, in "
        "process.",
    )
    enterprises_url: Url | None = Field(None, description="Address of GeefOnderneming, where it differs.")
    functions_url: Url | None = Field(None, description="Address of GeefFuncties, where it differs.")
    persons_url: Url | None = Field(None, description="Address of GeefPersoon, where it differs.")
    registration_url: Url | None = Field(None, description="Address of RegistreerInschrijving, where it differs.")
    sender: str = Field(
        "btb.rehearsal",
        min_length=1,
        max_length=120,
        description="Who asks: the URI of this application that MAGDA gave (Afzender/Identificatie).",
    )
    capacity: str | None = Field(
        None, max_length=24, description="In which capacity it asks: the code that MAGDA gave (Hoedanigheid)."
    )
    client_certificate: FilePath | None = Field(None, description="PEM certificate shown when connecting.")
    client_key: FilePath | None = Field(None, description="PEM key of that certificate.")
    authorities: FilePath | None = Field(
        None, description="PEM certificates by which MAGDA is recognised. Unset: those of the system."
    )
    signing_key: FilePath | None = Field(None, description="PEM key that signs the SOAP body. Unset: no signature.")
    signing_certificate: FilePath | None = Field(
        None, description="PEM certificate of that key: our own first, then its issuers."
    )
    signing_algorithm: Literal["rsa-sha256", "rsa-sha1"] = Field(
        "rsa-sha256", description="How the body is signed; MAGDA's own connector uses `rsa-sha1`."
    )
    persons_source: Literal["RR", "KSZ"] = Field(
        "RR", description="Register asked about national numbers; BIS numbers are always asked of KSZ."
    )
    register_persons: bool = Field(
        False, description="Whether persons are registered with RegistreerInschrijving before they are asked about."
    )
    deadline: Seconds = Field(4.0, description="Longest time for one message, to the last byte of its answer.")
    concurrency: Count = Field(8, description="Messages under way at once, per service.")
    rate: float = Field(
        9.0, ge=0, le=10**6, description="Messages started in any second, per service; 0 is without bound."
    )
    longest_wait: Seconds = Field(30.0, description="Longest wait for a turn, after which the source is out of reach.")
    failures_to_open: Count = Field(5, description="Failures in a row after which a service is left alone.")
    open_seconds: Seconds = Field(10.0, description="How long it is left alone before one message tries again.")
    chunk: int = Field(
        1, ge=1, le=100, description="Questions in one message: MAGDA's online services take one, some gateways more."
    )
    maximum_answer: int = Field(4 * 1024 * 1024, ge=1024, le=2**30, description="Largest answer that is read.")


class Cache(BaseSettings):
    """Answers of the sources that are kept for a while."""

    model_config = section("BTB_CACHE_")

    entries: int = Field(100_000, ge=0, le=10**8, description="Answers kept per kind of question; 0 keeps none.")
    seconds: float = Field(60.0, ge=0, le=86_400, description="How long an answer serves reads; decisions always ask.")
    stale_seconds: float = Field(
        86_400.0, ge=0, le=86_400 * 31, description="How old an answer may stand in, marked stale, for a lost source."
    )


def _secrets(value: object) -> object:
    return tuple(SecretStr(each) for each in _split(value)) if isinstance(value, str) else value


class Gateway(BaseSettings):
    """How the federated gateway proves that a request came through it. Nothing set: anybody may ask directly."""

    model_config = section("BTB_GATEWAY_")

    secrets: Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(_secrets)] = Field(
        (),
        description="Secrets shared with the gateway, at least 16 characters each, with commas: two while one takes "
        "over from the other.",
    )
    signature: Literal["request", "extension"] = Field(
        "request",
        description="What is signed: the `request`, in the header `x-btb-gateway-signature`, or the operation, in Hive "
        "Gateway's `extension`.",
    )
    certificate_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description="Header into which the ingress writes the fingerprint of the gateway's certificate, and which it "
        "removes from what callers send.",
    )
    certificates: Listed = Field((), description="Fingerprints accepted in that header, with commas.")


class Neighbours(BaseSettings):
    """Whose requests are believed to come from where they say."""

    model_config = section("BTB_")

    trusted_proxies: Listed = Field(
        (), description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas."
    )
    allowed_origins: Origins = Field(
        (),
        description="Origins of pages elsewhere from which a browser may ask, over HTTP and WebSocket, as "
        "`scheme://host:port`, with commas.",
    )
