"""What is counted while the service is used, as Prometheus reads it."""

from __future__ import annotations

import re

import pytest

from datasources.register.failures import RegisterUnavailable
from server import feed_figures
from server.feed_figures import FeedFigures
from tests.schema.world import World

APPOINT = """mutation ($i: AppointChiefAccessManagerInput!) {
  appointChiefAccessManager(input: $i) { __typename ... on Refusal { problems { code } } }
}"""


async def figures(world: World) -> dict[str, float]:
    """Every figure by its name and labels."""
    text = (await world.client.request("GET", "/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)}


async def test_batches_and_statements_are_counted(world: World) -> None:
    before = await figures(world)
    numbers = ", ".join(f'"{world.number(each)}"' for each in ("bakkerij", "holding"))
    await world.ask(f"{{ enterprises(enterpriseNumbers: [{numbers}]) {{ version name }} }}")
    after = await figures(world)

    def rise(name: str) -> float:
        return after[name] - before[name]

    assert rise('btb_loader_batch_keys_count{loader="chart"}') == 1
    assert rise('btb_loader_batch_keys_sum{loader="chart"}') == 2
    assert rise('btb_loader_batch_keys_sum{loader="enterprise"}') == 2
    assert rise("btb_database_statements_total") >= 1


async def test_a_no_that_is_an_answer_is_counted_by_its_code(world: World) -> None:
    asked = {"enterpriseNumber": world.number("bakkerij"), "person": {"me": True}, "affiliation": "EMPLOYEE"}
    answer = await world.ask(APPOINT, world.person("koen"), i=asked)
    code = answer.data["appointChiefAccessManager"]["problems"][0]["code"]
    assert (await figures(world))[f'btb_refusals_total{{code="{code}"}}'] == 1


async def test_how_far_the_feed_and_each_system_are_is_shown(world: World) -> None:
    FeedFigures(world.house, world.app.metrics, kept_for=0)
    await world.staff_bakkerij()
    world.house.feed.nudge()
    read = await world.ask("{ changes(first: 500) { changes { type } endCursor } }", world.system("UMAN"))
    page = read.data["changes"]
    written = await world.rows("changes")
    shown = await figures(world)
    assert written > 3
    assert shown['btb_feed_lag_changes{system="UMAN"}'] == shown['btb_feed_lag_changes{system="RMA"}'] == written
    await world.ask(
        'mutation ($c: Cursor!) { acknowledgeChanges(input: {system: "UMAN", upTo: $c}) { __typename } }',
        world.system("UMAN"),
        c=page["endCursor"],
    )
    shown = await figures(world)
    assert shown['btb_feed_lag_changes{system="UMAN"}'] == 0
    assert shown['btb_feed_lag_changes{system="RMA"}'] == written
    assert shown["btb_feed_subscribers"] == 0


async def test_while_the_register_is_away_no_system_shows_an_old_figure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    FeedFigures(world.house, world.app.metrics, kept_for=0)
    assert 'btb_feed_lag_changes{system="UMAN"}' in await figures(world)

    async def away(*_: object) -> None:
        raise RegisterUnavailable("away")

    monkeypatch.setattr(feed_figures, "progress_in", away)
    shown = await figures(world)
    assert not [name for name in shown if name.startswith("btb_feed_lag")]
    assert "btb_feed_head" in shown
