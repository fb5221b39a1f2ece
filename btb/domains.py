"""The twenty domains: groups of applications of public services. Data, not code.

The official list could not be read, so each domain says how sure its existence is; an operator who has the list
replaces the file (`Domains.read`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from btb.data import LANGUAGE_COLUMNS, InvalidData, in_language, rows, shipped, texts
from btb.enterprises import Language

CODE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
"""How codes of domains and of systems are written."""


class Attestation(StrEnum):
    """How sure it is that a domain is one of the official twenty."""

    ATTESTED = "ATTESTED"
    IMPLIED = "IMPLIED"
    RECONSTRUCTED = "RECONSTRUCTED"


_ATTESTATIONS = {"yes": Attestation.ATTESTED, "implied": Attestation.IMPLIED, "guess": Attestation.RECONSTRUCTED}


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain, such as FINANCE, with its name in every language."""

    code: str
    names: Mapping[Language, str] = field(hash=False)
    attestation: Attestation

    def name(self, language: Language) -> str:
        """The name in the language asked; every domain has all four."""
        return in_language(self.names, language) or self.code


@dataclass(frozen=True, slots=True)
class Domains:
    """All domains, in their official order; found by code."""

    all: tuple[Domain, ...]
    _by_code: Mapping[str, Domain] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {domain.code: domain for domain in self.all})

    def __iter__(self) -> Iterator[Domain]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def find(self, code: str) -> Domain | None:
        """The domain with this code, None for an unknown one."""
        return self._by_code.get(code)

    @classmethod
    def read(cls, csv_text: str) -> Domains:
        """Read `code,nl,fr,de,en,attested` (yes, implied or guess); the order of lines is kept. Raises InvalidData."""
        found: dict[str, Domain] = {}
        for line, row in rows("domains", csv_text, ("code", *LANGUAGE_COLUMNS, "attested")):
            code, names = row["code"], texts(row)
            if not CODE.fullmatch(code):
                raise InvalidData("domains", line, "a code has capitals, digits and underscores, at most forty")
            if code in found:
                raise InvalidData("domains", line, f"the domain {code} stands there twice")
            if len(names) < len(LANGUAGE_COLUMNS):
                raise InvalidData("domains", line, f"the domain {code} lacks a name in some language")
            if row["attested"] not in _ATTESTATIONS:
                raise InvalidData("domains", line, "attested is yes, implied or guess")
            found[code] = Domain(code, names, _ATTESTATIONS[row["attested"]])
        if not found:
            raise InvalidData("domains", 1, "there is no domain in it")
        return cls(tuple(found.values()))


DOMAINS = Domains.read(shipped("domains.csv"))
"""The domains as shipped."""
