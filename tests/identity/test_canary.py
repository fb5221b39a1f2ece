"""One person's number is followed through the whole service: it is in no log, no file, no error, no figure, no span."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from btb.identifiers import NationalNumber
from datasources.rehearsal import Trouble
from server.logs import AccessLog, JsonLines
from tests.graphql import Client, Reply
from tests.schema.world import World

WHO = "koen"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as the service writes it, at the most talkative level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def traces_of(number: str) -> list[bytes]:
    """The number as it may be written: plain, with its separators, escaped, and as an integer."""
    a, b, c, d, e = number[:2], number[2:4], number[4:6], number[6:9], number[9:]
    texts = [
        number,
        f"{a}.{b}.{c}-{d}.{e}",
        f"{a}.{b}.{c}-{d}-{e}",
        f"{a} {b} {c} {d} {e}",
        f"{a}{b}{c}-{d}.{e}",
        f"{a}{b}{c}-{d}{e}",
        f"{a}/{b}/{c}-{d}/{e}",
        f"{number[:6]} {number[6:]}",
    ]
    return [text.encode() for text in texts] + [int(number).to_bytes(6, "big"), number.encode("utf-16-le")]


class Canary:
    """Asks with the number in every place, and keeps every answer that says no."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = world.national(WHO)
        self.wrong = self.number[:9] + f"{(int(self.number[9:]) + 1) % 97:02d}"
        self.dotted = traces_of(self.number)[1].decode()
        self.client = Client(AccessLog(world.app))
        self.refused: list[bytes] = []
        self.secrets = traces_of(self.number) + traces_of(self.wrong)

    async def ask(self, document: str, token: str | None = None, **variables: Any) -> Any:
        headers = {"content-type": "application/json", "x-purpose": f"dossier {self.dotted}"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        reply = await self.client.request(
            "POST", "/graphql", orjson.dumps({"query": document, "variables": variables}), headers
        )
        return self.kept(reply)

    def kept(self, reply: Reply) -> Any:
        answer = orjson.loads(reply.body)
        if answer.get("errors") or b'"problems"' in reply.body:
            self.refused.append(reply.body + repr(reply.headers).encode())
        return answer

    def found_in(self, content: bytes) -> list[bytes]:
        return [each for each in self.secrets if each in content]


MAY = (
    "query($n: EnterpriseNumber!, $p: NationalNumber!) "
    "{ mayManage(enterpriseNumber: $n, person: {nationalNumber: $p}, domain: %s) { allowed explanation } }"
)
APPOINT = (
    "mutation($i: AppointAccessManagerInput!) { appointAccessManager(input: $i) "
    "{ __typename ... on Refusal { problems { code message path } } } }"
)


async def everything(canary: Canary) -> None:
    """The number as subject, variable, literal, in requests, and where it does not belong."""
    world, number = canary.world, canary.number
    enterprise, uman, koen = world.number("bakkerij"), world.system("UMAN"), world.person(WHO)
    await world.staff_bakkerij()
    subject = await canary.ask("{ viewer { person { familyName nationalNumber } enterprises { capacities } } }", koen)
    assert subject["data"]["viewer"]["person"]["nationalNumber"] == number
    for given in (number, canary.dotted, canary.wrong):
        for token in (None, uman, koen, world.person("emma"), world.system("VO_TGB")):
            await canary.ask(MAY % '"FINANCE"', token, n=enterprise, p=given)
            about = f'enterpriseNumber: "{enterprise}", person: {{nationalNumber: "{given}"}}, domain: "FINANCE"'
            await canary.ask(f"{{ mayManage({about}) {{ allowed }} }}", token)
        await canary.ask(MAY % f'"{given}"', uman, n=enterprise, p=given)
        await canary.ask(MAY % '"FINANCE"', uman, n=given, p=given)
        await canary.ask(f'{{ enterprise(enterpriseNumber: "{given}") {{ name }} }}')
        await canary.ask(f"{{ enterprise(enterpriseNumber: {given.replace('.', '').replace('-', '')}) {{ name }} }}")
        await canary.ask(f'{{ accessManager(id: "{given}") {{ id }} domain(code: "{given}") {{ code }} }}', uman)
        await canary.ask(f'{{ changes(after: "{given}") {{ hasMore }} }}', uman)
        await canary.ask(f'{{ snapshot(after: "{given}") {{ cursor }} }}', uman)
        for kind, key in (("Person", "id"), (f"P{given}", "id"), ("Enterprise", "enterpriseNumber")):
            named = f'{{__typename: "{kind}", {key}: "{given}"}}'
            await canary.ask(f"{{ _entities(representations: [{named}]) {{ __typename }} }}", koen)
        await canary.ask(f'{{ viewer {{ consultations(after: "{given}") {{ hasNextPage }} }} }}', koen)
        await canary.ask(f'query {{ nothing_{given[:2]}(a: "{given}") }}', koen)
        await canary.ask(f'{{ "{given}" }}', koen)
        await canary.ask("{ domains { code } }", given)
        await canary.ask("{ domains { code } }", f"{koen[:-8]}.{given}")
        await canary.ask(
            APPOINT,
            koen,
            i={
                "enterpriseNumber": enterprise,
                "person": {"nationalNumber": given},
                "domains": ["ENERGY", given],
                "email": given,
                "phone": given,
                "idempotencyKey": "key-of-canary",
            },
        )
        in_the_url = quote(f'{{ domains(x: "{given}") }}')
        canary.kept(await canary.client.request("GET", f"/graphql?query={in_the_url}"))
        canary.kept(
            await canary.client.request("POST", "/graphql", given.encode(), {"content-type": "application/json"})
        )
    await canary.ask(
        "mutation($i: SuspendAccessManagerInput!) { suspendAccessManager(input: $i) { __typename } }",
        koen,
        i={"accessManagerId": world.ids["lien"], "note": f"asked for by {canary.dotted} ({number})"},
    )
    await canary.ask("{ viewer { enterprises { capacities } } }", koen, unknown={"deep": [number]})


async def with_sources_down(canary: Canary) -> None:
    """Sources that fail, answer about somebody else, or answer what cannot be read."""
    switches, enterprise = canary.world.switches, canary.world.number("bakkerij")
    for switch in ("other_key", "other_reference", "html", "truncated", "broken", "refused"):
        setattr(switches, switch, Trouble())
        await canary.ask(
            APPOINT,
            canary.world.person(WHO),
            i={"enterpriseNumber": enterprise, "person": {"nationalNumber": canary.number}, "domains": ["ENERGY"]},
        )
        switches.reset()


async def test_the_number_is_nowhere(world: World, log: io.StringIO, tmp_path: Path) -> None:
    canary = Canary(world)
    await everything(canary)
    await with_sources_down(canary)
    assert len(canary.refused) > 40
    assert not [body for body in canary.refused if canary.found_in(body)]
    assert log.getvalue().count("\n") > 60
    assert not canary.found_in(log.getvalue().encode())
    metrics = await canary.client.request("GET", "/metrics")
    assert b"btb_refusals" in metrics.body
    assert not canary.found_in(metrics.body)
    files = contents(tmp_path)
    assert any(name.startswith("btb.sqlite") and len(content) > 50_000 for name, content in files)
    assert not [name for name, content in files if canary.found_in(content)]


def contents(folder: Path) -> list[tuple[str, bytes]]:
    """Every file that was written."""
    return [(each.name, each.read_bytes()) for each in folder.rglob("*") if each.is_file()]


async def test_a_fault_of_our_own_is_logged_and_tells_no_number(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = Canary(world)

    async def broken(_directory: Any, _numbers: Any) -> Any:
        raise RuntimeError(f"no such person: {canary.number} ({canary.dotted})")

    monkeypatch.setattr(type(world.house.directory), "known", broken)
    answer = await canary.ask(MAY % '"FINANCE"', world.system("RMA"), n=world.number("bakkerij"), p=canary.number)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL_ERROR"]
    assert not canary.found_in(canary.refused[0])
    assert '"Something of ours broke: RuntimeError"' in log.getvalue()
    assert answer["errors"][0]["extensions"]["requestId"] in log.getvalue()
    assert not canary.found_in(log.getvalue().encode())


async def test_a_number_never_shows_itself_in_our_own_words(world: World) -> None:
    number = NationalNumber.parse(world.national(WHO), allow_test_numbers=True)
    for said in (repr(number), str(number), f"{number}", repr([number]), repr({"person": number})):
        assert not [each for each in traces_of(number.digits) if each in said.encode()]
