"""Operations that other people's tools make of our schema: whatever they ask, nothing of ours breaks or shows."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import aiohttp
from graphql import (
    IntValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    build_client_schema,
    get_introspection_query,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from conformance.asking import NUMBER
from conformance.figures import Figure
from conformance.processes import HERE, said_by
from conformance.service import LEAK, Service
from execution.errors import INTERNAL_ERROR
from tests.cast import REPRESENTATIVE

SCANNER = HERE / ".venv" / "bin" / "python"
REMARKS = 6


def callers(service: Service) -> list[str]:
    """Tokens of a citizen, an access-management system and an operator."""
    return [service.token("--as", REPRESENTATIVE), *(service.token("--client", each) for each in ("uman", "operator"))]


def schemathesis(service: Service, examples: int) -> Figure:
    """Every operation of the schema, as schemathesis asks it, by turns as each of the callers and as nobody."""
    tokens = "\n".join(callers(service))
    command = [str(SCANNER), str(HERE / "scanner.py"), service.url, str(examples)]
    told = json.loads(said_by(command, said=tokens))
    suite = f"schemathesis: {told['operations']} operations, {examples} examples each"
    return _judged(suite, service, told["seen"])


async def hypothesis_graphql(service: Service, examples: int) -> Figure:
    """Whole documents, entities among them, as hypothesis-graphql writes them from what introspection tells."""
    headers = [{}, *({"authorization": f"Bearer {token}"} for token in callers(service))]
    seen: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session:

        async def asked(query: str, sent: dict[str, str]) -> None:
            async with session.post(service.url, json={"query": query}, headers=sent) as answer:
                seen.append({"status": answer.status, "said": await answer.text(), "asked": query})

        async with session.post(service.url, json={"query": get_introspection_query()}) as answer:
            schema = build_client_schema((await answer.json())["data"])
        for query, sent in zip(_documents(schema, examples), itertools.cycle(headers), strict=False):
            await asked(query, sent)
    return _judged("hypothesis-graphql: documents, entities among them", service, seen)


def _documents(schema: Any, examples: int) -> list[str]:
    written: list[str] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(document=from_schema(schema, custom_scalars=_scalars()))
    def write(document: str) -> None:
        written.append(document)

    write()
    return written


def _scalars() -> dict[str, st.SearchStrategy[Any]]:
    texts = {
        "EnterpriseNumber": st.sampled_from([NUMBER, "0123456749", "0403.170.701", "1", ""]),
        "NationalNumber": st.sampled_from(["85073003328", "85.07.30-033.28", "x", ""]),
        "Cursor": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
        "Date": st.dates().map(str),
        "DateTime": st.datetimes().map(lambda at: f"{at.isoformat()}Z"),
    }
    return {
        **{name: text.map(lambda value: StringValueNode(value=value)) for name, text in texts.items()},
        "_Any": st.dictionaries(
            st.sampled_from(["__typename", "id", "enterpriseNumber", "code", "nothing"]),
            st.sampled_from(["Enterprise", "AccessManager", "Domain", "Nothing", NUMBER, "FINANCE", 7]),
            max_size=3,
        ).map(_object),
    }


def _object(fields: dict[str, Any]) -> ObjectValueNode:
    values = {
        name: IntValueNode(value=str(value)) if isinstance(value, int) else StringValueNode(value=value)
        for name, value in fields.items()
    }
    members = (ObjectFieldNode(name=NameNode(value=name), value=value) for name, value in values.items())
    return ObjectValueNode(fields=tuple(members))


def _judged(suite: str, service: Service, seen: Sequence[dict[str, Any]]) -> Figure:
    """Neither an internal error nor anything of our insides, in no answer and not in the log."""
    bad: list[str] = []
    codes: Counter[str] = Counter()
    for each in seen:
        found = json.loads(each["said"])
        errors = found.get("errors") or []
        codes.update(error.get("extensions", {}).get("code") or "NO CODE" for error in errors)
        codes["answered"] += bool(found.get("data")) and not errors
        internal = any(error.get("extensions", {}).get("code") in (INTERNAL_ERROR, None) for error in errors)
        if each["status"] >= 500 or internal or LEAK.search(json.dumps(errors)):
            bad.append(f"{each['status']} {str(errors)[:300]} for {each['asked'][:300]}")
    bad += service.faults()
    if faults := service.metric("btb_faults_total"):
        bad.append(f"{faults:g} faults of our own")
    said = ", ".join(f"{times}×{code}" for code, times in codes.most_common(REMARKS))
    return Figure(suite, max(0, len(seen) - len(bad)), len(seen), tuple(bad[:5]), said)
