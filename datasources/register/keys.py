"""The keys that national numbers are kept under: a JSON file, and nothing of it in any error.

    {"current": "2026-11", "keys": {"2026-11": "<32 bytes, base64>"}, "index": "<32 bytes, base64>"}

KeyFailure
├── KeyFileInvalid      the file cannot be read, or an entry of it is missing or wrong (named)
├── KeyMissing          something is kept under a key that the file does not hold (named)
└── NumberUnreadable    a kept number was altered, moved to another row, or kept under another key of that name
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from btb.identifiers import NationalNumber

_KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyFailure(Exception):
    """The keys cannot do what was asked."""


class KeyFileInvalid(KeyFailure):
    """The file cannot be used; the message names the entry."""


class KeyMissing(KeyFailure):
    """No key of that name."""


class NumberUnreadable(KeyFailure):
    """What is kept cannot be decrypted."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys by name. New numbers are kept under `current`; the others still open what they closed."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the file. Raises KeyFileInvalid."""
        try:
            said = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise KeyFileInvalid(f"the key file cannot be read ({type(error).__name__})") from None
        if not isinstance(said, dict) or not isinstance(said.get("keys"), dict):
            raise KeyFileInvalid("the key file needs the entries current, keys and index")
        keys = {name: _key(f"keys.{name}", text) for name, text in said["keys"].items()}
        if said.get("current") not in keys:
            raise KeyFileInvalid("the entry current must name one of the keys")
        return cls(said["current"], keys, _key("index", said.get("index")))

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """Read the file, made anew and readable by its owner only where there is none. Raises KeyFileInvalid."""
        if not path.exists():
            ring = cls("1", {"1": os.urandom(_KEY_BYTES)}, os.urandom(_KEY_BYTES))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                ring._write(path, os.O_EXCL)
            except FileExistsError:
                return cls.load(path)  # another process was first
            except OSError as error:
                raise KeyFileInvalid(f"the key file cannot be written ({type(error).__name__})") from None
        return cls.load(path)

    def with_new_key(self, path: Path, name: str) -> KeyRing:
        """The first step of a rotation: the file with one more key, which is current from now on."""
        if name in self.keys:
            raise KeyFileInvalid("a key of this name exists")
        ring = KeyRing(name, {**self.keys, name: os.urandom(_KEY_BYTES)}, self.index_key)
        beside = path.with_name(path.name + ".new")
        ring._write(beside, os.O_TRUNC)
        beside.replace(path)
        return ring

    def index(self, number: NationalNumber) -> str:
        """What a number is found by: it tells nothing to who lacks the index key."""
        return hmac.new(self.index_key, number.digits.encode(), sha256).hexdigest()

    def secret(self, purpose: str) -> bytes:
        """Another secret of the register, e.g. the one its cursors are signed with."""
        return hmac.new(self.index_key, b"btb " + purpose.encode(), sha256).digest()

    def seal(self, number: NationalNumber) -> tuple[str, bytes]:
        """The current key's name, and the number encrypted under it; readable only beside its own index."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, number.digits.encode(), self.index(number).encode())
        return self.current, nonce + sealed

    def unseal(self, key_id: str, ciphertext: bytes, index: str) -> NationalNumber:
        """The number kept under a key beside an index. Raises KeyMissing, NumberUnreadable."""
        key = self.keys.get(key_id)
        if key is None:
            raise KeyMissing(f"the key file holds no key {key_id}")
        try:
            digits = AESGCM(key).decrypt(ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], index.encode())
        except InvalidTag:
            raise NumberUnreadable(f"a number kept under the key {key_id} cannot be decrypted") from None
        return NationalNumber.parse(digits.decode(), allow_test_numbers=True)

    def _write(self, path: Path, how: int) -> None:
        said = {
            "current": self.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
            "index": base64.b64encode(self.index_key).decode(),
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
            file.write(orjson.dumps(said, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())


def _key(entry: str, text: Any) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyFileInvalid(f"the entry {entry} must be {_KEY_BYTES} bytes in base64")
    return key
