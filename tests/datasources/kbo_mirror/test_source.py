"""The mirror answers reads where it is fresh, stands in where KBO is out of reach, and never decides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from btb.enterprises import EnterpriseFacts, EnterpriseKind
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.importing import import_extract
from datasources.kbo_mirror.source import MirrorKbo, MirrorOrder, MirrorPolicy
from datasources.kbo_mirror.synthetic import number_at, write_full
from datasources.readings import AuthenticSource, Freshness, Reading, SourceFailure, SourceUnavailable
from datasources.register.database import Database, ReadSession
from datasources.register.failures import RegisterUnavailable
from tests.datasources.kbo_mirror.making import NAME, folder
from tests.datasources.kbo_mirror.moments import NOW

SNAPSHOT = datetime(2026, 10, 30, tzinfo=UTC)
HERE = EnterpriseNumber.parse(number_at(0))
ELSEWHERE = EnterpriseNumber.parse(number_at(500))


@dataclass
class Online:
    """KBO itself: knows everything, unless it is out of reach; remembers what it was asked."""

    reachable: bool = True
    asked: list[tuple[EnterpriseNumber, Freshness]] = field(default_factory=list)

    async def enterprises(
        self, numbers: Collection[EnterpriseNumber], freshness: Freshness = Freshness.READ
    ) -> Mapping[EnterpriseNumber, Reading[EnterpriseFacts] | SourceFailure]:
        self.asked += [(number, freshness) for number in numbers]
        if not self.reachable:
            return {number: SourceUnavailable(AuthenticSource.KBO, "out of reach") for number in numbers}
        return {number: Reading(_facts(number), AuthenticSource.KBO, NOW) for number in numbers}

    async def functions_in(self, numbers: Any, freshness: Freshness = Freshness.READ) -> Any:
        return dict.fromkeys(numbers, ("functions_in", freshness))

    async def functions_of(self, persons: Any, freshness: Freshness = Freshness.READ) -> Any:
        return dict.fromkeys(persons, ("functions_of", freshness))

    async def functions_of_in(self, pairs: Any, freshness: Freshness = Freshness.READ) -> Any:
        return dict.fromkeys(pairs, ("functions_of_in", freshness))


def _facts(number: EnterpriseNumber) -> EnterpriseFacts:
    return EnterpriseFacts(number, None, EnterpriseKind.UNKNOWN, (), None, None, None, None)


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> Database:
    await import_extract(database, write_full(tmp_path / "full", 300), NOW)
    return database


def _mirror(inner: Online, database: Database, **policy: Any) -> MirrorKbo:
    return MirrorKbo(inner, database, lambda: NOW, MirrorPolicy(**policy))


async def test_a_read_comes_from_the_mirror_and_only_what_it_lacks_from_kbo(filled: Database) -> None:
    inner = Online()
    answers = await _mirror(inner, filled).enterprises([HERE, ELSEWHERE, HERE])
    here, elsewhere = answers[HERE], answers[ELSEWHERE]
    assert isinstance(here, Reading)
    assert isinstance(elsewhere, Reading)
    assert (here.read_at, here.stale) == (SNAPSHOT, False)
    assert elsewhere.read_at == NOW
    assert inner.asked == [(ELSEWHERE, Freshness.READ)]


async def test_an_enterprise_whose_names_were_cut_off_is_asked_of_kbo(database: Database, tmp_path: Path) -> None:
    await import_extract(database, folder(tmp_path / "cut", {"denomination.csv": NAME}), NOW)
    inner, number = Online(), EnterpriseNumber.parse("0000000196")
    asked = (await _mirror(inner, database).enterprises([number]))[number]
    assert isinstance(asked, Reading)
    assert asked.read_at == NOW
    inner.reachable = False
    stood_in = (await _mirror(inner, database).enterprises([number]))[number]
    assert isinstance(stood_in, Reading)
    assert (stood_in.read_at, stood_in.stale) == (SNAPSHOT, True)


async def test_a_decision_never_comes_from_the_mirror(filled: Database) -> None:
    inner = Online(reachable=False)
    answers = await _mirror(inner, filled).enterprises([HERE], Freshness.DECIDE)
    assert isinstance(answers[HERE], SourceUnavailable)
    assert inner.asked == [(HERE, Freshness.DECIDE)]


async def test_functions_come_from_kbo(filled: Database) -> None:
    mirror = _mirror(Online(), filled)
    freshness = Freshness.DECIDE
    answers: dict[Any, Any] = dict(await mirror.functions_in([HERE], freshness))
    assert answers == {HERE: ("functions_in", freshness)}
    assert dict(await mirror.functions_of([], freshness)) == {}
    assert dict(await mirror.functions_of_in([], freshness)) == {}


async def test_with_kbo_out_of_reach_a_fresh_mirror_answers_as_ever(filled: Database) -> None:
    answers = await _mirror(Online(reachable=False), filled).enterprises([HERE, ELSEWHERE])
    here = answers[HERE]
    assert isinstance(here, Reading)
    assert not here.stale
    assert isinstance(answers[ELSEWHERE], SourceUnavailable)


@pytest.mark.parametrize("policy", [{"fresh": timedelta(days=10)}, {"order": MirrorOrder.KBO_FIRST}])
async def test_an_old_mirror_or_a_second_one_answers_only_for_a_lost_source(filled: Database, policy: Any) -> None:
    inner = Online()
    mirror = _mirror(inner, filled, **policy)
    asked = (await mirror.enterprises([HERE]))[HERE]
    assert isinstance(asked, Reading)
    assert asked.read_at == NOW
    inner.reachable = False
    stood_in = (await mirror.enterprises([HERE, ELSEWHERE]))[HERE]
    assert isinstance(stood_in, Reading)
    assert (stood_in.read_at, stood_in.stale) == (SNAPSHOT, True)


async def test_without_an_extract_kbo_is_asked_and_the_mirror_not_looked_into_again_for_a_while(
    database: Database, tmp_path: Path
) -> None:
    seconds = 0.0
    inner = Online()
    mirror = MirrorKbo(inner, database, lambda: NOW, clock=lambda: seconds)
    with _counted(database) as statements:
        await mirror.enterprises([HERE])
        await mirror.enterprises([HERE])
    assert len(statements) == 1
    await import_extract(database, write_full(tmp_path / "full", 30), NOW)
    seconds = 31.0
    await mirror.enterprises([HERE])
    assert len(inner.asked) == 2


async def test_five_hundred_enterprises_are_one_statement(filled: Database) -> None:
    numbers = [EnterpriseNumber.parse(number_at(place)) for place in range(300)]
    with _counted(filled) as statements:
        answers = await _mirror(Online(), filled).enterprises(numbers)
    assert len(answers) == 300
    assert len(statements) == 1


class _Lost(Database):
    """A database out of reach."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        raise RegisterUnavailable("lost")
        yield


async def test_a_mirror_that_cannot_be_read_is_as_none(database: Database) -> None:
    answers = await _mirror(Online(), _Lost(*database.engines)).enterprises([HERE])
    assert isinstance(answers[HERE], Reading)


class _counted:
    """The statements that reading sends."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engines[0].sync_engine
        self._statements: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._count)
        return self._statements

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._count)

    def _count(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        self._statements.append(statement)
