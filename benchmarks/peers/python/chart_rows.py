"""Statements of the peers, and rows of charts made into mandates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import strawberry

from benchmarks.peers.python.strawberry_types import AccessManager, AccessManagerRole, Delegation, Domain, MandateStatus

RANKS = {role: rank for rank, role in enumerate(AccessManagerRole)}


@cache
def statement(name: str) -> str:
    """The text of a statement that all peers share."""
    return (Path(__file__).parents[1] / "statements" / f"{name}.sql").read_text()


def managers_of(
    rows: Iterable[Mapping[str, Any]], served: frozenset[str], now: int
) -> dict[str, list[tuple[Any, AccessManager]]]:
    """Those in office in each enterprise with the persons they are, chief first, as a system may see them."""
    heads: dict[Any, Mapping[str, Any]] = {}
    entrusted: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["id"] is None:
            continue
        heads.setdefault(row["id"], row)
        if row["delegation"] is not None and row["domain"] in served:
            entrusted.setdefault(row["id"], []).append(row)
    found: dict[str, list[tuple[Any, AccessManager]]] = {}
    for row in sorted(heads.values(), key=_place):
        delegations = sorted(entrusted.get(row["id"], ()), key=lambda each: (each["granted_at"], each["delegation"]))
        status = _status(row["valid_from"], row["valid_until"], row["ended_at"], now, row["suspended_at"])
        if status is not MandateStatus.ENDED and (delegations or row["role"] != "DOMAIN"):
            manager = _manager(row, status, delegations, now)
            found.setdefault(row["number"], []).append((row["person"], manager))
    return found


def _place(row: Mapping[str, Any]) -> tuple[int, int, Any]:
    return RANKS[AccessManagerRole(row["role"])], row["appointed_at"], row["id"]


def _manager(
    row: Mapping[str, Any], status: MandateStatus, delegations: list[Mapping[str, Any]], now: int
) -> AccessManager:
    return AccessManager(
        id=strawberry.ID(str(row["id"])),
        role=AccessManagerRole(row["role"]),
        status=status,
        valid_from=_text(row["valid_from"]),
        delegations=[
            Delegation(
                id=strawberry.ID(str(each["delegation"])),
                domain=Domain(code=strawberry.ID(each["domain"])),
                status=_status(each["d_from"], each["d_until"], each["d_ended"], now),
                valid_from=_text(each["d_from"]),
            )
            for each in delegations
        ],
    )


def _status(since: int, until: int | None, ended: int | None, now: int, suspended: int | None = None) -> MandateStatus:
    if since > now or (ended is not None and ended <= now) or (until is not None and until <= now):
        return MandateStatus.ENDED
    return MandateStatus.SUSPENDED if suspended is not None and suspended <= now else MandateStatus.ACTIVE


def _text(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat().replace("+00:00", "Z")
