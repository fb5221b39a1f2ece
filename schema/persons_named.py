"""A person as callers name one."""

from __future__ import annotations

import strawberry

from btb.identifiers import NationalNumber
from resolvers.references import PersonNamed


@strawberry.input(one_of=True, description="A person, named in exactly one way.")
class PersonReference:
    national_number: NationalNumber | None = strawberry.field(
        default=strawberry.UNSET, description="By number; put it in a variable, never in the document."
    )
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By `Person.id`.")
    me: bool | None = strawberry.field(default=strawberry.UNSET, description="Whoever asks; only `true` makes sense.")

    def named(self) -> PersonNamed:
        """What the resolvers understand."""
        return PersonNamed(
            national_number=self.national_number or None,
            id=str(self.id) if self.id else None,
            me=bool(self.me),
        )
