"""What lists cost, said once for gateways and for our own limits."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from strawberry.federation.schema_directives import ListSize


def sized(by: str, *, fields: Sequence[str] = ()) -> ListSize:
    """A list as long as the argument says; with `fields`, it is those fields of a page that are so long."""
    return ListSize(
        assumed_size=strawberry.UNSET,
        slicing_arguments=[by],
        sized_fields=list(fields) or strawberry.UNSET,
        require_one_slicing_argument=False,
    )


def bounded(most: int) -> ListSize:
    """A list that is at most so long, whatever is asked."""
    return ListSize(
        assumed_size=most,
        slicing_arguments=strawberry.UNSET,
        sized_fields=strawberry.UNSET,
        require_one_slicing_argument=False,
    )


def length(first: int | None, otherwise: int) -> int:
    """How long a page is asked to be. Null is the default; 0 is a number like another, and refused as one."""
    return otherwise if first is None else first
