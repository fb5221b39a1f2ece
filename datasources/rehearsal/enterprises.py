"""An enterprise as GeefOnderneming-02.00 writes it: blocks that stand only where the question asks for them."""

from __future__ import annotations

from typing import Final

from datasources.rehearsal.labels import FORMS, FUNCTIONS, KINDS, REPRESENTATIONS, SITUATIONS, STATUSES
from datasources.rehearsal.markup import branch, coded, leaf
from datasources.rehearsal.records import TownAddress, TownEnterprise, TownFunction, TownPerson

_NAME_LISTS: Final = (
    ("001", "MaatschappelijkeNamen", "MaatschappelijkeNaam"),
    ("002", "AfgekorteNamen", "AfgekorteNaam"),
    ("003", "CommercieleNamen", "CommercieleNaam"),
)


def identity(enterprise: TownEnterprise) -> str:
    """The three elements that every answer has."""
    return (
        leaf("Ondernemingsnummer", enterprise.number.digits)
        + coded("AuthentiekBron", "03", "KBO")
        + branch("OndernemingOfVestiging", leaf("Code", "1", Beschrijving="Onderneming"))
    )


def basics(enterprise: TownEnterprise, labelled: bool) -> str:
    """Status, kind, names, seat, dates and forms: `Basisgegevens`."""
    status, kind, stopped = enterprise.status, enterprise.kind, enterprise.stopped
    return "".join(
        (
            coded("StatusKBO", status, STATUSES[status] if labelled else None) if status else "",
            branch("SoortOnderneming", leaf("Code", kind, Beschrijving=KINDS[kind])) if kind else "",
            _names(enterprise),
            _seat(enterprise.address, enterprise.start) if enterprise.address else "",
            branch("Start", leaf("Datum", enterprise.start)) if enterprise.start else "",
            branch("Inschrijving", leaf("Datum", max(enterprise.start, "2003-01-18"))) if enterprise.start else "",
            branch("Afsluiting", leaf("Datum", enterprise.closed_on)) if enterprise.closed_on else "",
            _stop(stopped) if stopped else "",
            _forms(enterprise, labelled),
        )
    )


def situations(enterprise: TownEnterprise, labelled: bool) -> str:
    """`Rechtstoestanden`, past ones included."""
    return branch(
        "Rechtstoestanden",
        *(
            coded("Rechtstoestand", code, SITUATIONS[code] if labelled else None, DatumBegin=begin, DatumEinde=end)
            for code, begin, end in enterprise.situations
        ),
    )


def relations(enterprise: TownEnterprise) -> str:
    """`GerelateerdeOndernemingen`: the successor after a merger, relation 003."""
    if enterprise.successor is None:
        return ""
    successor, since = enterprise.successor
    relation = branch(
        "GerelateerdeOnderneming",
        coded("Relatie", "003", "Is opgeslorpt door"),
        leaf("Ondernemingsnummer", successor.digits),
        DatumBegin=since,
    )
    return branch("GerelateerdeOndernemingen", relation)


def function(held: TownFunction, holder: TownPerson | None, company: TownEnterprise | None, labelled: bool) -> str:
    """One `Functie`; `holder` None where no natural person is shown."""
    end_reason = held.end_reason
    return branch(
        "Functie",
        leaf("FunctiehouderVan", held.held_in.digits),
        coded("AanduidingPersoonOnderneming", held.representation.value, REPRESENTATIONS[held.representation.value]),
        branch("EindeFunctie", leaf("Code", end_reason)) if end_reason else "",
        coded("AardFunctie", held.code, FUNCTIONS[held.code] if labelled else None),
        _holder(holder) if holder else "",
        _company(company) if company else "",
        DatumBegin=held.begin,
        DatumEinde=held.end,
    )


def _holder(person: TownPerson) -> str:
    return branch(
        "Persoon",
        leaf("INSZ", person.number.digits),
        leaf("AchterNaam", " ".join(person.family_names)),
        leaf("VoorNaam", " ".join(person.given_names) or None),
    )


def _company(company: TownEnterprise) -> str:
    name = company.names[0]
    return branch(
        "Onderneming",
        leaf("Ondernemingsnummer", company.number.digits),
        branch("MaatschappelijkeNaam", leaf("Naam", name.text), leaf("Taalcode", name.language)),
    )


def _names(enterprise: TownEnterprise) -> str:
    lists = []
    for kind, plural, singular in _NAME_LISTS:
        names = [
            branch(
                singular,
                leaf("Naam", name.text),
                leaf("Taalcode", name.language),
                DatumBegin=name.begin,
                DatumEinde=name.end,
            )
            for name in enterprise.names
            if name.kind == kind
        ]
        if names:
            lists.append(branch(plural, *names))
    return branch("Namen", *lists) if lists else ""


def _seat(address: TownAddress, since: str | None) -> str:
    country = branch("Land", leaf("NISCode", "150"), leaf("ISOCode", address.country_code), leaf("Naam", "BELGIE"))
    described = branch(
        "Adres",
        branch("Straat", leaf("Naam", address.street)),
        leaf("Huisnummer", address.house_number),
        leaf("Busnummer", address.box),
        branch("Gemeente", leaf("Naam", address.municipality)),
        branch("Land", leaf("NISCode", "150"), leaf("Naam", "België")),
    )
    seat = branch(
        "Adres",
        branch("Straat", leaf("Code", "0001")),
        leaf("Huisnummer", address.house_number),
        leaf("Busnummer", address.box),
        branch("Gemeente", leaf("NISCode", address.nis_code), leaf("PostCode", address.postal_code)),
        country,
        branch("Type", leaf("Code", "001")),
        branch("Descripties", branch("Descriptie", described, leaf("Taalcode", address.language.upper()))),
        DatumBegin=since,
    )
    return branch("Adressen", seat)


def _stop(stopped: tuple[str, str]) -> str:
    situation, on = stopped
    return branch(
        "Stopzetting", leaf("Code", situation), leaf("Omschrijving", SITUATIONS[situation]), leaf("Datum", on)
    )


def _forms(enterprise: TownEnterprise, labelled: bool) -> str:
    if not enterprise.forms:
        return ""
    return branch(
        "Rechtsvormen",
        *(
            coded("Rechtsvorm", code, FORMS[code] if labelled else None, DatumBegin=begin, DatumEinde=end)
            for code, begin, end in enterprise.forms
        ),
    )
