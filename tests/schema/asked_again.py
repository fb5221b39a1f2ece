"""Enterprises asked about again and again, with fragments and without, over one database that changes in between.

The plain way keeps nothing at all: no fragments, no charts, no facts. Every answer, and everything that was written
down of whom it was shown, must be the same both ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import delete, select

from btb.actors import Scope
from btb.systems import Systems
from datasources.kbo_mirror.source import MirrorKbo, MirrorPolicy
from datasources.register.kept_charts import KeptCharts
from datasources.register.tables import consultations
from execution.engine import Engine
from execution.hooks import Policies, RequestInfo
from execution.operation import OperationRequest
from execution.plan import CompiledQueries, FragmentedQueries, FragmentSource, PlanSettings, ShadowedQueries
from loaders import Present
from resolvers.context import Context, House
from schema.errors import translate
from schema.fragments import KeptEnterprises
from server.contexts import loaders_of
from tests.schema.asked_documents import DOCUMENTS, LANGUAGES, Asked, Document
from tests.schema.both_ways import QUERY
from tests.schema.history import History
from tests.schema.world import World

AT_ONCE = PlanSettings(interpreted_first=0, patience=10**9)
READERS: dict[str, Callable[[World], str | None]] = {
    "UMAN": lambda world: world.system("UMAN"),
    "RMA": lambda world: world.system("RMA"),
    "OPERATOR": lambda world: world.system("OPERATOR"),
    "UMAN reading mandates": lambda world: world.system("UMAN", Scope.MANDATES_READ),
    "UMAN without scope": lambda world: world.unscoped("UMAN"),
    "DASHBOARD": lambda world: world.system("DASHBOARD"),
    "els, who represents": lambda world: world.person("els"),
    "a stranger": lambda world: world.person("emma"),
    "nobody": lambda world: None,
}
MOSTLY = ("UMAN", "UMAN", "RMA", "OPERATOR")


class Different(AssertionError):
    """What was answered from memory is not what is answered without."""


class AskedAgain:
    """One service, and the same questions both ways. `steps` is what was done so far, for whoever has to understand."""

    def __init__(
        self,
        world: World,
        history: History,
        source: FragmentSource | None = None,
        most: int = 10**6,
        documents: Sequence[Document] = DOCUMENTS,
        shadowed: bool = False,
    ) -> None:
        self.world, self.history, self.clock = world, history, history.clock
        self.documents, self.shadowed = documents, shadowed
        self.steps: list[str] = []
        self.outcomes: Counter[str] = Counter()
        schema = world.app.engine.schema
        self.fragments = FragmentedQueries(CompiledQueries(schema, AT_ONCE), schema, source or KeptEnterprises(), most)
        told = Policies(translate=translate)
        executor = ShadowedQueries(self.fragments, schema) if shadowed else self.fragments
        self.engine = Engine(schema, executor=executor, policies=told)
        self.plainly = Engine(schema, executor=CompiledQueries(schema, AT_ONCE), policies=told)
        self.tokens = {name: token(world) for name, token in READERS.items()}
        self._recent: list[tuple[Asked, str, str]] = []
        self._systems: list[Systems] = [world.house.systems, _shuffled(world.house.systems)]
        self._keeping, self._keeping_nothing = self._houses()

    def _houses(self) -> tuple[House, House]:
        database, now = self.world.house.database, self.clock
        inner = self.world.house.kbo._inner  # type: ignore[attr-defined]
        kbo, plain = MirrorKbo(inner, database, now), MirrorKbo(inner, database, now, MirrorPolicy(kept=0))
        both = replace(self.world.house, now=now, systems=self._systems[0])
        keeping = replace(both, kbo=kbo, extract=kbo, charts=KeptCharts(60))
        return keeping, replace(both, kbo=plain, extract=plain, charts=KeptCharts(0))

    def other_systems(self) -> None:
        """Systems serve other domains from now on."""
        self._systems.reverse()
        self._keeping = replace(self._keeping, systems=self._systems[0])
        self._keeping_nothing = replace(self._keeping_nothing, systems=self._systems[0])

    async def ask(self, asked: Asked, reader: str, language: str = "", purpose: str | None = None) -> None:
        """Both ways. Raises Different."""
        self.steps.append(f"{reader} ({language}, {purpose}) asks {asked}")
        kept_before = self.fragments.counted.kept
        now, shown_now = await self._answered(self.engine, self._keeping, asked, reader, language, purpose)
        plain, shown = await self._answered(self.plainly, self._keeping_nothing, asked, reader, language, purpose)
        if now != plain:
            raise Different(self._told(f"answered {now!r}\nplainly  {plain!r}"))
        if shown_now != shown:
            raise Different(self._told(f"written down {shown_now}\nplainly      {shown}"))
        if self.fragments.counted.kept > kept_before:
            self.outcomes["answered from memory"] += 1
            self.outcomes[asked.name] += 1
        self.outcomes["shown"] += len(shown)

    async def ask_while(self, asked: Asked, reader: str, changing: Callable[[], Any]) -> None:
        """Something changes between the confirmation and the reading. Each entity is as it was before or after.

        What is written down then is of either too; the next question must find everything as it is.
        """
        self.steps.append(f"{reader} asks {asked} meanwhile")
        before, _ = await self._answered(self.plainly, self._keeping_nothing, asked, reader, "", None)
        source = self.fragments._source
        self.fragments._source = _Meanwhile(source, changing)  # type: ignore[assignment]
        try:
            answer, _ = await self._answered(self.engine, self._keeping, asked, reader, "", None)
        finally:
            self.fragments._source = source
        after, _ = await self._answered(self.plainly, self._keeping_nothing, asked, reader, "", None)
        if answer not in (before, after) and not _each_of_either(answer, before, after):
            raise Different(self._told(f"answered {answer!r}\nbefore   {before!r}\nafter    {after!r}"))

    async def _answered(
        self, engine: Engine, house: House, asked: Asked, reader: str, language: str, purpose: str | None
    ) -> tuple[bytes, list[str]]:
        token = self.tokens[reader]
        headers = {"accept-language": language} | ({} if token is None else {"authorization": f"Bearer {token}"})
        context = await self.world.app.contexts(RequestInfo(headers, None, "/graphql", "POST", "asked again"))
        present = Present(self.clock())
        context: Context = replace(
            context,
            house=house,
            purpose=purpose,
            present=present,
            loaders=loaders_of(house, context.actor, present, purpose),
        )
        request = OperationRequest(asked.document, variables=asked.variables, request_id="asked again")
        answer = await engine.execute(request, context, allowed=QUERY)
        return answer.body, await self._written_down(asked)

    async def _written_down(self, asked: Asked) -> list[str]:
        """What was written down since this was last asked."""
        table = consultations.c
        what = [table.subject, table.actor, table.what, table.enterprise, table.purpose]
        async with self.world.house.database.reading() as session:
            # Of two that read side by side, one of them of later than the clock says, either may come first.
            rows = (await session.execute(select(*what, *([table.at] if asked.kept else ())))).all()
        if rows:
            async with self.world.house.database.working() as session:
                await session.execute(delete(consultations))
        return sorted(map(str, rows))

    def _told(self, what: str) -> str:
        return "\n".join([*self.steps[-40:], f"at {self.clock()}", what])

    def question(self) -> tuple[Asked, str, str, str | None]:
        """Something to ask; mostly what was asked shortly before, of others too."""
        chance, representations = self.history.chance, self.history.representations()
        purpose = chance.choice((None, None, None, "a dossier"))
        if self._recent and chance.random() < 0.8:
            asked, reader, language = chance.choice(self._recent)
            if chance.random() < 0.2:
                reader = chance.choice(list(READERS))
            if chance.random() < 0.05:
                language = chance.choice(LANGUAGES)
            return replace(asked, variables={**asked.variables, "of": representations}), reader, language, purpose
        (document,) = chance.choices(self.documents, [6 if each.kept else 1 for each in self.documents])
        asked = document.about(representations, chance)
        reader, language = chance.choice(MOSTLY), chance.choice(LANGUAGES)
        self._recent = [*self._recent[-4:], (asked, reader, language)]
        return asked, reader, language, purpose

    async def play(self, steps: int) -> None:
        """Changes and questions in any order. Raises Different."""
        chance = self.history.chance
        for _ in range(steps):
            draw = chance.random()
            if draw < 0.75 or (draw < 0.8 and self.shadowed):  # what changes between both ways differs
                await self.ask(*self.question())
            elif draw < 0.8:
                asked, reader, _, _ = self.question()
                await self.ask_while(asked, reader, self.history.changed)
            elif draw < 0.83:
                self.steps.append("other systems")
                self.other_systems()
            else:
                self.steps.append(await self.history.step())


class _Meanwhile:
    """A source beside which something changes once it has confirmed what it was asked."""

    def __init__(self, source: FragmentSource, changing: Callable[[], Any]) -> None:
        self._source, self._changing = source, changing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    async def hold(self, context: Context, notes: Sequence[Any]) -> Sequence[bool]:
        found = await self._source.hold(context, notes)
        await self._changing()
        return found


def _each_of_either(answer: bytes, before: bytes, after: bytes) -> bool:
    said, was, will = (orjson.loads(each) for each in (answer, before, after))
    if said.get("errors") or was.get("errors") or will.get("errors"):
        return False
    (key,) = said["data"]
    return all(
        one in either for one, *either in zip(said["data"][key], was["data"][key], will["data"][key], strict=True)
    )


def _shuffled(systems: Systems) -> Systems:
    """Each system serves what the next one serves."""
    served = [system.domains for system in systems]
    turned = zip(systems, served[1:] + served[:1], strict=True)
    return Systems(tuple(replace(system, domains=domains) for system, domains in turned))
