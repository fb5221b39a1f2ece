"""What happens to a register while it is asked: mandates, time, extracts of KBO, sources out of reach, a backup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, delete, insert, select, text

from btb.enterprises import Language
from btb.identifiers import EnterpriseNumber
from btb.mandates import (
    AccessManagerRole,
    Contact,
    Delegation,
    DelegationId,
    EndReason,
    Mandate,
    MandateStatus,
    Standing,
)
from btb.persons import PersonId
from datasources.kbo_mirror.bulk import IMPORTING
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.source import MirrorPolicy
from datasources.kbo_mirror.state import moment_of
from datasources.kbo_mirror.tables import metadata as mirror
from datasources.register.applications import Application, register_application
from datasources.register.charts import chart_locked
from datasources.register.database import Database
from datasources.register.failures import RegisterFailure
from datasources.register.recording import record
from datasources.register.tables import changes, delegations, enterprises, head, mandates
from tests.datasources.kbo_mirror.making import ADDRESS, ENTERPRISE, META, NAME, folder
from tests.datasources.register.building import SOMEBODY, change, ended, mandate
from tests.schema.world import World

START = datetime(2071, 3, 2, 9, tzinfo=UTC)
"""Far ahead: what the service itself does as time goes by, it does by the real one."""
NEAR = timedelta(days=31)
"""So far from it the clock goes, but for a while in which the extract is too old to be asked first."""
FRESH = MirrorPolicy().fresh
HANDLES = ("bakkerij", "brouwerij", "vervoer", "kapsalon")
SHORT = (timedelta(0), timedelta(microseconds=1), timedelta(hours=2), timedelta(days=1), timedelta(days=30))
DOMAINS = ("FINANCE", "SOCIAL_SECURITY", "ECONOMY", "HEALTH_CARE")
_LOG = (changes, delegations, mandates, enterprises, head)


class Clock:
    """Says what moment it is."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


class History:
    """Makes things happen by chance; everything is committed when a step is over."""

    def __init__(self, world: World, url: str, at: Path, chance: Random) -> None:
        self.world, self.url, self.at, self.chance = world, url, at, chance
        self.clock = Clock()
        self.numbers = [world.town.enterprise(handle).number for handle in HANDLES]
        self.people = [PersonId(uuid4()) for _ in range(40)]
        self._extract, self._snapshot = 100, START
        self._backup: dict[Table, list[Any]] | None = None
        self._beginning: dict[Table, list[Any]] | None = None
        self._steps: list[tuple[int, Callable[[], Awaitable[str]]]] = [
            (12, self.changed),
            (6, self.time),
            (2, self.extract),
            (1, self.backup),
            (1, self.restored),
            (1, self.kbo),
            (1, self.application),
        ]

    async def begin(self) -> None:
        """An extract, and some mandates."""
        await self.extract()
        await self._unguarded()
        for _ in range(16):
            await self.changed()
        await self.backup()
        self._beginning = self._backup

    async def anew(self) -> None:
        """Everything is as it was at the beginning, which for the service is a backup put back like another."""
        self._backup, self.clock.moment = self._beginning, START
        await self.restored()
        if self.world.switches.broken is not None:
            await self.kbo()

    async def step(self) -> str:
        """Something happens; what it was."""
        weights = [weight for weight, _ in self._steps]
        ((_, happens),) = self.chance.choices(self._steps, weights)
        return await happens()

    def representations(self) -> list[dict[str, str]]:
        """Of some of the enterprises, in some form, and sometimes of others."""
        chance = self.chance
        asked = [chance.choice(self.numbers) for _ in range(chance.randrange(1, 6))]
        found = [{"__typename": "Enterprise", "enterpriseNumber": _form(number, chance)} for number in asked]
        if chance.random() < 0.03:
            found.append({"__typename": "Enterprise", "enterpriseNumber": chance.choice(("0000000097", "nonsense"))})
        if chance.random() < 0.02:
            found.append({"__typename": "Domain", "code": "FINANCE"})
        if chance.random() < 0.01:
            found.append({"__typename": "Enterprise"})
        return found

    # What happens.

    async def changed(self) -> str:
        """One enterprise's mandates change; in one of ten cases that is undone before it is committed."""
        number = self.chance.choice(self.numbers)
        fails = self.chance.random() < 0.1
        try:
            async with self.world.house.database.working() as session:
                chart = await chart_locked(session, number, full=True)
                made = self._made(number, chart.mandates)
                await record(session, [change(made, chart.version + 1, at=self.clock())])
                if fails:
                    raise LookupError
        except (LookupError, RegisterFailure) as error:
            return f"no change of {number}: {type(error).__name__}"
        return f"{number} version {chart.version + 1}: {made.role} {made.standing} from {made.valid_from}"

    def _made(self, number: EnterpriseNumber, held: tuple[Mandate, ...]) -> Mandate:
        chance, now = self.chance, self.clock()
        alive = [each for each in held if each.standing is not Standing.ENDED]
        in_force = [each for each in alive if each.status(now) is MandateStatus.ACTIVE]
        if len(in_force) < 2 or chance.random() < 0.3:
            return self._appointed(number, at_once=len(in_force) < 2)
        one = chance.choice(alive)
        match chance.randrange(6):
            case 0 | 1:
                return ended(one, now, chance.choice(list(EndReason)))
            case 2:
                return replace(one, suspended_at=None if one.suspended_at else now - chance.choice(SHORT))
            case 3:
                return replace(one, standing=Standing.IN_OFFICE, valid_from=min(one.valid_from, now))
            case 4 if one.delegations:
                gone = chance.choice(one.delegations)
                after = replace(gone, standing=Standing.ENDED, ended_at=now, end_reason=EndReason.REVOKED)
                kept = tuple(after if each is gone else each for each in one.delegations)
                return replace(one, delegations=kept)
            case _:
                return replace(one, valid_until=now + chance.choice(SHORT), contact=self._contact())

    def _appointed(self, number: EnterpriseNumber, at_once: bool) -> Mandate:
        chance, now = self.chance, self.clock()
        role = chance.choice((*AccessManagerRole, AccessManagerRole.DOMAIN))
        start = now - SHORT[2] if at_once else now + chance.choice((*SHORT[:3], -SHORT[2]))
        until = None if chance.random() < 0.5 else max(start, now) + chance.choice(SHORT[1:])
        made = mandate(number, role, holder=chance.choice(self.people), at=start, valid_until=until)
        standing = Standing.IN_OFFICE if start <= now else Standing.SCHEDULED
        entrusted = chance.sample(DOMAINS, chance.randrange(1, 4)) if role is AccessManagerRole.DOMAIN else []
        return replace(
            made,
            standing=standing,
            appointed_at=now,
            contact=self._contact(),
            delegations=tuple(
                Delegation(DelegationId(identity), domain, standing, start, until, now, SOMEBODY)
                for domain, identity in zip(entrusted, sorted(uuid4() for _ in entrusted), strict=True)
            ),
        )

    def _contact(self) -> Contact:
        return Contact(
            self.chance.choice((None, "a@example.be", "b@example.be")), self.chance.choice((None, "+3225551234"))
        )

    async def time(self) -> str:
        """The clock goes on, or is put back; often to a moment at which something begins or ends, or just before it."""
        async with self.world.house.database.reading() as session:
            found = await session.execute(select(mandates.c.valid_from, mandates.c.valid_until, mandates.c.ended_at))
            moments = [each for row in found for each in row if each is not None and abs(each - START) < NEAR]
        if moments and self.chance.random() < 0.6:
            self.clock.moment = self.chance.choice(moments) - self.chance.choice(SHORT[:2])
        elif self.chance.random() < 0.25:
            self.clock.moment = self._snapshot + FRESH + self.chance.choice((*SHORT[:2], timedelta(days=9)))
        else:
            self.clock.moment = START + self.chance.choice((*SHORT, -SHORT[2], timedelta(minutes=1)))
        return f"it is {self.clock()}"

    async def extract(self) -> str:
        """Another extract of KBO is taken."""
        self._extract += self.chance.randrange(2)  # one number may be taken twice, with other content
        chance = self.chance
        snapshot = self._snapshot = moment_of((START - timedelta(days=max(1, 110 - self._extract))).date())
        had = [number for number in self.numbers if chance.random() < 0.95]
        rows = "".join(
            f'"{_dotted(each)}","AC","000","{chance.choice("12")}","{chance.choice(["014", "610"])}",,\n'
            for each in had
        )
        names = "".join(
            f'"{_dotted(each)}","{language}","001","{self._extract} {chance.choice("AB")} é\\""\n'.replace('\\"', "")
            for each in had
            for language in chance.sample("123", 2)
            if chance.random() < 0.97
        )
        files = {
            "meta.csv": META.replace("0100", f"{self._extract:04}").replace("30-10-2026", f"{snapshot:%d-%m-%Y}"),
            "enterprise.csv": ENTERPRISE + rows,
            "denomination.csv": NAME + names,
            "address.csv": ADDRESS
            + "".join(
                f'"{_dotted(each)}","REGO",,,"9000","Gent","Gand","Kouter","Kouter","{self._extract}","","",\n'
                for each in had
            ),
        }
        database = Database.open(self.url, IMPORTING)
        await import_extract(database, folder(self.at / uuid4().hex, files), datetime.now(UTC))
        await database.close()
        return f"extract {self._extract} of {snapshot:%d-%m-%Y} with {[each.digits for each in had]}"

    async def backup(self) -> str:
        """Everything in the register and the mirror is put aside."""
        tables = (*_LOG, *mirror.sorted_tables)
        async with self.world.house.database.working() as session:
            self._backup = {table: [row._asdict() for row in await session.execute(select(table))] for table in tables}
        return "a backup is made"

    async def restored(self) -> str:
        """The backup is put back, without anybody telling the service."""
        if self._backup is None:
            return "there is no backup"
        async with self.world.house.database.working() as session:
            for table in self._backup:
                await session.execute(delete(table))
            for table in reversed(_LOG):
                await self._filled(session, table)
            for table in mirror.sorted_tables:
                await self._filled(session, table)
        return "the backup is put back"

    async def _filled(self, session: Any, table: Table) -> None:
        assert self._backup is not None
        if self._backup[table]:
            await session.execute(insert(table), self._backup[table])

    async def _unguarded(self) -> None:
        """Take away what keeps the log from being altered: a backup is put back from below."""
        postgresql = self.world.house.database.is_postgresql
        async with self.world.house.database.working() as session:
            if postgresql:
                await session.execute(text("ALTER TABLE changes DISABLE TRIGGER USER"))
            else:
                await session.execute(text("DROP TRIGGER changes_never_deleted"))

    async def kbo(self) -> str:
        """KBO goes out of reach, or comes back; nobody remembers what it said."""
        broken = self.world.switches.broken is None
        self.world.switches.turn({"broken": {"service": "GeefOnderneming"} if broken else None})
        self.world.house.kbo._inner._enterprises._kept.clear()  # type: ignore[attr-defined]
        return f"KBO is {'out of' if broken else 'within'} reach"

    async def application(self) -> str:
        """An online service is placed in a domain, or in another one."""
        placed = Application("TAX", {Language.NL: "Aangifte"}, "FOD", self.chance.choice(DOMAINS), self.clock())
        async with self.world.house.database.working() as session:
            await register_application(session, placed, whoever=True)
        return f"TAX is placed in {placed.domain}"


def _dotted(number: EnterpriseNumber) -> str:
    digits = number.digits
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def _form(number: EnterpriseNumber, chance: Random) -> str:
    return number.digits if chance.random() < 0.95 else chance.choice((_dotted(number), f"BE{number.digits}"))
