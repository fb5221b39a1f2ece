"""Reads `[issuer.introspection]` of the issuers' file."""

from __future__ import annotations

from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from server.issuers import ALGORITHM_KEY_TYPES, Introspection
from server.toml_tables import Table

_KEYS: Final = frozenset(["url", "client_id", "client_secret", "client_secret_file", "private_key", "algorithm"])
_PROOFS: Final = frozenset({"client_secret", "client_secret_file", "private_key"})


def introspection(issuer: Table) -> Introspection | None:
    """Where this issuer's opaque tokens are asked about; None where its table does not say."""
    if "introspection" not in issuer.table:
        return None
    table = issuer.below("introspection", _KEYS)
    url, client = table.text("url", needed=True), table.text("client_id", needed=True)
    if url is not None:
        table.safe_url("url", url)
    if len(table.table.keys() & _PROOFS) != 1:
        table.note("private_key", "one of client_secret, client_secret_file and private_key is needed")
    algorithm = table.text("algorithm") or "RS256"
    if algorithm not in ALGORITHM_KEY_TYPES:
        table.note("algorithm", f"is none of {', '.join(ALGORITHM_KEY_TYPES)}")
    secret = table.text("client_secret") or _secret(table)
    return Introspection(url or "", client or "", secret, _private_key(table, algorithm), algorithm)


def _secret(table: Table) -> str | None:
    name = table.text("client_secret_file")
    if name is None:
        return None
    try:
        secret = (table.folder / name).read_text("utf-8").strip()
    except (OSError, ValueError):
        secret = ""
    if not secret:
        table.note("client_secret_file", "the file cannot be read, or is empty")
    return secret or None


def _private_key(table: Table, algorithm: str) -> Key | None:
    name = table.text("private_key")
    if name is None:
        return None
    kind = ALGORITHM_KEY_TYPES.get(algorithm, "RSA")
    try:
        key = JWKRegistry.import_key((table.folder / name).read_bytes(), kind)
    except (OSError, JoseError, ValueError):
        key = None
    if key is None or not key.is_private:
        table.note("private_key", f"is no file with a private {kind} key (PEM)")
        return None
    return key
