"""The keys of the rehearsal issuer and of its clients, in one file that only its owner may read.

Kept in a file so that `btb token` in one process makes tokens that a server in another believes. The file also holds
the issuer's own URL, which the server writes when it starts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from server.key_sets import KeySet
from server.rehearsal_issuer.clients import CLIENTS

KEYS_FILE: Final = Path(".local/rehearsal-issuer.json")
DEFAULT_URL: Final = "http://127.0.0.1:8000/rehearsal-issuer"


class BadKeysFile(Exception):
    """The file is there and holds no keys of a rehearsal issuer; removing it makes new ones."""


@dataclass(frozen=True, slots=True)
class RehearsalKeys:
    """The issuer's URL, its two signature keys by algorithm, and the key of each client (ES256)."""

    url: str
    signing: Mapping[str, Key]
    clients: Mapping[str, Key]

    @classmethod
    def make(cls, url: str = DEFAULT_URL) -> Self:
        """Fresh keys, nowhere kept."""
        signing: dict[str, Key] = {
            "ES256": ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True),
            "RS256": RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True),
        }
        clients = {name: ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True) for name in CLIENTS}
        return cls(url, signing, clients)

    @classmethod
    def kept(cls, file: Path = KEYS_FILE, url: str | None = None) -> Self:
        """The keys in the file, made where there are none; with `url`, the file says from now on that this is ours.

        Raises BadKeysFile.
        """
        if not file.exists():
            cls.make(url or DEFAULT_URL)._write(file, only_new=True)
        keys = cls._read(file)
        if url is not None and keys.url != url:
            keys = replace(keys, url=url)
            keys._write(file, only_new=False)
        return keys

    def of(self, url: str) -> Self:
        """The same keys for another URL, nowhere kept."""
        return replace(self, url=url)

    def public(self) -> dict[str, Any]:
        """The JWKS that everybody may read."""
        return {"keys": [key.as_dict(private=False) for key in self.signing.values()]}

    def key_set(self) -> KeySet:
        """The same, as a verifier wants it."""
        return KeySet.parse(json.dumps(self.public()).encode())

    @classmethod
    def _read(cls, file: Path) -> Self:
        try:
            content = json.loads(file.read_bytes())
            signing = {name: JWKRegistry.import_key(key) for name, key in content["signing"].items()}
            clients = {name: JWKRegistry.import_key(key) for name, key in content["clients"].items()}
            keys = cls(str(content["issuer"]), signing, clients)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            raise BadKeysFile(f"{file} holds no keys of a rehearsal issuer ({type(error).__name__}).") from None
        if signing.keys() != {"ES256", "RS256"} or clients.keys() != CLIENTS.keys():
            raise BadKeysFile(f"{file} holds the keys of another rehearsal issuer; remove it to make new ones.")
        return keys

    def _write(self, file: Path, *, only_new: bool) -> None:
        """Writes the whole file at once: another process sees all of it or nothing. With `only_new` the first wins."""
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "issuer": self.url,
            "signing": {name: key.as_dict(private=True) for name, key in self.signing.items()},
            "clients": {name: key.as_dict(private=True) for name, key in self.clients.items()},
        }
        fresh = file.with_name(f".{file.name}.{uuid4().hex}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                json.dump(content, opened, indent=1)
            if only_new:
                _link(fresh, file)
            else:
                fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def _link(fresh: Path, file: Path) -> None:
    """Gives the file its name unless somebody else was first."""
    try:
        os.link(fresh, file)
    except FileExistsError:
        return
