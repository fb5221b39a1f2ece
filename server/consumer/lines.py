"""The line of one mandate, and the sum over many, exactly as `docs/feed.md` promises them.

Written from the contract and not from the register's own code, as a partner would: that the two agree is a test.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Any

_SPACE = 1 << 256


def line(mandate: dict[str, Any], domains: Collection[str] | None) -> str:
    """The line of a mandate as the graph says it; `domains` are those followed, None for all."""
    by_delegations = mandate["role"] == "DOMAIN"
    said = [
        mandate["id"],
        mandate["enterprise"]["enterpriseNumber"],
        mandate["role"],
        mandate["person"]["id"],
        "-" if by_delegations else mandate["validFrom"],
        "-" if by_delegations else mandate["validUntil"] or "-",
        mandate["suspendedAt"] or "-",
    ]
    entrusted = [
        ",".join((each["id"], each["domain"]["code"], each["validFrom"], each["validUntil"] or "-"))
        for each in mandate["delegations"]
        if each["endedAt"] is None and (domains is None or each["domain"]["code"] in domains)
    ]
    return " ".join((*said, *sorted(entrusted)))


def added(total: int, line: str) -> int:
    """The sum with one mandate more."""
    return (total + _number(line)) % _SPACE


def removed(total: int, line: str) -> int:
    """The sum with one mandate less."""
    return (total - _number(line)) % _SPACE


def digest(total: int) -> str:
    """The sum as it is written: 64 hexadecimal digits."""
    return f"{total:064x}"


def _number(line: str) -> int:
    return int.from_bytes(sha256(line.encode()).digest())
