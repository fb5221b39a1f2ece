"""docs/feed.md is all that a partner has: what it shows runs, and a consumer written from it alone has everything."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast
from graphql.utilities import separate_operations

from datasources.register.database import Database
from tests.feed.running import ROOT, Server, serving
from tests.feed.writing import Writer

PAGE = (ROOT / "docs" / "feed.md").read_text()


def indented(after: str) -> list[list[str]]:
    """The blocks of indented lines behind these words, up to the next heading."""
    section = PAGE.split(after, 1)[1].split("\n## ", 1)[0]
    return [
        re.sub(r"^    ", "", block, flags=re.M).splitlines() for block in re.findall(r"(?:^    .+\n)+", section, re.M)
    ]


def checksum(lines: list[str]) -> str:
    """As the page says: the hashes added as numbers, modulo 2^256, in 64 hexadecimal digits."""
    return f"{sum(int(sha256(each.encode()).hexdigest(), 16) for each in lines) % 2**256:064x}"


def test_the_example_of_the_checksum_can_be_computed_again() -> None:
    lines, hashes, [both], [two] = indented("An example: ")
    assert len(lines) == 3
    assert [sha256(each.encode()).hexdigest() for each in lines] == hashes
    assert (checksum(lines), checksum([lines[0], lines[2]])) == (both, two)


def operations() -> dict[str, str]:
    """What the page asks, by name, each with its fragments and nothing else."""
    [block] = re.findall(r"```graphql\n(.+?)```", PAGE, re.S)
    return {name: print_ast(document) for name, document in separate_operations(parse(block)).items()}


def line(mandate: dict[str, Any], domains: set[str]) -> str:
    """The line of a mandate, from the page's words."""
    of_domains = mandate["role"] == "DOMAIN"
    delegations = sorted(
        ",".join((each["id"], each["domain"]["code"], each["validFrom"], each["validUntil"] or "-"))
        for each in mandate["delegations"]
        if each["endedAt"] is None and each["domain"]["code"] in domains
    )
    words = [mandate["id"], mandate["enterprise"]["enterpriseNumber"], mandate["role"], mandate["person"]["id"]]
    words += ["-", "-"] if of_domains else [mandate["validFrom"], mandate["validUntil"] or "-"]
    return " ".join([*words, mandate["suspendedAt"] or "-", *delegations])


async def test_a_consumer_written_from_the_page_alone_proves_its_copy(server: Server, register: Database) -> None:
    ask, filter, copy = operations(), {"system": "UMAN"}, dict[str, dict[str, Any]]()
    writer = Writer(register, seed=60)
    await writer.write(30)
    async with server.asking() as asking:
        systems = (await asking(ask["Domains"]))["accessManagementSystems"]
        [domains] = [{each["code"] for each in one["domains"]} for one in systems if one["code"] == "UMAN"]
        after, more = None, True
        while more:
            page = (await asking(ask["Snapshot"], filter=filter, after=after))["snapshot"]
            copy |= {each["id"]: each for each in page["mandates"]}
            after, more = page["endCursor"], page["hasNextPage"]
        cursor, more = page["cursor"], True
        await writer.write(30)
        while more:
            said = (await asking(ask["Changes"], filter=filter, after=cursor))["changes"]
            for mandate in (each["accessManager"] for each in said["changes"] if each["accessManager"]):
                copy.pop(mandate["id"], None)
                copy |= {} if mandate["endedAt"] else {mandate["id"]: mandate}
            cursor, more = said["endCursor"], said["hasMore"]
        await asking(ask["Confirm"], system="UMAN", upTo=cursor)
        proof = (await asking(ask["Checksum"], filter=filter, at=cursor))["checksum"]
    assert proof["mandates"] == len(copy) > 0
    assert proof["digest"] == checksum([line(each, domains) for each in copy.values()])


@pytest.mark.skipif(os.name != "posix", reason="the page's commands are a shell's")
async def test_the_commands_of_the_page_run_from_a_clean_start(tmp_path: Path) -> None:
    """Word for word, but for the port."""
    async with serving(tmp_path, f"sqlite:///{tmp_path / 'btb.sqlite'}") as server:
        [commands] = indented("## A first look")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        script = "set -e\n" + "\n".join(commands).replace(":8000/", f":{server.port}/")
        shell = await asyncio.create_subprocess_exec(
            "sh", "-c", script, cwd=tmp_path, env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, wrong = await asyncio.wait_for(shell.communicate(), 120)
    assert shell.returncode == 0, wrong.decode()
    answers = said.decode()
    assert answers.startswith('{"data":{"changes":{"endCursor":')
    assert '"checksum":{"cursor":' in answers
    assert 'event: next\ndata: {"data":{"changes":{"from":' in answers
    assert json.loads(answers.splitlines()[-1])["proven"] is True
