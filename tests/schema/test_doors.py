"""Every door is open to exactly the roles that the table names, and says nothing to the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from tests.schema.doors import FEED, OF_ENTERPRISE, REQUESTS, ROLES, WAYS, Way
from tests.schema.streams import first_events
from tests.schema.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRETS = ("Dhaeseleer", "Koen", "El Bakhti", "Windels", "Overmeire", "Vermeirsch", "@bakkerij.example", "3225550101")
"""What no role without any claim may find anywhere in an answer."""
WITHOUT_CLAIM = (
    "anonymous",
    "stranger",
    "representative of another",
    "client without scope",
    "UMAN without scope",
    "DASHBOARD",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bakery(staffed: World) -> AsyncIterator[World]:
    for handle in ("koen", "tom", "lien", "els"):
        staffed.ids[f"{handle}'s id"] = await staffed.person_id(handle)
    yield staffed


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_a_way_is_open_to_exactly_whom_the_table_names(bakery: World, way: Way) -> None:
    variables, secret = way.variables(bakery), way.secret(bakery)
    shown = set()
    for role, token_of in ROLES.items():
        body, answer = await _asked(bakery, way, variables, token_of(bakery))
        if secret in body:
            shown.add(role)
        elif role == "anonymous" and answer.get("errors"):
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}
        else:
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert codes <= {"FORBIDDEN"}, (role, codes)
        if role in WITHOUT_CLAIM:
            assert not [each for each in SECRETS if each in body], role
    assert shown == way.open_to


@pytest.mark.parametrize("way", REQUESTS, ids=lambda way: way.name)
async def test_a_request_shows_its_effects_to_exactly_whom_the_table_names(bakery: World, way: Way) -> None:
    variables, secret = way.variables(bakery), way.secret(bakery)
    shown = set()
    for role, token_of in ROLES.items():
        body, answer = await _asked(bakery, way, variables, token_of(bakery))
        if secret in body:
            shown.add(role)
        else:
            assert not [each for each in SECRETS if each in body], role
        if role == "anonymous":
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert shown == way.open_to


_BY_ID = [
    "query($id: ID!) { accessManager(id: $id) { person { familyName } } }",
    "query($id: ID!) { delegation(id: $id) { accessManager { person { familyName } } } }",
    *(
        f'query($id: ID!) {{ _entities(representations: [{{__typename: "{name}", id: $id}}]) {{ __typename }} }}'
        for name in ("AccessManager", "Delegation", "Person")
    ),
    *(
        f"mutation($id: ID!) {{ {mutation}(input: {{{field}: $id{more}}}) "
        "{ __typename ... on Refusal { problems { code message path } } } }"
        for mutation, field, more in (
            ("endAppointment", "accessManagerId", ""),
            ("suspendAccessManager", "accessManagerId", ', note: "x"'),
            ("reinstateAccessManager", "accessManagerId", ""),
            ("revokeDelegation", "delegationId", ""),
            ("changeDelegationPeriod", "delegationId", ', validUntil: "2099-01-01T00:00:00Z"'),
        )
    ),
]


@pytest.mark.parametrize("document", _BY_ID, ids=range(len(_BY_ID)))
async def test_what_may_not_be_seen_looks_like_what_is_not_there(bakery: World, document: str) -> None:
    wanted = "tom:FINANCE" if "elegation" in document else "tom's id" if '"Person"' in document else "tom"
    for role in (*WITHOUT_CLAIM, "VO_TGB reading mandates"):
        token = ROLES[role](bakery)
        bodies = {
            (await _sent(bakery, document, {"id": id}, token))[0]
            for id in (bakery.ids[wanted], str(uuid4()), "no id at all", "")
        }
        assert len(bodies) == 1, role


async def test_without_a_token_an_enterprise_is_named_and_its_representatives_are_not(bakery: World) -> None:
    for document in OF_ENTERPRISE.values():
        fields = "name legalRepresentatives { function { code } person { familyName } }"
        answer = await bakery.ask(document % fields, n=bakery.number("bakkerij"))
        found = answer["answer"]
        (one,) = found if isinstance(found, list) else [found]
        assert one["name"] == "Bakkerij De Gouden Korst"
        assert "Vermeirsch" not in str(answer)
        assert set(answer.codes) == {"UNAUTHENTICATED"}


@pytest.mark.parametrize("role", ROLES)
async def test_the_feed_is_streamed_to_its_readers_only(bakery: World, role: str) -> None:
    start = bakery.house.cursors.write(0)
    document = (
        "subscription($after: Cursor) { changes(after: $after) "
        "{ ... on ChangeBatch { changes { accessManager { person { familyName } } } } } }"
    )
    said = await first_events(bakery.app, document, {"after": start}, ROLES[role](bakery), until="Dhaeseleer")
    if role in FEED:
        assert "Dhaeseleer" in said
    else:
        assert not [each for each in SECRETS if each in said]
        assert ("UNAUTHENTICATED" if role == "anonymous" else "FORBIDDEN") in said


_OPERATORS = {
    "announceOutage": (
        '{kind: PLANNED, service: WEB_SERVICE, startsAt: "2099-01-01T00:00:00Z", '
        'description: [{language: NL, text: "Onderhoud"}]}',
        {"OPERATOR"},
    ),
    "resolveOutage": (f'{{outageId: "{uuid4()}"}}', {"OPERATOR"}),
    "registerApplication": (
        '{code: "CHECKIN", name: [{language: NL, text: "Aangifte"}], owner: "RSZ - ONSS", domain: "SOCIAL_SECURITY"}',
        {"OPERATOR"},
    ),
    "withdrawApplication": ('{code: "NONE"}', {"OPERATOR"}),
    "acknowledgeChanges": ('{system: "UMAN", upTo: "x"}', {"UMAN"}),
}


@pytest.mark.parametrize("mutation", _OPERATORS)
async def test_other_requests_are_let_in_as_the_table_says(bakery: World, mutation: str) -> None:
    given, entitled = _OPERATORS[mutation]
    document = f"mutation {{ {mutation}(input: {given}) {{ __typename ... on Refusal {{ problems {{ code }} }} }} }}"
    let_in = set()
    for role, token_of in ROLES.items():
        body, answer = await _sent(bakery, document, {}, token_of(bakery))
        if role == "anonymous":
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
        elif not any(code in body for code in ("NOT_ENTITLED", "UNKNOWN_SYSTEM")):
            let_in.add(role)
    assert let_in == entitled


async def _asked(world: World, way: Way, variables: dict[str, Any], token: str | None) -> tuple[str, dict[str, Any]]:
    return await _sent(world, way.document, variables, token)


async def _sent(
    world: World, document: str, variables: dict[str, Any], token: str | None
) -> tuple[str, dict[str, Any]]:
    headers = {"content-type": "application/json"} | ({} if token is None else {"authorization": f"Bearer {token}"})
    body = orjson.dumps({"query": document, "variables": variables})
    reply = await world.client.request("POST", "/graphql", body, headers)
    return reply.text, orjson.loads(reply.body)
