"""Invents extracts of any size, full and update, with the quirks of the real ones. No real extract is ever needed.

Every name and number here is made up from a seed. Real enterprises may bear one of these numbers: nothing else about
them is here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

FIRST_SERIAL: Final = 2_000_657
MOST: Final = 17_000_000
"""Enterprises that fit between the first serial and the last number that an enterprise can have."""

_TRADES: Final = (
    *("Bakkerij", "Boulangerie", "Garage", "Brasserie", "Immo", "Bouwwerken", "Toitures", "Transport", "Apotheek"),
    *("Pharmacie", "Traiteur", "Frituur", "Coiffure", "Kapsalon", "Boekhouding", "Fiduciaire", "Studio", "Consult"),
    *(
        "Elektro",
        "Chauffage",
        "Tuinen",
        "Jardins",
        "Slagerij",
        "Boucherie",
        "Hôtel",
        "Taverne",
        "Drukkerij",
        "Bäckerei",
    ),
)
_BEGINNINGS: Final = (
    *("Van", "De", "Ver", "Peet", "Jans", "Dup", "Lamb", "Mert", "Claes", "Goos", "Wout", "Hend", "Mar", "Sim", "Laur"),
    *(
        "Bos",
        "Den",
        "Lef",
        "Rous",
        "Greg",
        "Thom",
        "Dub",
        "Ger",
        "Noël",
        "Fran",
        "Coll",
        "Wille",
        "Aert",
        "Coop",
        "Mich",
    ),
)
_MIDDLES: Final = (
    *("den", "er", "ar", "in", "on", "el", "aer", "ou", "ie", "oo", "ui", "ee", "ist", "em", "al", "os", "und", "ij"),
    *("ant", "erm", "and", "ol", "ick", "uy", "oe", "ert", "ang", "ing", "ult", "om"),
)
_ENDS: Final = (
    *("ens", "s", "mans", "ders", "aert", "inck", "eau", "é", "ont", "ard", "ier", "eux", "ois", "elle", "sen", "stra"),
    *("huis", "beke", "gem", "veld", "bosch", "becq", "mont", "ville", "court", "dael", "rode", "zeele", "hof", "brug"),
)
_LEGAL: Final = ("NV", "S.A.", "BV", "B.V.B.A.", "SRL", "VZW", "A.S.B.L.", "CV", "SC", "")
_PLACES: Final = (
    *(
        ("1000", "Brussel", "Bruxelles"),
        ("9000", "Gent", "Gent"),
        ("4000", "Liège", "Liège"),
        ("2000", "Antwerpen", "Antwerpen"),
    ),
    *(
        ("5000", "Namur", "Namur"),
        ("8500", "Kortrijk", "Kortrijk"),
        ("4700", "Eupen", "Eupen"),
        ("1420", "Braine-l'Alleud", "Braine-l'Alleud"),
    ),
)
_STREETS: Final = (
    *(("Kerkstraat", "Rue de l'Église"), ("Stationsstraat", "Rue de la Gare"), ("Nieuwstraat", "Rue Neuve")),
    *(("Lange Dreef, achterbouw", "Longue Drève, arrière-bâtiment"), ("Molenweg", "Chemin du Moulin")),
)
_ABROAD: Final = (
    *(("Frankrijk", "France", "62000", "Arras"), ("Duitsland (Bondsrep.)", "Allemagne (Rép.féd.)", "", "Stolberg")),
    ("Nederland", "Pays-Bas", "4611 AA", "Bergen op Zoom"),
)
_HEADERS: Final = {
    "enterprise": (
        "EnterpriseNumber,Status,JuridicalSituation,TypeOfEnterprise,JuridicalForm,JuridicalFormCAC,StartDate"
    ),
    "denomination": "EntityNumber,Language,TypeOfDenomination,Denomination",
    "address": (
        "EntityNumber,TypeOfAddress,CountryNL,CountryFR,Zipcode,MunicipalityNL,MunicipalityFR,StreetNL,StreetFR,"
        "HouseNumber,Box,ExtraAddressInfo,DateStrikingOff"
    ),
}
_FIRST_DAY: Final = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Invented:
    """One enterprise's lines in the three files, as KBO writes them."""

    number: str
    enterprise: str
    denominations: tuple[str, ...]
    addresses: tuple[str, ...]


def number_at(place: int) -> str:
    """The enterprise number of the nth invented enterprise, as KBO writes it."""
    return _dotted(FIRST_SERIAL + place)


def _dotted(serial: int) -> str:
    digits = f"{serial:08d}{97 - serial % 97:02d}"
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def _quoted(*fields: str) -> str:
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields)


def invented(place: int, edition: int = 0) -> Invented:
    """The nth enterprise; another `edition` of it has other names and another seat."""
    chance = Random(place * 1_000 + edition)  # noqa: S311 nothing secret
    number = number_at(place)
    natural = chance.random() < 0.45
    situation = chance.choices(("000", "012", "020", "050"), (85, 8, 4, 3))[0]
    form, cac = ("", "") if natural else chance.choice((("015", "610"), ("014", ""), ("017", ""), ("610", "")))
    started = (_FIRST_DAY + timedelta(days=chance.randrange(27_000))).strftime("%d-%m-%Y")
    enterprise = _quoted(number, "AC", situation, "1" if natural else "2") + f",{_some(form)},{_some(cac)},{started}"
    return Invented(number, enterprise, tuple(_names(chance, number, natural)), tuple(_seats(chance, number, natural)))


def _some(text: str) -> str:
    return f'"{text}"' if text else ""


def _names(chance: Random, number: str, natural: bool) -> Iterator[str]:
    middles = chance.choice(_MIDDLES) + (chance.choice(_MIDDLES) if chance.random() < 0.6 else "")
    family = chance.choice(_BEGINNINGS) + middles + chance.choice(_ENDS)
    trade = chance.choice(_TRADES)
    if natural:
        yield _quoted(number, "0", "001", f"{family}, {chance.choice(_BEGINNINGS)}{chance.choice(_MIDDLES)}")
        if chance.random() < 0.3:
            yield _quoted(number, "1", "003", f'{trade} "Chez {family}"')
        return
    other = chance.choice(_BEGINNINGS) + chance.choice(_ENDS)
    name = f"{trade} {family} {chance.choice(('', other, '& ' + other))}".strip()
    yield _quoted(number, "2", "001", f"{name} {chance.choice(_LEGAL)}".strip())
    if chance.random() < 0.2:
        yield _quoted(number, "1", "001", f"{name} S.A.")
    if chance.random() < 0.15:
        yield _quoted(number, "2", "002", ".".join(word[0] for word in name.split()) + ".")


def _seats(chance: Random, number: str, natural: bool) -> Iterator[str]:
    if natural:
        return
    if chance.random() < 0.02:
        country, pays, zipcode, town = chance.choice(_ABROAD)
        yield _quoted(number, "REGO", country, pays, zipcode, town, town, "Hauptweg 7", "Hauptweg 7", "", "", "") + ","
        return
    (zipcode, nl, fr), (street, rue) = chance.choice(_PLACES), chance.choice(_STREETS)
    house, box = str(chance.randrange(1, 400)), chance.choice(("", "", "", "3", "A"))
    line = _quoted(number, "REGO") + ",,," + _quoted(zipcode, nl, fr, street, rue, house, box, "") + ","
    yield line + ("13-11-2023" if chance.random() < 0.005 else "")


def write_full(path: Path, count: int, number: int = 100, snapshot: date = date(2026, 10, 30)) -> Path:
    """A full extract of so many enterprises: a zip where the name ends so, else a folder."""
    files = {
        "enterprise.csv": _file("enterprise", (invented(place).enterprise for place in range(count))),
        "denomination.csv": _file("denomination", _denominations(count)),
        "address.csv": _file("address", _addresses(count)),
        "establishment.csv": iter(['"EstablishmentNumber","StartDate","EnterpriseNumber"\n']),
    }
    return _write(path, {"meta.csv": _meta("full", number, snapshot), **files})


def _denominations(count: int) -> Iterator[str]:
    for place in range(count):
        yield from invented(place).denominations
        if place % 20 == 0:
            yield _quoted(_dotted(20_000_000 + place), "2", "003", "Filiaal")


def _addresses(count: int) -> Iterator[str]:
    for place in range(count):
        yield from invented(place).addresses
        if place % 2 == 0:
            yield _quoted(_dotted(20_000_000 + place), "BAET") + ',,,"9000","Gent","Gent","Kouter","Kouter","1","","",'


def write_update(
    path: Path,
    changed: Iterable[int],
    gone: Iterable[int] = (),
    new: Iterable[int] = (),
    number: int = 101,
    snapshot: date = date(2026, 11, 27),
) -> Path:
    """An update: the places of enterprises that changed their names and seat, are gone, and are new."""
    changed, gone, new = list(changed), list(gone), list(new)
    after = [invented(place, edition=1) for place in changed] + [invented(place) for place in new]
    keys = [_quoted(number_at(place)) for place in changed + gone]
    files = {f"{subject}_delete.csv": _listed(_key(subject), keys) for subject in _HEADERS}
    files["enterprise_insert.csv"] = _file("enterprise", (each.enterprise for each in after))
    files["denomination_insert.csv"] = _file("denomination", (line for each in after for line in each.denominations))
    files["address_insert.csv"] = _file("address", (line for each in after for line in each.addresses))
    return _write(path, {"meta.csv": _meta("update", number, snapshot), **files})


def _key(subject: str) -> str:
    return "EnterpriseNumber" if subject == "enterprise" else "EntityNumber"


def _file(subject: str, lines: Iterable[str]) -> Iterator[str]:
    return _listed(_HEADERS[subject], lines)


def _listed(header: str, lines: Iterable[str]) -> Iterator[str]:
    yield _quoted(*header.split(",")) + "\n"
    for line in lines:
        yield line + "\n"


def _meta(kind: str, number: int, snapshot: date) -> Iterator[str]:
    day = snapshot.strftime("%d-%m-%Y")
    said = {"SnapshotDate": day, "ExtractTimestamp": f"{day} 07:07:49", "ExtractType": kind}
    said |= {"ExtractNumber": str(number), "Version": "1.0.0"}
    return _listed("Variable,Value", (_quoted(*pair) for pair in said.items()))


def _write(path: Path, files: dict[str, Iterator[str]]) -> Path:
    if path.suffix != ".zip":
        path.mkdir(parents=True, exist_ok=True)
        for name, lines in files.items():
            with (path / name).open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, lines in files.items():
            with archive.open(name, "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line.encode())
    return path
