"""How late most, nearly all and the last are."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def ranked(milliseconds: Sequence[float]) -> dict[str, float]:
    """The percentiles that the feed's delays are judged by."""
    cuts = statistics.quantiles(milliseconds, n=100)
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "p99_ms": round(cuts[98], 1)}
