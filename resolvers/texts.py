"""Texts that callers write, within bounds."""

from __future__ import annotations


class TextRefused(ValueError):
    """A text is empty or too long; the message names the field and never repeats the text."""


def bounded(field: str, text: str | None, longest: int) -> None:
    """Refuse a text that is empty or longer than its bound; None passes. Raises TextRefused."""
    if text is not None and not 0 < len(text) <= longest:
        raise TextRefused(f"{field} holds 1 to {longest} characters.")
