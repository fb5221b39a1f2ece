"""Nobody tries national numbers out: sixty different ones a minute are resolved, whatever the shape of the question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from btb.identifiers import NationalNumber
from datasources.rehearsal.numbers import national_number
from datasources.rehearsal.questions import Service
from resolvers.budgets import BudgetExceeded, NumberBudget
from tests.schema.world import World

NUMBERS = [national_number(f"19{50 + n // 250}-04-{1 + n % 28:02d}", 1 + n % 250 * 2) for n in range(1000)]
MOST = 60


def resolved(asked: list[tuple[Service, str]]) -> int:
    """How many different numbers of ours reached a register."""
    ours = {number.digits for number in NUMBERS}
    return len({number for _, number in asked} & ours)


def question(world: World, number: NationalNumber, domain: str = "FINANCE") -> dict[str, Any]:
    return {
        "enterpriseNumber": world.number("bakkerij"),
        "person": {"nationalNumber": number.digits},
        "domain": domain,
    }


MANY = "query($q: [AccessQuestion!]!) { mayManageMany(questions: $q) { allowed } }"


async def test_a_thousand_in_one_list_resolve_none(world: World) -> None:
    assert len(set(NUMBERS)) == 1000
    with world.questions() as asked:
        answer = await world.ask(MANY, world.system("RMA"), q=[question(world, number) for number in NUMBERS])
    assert answer.codes == ["TOO_MANY_NUMBERS"]
    assert answer.errors[0]["extensions"]["retryAfter"] > 0
    assert resolved(asked) == 0


async def test_a_thousand_by_aliases_resolve_sixty(world: World) -> None:
    enterprise, rma = world.number("bakkerij"), world.system("RMA")
    codes: list[Any] = []
    with world.questions() as asked:
        for start in range(0, 1000, 10):
            fields = " ".join(
                f'a{place}: mayManage(enterpriseNumber: "{enterprise}", '
                f'person: {{nationalNumber: "{number.digits}"}}, domain: "FINANCE") {{ allowed }}'
                for place, number in enumerate(NUMBERS[start : start + 10])
            )
            codes += (await world.ask(f"{{ {fields} }}", rma)).codes
    assert resolved(asked) <= MOST
    assert "TOO_MANY_NUMBERS" in codes


async def test_many_requests_resolve_sixty_and_each_caller_has_a_budget(world: World) -> None:
    rma, els = world.system("RMA"), world.person("els")
    refused = 0
    with world.questions() as asked:
        for number in NUMBERS[:100]:
            refused += (await world.ask(MANY, rma, q=[question(world, number)])).codes == ["TOO_MANY_NUMBERS"]
    assert (resolved(asked), refused) == (MOST, 40)
    assert (await world.ask(MANY, els, q=[question(world, NUMBERS[99])])).ok


async def test_a_value_counts_once_however_it_is_written_and_how_often(world: World) -> None:
    rma, number = world.system("RMA"), NUMBERS[0]
    digits = number.digits
    dotted = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}"
    for written in (digits, dotted) * 35:
        asked = question(world, number) | {"person": {"nationalNumber": written}}
        assert not (await world.ask(MANY, rma, q=[asked] * 3)).codes
    others = [question(world, each) for each in NUMBERS[1:MOST]]
    assert not (await world.ask(MANY, rma, q=others)).codes
    one_more = await world.ask(MANY, rma, q=[question(world, NUMBERS[MOST])])
    assert one_more.codes == ["TOO_MANY_NUMBERS"]


async def test_requests_to_appoint_count_too(world: World) -> None:
    emma, refused = world.person("emma"), 0
    document = (
        "mutation($input: AppointChiefAccessManagerInput!) { appointChiefAccessManager(input: $input) { __typename } }"
    )
    with world.questions() as asked:
        for number in NUMBERS[:70]:
            given = {
                "enterpriseNumber": world.number("bakkerij"),
                "person": {"nationalNumber": number.digits},
                "affiliation": "EMPLOYEE",
                "dryRun": True,
            }
            refused += (await world.ask(document, emma, input=given)).codes == ["TOO_MANY_NUMBERS"]
    assert resolved(asked) <= MOST
    assert refused == 10


def test_a_day_has_a_budget_of_its_own() -> None:
    budget, refused = NumberBudget(per_minute=100, per_day=250), 0
    for minute in range(10):
        try:
            budget.spend(
                "one", NUMBERS[minute * 50 : minute * 50 + 50], datetime(2026, 11, 24, 10, minute * 2, tzinfo=UTC)
            )
        except BudgetExceeded:
            refused += 1
    assert refused == 5
    budget.spend("one", NUMBERS[600:650], datetime(2026, 11, 25, 11, 0, tzinfo=UTC))
