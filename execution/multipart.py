"""Multipart subscriptions (`multipart/mixed;subscriptionSpec=1.0`) as Apollo Client and meros read them.

Every part is followed at once by the delimiter of the next: a reader knows only by it that a part has ended.
Source: Apollo Router, "multipart HTTP protocol for GraphQL subscriptions".
"""

from __future__ import annotations

from execution.preferences import MULTIPART
from execution.streamed_http import StreamedHTTP

_DELIMITER = b"\r\n--graphql"
_HEADER = b"\r\ncontent-type: application/json\r\n\r\n"


class MultipartSubscription(StreamedHTTP):
    """Answers under `payload`; an empty object is a sign of life."""

    media = MULTIPART
    content_type = b'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    opening = _DELIMITER[2:]
    heartbeat = _HEADER + b"{}" + _DELIMITER
    closing = b"--\r\n"

    def part(self, body: bytes) -> bytes:
        """One answer, and the delimiter that ends it."""
        return _HEADER + b'{"payload":' + body + b"}" + _DELIMITER
