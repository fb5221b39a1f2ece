"""What callers write wrongly is answered as documented."""

from __future__ import annotations

import pytest

from datasources.rehearsal.numbers import enterprise_number
from tests.schema.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = "query($n: [EnterpriseNumber!]!) { enterprises(enterpriseNumbers: $n) { enterpriseNumber name } }"
UNKNOWN = "0000000097"


async def test_a_wrong_check_digit_is_the_callers_mistake(staffed: World) -> None:
    for wrong in ("0000000197", "0000000195", "2000000196", "196", "", "0000000196x", 196, None):
        answer = await staffed.ask(NAMES, n=[wrong])
        assert answer.data is None
        assert answer.codes == ["BAD_USER_INPUT"], wrong
        literal = await staffed.ask(f'{{ enterprise(enterpriseNumber: "{wrong}") {{ name }} }}')
        assert literal.codes in (["GRAPHQL_VALIDATION_FAILED"], ["BAD_USER_INPUT"])


async def test_a_number_is_read_as_people_write_it(staffed: World) -> None:
    for written in ("0000000196", "0000.000.196", "BE0000000196", "BE 0000.000.196"):
        answer = await staffed.ask(NAMES, n=[written])
        assert answer.ok["enterprises"] == [{"enterpriseNumber": "0000000196", "name": "Bakkerij De Gouden Korst"}]


async def test_an_unknown_number_is_null_in_its_place(staffed: World) -> None:
    answer = await staffed.ask(NAMES, n=[UNKNOWN, "0000000196", UNKNOWN, "0000000196"])
    names = [each and each["name"] for each in answer.ok["enterprises"]]
    assert names == [None, "Bakkerij De Gouden Korst", None, "Bakkerij De Gouden Korst"]
    assert (await staffed.ask(f'{{ enterprise(enterpriseNumber: "{UNKNOWN}") {{ name }} }}')).ok == {"enterprise": None}


async def test_nothing_asked_is_nothing_answered(staffed: World) -> None:
    assert (await staffed.ask(NAMES, n=[])).ok == {"enterprises": []}


async def test_two_hundred_are_answered_and_one_more_is_refused_before_anything_is_asked(staffed: World) -> None:
    numbers = [enterprise_number(700_000 + place).digits for place in range(201)]
    with staffed.questions() as asked:
        refused = await staffed.ask(NAMES, n=numbers)
        assert not asked
        assert len((await staffed.ask(NAMES, n=numbers[:200])).ok["enterprises"]) == 200
    assert refused.data is None
    assert refused.codes == ["LIMIT_EXCEEDED"]
    assert len(asked) == 200


async def test_an_entity_of_a_wrong_number_is_the_callers_mistake_and_of_an_unknown_one_null(staffed: World) -> None:
    document = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Enterprise { name } } }"
    known = [{"__typename": "Enterprise", "enterpriseNumber": each} for each in ("0000000196", UNKNOWN)]
    assert (await staffed.ask(document, r=known)).ok["_entities"] == [{"name": "Bakkerij De Gouden Korst"}, None]
    wrong = [*known, {"__typename": "Enterprise", "enterpriseNumber": "0000000197"}]
    answer = await staffed.ask(document, r=wrong)
    assert answer.codes == ["BAD_USER_INPUT"]
