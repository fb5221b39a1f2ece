"""Server-sent events, distinct connections mode: one response per operation, as npm `graphql-sse` describes it.

Lines end in LF alone: a gateway that splits at LF LF sees nothing in a stream of CRLF. What cannot run is told inside
of the stream, because a browser's EventSource hides the body of any other status than 200.
"""

from __future__ import annotations

from execution.preferences import EVENT_STREAM
from execution.streamed_http import StreamedHTTP


class ServerSentEvents(StreamedHTTP):
    """`next` events, comments as signs of life, one `complete` with empty data (without it EventSource drops it)."""

    media = EVENT_STREAM
    content_type = b"text/event-stream; charset=utf-8"
    opening = heartbeat = b":\n\n"
    closing = b"event: complete\ndata: \n\n"

    def part(self, body: bytes) -> bytes:
        """One `next` event. The body is compact JSON, in which no line ends."""
        return b"event: next\ndata: " + body + b"\n\n"
