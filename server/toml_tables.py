"""Reading a table of a TOML file so that all its mistakes come out together, each under its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_TEXT: Final = 2048


class Table:
    """One table, `name` its place in the file. Readers note what is wrong and answer with something harmless.

    Files that it names are found from `folder`.
    """

    def __init__(self, name: str, table: Any, folder: Path, mistakes: list[str], keys: frozenset[str]) -> None:
        self.name, self.folder, self.mistakes = name, folder, mistakes
        self.table: Mapping[str, Any] = table if isinstance(table, dict) else {}
        if not isinstance(table, dict):
            mistakes.append(f"{name}: must be a table.")
        for key in self.table:
            if key not in keys:
                self.note(key, "is no key of this file")

    def note(self, key: str, what: str) -> None:
        """Keeps a mistake in one key."""
        self.mistakes.append(f"{self.name}.{key}: {what}.")

    def below(self, key: str, keys: frozenset[str]) -> Table:
        """The table under a key; an empty one where there is none."""
        return Table(f"{self.name}.{key}", self.table.get(key, {}), self.folder, self.mistakes, keys)

    def as_text(self, key: str, value: Any) -> str | None:
        """A text that is not empty and has no blanks around it."""
        if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT and value == value.strip():
            return value
        self.note(key, "must be a text that is not empty")
        return None

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """The text under a key."""
        if key in self.table:
            return self.as_text(key, self.table[key])
        if needed:
            self.note(key, "is missing")
        return None

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """The texts under a key: one, or a list that is not empty."""
        value = self.table.get(key)
        if value is None:
            if needed:
                self.note(key, "is missing")
            return ()
        listed = value if isinstance(value, list) else [value]
        if not listed:
            self.note(key, "must not be empty")
        return tuple(text for each in listed if (text := self.as_text(key, each)) is not None)

    def mapping(self, key: str, read: Callable[[str, Any], T | None]) -> dict[str, T]:
        """The table under a key, each value read by `read(key, value)`; what reads as None is left out."""
        entries = self.table.get(key, {})
        if not isinstance(entries, dict):
            self.note(key, "must be a table")
            return {}
        pairs = {name: read(f"{key}.{name}", value) for name, value in entries.items()}
        return {name: value for name, value in pairs.items() if value is not None}

    def whole(self, key: str, value: Any, least: int, most: int) -> int | None:
        """A whole number between two bounds, both included."""
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.note(key, f"must be a whole number from {least} to {most}")
        return None

    def safe_url(self, key: str, url: str) -> bool:
        """Whether keys or answers may be fetched there: https, or http on this machine alone."""
        try:
            parts = urlsplit(url)
            host, user = parts.hostname, parts.username
        except ValueError:
            host, user = None, None
        else:
            if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
                host = None
        if host is None or user is not None:
            self.note(key, "must be an https URL (http only on this machine) without a user name")
            return False
        return True
