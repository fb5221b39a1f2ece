"""What may happen in the town over HTTP, and what it tells of itself. No national number comes or goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from btb.identifiers import EnterpriseNumber, InvalidEnterpriseNumber
from datasources.rehearsal import cast
from datasources.rehearsal.registers import NobodyThere
from datasources.rehearsal.town import Town


class CannotHappen(ValueError):
    """An event that does not exist, or about nobody in the town."""


def happen(town: Town, event: str, told: Mapping[str, object]) -> None:
    """Let it happen: `begin-function`, `end-function`, `cease`, `absorb`, `bury` or `cancel-number`.

    `told` names `person`, `enterprise` and `successor` by handle (an enterprise also by number), `on` as YYYY-MM-DD.
    Raises CannotHappen.
    """
    try:
        match event:
            case "begin-function":
                town.begin_function(_text(told, "person"), _which(town, told, "enterprise"), _day(told))
            case "end-function":
                town.end_function(_text(told, "person"), _which(town, told, "enterprise"), _day(told))
            case "cease":
                town.cease(_which(town, told, "enterprise"), _day(told))
            case "absorb":
                town.absorb(_which(town, told, "enterprise"), _which(town, told, "successor"), _day(told))
            case "bury":
                town.bury(_text(told, "person"), _day(told))
            case "cancel-number":
                town.cancel_number(_text(told, "person"))
            case _:
                raise CannotHappen("There is no such event.")
    except NobodyThere as nobody:
        raise CannotHappen(str(nobody)) from None


def about(town: Town) -> str:
    """A page of plain text: what this is, and the cast with their enterprise numbers."""
    lines = [
        "The rehearsal town: a synthetic KBO and register of persons that answers as MAGDA does.",
        f"{len(town.enterprises)} enterprises, {len(town.persons)} persons; none of them exists.",
        "POST SOAP to any path: GeefOnderneming-02.00, GeefFuncties-02.00, GeefPersoon-02.02, RegistreerInschrijving.",
        "",
        *(f"{town.enterprise(row.handle).number}  {row.handle:16} {row.why}" for row in cast.ENTERPRISES),
        "",
        *(f"{row.handle:12} {row.why}" for row in cast.PERSONS),
    ]
    return "\n".join(lines) + "\n"


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise CannotHappen(f"{name} is missing.")
    return value


def _which(town: Town, told: Mapping[str, object], name: str) -> EnterpriseNumber:
    text = _text(told, name)
    try:
        return town.enterprise(text).number
    except NobodyThere:
        try:
            return town.enterprise(EnterpriseNumber.parse(text)).number
        except InvalidEnterpriseNumber:
            raise CannotHappen("The town has no such enterprise.") from None


def _day(told: Mapping[str, object]) -> date:
    try:
        return date.fromisoformat(_text(told, "on"))
    except ValueError:
        raise CannotHappen("on is a day, as YYYY-MM-DD.") from None
