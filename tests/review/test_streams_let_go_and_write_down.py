"""A stream writes down what it shows when it shows it, and lets go of everything at once when its reader leaves."""

from __future__ import annotations

import asyncio

from btb.actors import Scope
from btb.filters import EVERYTHING
from datasources.feed_items import Batch
from datasources.register.consultations import consultations_of
from resolvers import changes, outages
from tests.review.asking import client, context_of
from tests.schema.world import World


async def test_each_showing_in_a_stream_is_written_down_when_it_happens(world: World) -> None:
    """One subscription shows the same person twice: two consultations, each at its own time."""
    context = context_of(world, client(Scope.FEED_READ, Scope.OPERATE), "accountability")
    stream = changes.follow(context, None, EVERYTHING)
    shown = []
    for request in ({"affiliation": "EMPLOYEE"}, None):
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        if request is not None:
            mandate = await world.appoint("appointChiefAccessManager", "els", "koen", **request)
        else:
            await world.request("endAppointment", world.person("koen"), accessManagerId=mandate)
        batch = await asyncio.wait_for(waiting, 10)
        assert isinstance(batch, Batch)
        shown.append(batch.changes[-1].recorded_at)
    await stream.aclose()
    number = world.town.person("koen").number
    person = (await world.house.directory.ids([number]))[number]
    async with world.house.database.reading() as session:
        written = await consultations_of(session, [person], 50)
    mine = [each for each in written if each.actor.client == "somebody"]
    assert len(mine) == 2
    assert all(written >= recorded for written, recorded in zip(sorted(each.at for each in mine), shown, strict=True))
    assert {each.purpose for each in mine} == {"accountability"}


async def test_a_reader_who_leaves_follows_no_more(world: World) -> None:
    context = context_of(world, client(Scope.FEED_READ, Scope.OPERATE, system="UMAN"))
    stream = changes.follow(context, changes.cursor(context, 0), EVERYTHING)
    await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    assert isinstance(await asyncio.wait_for(anext(stream), 10), Batch)
    assert world.house.presence.here == {"UMAN"}
    await stream.aclose()
    assert world.house.presence.here == set()
    assert world.house.feed.followers == 0


async def test_a_listener_to_outages_who_leaves_listens_no_more(world: World) -> None:
    document = (
        'mutation { announceOutage(input: {kind: PLANNED, service: WEB_SERVICE, startsAt: "2099-01-01T00:00:00Z", '
        'description: [{language: NL, text: "Onderhoud"}]}) { __typename } }'
    )
    assert (await world.ask(document, world.system("OPERATOR"))).ok["announceOutage"]["__typename"] == "Outage"
    stream = outages.follow(context_of(world, client()))
    assert (await asyncio.wait_for(anext(stream), 10)).kind == "PLANNED"
    await stream.aclose()
    assert world.house.outages.listeners == 0
