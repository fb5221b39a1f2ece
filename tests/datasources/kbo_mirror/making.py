"""Extracts written by hand, line by line, for what the generator would never write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

META = """"Variable","Value"
"SnapshotDate","30-10-2026"
"ExtractTimestamp","01-11-2026 07:07:49"
"ExtractType","full"
"ExtractNumber","0100"
"Version","1.0.0"
"""
ENTERPRISE = (
    '"EnterpriseNumber","Status","JuridicalSituation","TypeOfEnterprise","JuridicalForm","JuridicalFormCAC",'
    '"StartDate"\n'
)
NAME = '"EntityNumber","Language","TypeOfDenomination","Denomination"\n'
ADDRESS = (
    '"EntityNumber","TypeOfAddress","CountryNL","CountryFR","Zipcode","MunicipalityNL","MunicipalityFR","StreetNL",'
    '"StreetFR","HouseNumber","Box","ExtraAddressInfo","DateStrikingOff"\n'
)
GOOD = {
    "meta.csv": META,
    "enterprise.csv": ENTERPRISE + '"0000.000.196","AC","000","2","014",,01-02-2003\n',
    "denomination.csv": NAME + '"0000.000.196","2","001","Voorbeeld NV"\n',
    "address.csv": ADDRESS + '"0000.000.196","REGO",,,"9000","Gent","Gand","Kouter","Kouter","1","","",\n',
}


def folder(at: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """A folder with these files over the good ones; None leaves one out."""
    at.mkdir(parents=True, exist_ok=True)
    for name, content in {**GOOD, **files}.items():
        if content is not None:
            (at / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return at


def zipped(at: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """The same, as a zip."""
    with ZipFile(at, "w", ZIP_DEFLATED) as archive:
        for name, content in {**GOOD, **files}.items():
            if content is not None:
                archive.writestr(name, content)
    return at
