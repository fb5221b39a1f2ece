"""Reading twice is asking once: what two hundred enterprises with their representatives cost."""

from __future__ import annotations

from datasources.rehearsal.questions import Service
from tests.schema.world import World

REPRESENTED = (
    "query($n: [EnterpriseNumber!]!) { enterprises(enterpriseNumbers: $n) { name juridicalForm { code label } "
    "legalRepresentatives { function { code } person { id givenName familyName } through { name } } } }"
)
FOR_AN_ENTERPRISE = 1 + 1
"""Messages for each enterprise: one to GeefOnderneming, one to GeefFuncties."""
STATEMENTS = 12
"""Statements on our own database, however many enterprises: the mirror, and ids of persons found, added, read back."""


async def test_two_hundred_enterprises_with_their_representatives(world: World) -> None:
    world.switches.latency = 0.002
    numbers = [each.number.digits for each in world.town.enterprises][:200]
    token = world.system("OPERATOR")
    assert len(numbers) == 200
    with world.questions() as asked, world.counting() as statements:
        answer = await world.ask(REPRESENTED, token, n=numbers)
    found = answer["enterprises"]
    assert {tuple(error["extensions"].values()) for error in answer.errors} <= {("NUMBER_CANCELLED",)}
    assert sum(len(each["legalRepresentatives"]) for each in found) > 150
    assert all(each["name"] for each in found if each["name"] is not None)
    assert len(asked) == len(set(asked))
    of = {service: [number for each, number in asked if each is service] for service in Service}
    assert len(of[Service.FUNCTIONS]) == 200
    assert set(numbers) <= set(of[Service.ENTERPRISE])
    assert len(of[Service.ENTERPRISE]) < 210  # legal persons that are director, too
    assert 1 < world.rehearsal.busiest <= 8
    assert len(statements) <= STATEMENTS, statements
    with world.questions() as asked_again, world.counting() as again:
        assert (await world.ask(REPRESENTED, token, n=numbers))["enterprises"] == found
    cancelled = world.town.person("fatima").number.digits
    assert {number for _, number in asked_again} <= {cancelled}  # a cancellation is no answer that is kept
    assert len(again) <= STATEMENTS


async def test_our_database_is_read_as_often_for_forty_enterprises_as_for_two_hundred(world: World) -> None:
    token, numbers = world.system("OPERATOR"), [each.number.digits for each in world.town.enterprises]
    with world.counting() as for_forty:
        await world.ask(REPRESENTED, token, n=numbers[:40])
    with world.counting() as for_the_others:
        await world.ask(REPRESENTED, token, n=numbers[40:240])
    assert len(for_forty) <= STATEMENTS
    assert len(for_the_others) <= STATEMENTS


async def test_one_enterprise_asked_by_every_way_at_once_is_asked_once(world: World) -> None:
    number = world.number("bakkerij")
    fields = "name status kind juridicalForm { code } source { source } address { street }"
    document = (
        f'{{ a: enterprise(enterpriseNumber: "{number}") {{ {fields} }} '
        f'b: enterprises(enterpriseNumbers: ["{number}", "{number}"]) {{ {fields} }} '
        f'_entities(representations: [{{__typename: "Enterprise", enterpriseNumber: "{number}"}}]) '
        f"{{ ... on Enterprise {{ {fields} }} }} }}"
    )
    with world.questions() as asked:
        assert (await world.ask(document)).ok
    assert asked == [(Service.ENTERPRISE, number)]


async def test_mandates_of_two_hundred_are_read_in_as_many_statements_as_of_one(world: World) -> None:
    await world.staff_bakkerij()
    document = (
        "query($n: [EnterpriseNumber!]!) { enterprises(enterpriseNumbers: $n) "
        "{ version chiefAccessManager { id person { familyName } } accessManagers { id } } }"
    )
    token = world.system("OPERATOR")
    with world.counting() as for_one:
        await world.ask(document, token, n=[world.number("bakkerij")])
    with world.counting() as for_many:
        await world.ask(document, token, n=[each.number.digits for each in world.town.enterprises][:200])
    assert len(for_many) <= len(for_one)
