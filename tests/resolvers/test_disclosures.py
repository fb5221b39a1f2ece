"""What is shown of somebody was written down before; what could not be is not taken for written."""

from __future__ import annotations

from uuid import uuid4

import pytest

import loaders.consultations
from btb.persons import PersonId
from datasources.register.consultation_rows import Shown
from datasources.register.consultations import consultations_of
from datasources.register.failures import RegisterUnavailable
from execution.hooks import RequestInfo
from resolvers import disclosures
from tests.schema.world import World

SOMEBODY = PersonId(uuid4())
SHOWN = Shown.of(SOMEBODY, None, disclosures.MANDATES)


async def times_written(world: World) -> int:
    async with world.house.database.reading() as session:
        return len(await consultations_of(session, [SOMEBODY], 10))


async def test_what_an_operation_wrote_down_is_shown_again_in_it_without_being_written_twice(world: World) -> None:
    headers = {"authorization": f"Bearer {world.system('UMAN')}"}
    context = await world.app.contexts(RequestInfo(headers, None, "/graphql", "POST", "asked"))
    await disclosures.of_persons(context, [(SOMEBODY, None)], disclosures.MANDATES)
    await disclosures.again(context, [SHOWN])
    assert await times_written(world) == 1


async def test_what_an_operation_could_not_write_down_is_written_before_it_is_shown_again_in_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise RegisterUnavailable("out of reach")

    headers = {"authorization": f"Bearer {world.system('UMAN')}"}
    context = await world.app.contexts(RequestInfo(headers, None, "/graphql", "POST", "asked"))
    with monkeypatch.context() as patched:
        patched.setattr(loaders.consultations, "record_disclosed", away)
        with pytest.raises(RegisterUnavailable):
            await disclosures.of_persons(context, [(SOMEBODY, None)], disclosures.MANDATES)
    await disclosures.again(context, [SHOWN])
    assert await times_written(world) == 1
