"""Pages that cannot be given, and the cursors of those that can."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PageRefused(ValueError):
    """The size of a page is out of bounds, or its cursor is not one of ours; the message never repeats it."""


def within(first: int, most: int) -> None:
    """Refuse a page of another size than 1 to `most`. Raises PageRefused."""
    if not 1 <= first <= most:
        raise PageRefused(f"A page holds 1 to {most} items.")


def place(at: datetime, id: UUID) -> str:
    """The cursor behind an item that stands at this moment under this id; opaque to callers."""
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + id.bytes).decode()


def placed(cursor: str) -> tuple[datetime, UUID]:
    """The moment and id that `place` wrote. Raises PageRefused."""
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        if len(raw) != 24:
            raise ValueError
        return _EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big")), UUID(bytes=raw[8:])
    except (binascii.Error, ValueError, OverflowError):
        raise PageRefused("This cursor was not written by this field.") from None
