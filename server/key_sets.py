"""What one JWKS document says: the public keys that signatures may be verified with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.util import urlsafe_b64decode

MAX_DOCUMENT: Final = 256 * 1024
MAX_KEYS: Final = 64
_RSA_BITS: Final = range(2048, 8193)
_PUBLIC_MEMBERS: Final = {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}


class BadKeySet(ValueError):
    """A document is no set of keys that we can use."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The signature keys of one document, by `kid` (or by thumbprint, where the document gives none)."""

    by_kid: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    fingerprint: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, document: bytes) -> KeySet:
        """Read a JWKS. Keys for other uses, symmetric, weak and malformed ones are left out. Raises BadKeySet."""
        if len(document) > MAX_DOCUMENT:
            raise BadKeySet("the document is larger than a key set may be")
        try:
            listed = json.loads(document)["keys"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadKeySet("the document is no JSON object with a list of keys") from None
        if not isinstance(listed, list) or len(listed) > MAX_KEYS:
            raise BadKeySet(f"the document lists no keys, or more than {MAX_KEYS}")
        found: dict[str, tuple[Key, ...]] = {}
        for entry in listed:
            key = _signature_key(entry)
            if key is not None:
                kid = str(key.kid)
                if all(other.key_type != key.key_type for other in found.get(kid, ())):
                    found[kid] = (*found.get(kid, ()), key)
        if not found:
            raise BadKeySet("there is no usable signature key in the document")
        every = (f"{kid} {key.alg} {key.thumbprint()}" for kid, keys in found.items() for key in keys)
        return cls(found, frozenset(every))


def _signature_key(entry: Any) -> Key | None:
    """The public part of one entry, or None where it is no key to verify signatures with."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    operations = entry.get("key_ops")
    if operations is not None and not (isinstance(operations, list) and {"verify", "sign"} & set(map(str, operations))):
        return None
    kind, kid, algorithm = entry.get("kty"), entry.get("kid"), entry.get("alg")
    if not isinstance(kind, str) or not all(isinstance(text, str | None) for text in (kid, algorithm)):
        return None
    members = _PUBLIC_MEMBERS.get(kind, ())
    public = {name: value for name in members if isinstance(value := entry.get(name), str)}
    if not public or len(public) < len(members):
        return None
    try:
        if kind == "RSA" and int.from_bytes(urlsafe_b64decode(public["n"].encode())).bit_length() not in _RSA_BITS:
            return None
        named = {name: text for name, text in (("kid", kid), ("alg", algorithm)) if text}
        key = JWKRegistry.import_key({"kty": kind, **public, **named})
        key.ensure_kid()
        key.public_key  # noqa: B018 - a point that is not on its curve shows here, and not at the first token
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, LookupError):
        return None
    return key
