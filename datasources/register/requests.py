"""What a recorded request rested on: the evidence of the sources, and the words of whoever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import insert

from btb.changes import Change
from datasources.register.direct import Direct
from datasources.register.tables import requests
from datasources.register.together import One

_KEEP = Direct(insert(requests))


def keeping(recorded: Sequence[Change], evidence: Mapping[str, object], note: str | None) -> One:
    """To be written behind the changes it led to. `evidence` is plain values, never a number."""
    row = {
        "first_position": recorded[0].position,
        "last_position": recorded[-1].position,
        "evidence": orjson.dumps(evidence).decode(),
        "note": note,
    }
    return One(_KEEP, row)
