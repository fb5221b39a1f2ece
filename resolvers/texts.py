"""Texts that callers write, within bounds."""

from __future__ import annotations


class TextRefused(ValueError):
    """A text is empty, too long or holds a null; the message names the field and never repeats the text."""


def bounded(field: str, text: str | None, longest: int) -> None:
    """Refuse a text that is empty, longer than its bound or holds a null; None passes. Raises TextRefused."""
    if text is None:
        return
    if not 0 < len(text) <= longest:
        raise TextRefused(f"{field} holds 1 to {longest} characters.")
    if "\x00" in text:  # PostgreSQL keeps no such text
        raise TextRefused(f"{field} holds a null character.")
