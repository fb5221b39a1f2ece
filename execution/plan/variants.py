"""What is made of a document once it has come again: one for each set of values on which its selection rests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from execution.kept import Kept
from execution.operation import Prepared
from execution.plan.selection import condition_variables

Made = TypeVar("Made")


class _Document(Generic[Made]):
    """What is known of a document; `only` is all that is made of it, where what is selected depends on no variable."""

    __slots__ = ("conditions", "only", "seen")

    def __init__(self, prepared: Prepared) -> None:
        self.conditions = condition_variables(prepared)
        self.only: Made | None = None
        self.seen = 0


class Variants(Generic[Made]):
    """At most `kept` are kept; nothing is made of a document the `first` times that it comes."""

    __slots__ = ("_documents", "_first", "_made", "_make")

    def __init__(self, kept: int, first: int, make: Callable[[Prepared, Mapping[str, Any]], Made]) -> None:
        self._first = first
        self._make = make
        self._documents: Kept[_Document[Made]] = Kept(kept)
        self._made: Kept[Made] = Kept(kept)

    def of(self, prepared: Prepared, variables: Mapping[str, Any]) -> Made | None:
        """What was made of this document for these variables; None: it is not worth it yet."""
        name = (prepared.document_hash, prepared.name)
        document = self._documents.find(name)
        if document is None:
            document = _Document(prepared)
            self._documents.keep(name, document)
        if document.only is not None:
            return document.only
        conditions = {each: variables.get(each) for each in document.conditions}
        key = (*name, *conditions.values())
        made = self._made.find(key)
        if made is None:
            document.seen += 1
            if document.seen <= self._first:
                return None
            made = self._make(prepared, conditions)
            self._made.keep(key, made)
        if not conditions:
            document.only = made
        return made
