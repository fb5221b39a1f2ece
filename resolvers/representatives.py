"""The persons behind representations, for readers who may see who represents an enterprise."""

from __future__ import annotations

from collections.abc import Sequence

from btb.authority import Deed
from btb.persons import PersonId
from btb.representation import LegalRepresentation
from resolvers import admission, persons
from resolvers.context import Context


async def representing_persons(
    context: Context, representations: Sequence[LegalRepresentation]
) -> list[PersonId | Exception]:
    """Our ids for the persons behind these representations, for a reader who may see them."""
    enterprises = [each.rests_on[0].held_in for each in representations]
    admitted = await admission.to_enterprises(context, Deed.READ_LEGAL_REPRESENTATIVES, enterprises)
    ids = await persons.identified(context, [each.holder for each in representations])
    return [refusal or person for refusal, person in zip(admitted, ids, strict=True)]
