"""Reads the file named by BTB_ISSUERS. Every mistake is named by its key, all of them together.

    [[issuer]]
    issuer = "https://login.example.be"
    kind = "citizen"                         # or "client"
    audience = "btb"                         # or a list
    algorithms = ["ES256", "RS256"]
    jwks = "https://login.example.be/keys"   # or a file, found from the place of this file

    [issuer.claims]
    national_number = "egovNRN"

The other keys stand in docs/identity.md. `profile = "csam"` takes what is not given from `server/profiles/csam.toml`.
"""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

from btb.actors import Scope
from server.introspection_settings import introspection
from server.issuers import (
    ALGORITHM_KEY_TYPES,
    DEFAULT_LIFETIMES,
    HIGHEST_ASSURANCE,
    PLAIN_TYPES,
    ClaimNames,
    Issuer,
    IssuerKind,
    IssuerMistakes,
)
from server.key_sets import MAX_DOCUMENT, BadKeySet, KeySet
from server.toml_tables import Table

PROFILES: Final = ("rfc9068", "csam", "nsso", "acm", "acm-client")

_MAX_FILE: Final = 1024 * 1024
_LONGEST_LIFE: Final = 7 * 24 * 3600
_CLAIM_NAMES: Final = ("national_number", "assurance", "scopes", "client", "system", "owner")
_KEYS: Final = frozenset(
    ("profile", "issuer", "kind", "audience", "algorithms", "jwks", "introspection", "claims", "scopes", "systems")
) | {"typ", "require", "max_lifetime"}


def read_issuers(path: Path) -> tuple[Issuer, ...]:
    """The issuers of the file, in its order. Raises IssuerMistakes."""
    try:
        with path.open("rb") as file:
            document = tomllib.loads(file.read(_MAX_FILE).decode())
    except OSError as error:
        raise IssuerMistakes((f"BTB_ISSUERS: the file {path} cannot be read ({error.strerror}).",)) from None
    except ValueError as error:
        raise IssuerMistakes((f"BTB_ISSUERS: {path} is no TOML: {error}.",)) from None
    mistakes = [f"{key}: is no key of this file." for key in document if key != "issuer"]
    tables = document.get("issuer")
    if not isinstance(tables, list) or not tables:
        raise IssuerMistakes((*mistakes, "issuer: at least one [[issuer]] is needed."))
    issuers = [_issuer(f"issuer[{place}]", table, path.parent, mistakes) for place, table in enumerate(tables)]
    mistakes += _overlaps(issuers)
    if mistakes:
        raise IssuerMistakes(mistakes)
    return tuple(issuers)


def _overlaps(issuers: list[Issuer]) -> list[str]:
    """One issuer and one audience lead to one table: else a token could be read in two ways."""
    return [
        f"issuer[{later}].audience: issuer[{earlier}] has the same issuer for the same audience."
        for later, issuer in enumerate(issuers)
        for earlier, other in enumerate(issuers[:later])
        if other.name == issuer.name and other.audiences & issuer.audiences
    ]


def _issuer(name: str, given: Any, folder: Path, mistakes: list[str]) -> Issuer:
    """What one `[[issuer]]` says; only to be used where no mistake was noted."""
    table = Table(name, _with_profile(name, given, mistakes), folder, mistakes, _KEYS)
    kind, asked = _kind(table), introspection(table)
    algorithms = _algorithms(table, needed=asked is None or "jwks" in table.table)
    default_life = int(DEFAULT_LIFETIMES[kind].total_seconds())
    life = table.whole("max_lifetime", table.table.get("max_lifetime", default_life), 1, _LONGEST_LIFE)
    types = frozenset(text.lower().removeprefix("application/") for text in table.texts("typ"))
    return Issuer(
        name=table.text("issuer", needed=True) or "",
        kind=kind,
        audiences=frozenset(table.texts("audience", needed=True)),
        algorithms=algorithms,
        jwks=_jwks(table, algorithms, needed=asked is None),
        claims=_claims(table, kind),
        max_lifetime=timedelta(seconds=life or default_life),
        types=types or PLAIN_TYPES,
        required=frozenset(table.texts("require")),
        scopes=table.mapping("scopes", lambda key, value: _meant(table, key, value)),
        systems=table.mapping("systems", table.as_text),
        introspection=asked,
    )


def _with_profile(name: str, table: Any, mistakes: list[str]) -> Any:
    """The table, with what it leaves out taken from the profile it names; tables below it are joined key by key."""
    if not isinstance(table, dict) or "profile" not in table:
        return table
    profile = table["profile"]
    if profile not in PROFILES:
        mistakes.append(f"{name}.profile: is none of {', '.join(PROFILES)}.")
        return table
    text = resources.files("server").joinpath("profiles", f"{profile}.toml").read_text("utf-8")
    merged: dict[str, Any] = dict(tomllib.loads(text)["issuer"][0])
    for key, value in table.items():
        below = merged.get(key)
        merged[key] = {**below, **value} if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def _kind(table: Table) -> IssuerKind:
    kind = table.text("kind", needed=True)
    if kind in ("citizen", "client"):
        return IssuerKind(kind)
    if kind is not None:
        table.note("kind", 'must be "citizen" or "client"')
    return IssuerKind.CLIENT


def _algorithms(table: Table, *, needed: bool) -> frozenset[str]:
    named = frozenset(table.texts("algorithms", needed=needed))
    if named - ALGORITHM_KEY_TYPES.keys():
        table.note("algorithms", f"each must be one of {', '.join(ALGORITHM_KEY_TYPES)}")
    return named


def _jwks(table: Table, algorithms: frozenset[str], *, needed: bool) -> str | Path | None:
    where = table.text("jwks", needed=needed)
    if where is None:
        return None
    if "://" in where:
        return where if table.safe_url("jwks", where) else None
    path = table.folder / where
    try:
        with path.open("rb") as file:
            keys = KeySet.parse(file.read(MAX_DOCUMENT + 1))
    except OSError as error:
        table.note("jwks", f"the file cannot be read ({error.strerror})")
        return None
    except BadKeySet as error:
        table.note("jwks", str(error))
        return None
    kinds = {key.key_type for named in keys.by_kid.values() for key in named}
    if algorithms and not kinds & {ALGORITHM_KEY_TYPES.get(name) for name in algorithms}:
        table.note("jwks", "no key in the file is of a type that the algorithms need")
    return path


def _claims(table: Table, kind: IssuerKind) -> ClaimNames:
    claims = table.below("claims", frozenset((*_CLAIM_NAMES, "assurance_levels")))
    names: dict[str, str | None] = {name: claims.text(name) for name in _CLAIM_NAMES if name in claims.table}
    if kind is IssuerKind.CITIZEN:
        names.setdefault("assurance", "acr")
        if "national_number" not in names:
            claims.note("national_number", "is missing: the claim with the citizen's number")
    else:
        names.setdefault("scopes", "scope")
    levels = claims.mapping("assurance_levels", lambda key, value: claims.whole(key, value, 0, HIGHEST_ASSURANCE))
    return ClaimNames(**names, assurance_levels=levels)


def _meant(table: Table, key: str, value: Any) -> frozenset[Scope] | None:
    """Which of our scopes a foreign name stands for."""
    listed = value if isinstance(value, list) else [value]
    ours = {scope.value: scope for scope in Scope}
    if not listed or not all(isinstance(name, str) and name in ours for name in listed):
        table.note(key, f"must be one or more of {', '.join(ours)}")
        return None
    return frozenset(ours[name] for name in listed)
