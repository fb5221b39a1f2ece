"""Reads enterprises from the slot in use: one statement for any number of them, whichever slot that is meanwhile."""

# ruff: noqa: S608 what is written into statements are names of our own tables; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import ARRAY, BigInteger, Text, TextClause, bindparam, text

from btb.enterprises import Address, Coded, EnterpriseFacts, EnterpriseKind, EnterpriseName, EnterpriseStatus, Language
from btb.identifiers import EnterpriseNumber
from datasources.kbo_mirror.records import NAMES_PER_ENTERPRISE
from datasources.kbo_mirror.state import moment_of
from datasources.kbo_mirror.tables import SLOTS, Slot
from datasources.readings import AuthenticSource, Reading
from datasources.register.database import ReadSession

_LANGUAGES: Final = {1: Language.FR, 2: Language.NL, 3: Language.DE, 4: Language.EN}
_KINDS: Final = {0: EnterpriseKind.UNKNOWN, 1: EnterpriseKind.NATURAL_PERSON, 2: EnterpriseKind.LEGAL_PERSON}
_SNAPSHOT, _NUMBER, _STATUS, _KIND, _FORM, _SITUATION, _STARTED = range(7)
_SEAT: Final = slice(7, 14)
_NAME: Final = slice(14, 17)


def _statement(on_postgresql: bool) -> TextClause:
    """Both slots, of which the one not in use is not entered; a first row tells of the extract itself."""
    asked = "unnest(:numbers) AS asked(value)" if on_postgresql else "json_each(:numbers) AS asked"
    parts = ["SELECT snapshot" + ", NULL" * 16 + " FROM kbo_mirror", *(_part(slot, asked) for slot in SLOTS)]
    return text(" UNION ALL ".join(parts)).bindparams(
        bindparam("numbers", type_=ARRAY(BigInteger()) if on_postgresql else Text())
    )


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


_ON_POSTGRESQL: Final = _statement(on_postgresql=True)
_ON_SQLITE: Final = _statement(on_postgresql=False)


async def mirrored(
    session: ReadSession, numbers: Sequence[EnterpriseNumber], *, on_postgresql: bool
) -> dict[EnterpriseNumber, Reading[EnterpriseFacts]] | None:
    """The enterprises that the extract has; None where there is no extract."""
    by_value = {int(number.digits): number for number in numbers}
    values: Any = list(by_value) if on_postgresql else orjson.dumps(list(by_value)).decode()
    rows = (await session.execute(_ON_POSTGRESQL if on_postgresql else _ON_SQLITE, {"numbers": values})).all()
    snapshot = next((row[_SNAPSHOT] for row in rows if row[_SNAPSHOT] is not None), None)
    if snapshot is None:
        return None
    read_at = moment_of(date.fromordinal(snapshot))
    found = [row for row in rows if row[_NUMBER] is not None]
    found.sort(key=itemgetter(_NUMBER))
    return {
        by_value[value]: _reading(by_value[value], list(group), read_at)
        for value, group in groupby(found, key=itemgetter(_NUMBER))
    }


def _reading(number: EnterpriseNumber, rows: list[Any], read_at: datetime) -> Reading[EnterpriseFacts]:
    first = rows[0]
    facts = EnterpriseFacts(
        number=number,
        status=EnterpriseStatus.of_code(first[_STATUS]),
        kind=_KINDS[first[_KIND]],
        names=_names(rows),
        juridical_form=None if first[_FORM] is None else Coded(first[_FORM]),
        juridical_situation=None if first[_SITUATION] is None else Coded(first[_SITUATION]),
        start_date=None if first[_STARTED] is None else date.fromordinal(first[_STARTED]),
        address=None if first[_SEAT.start] is None else Address(*first[_SEAT][1:]),
    )
    return Reading(facts, AuthenticSource.KBO, read_at)


def _names(rows: list[Any]) -> tuple[EnterpriseName, ...]:
    """The social names; an enterprise without any is known by its short or commercial ones, as over MAGDA."""
    named = [row[_NAME] for row in rows if row[_NAME][0] is not None]
    if not named:
        return ()
    kind = min(each[0] for each in named)
    return tuple(EnterpriseName(name, _LANGUAGES.get(language)) for each, language, name in named if each == kind)
