"""A person as GeefPersoon-02.02 writes it, with no more than `BasisPersoonsgegevens`."""

from __future__ import annotations

from datasources.rehearsal.markup import branch, coded, leaf
from datasources.rehearsal.records import TownPerson

_SEX = {"M": ("1", "Mannelijk"), "F": ("2", "Vrouwelijk")}


def person(who: TownPerson, source: str, *, basics: bool) -> str:
    """The `Persoon`. A death stands in `Overlijden` only: registers often give no status beside it."""
    if not basics:
        return branch("Persoon", leaf("INSZ", who.number.digits), Bron=source)
    given = [leaf("Voornaam", name) for name in who.given_names]
    code, label = _SEX[who.sex]
    return branch(
        "Persoon",
        leaf("INSZ", who.number.digits),
        branch(
            "Naam",
            branch("Achternamen", *(leaf("Achternaam", name) for name in who.family_names)),
            branch("Voornamen", *given) if given else "",
            DatumBegin=who.born,
        ),
        coded("Geslacht", code, label),
        branch("Statussen", coded("Status", *who.status, DatumBegin="2019-03-01")) if who.status else "",
        coded("Register", "BIS", "Bisregister") if who.foreign else coded("Register", "RR", "Rijksregister"),
        branch("Geboorte", leaf("Datum", who.born), DatumBegin=who.born),
        branch("Overlijden", leaf("Datum", who.died)) if who.died is not None else "",
        Bron=source,
    )
