"""What fails for one enterprise, one poll or one person fails there alone, and is said; it is never taken for a no."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from btb.actors import Scope
from btb.identifiers import EnterpriseNumber
from datasources.readings import AuthenticSource, SourceFailure, SourceUnavailable
from datasources.register import charts as register
from datasources.register.database import WriteSession
from datasources.register.failures import RegisterConflict, RegisterFailure, RegisterUnavailable
from resolvers import duty, persons
from resolvers.duty import Duty
from tests.review.asking import citizen, client, context_of
from tests.schema.world import World


@pytest.mark.parametrize("failure", [RegisterConflict("poisoned"), ValueError("poisoned")])
async def test_an_enterprise_that_cannot_be_settled_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    numbers = [world.town.enterprise(each).number for each in ("bakkerij", "opslorper")]
    asked: list[EnterpriseNumber] = []

    async def due(*_: Any) -> list[EnterpriseNumber]:
        return numbers

    async def locked(session: WriteSession, number: EnterpriseNumber) -> Any:
        asked.append(number)
        if number == numbers[0]:
            raise failure
        return (await register.charts(session, [number]))[number]

    monkeypatch.setattr(duty.register, "enterprises_due", due)
    monkeypatch.setattr(duty.register, "chart_locked", locked)
    while len(asked) < len(numbers):  # the service's own duty may hold the lease: then it does the same
        await Duty(world.house, "review").do()
        await asyncio.sleep(0.01)
    assert asked[:2] == numbers


async def test_a_person_whose_mandates_cannot_be_read_is_no_stranger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.staff_bakkerij()
    person = await world.person_id("koen")

    async def unreachable(*_: Any, **__: Any) -> Any:
        raise RegisterUnavailable("gone")

    monkeypatch.setattr(register, "mandates_of_persons", unreachable)
    context = context_of(world, client(Scope.MANDATES_READ, system="UMAN"))
    (found,) = await persons.by_ids(context, [person])
    assert isinstance(found, RegisterFailure)


async def test_a_person_is_not_hidden_because_kbo_is_silent(world: World) -> None:
    await world.staff_bakkerij()
    person = await world.person_id("koen")
    context = context_of(world, await citizen(world, "els"))
    (found,) = await persons.by_ids(context, [person])
    assert str(found) == person
    fresh = context_of(world, context.actor)
    fresh.loaders.functions_of = Silent()  # type: ignore[assignment]
    (found,) = await persons.by_ids(fresh, [person])
    assert isinstance(found, SourceFailure)


class Silent:
    """A loader of functions that has no answer for anybody."""

    async def load_many(self, keys: Any) -> list[Exception]:
        return [SourceUnavailable(AuthenticSource.KBO, "silent") for _ in keys]
