"""What every request to appoint, end or alter carries."""

from __future__ import annotations

from typing import Any, Protocol

import strawberry

from btb.identifiers import EnterpriseNumber
from resolvers import appointments
from resolvers.acts import Asked
from schema.info import Info

KEY = "The same key and content give the same answer once more; other content is refused. At most 128 characters."
VERSION = "`Enterprise.version` the caller decided on; a newer one is refused with VERSION_CONFLICT."
DRY_RUN = "Everything is checked and the effects are shown; nothing is written or announced."


def key() -> Any:  # Any, as strawberry.field itself: the annotation of the field says its type
    return strawberry.field(default=None, description=KEY)


def version() -> Any:  # as above
    return strawberry.field(default=None, description=VERSION)


def dry_run() -> Any:  # as above
    return strawberry.field(default=False, description=DRY_RUN)


def optional(description: str) -> Any:  # as above
    return strawberry.field(default=None, description=description)


class Common(Protocol):
    """The three that every appointment input carries."""

    idempotency_key: strawberry.ID | None
    expected_version: int | None
    dry_run: bool


def content(what: str, *values: object) -> dict[str, object]:
    """What is asked, as plain values that can be compared."""
    return {"request": what, "values": [None if value is None else str(value) for value in values]}


def asked(
    info: Info, common: Common, enterprise: EnterpriseNumber, content: dict[str, object], note: str | None = None
) -> Asked:
    return appointments.asked(
        info.context,
        enterprise,
        content,
        key=common.idempotency_key,
        expected_version=common.expected_version,
        dry_run=common.dry_run,
        note=note,
    )
