"""The whole service, opened in this process on a rehearsal town of the test's own, and asked over HTTP.

async with opened(database_url, folder) as world:
    answer = await world.ask("{ viewer { assuranceLevel } }", world.person("els"))
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from btb.actors import Scope
from datasources.rehearsal import RehearsalApp, Switches, Town, rehearsal_app
from datasources.rehearsal.questions import Service
from resolvers.context import House
from server import house as opening
from server.app import Subgraph, create_app
from server.settings import Settings
from tests.graphql import Answer, Client, client

_BACKGROUND = (
    "due_at <=",
    "WHERE changes.position >",
    "FROM heads",
    "FROM outages",
    "SELECT head.epoch \nFROM head",
    "SELECT head.position \nFROM head",
)
APPOINTED = """
__typename
... on AppointmentMade { accessManager { id delegations { id domain { code } } } changes { type } }
... on Refusal { problems { code path } }
"""


@dataclass
class World:
    """The service and what it was asked; `rehearsal` counts the messages that reached the town."""

    app: Subgraph
    client: Client
    town: Town
    rehearsal: RehearsalApp
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def switches(self) -> Switches:
        return self.rehearsal.switches

    @property
    def house(self) -> House:
        assert self.app._house is not None
        return self.app._house

    def person(self, handle: str, level: int = 500) -> str:
        """A token of an inhabitant."""
        assert self.app.issuer is not None
        return self.app.issuer.token_for_person(self.town.person(handle).number, level)

    def system(self, name: str, *scopes: Scope) -> str:
        """A token of a machine client, with all its scopes or with those named."""
        assert self.app.issuer is not None
        return self.app.issuer.token_for_client(name, scopes=scopes or None)

    def unscoped(self, name: str) -> str:
        """A token of a machine client that opens nothing."""
        assert self.app.issuer is not None
        return self.app.issuer.token_for_client(name, scopes=())

    def number(self, handle: str) -> str:
        """An enterprise's number."""
        return self.town.enterprise(handle).number.digits

    def national(self, handle: str) -> str:
        """A person's number."""
        return self.town.person(handle).number.digits

    async def ask(
        self, document: str, token: str | None = None, headers: Mapping[str, str] | None = None, **variables: Any
    ) -> Answer:
        return await self.client.query(document, variables, token=token, headers=headers)

    async def request(self, mutation: str, token: str | None, **given: Any) -> dict[str, Any]:
        """One appointment request; its answer, made or refused."""
        name = mutation[0].upper() + mutation[1:] + "Input"
        document = f"mutation($input: {name}!) {{ answer: {mutation}(input: $input) {{ {APPOINTED} }} }}"
        found: dict[str, Any] = (await self.ask(document, token, input=given)).ok["answer"]
        return found

    async def appoint(self, mutation: str, by: str, who: str, enterprise: str = "bakkerij", **given: Any) -> str:
        """Somebody by handle is appointed by somebody by handle; the id of the mandate."""
        person = {"nationalNumber": self.national(who)}
        whole = {"enterpriseNumber": self.number(enterprise), "person": person, **given}
        made = await self.request(mutation, self.person(by), **whole)
        assert made["__typename"] == "AppointmentMade", made
        found: str = made["accessManager"]["id"]
        self.ids[who] = found
        for delegation in made["accessManager"]["delegations"]:
            self.ids[f"{who}:{delegation['domain']['code']}"] = delegation["id"]
        return found

    async def staff_bakkerij(self) -> None:
        """Els appoints koen, who appoints nadia; tom manages a federal domain and lien a social one."""
        reached = {"affiliation": "EMPLOYEE", "email": "koen@bakkerij.example", "phone": "+3225550101"}
        await self.appoint("appointChiefAccessManager", "els", "koen", **reached)
        await self.appoint("appointCoChiefAccessManager", "koen", "nadia", affiliation="EMPLOYEE")
        await self.appoint("appointAccessManager", "koen", "tom", domains=["FINANCE"], email="tom@bakkerij.example")
        await self.appoint("appointAccessManager", "nadia", "lien", domains=["SOCIAL_SECURITY"])

    async def person_id(self, handle: str) -> str:
        """Our id for an inhabitant."""
        number = self.town.person(handle).number
        return str((await self.house.directory.ids([number]))[number])

    async def rows(self, table: str) -> int:
        """How many rows a table has."""
        async with self.house.database.reading() as session:
            return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements sent inside the block, without those of the background: the feed's, and what is due."""
        sent: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not any(each in statement for each in _BACKGROUND):
                sent.append(statement)

        engines = [engine.sync_engine for engine in self.house.database.engines]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", count)
        try:
            yield sent
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", count)

    @contextmanager
    def questions(self) -> Iterator[list[tuple[Service, str]]]:
        """What the town is asked inside the block."""
        self.rehearsal.questions = asked = []
        try:
            yield asked
        finally:
            self.rehearsal.questions = None


@asynccontextmanager
async def opened(database_url: str, folder: Path, **environment: str) -> AsyncIterator[World]:
    """The service on a town of its own; more settings as `BTB_…` by keyword."""
    town = Town.build()
    rehearsal = rehearsal_app(town, Switches(), now=lambda: datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("BTB_DATABASE_URL", database_url)
        patched.setenv("BTB_PERSON_KEYS", str(folder / "person-keys"))
        for name, value in environment.items():
            patched.setenv(name, value)
        patched.setattr(opening, "rehearsal_app", lambda _town: rehearsal)
        app = create_app(Settings.read(None))
        async with client(app) as asking:
            yield World(app, asking, town, rehearsal)
