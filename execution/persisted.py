"""Documents that are named instead of sent: automatic persisted queries and trusted documents."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import orjson

from execution.errors import RefusedRequest
from execution.operation import OperationRequest

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class DocumentSource(Protocol):
    """Finds the text of a request's document."""

    def text(self, request: OperationRequest) -> str:
        """The document's text; raises RefusedRequest where there is none."""
        ...


def not_found() -> RefusedRequest:
    """The words and code that clients wait for before they send the whole document."""
    return RefusedRequest("PERSISTED_QUERY_NOT_FOUND", 200, "PersistedQueryNotFound")


def not_supported() -> RefusedRequest:
    """The words and code after which clients stop naming documents."""
    return RefusedRequest("PERSISTED_QUERY_NOT_SUPPORTED", 200, "PersistedQueryNotSupported")


def sent(request: OperationRequest) -> str:
    """The text that a request carries itself."""
    if not request.query:
        raise RefusedRequest("BAD_REQUEST", 400, "The request has no document.")
    return request.query


def named_hash(request: OperationRequest) -> str | None:
    """The SHA-256 by which a request names its document, after Apollo's protocol, version 1."""
    named = (request.extensions or {}).get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, Mapping) or named.get("version") != 1:
        raise not_supported()
    found = named.get("sha256Hash")
    if not isinstance(found, str) or not _SHA256.match(found):
        raise RefusedRequest(
            "BAD_REQUEST", 400, "The persisted query's hash is not a SHA-256 in lower-case hexadecimals."
        )
    return found


class DocumentsAsSent:
    """Only documents that are sent whole."""

    def text(self, request: OperationRequest) -> str:
        if not request.query and named_hash(request):
            raise not_supported()
        return sent(request)


class PersistedQueries:
    """Automatic persisted queries: what was sent once with its hash may be named by it, while it is remembered.

    Remembers at most `documents` texts of at most `characters` each, the least recently used is forgotten first.
    """

    def __init__(self, documents: int = 1_000, characters: int = 16_384) -> None:
        self._documents = documents
        self._characters = characters
        self._texts: OrderedDict[str, str] = OrderedDict()

    @property
    def remembered(self) -> int:
        """How many documents are remembered now."""
        return len(self._texts)

    def text(self, request: OperationRequest) -> str:
        name = named_hash(request)
        if name is None:
            return sent(request)
        if request.query:
            self._remember(name, request.query)
            return request.query
        known = self._texts.get(name)
        if known is None:
            raise not_found()
        self._texts.move_to_end(name)
        return known

    def _remember(self, name: str, text: str) -> None:
        if name in self._texts:
            if self._texts[name] != text:
                raise _mismatch()
            return
        if hashlib.sha256(text.encode()).hexdigest() != name:
            raise _mismatch()
        if len(text) <= self._characters:
            self._texts[name] = text
            if len(self._texts) > self._documents:
                self._texts.popitem(last=False)


def _mismatch() -> RefusedRequest:
    return RefusedRequest(
        "PERSISTED_QUERY_HASH_MISMATCH", 400, "The persisted query's hash is not that of its document."
    )


class TrustedDocuments:
    """Documents agreed beforehand, named by `extensions.documentId` or by the hash of a persisted query.

    With `only`, every other document is refused, sent or not, but those that are in the manifest word for word.
    Without, `others` answers for what is not in the manifest.
    """

    def __init__(
        self, documents: Mapping[str, str], *, only: bool = True, others: DocumentSource | None = None
    ) -> None:
        self._documents = dict(documents)
        self._by_hash = {hashlib.sha256(text.encode()).hexdigest(): text for text in documents.values()}
        self._texts = frozenset(documents.values())
        self._only = only
        self._others = DocumentsAsSent() if others is None else others

    def text(self, request: OperationRequest) -> str:
        name = (request.extensions or {}).get("documentId")
        if name is not None:
            if not isinstance(name, str) or (known := self._documents.get(name)) is None:
                raise RefusedRequest("DOCUMENT_NOT_FOUND", 200, "No trusted document has this identifier.")
            return known
        if request.query in self._texts:
            return sent(request)
        named = named_hash(request)
        if not request.query and named is not None and named in self._by_hash:
            return self._by_hash[named]
        if self._only:
            raise RefusedRequest("DOCUMENT_NOT_TRUSTED", 200, "Only documents agreed beforehand are executed here.")
        return self._others.text(request)


def manifest(path: Path) -> dict[str, str]:
    """Read a manifest: a JSON object of identifier to document, as Relay's compiler writes it, or Apollo's format with
    a list of operations. Raises ValueError for anything else."""
    content = orjson.loads(path.read_bytes())
    operations = content.get("operations") if isinstance(content, dict) else None
    if isinstance(operations, list) and all(isinstance(each, dict) for each in operations):
        content = {each.get("id"): each.get("body") for each in operations}
    texts = content.items() if isinstance(content, dict) else ((None, None),)
    if not all(isinstance(name, str) and isinstance(text, str) for name, text in texts):
        raise ValueError("A manifest of trusted documents maps identifiers to documents.")
    return dict(texts)
