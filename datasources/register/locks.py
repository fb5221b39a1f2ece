"""PostgreSQL's advisory locks: all in one place, for two of one key keep each other waiting over nothing."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """What one at a time does, among all processes on one database."""

    MIGRATION = 4_207_202_611
    KBO_IMPORT = 4_207_202_612
    REPLACEMENT = 4_207_202_613
