"""What is asked through every gateway: queries, entities both ways, mutations, errors, headers, and subscriptions."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from conformance.asking import APPOINT, APPOINTED, END, NUMBER, Asked, Listener, at, change
from conformance.figures import Checks, Figure
from conformance.service import Service
from tests.cast import CHIEF, REPRESENTATIVE

MADE = "appointChiefAccessManager"
ANNOUNCE = """
mutation Announce($input: AnnounceOutageInput!) {
  announceOutage(input: $input) { __typename ... on Outage { id } ... on Refusal { problems { code path } } }
}
"""
OUTAGE = {
    "kind": "UNPLANNED",
    "service": "WEB_SERVICE",
    "startsAt": "2027-01-01T00:00:00Z",
    "description": [{"language": "NL", "text": "Storing"}],
}
PRINT = "mutation P($h: ID!) { printCard(holder: $h) { id holder { id role enterprise { name } cards { id } } } }"
ENDED = r'btb_operations_total{[^}]*type="subscription"[^}]*}'
"""Counts a subscription when it has ended."""
OUTAGES = "subscription { outages { id kind service } }"
JOINED = """
subscription Joined($after: Cursor) {
  changes(after: $after) {
    __typename
    ... on ChangeBatch { changes { type enterprise { enterpriseNumber name floors versionLabel } } }
  }
}
"""
NUMBERS = """
subscription Numbers($after: Cursor) {
  changes(after: $after) {
    __typename
    ... on ChangeBatch { changes { type accessManager { id person { id nationalNumber } } } }
  }
}
"""


async def queries(name: str, url: str, service: Service) -> Figure:
    """What has one answer."""
    checks = Checks(f"{name}: queries, entities, mutations, errors, headers")
    els, koen = service.token("--as", REPRESENTATIVE), service.token("--as", CHIEF)
    async with aiohttp.ClientSession() as session:
        ask = Asked(session, url)
        await _questions(ask, checks, els)
        await _mutations(ask, checks, els, koen)
    return checks.figure()


async def _questions(ask: Asked, checks: Checks, els: str) -> None:
    said = await ask.query("{ domains { code } }")
    checks.that("a plain query", len(at(said, "domains") or ()) == 20, said)
    names = []
    for language in ("fr", "nl"):
        said = await ask.query('{ domain(code: "FINANCE") { name } }', **{"accept-language": language})
        names.append(at(said, "domain", "name"))
    checks.that("accept-language is forwarded", all(names) and names[0] != names[1], names)
    said = await ask.query("{ workplaces { enterpriseNumber name floors } }", token=els)
    checks.that("into us by _entities", at(said, "workplaces", 0, "name"), said)
    said = await ask.query("{ workplaces { versionLabel } }", token=els)
    label = str(at(said, "workplaces", 0, "versionLabel"))
    checks.that("into us for what the neighbour @requires", label.startswith("version "), said)
    question = "query E($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { name floors versionLabel } }"
    said = await ask.query(question, {"n": NUMBER}, els)
    whole = all(at(said, "enterprise", field) is not None for field in ("name", "floors", "versionLabel"))
    checks.that("out of us to the neighbour", whole, said)
    said = await ask.query("{ viewer { assuranceLevel } }", token=els)
    checks.that("authorization is forwarded", at(said, "viewer", "assuranceLevel") == 500, said)
    said = await ask.query("{ viewer { assuranceLevel } }")
    checks.that("nobody is nobody", "data" in said and at(said, "viewer") is None, said)
    said = await ask.query("{ cards { secret } }")
    checks.that("@inaccessible is hidden", said.get("errors") and not at(said, "cards"), said)
    manager = "query M($n: EnterpriseNumber!) { enterprise(enterpriseNumber: $n) { name chiefAccessManager { id } } }"
    said = await ask.query(manager, {"n": NUMBER})
    kept = at(said, "enterprise", "name") and at(said, "enterprise", "chiefAccessManager") is None
    checks.that("a partial error keeps the rest", kept and said.get("errors"), said)
    said = await ask.query("query D($c: ID!) { domain(code: $c) { code } }", {"c": "NOWHERE"})
    checks.that("what does not exist is null without an error", said == {"data": {"domain": None}}, said)


async def _mutations(ask: Asked, checks: Checks, els: str, koen: str) -> None:
    said = await ask.query(APPOINT % "floors", {"input": APPOINTED}, els)
    made = at(said, MADE, "accessManager")
    checks.that("a mutation with a join", made and made["enterprise"]["floors"] is not None, said)
    mandate = made["id"] if made else "nobody"
    said = await ask.query(APPOINT % "floors", {"input": APPOINTED}, koen)
    refused = at(said, MADE, "__typename") == "Refusal" and at(said, MADE, "problems", 0, "code")
    checks.that("a refusal is a member of the union", refused, said)
    both = {**APPOINTED, "person": {**APPOINTED["person"], "me": True}}  # type: ignore[dict-item]
    said = await ask.query(APPOINT % "floors", {"input": both}, els)
    checks.that("@oneOf with two keys is refused", said.get("errors") and not at(said, MADE), said)
    said = await ask.query(PRINT, {"h": mandate}, els)
    holder = at(said, "printCard", "holder") or {}
    joined = holder.get("role") == "CHIEF" and holder["enterprise"]["name"] and holder["cards"]
    checks.that("AccessManager named by a neighbour", joined, said)
    said = await ask.query(PRINT, {"h": "nobody"}, els)
    # `role` may not be null: gateways differ in how far up an unknown mandate makes null, and in whether they say why.
    checks.that("an unknown mandate invents nothing", not at(said, "printCard", "holder", "role"), said)
    said = await ask.query(END, {"input": {"accessManagerId": mandate}}, els)
    checks.that("a mutation without a join", at(said, "endAppointment", "__typename") == "AppointmentMade", said)


async def subscriptions(name: str, url: str, service: Service, start: str) -> Figure:
    """What has many answers. `start` is where the feed begins."""
    checks = Checks(name)
    tokens = {
        "els": service.token("--as", REPRESENTATIVE),
        "uman": service.token("--client", "uman"),
        "operator": service.token("--client", "operator"),
    }
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        ask = Asked(session, url)
        await _announced(ask, checks, tokens, service)
        await _joined(ask, checks, tokens, service, start)
        await _refused(ask, checks, tokens)
    return checks.figure()


async def _announced(ask: Asked, checks: Checks, tokens: dict[str, str], service: Service) -> None:
    """Outages are announced until one is heard, and then two more, each of which must be heard."""
    direct = Asked(ask.session, service.url)
    listener = Listener(ask, OUTAGES, tokens["uman"])

    def hears(wanted: set[Any]) -> Any:
        return lambda it: wanted <= {at(each, "outages", "id") for each in it.heard}

    async def announced() -> Any:
        said = await direct.query(ANNOUNCE, {"input": OUTAGE}, tokens["operator"])
        return at(said, "announceOutage", "id")

    try:
        first = False
        for _ in range(20):
            if first := await listener.until(hears({await announced()}), 1.5):
                break
        checks.that("scalars of an event", first and at(listener.heard[-1], "outages", "kind"), listener.heard)
        wanted = {await announced(), await announced()}
        checks.that("every event caused by a mutation arrives", await listener.until(hears(wanted)), listener.heard)
        ended = service.metric(ENDED)
    finally:
        await listener.stop()
    for _ in range(150):
        if service.metric(ENDED) > ended:
            break
        await asyncio.sleep(0.1)
    checks.that("leaving ends the subscription with us", service.metric(ENDED) > ended, ended)


async def _joined(ask: Asked, checks: Checks, tokens: dict[str, str], service: Service, start: str) -> None:
    def joins(it: Listener) -> Any:
        found = [at(each, "changes", "changes", 0, "enterprise") for each in it.heard]
        return any(each and each["floors"] is not None and each["name"] and each["versionLabel"] for each in found)

    listener = Listener(ask, JOINED, tokens["uman"], {"after": start})
    try:
        checks.that("a replayed event with a join", await listener.until(joins), listener.heard)
        listener.heard.clear()
        await change(service, tokens["els"])
        checks.that("an event caused by a mutation, with a join", await listener.until(joins), listener.heard)
    finally:
        await listener.stop()
    listener = Listener(ask, NUMBERS, tokens["operator"], {"after": start})
    try:
        failed = await listener.until(lambda it: any(each.get("errors") for each in it.heard))
        partial = failed and any(at(each, "changes", "changes", 0, "accessManager", "id") for each in listener.heard)
        checks.that("an error of one event comes with the rest of it", partial, listener.heard)
        listener.heard.clear()
        await change(service, tokens["els"])
        goes_on = await listener.until(lambda it: any(at(each, "changes", "__typename") for each in it.heard))
        checks.that("the stream goes on after it", goes_on, listener.heard)
    finally:
        await listener.stop()


async def _refused(ask: Asked, checks: Checks, tokens: dict[str, str]) -> None:
    listener = Listener(ask, JOINED, tokens["uman"], {"after": "nonsense"})
    told = await listener.until(lambda it: it.heard)
    said = str(listener.heard)
    checks.that("a cursor that is none is told", told and ("errors" in said or "FeedInterrupted" in said), said)
    await listener.stop()
    # npm graphql-ws tries again after 4403, for half a minute: over a WebSocket a gateway may say nothing so soon.
    listener = Listener(ask, JOINED, "x", {"after": ""})
    await listener.until(lambda it: it.heard, 3.0)
    silent = not any(at(each, "changes") for each in listener.heard)
    checks.that("a wrong token hears no event", silent, listener.heard)
    await listener.stop()
