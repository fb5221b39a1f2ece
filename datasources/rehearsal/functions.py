"""A function as GeefFuncties-02.00 writes it."""

from __future__ import annotations

from datasources.rehearsal.labels import END_REASONS, EXEMPTIONS, FUNCTIONS, REPRESENTATIONS, SITUATIONS
from datasources.rehearsal.markup import branch, coded, leaf
from datasources.rehearsal.records import TownFunction


def function(held: TownFunction, holder_hidden: bool) -> str:
    """One `Functie`; without its `INSZ` where the client may not see persons."""
    kind, reason = held.representation.value, held.end_reason
    return branch(
        "Functie",
        coded("AuthentiekeBron", "03", "KBO"),
        leaf("FunctiehouderVan", held.held_in.digits),
        coded("AanduidingPersoonOnderneming", kind, REPRESENTATIONS[kind]),
        leaf("INSZ", held.person.digits) if held.person is not None and not holder_hidden else "",
        leaf("Ondernemingsnummer", held.enterprise.digits) if held.enterprise is not None else "",
        leaf("VolgNummer", held.sequence),
        coded("AardFunctie", held.code, FUNCTIONS[held.code]),
        branch("Periode", leaf("Begin", held.begin), leaf("Einde", held.end)),
        _under_companies_code(held) if held.cac_code is not None else "",
        coded("EindeFunctie", reason, END_REASONS.get(reason) or SITUATIONS.get(reason, "")[:20]) if reason else "",
        coded("AanduidingVrijstelling", held.exemption, EXEMPTIONS[held.exemption]),
        DatumModificatie=held.end if held.end is not None and held.end_reason is not None else held.begin,
    )


def _under_companies_code(held: TownFunction) -> str:
    code = held.cac_code or ""
    return coded("AardFunctieCAC", code, FUNCTIONS[code]) + branch(
        "PeriodeCAC", leaf("Begin", held.cac_begin), leaf("Einde", held.cac_end)
    )
