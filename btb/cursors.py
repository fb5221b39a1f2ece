"""Cursors of the feed: opaque, authenticated texts that name an epoch and a position in it.

CursorRefused
├── CursorInvalid           not written by this register, or altered
└── CursorOfOtherEpoch      written before the register was restored
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from uuid import UUID

_MAC_BYTES = 12
_LENGTH = 16 + 8 + _MAC_BYTES
_KEPT = 10_000


class CursorRefused(ValueError):
    """A cursor that cannot be read on from."""


class CursorInvalid(CursorRefused):
    """Not written by this register, or altered on the way."""


class CursorOfOtherEpoch(CursorRefused):
    """Written by this register in another epoch: its positions mean nothing any more."""


@dataclass(slots=True)
class Cursors:
    """Writes and reads the cursors of one register: `key` is secret, `epoch` changes when a database is restored."""

    key: bytes
    epoch: UUID
    _written: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def begin(self, epoch: UUID) -> None:
        """From now on positions are those of another epoch."""
        self.epoch = epoch
        self._written.clear()

    def write(self, position: int) -> str:
        """The cursor behind the change at this position; 0 is before the first change. 48 URL-safe characters."""
        known = self._written.get(position)
        if known is not None:  # all who follow are told of the same few positions
            return known
        payload = self.epoch.bytes + position.to_bytes(8, "big")
        written = base64.urlsafe_b64encode(payload + self._mac(payload)).decode()
        if len(self._written) >= _KEPT:
            self._written.clear()
        self._written[position] = written
        return written

    def read(self, text: str) -> int:
        """The position of a cursor of this epoch. Raises CursorInvalid, CursorOfOtherEpoch."""
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise CursorInvalid from None
        payload, mac = raw[:24], raw[24:]
        if len(raw) != _LENGTH or not hmac.compare_digest(mac, self._mac(payload)):
            raise CursorInvalid
        if payload[:16] != self.epoch.bytes:
            raise CursorOfOtherEpoch
        return int.from_bytes(payload[16:], "big")

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self.key, b"btb cursor" + payload, "sha256")[:_MAC_BYTES]
