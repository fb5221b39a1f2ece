"""Values at the edge of what a request may hold get a typed answer on both engines, never an internal error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.world import World

PAGES = {
    "changes": "{ changes(first: 0) { hasMore } }",
    "snapshot": "{ snapshot(first: 0) { hasNextPage } }",
    "history": '{ enterprise(enterpriseNumber: "%s") { history(first: 0) { hasMore } } }',
    "delegations": '{ enterprise(enterpriseNumber: "%s") { delegations(first: 0) { totalCount } } }',
    "consultations": "{ viewer { consultations(first: 0) { hasNextPage } } }",
}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_of_nothing_is_refused(world: World, page: str) -> None:
    document = PAGES[page].replace("%s", world.number("bakkerij"))
    who = world.person("els") if page == "consultations" else world.system("OPERATOR")
    assert (await world.ask(document, who)).codes == ["BAD_USER_INPUT"]


async def test_no_status_asked_is_no_delegation_found(world: World) -> None:
    await world.staff_bakkerij()
    document = (
        "query($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { delegations(statuses: []) { totalCount } "
        "accessManagers { delegations(statuses: []) { id } } } }"
    )
    found = (await world.ask(document, world.person("koen"), n=world.number("bakkerij"))).ok["enterprise"]
    assert found["delegations"]["totalCount"] == 0
    assert not any(each["delegations"] for each in found["accessManagers"])


@pytest.mark.parametrize("field", ["note", "idempotencyKey"])
@pytest.mark.parametrize("text", ["a\x00b", "x" * 1001])
async def test_a_text_that_no_database_keeps_is_refused(world_on_both: World, field: str, text: str) -> None:
    world = world_on_both
    mandate = await world.appoint("appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE")
    answer = await world.ask(
        "mutation($input: EndAppointmentInput!) { endAppointment(input: $input) { __typename } }",
        world.person("koen"),
        input={"accessManagerId": mandate, field: text},
    )
    assert answer.codes == ["BAD_USER_INPUT"]


REGISTER = (
    "mutation($input: RegisterApplicationInput!) { registerApplication(input: $input) "
    "{ __typename ... on Refusal { problems { code } } } }"
)
WITHDRAW = (
    "mutation($input: WithdrawApplicationInput!) { withdrawApplication(input: $input) "
    "{ __typename ... on Refusal { problems { code } } } }"
)


@pytest.mark.parametrize("owner", ["o" * 101, "o\x00", ""])
async def test_an_owner_that_no_database_keeps_is_refused(world_on_both: World, owner: str) -> None:
    given: dict[str, Any] = {"code": "APP", "name": [{"language": "NL", "text": "App"}], "domain": "FINANCE"}
    answer = await world_on_both.ask(REGISTER, world_on_both.system("OPERATOR"), input={**given, "owner": owner})
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_a_code_that_no_application_can_have_is_unknown(world_on_both: World) -> None:
    answer = await world_on_both.ask(WITHDRAW, world_on_both.system("OPERATOR"), input={"code": "A\x00"})
    assert [each["code"] for each in answer.ok["withdrawApplication"]["problems"]] == ["APPLICATION_UNKNOWN"]


async def test_a_mandate_that_begins_at_the_end_of_time_is_explained(world_on_both: World) -> None:
    world = world_on_both
    await world.appoint(
        "appointChiefAccessManager", "els", "koen", affiliation="EMPLOYEE", validFrom="9999-12-31T23:59:59.999999Z"
    )
    document = (
        "query($n: EnterpriseNumber!, $at: DateTime) { mayManage(enterpriseNumber: $n, person: {me: true}, "
        'domain: "FINANCE", at: $at) { reason explanation at } }'
    )
    for at in (None, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        answer = await world.ask(document, world.person("koen"), n=world.number("bakkerij"), at=at)
        assert answer.ok["mayManage"]["explanation"]


async def test_a_filter_names_at_most_all_domains(world: World) -> None:
    document = "query($d: [ID!]!) { changes(filter: {domains: $d}) { hasMore } }"
    answer = await world.ask(document, world.system("OPERATOR"), d=["FINANCE"] * 21)
    assert answer.codes == ["LIMIT_EXCEEDED"]
