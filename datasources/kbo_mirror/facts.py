"""Reads enterprises from the slot in use: one statement for any number of them, whichever slot that is meanwhile."""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson
from sqlalchemy import ARRAY, BigInteger, BindParameter, Text, bindparam, text

from btb.enterprises import Address, Coded, EnterpriseFacts, EnterpriseKind, EnterpriseName, EnterpriseStatus, Language
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.records import NAMES_PER_ENTERPRISE
from datasources.kbo_mirror.state import moment_of
from datasources.kbo_mirror.tables import SLOTS, Slot
from datasources.readings import AuthenticSource, Reading
from datasources.register.database import ReadSession
from datasources.register.direct import Direct

_LANGUAGES: Final = {1: Language.FR, 2: Language.NL, 3: Language.DE, 4: Language.EN}
_KINDS: Final = {0: EnterpriseKind.UNKNOWN, 1: EnterpriseKind.NATURAL_PERSON, 2: EnterpriseKind.LEGAL_PERSON}
_Named: TypeAlias = tuple[int, int, str]
Mark: TypeAlias = tuple[int, str]
"""When an extract was taken, in microseconds, and its slot and number: no two extracts, nor two imports, share it."""


def _statement(asked: str, asked_for: BindParameter[Any]) -> Direct:
    """Both slots, of which the one not in use is not entered; one more row tells of the extract itself."""
    in_use = "SELECT snapshot, imported_at, slot || '.' || number" + ", NULL" * 14 + " FROM kbo_mirror"
    parts = [in_use, *(_part(slot, asked) for slot in SLOTS)]
    return Direct(text(" UNION ALL ".join(parts)).bindparams(asked_for))


def _part(slot: Slot, asked: str) -> str:
    most = NAMES_PER_ENTERPRISE
    return (
        "SELECT NULL, e.number, e.status, e.kind, e.form, e.situation, e.started, "
        "a.number, a.street, a.house_number, a.box, a.postal_code, a.municipality, a.country_code, "
        "n.kind, n.language, n.name "
        f"FROM {asked} JOIN {slot.enterprises.name} e ON e.number = asked.value "
        f"LEFT JOIN {slot.addresses.name} a ON a.number = e.number "
        f"LEFT JOIN {slot.names.name} n ON n.id BETWEEN e.number * {most} AND e.number * {most} + {most - 1} "
        f"WHERE (SELECT slot FROM kbo_mirror) = {slot.place}"
    )


_ON_POSTGRESQL: Final = _statement("unnest(:numbers) AS asked(value)", bindparam("numbers", type_=ARRAY(BigInteger())))
_ON_SQLITE: Final = _statement("json_each(:numbers) AS asked", bindparam("numbers", type_=Text()))
_OF_ONE: Final = _statement(
    "(SELECT CAST(:number AS bigint) AS value) AS asked", bindparam("number", type_=BigInteger())
)
"""PostgreSQL plans a statement with a list anew each time, which for one enterprise takes most of it."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What the extract has of the enterprises asked, all of one moment. `mark` is the extract's own, of no other."""

    read_at: datetime
    mark: Mark
    readings: dict[EnterpriseNumber, Reading[EnterpriseFacts]]


async def mirrored(
    session: ReadSession, numbers: Sequence[EnterpriseNumber], *, on_postgresql: bool
) -> Mirrored | None:
    """The enterprises that the extract has; None where there is no extract."""
    by_value = {int(number.digits): number for number in numbers}
    in_order = sorted(by_value)  # as they are stored: neighbours are read once
    if len(in_order) == 1:
        rows = await _OF_ONE.rows(session, {"number": in_order[0]})
    else:
        values: Any = in_order if on_postgresql else orjson.dumps(in_order).decode()
        rows = await (_ON_POSTGRESQL if on_postgresql else _ON_SQLITE).rows(session, {"numbers": values})
    in_use: tuple[int, Mark] | None = None
    facts: dict[int, tuple[Any, ...]] = {}
    names: dict[int, list[_Named]] = {}
    # One pass that unpacks: rows are many, and everything read from one by place costs again.
    for ordinal, number, status, kind, form, situation, started, seat, *address, name_kind, language, name in rows:
        if ordinal is not None:
            in_use = ordinal, (number, status)
            continue
        known = names.get(number)
        if known is not None:
            known.append((name_kind, language, name))
            continue
        facts[number] = (status, kind, form, situation, started, seat, address)
        names[number] = [] if name is None else [(name_kind, language, name)]
    if in_use is None:
        return None
    snapshot, mark = in_use
    read_at = moment_of(date.fromordinal(snapshot))
    return Mirrored(
        read_at,
        mark,
        {
            by_value[value]: Reading(_facts(by_value[value], row, names[value]), AuthenticSource.KBO, read_at)
            for value, row in facts.items()
        },
    )


def _facts(number: EnterpriseNumber, row: tuple[Any, ...], names: list[_Named]) -> EnterpriseFacts:
    status, kind, form, situation, started, seat, address = row
    return EnterpriseFacts(
        number,
        _status(status),
        _KINDS[kind],
        _names(names),
        _coded(form),
        _coded(situation),
        None if started is None else _day(started),
        None if seat is None else Address(*address),
    )


_status = lru_cache(maxsize=64)(EnterpriseStatus.of_code)
_day = lru_cache(maxsize=65_536)(date.fromordinal)


@lru_cache(maxsize=2048)
def _coded(code: str | None) -> Coded | None:
    return None if code is None else Coded(code)


def _names(named: list[_Named]) -> tuple[EnterpriseName, ...]:
    """The social names; an enterprise without any is known by its short or commercial ones, as over MAGDA."""
    if len(named) == 1:
        return (EnterpriseName(named[0][2], _LANGUAGES.get(named[0][1])),)
    if not named:
        return ()
    first = min(named)[0]
    return tuple([EnterpriseName(name, _LANGUAGES.get(language)) for kind, language, name in named if kind == first])
