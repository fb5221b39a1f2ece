"""Writing XML as text: the town's answers are small, many, and known to be well formed."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr


def leaf(name: str, text: str | None, **attributes: str | None) -> str:
    """An element with text; nothing at all where there is no text."""
    return "" if text is None else f"<{name}{_written(attributes)}>{escape(text)}</{name}>"


def branch(name: str, *children: str, **attributes: str | None) -> str:
    """An element around others, even where they are empty."""
    return f"<{name}{_written(attributes)}>{''.join(children)}</{name}>"


def coded(name: str, code: str, label: str | None = None, **attributes: str | None) -> str:
    """MAGDA's usual pair of a code and its description."""
    return branch(name, leaf("Code", code), leaf("Omschrijving", label), **attributes)


def _written(attributes: dict[str, str | None]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)
