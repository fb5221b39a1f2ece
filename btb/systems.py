"""The access-management systems that grant the actual access, and the domains each serves. Data, not code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from btb.data import InvalidData, rows, shipped
from btb.domains import CODE, DOMAINS, Domains


@dataclass(frozen=True, slots=True)
class AccessManagementSystem:
    """One system, such as UMAN; `owner` is the public service that runs it, `domains` the codes it serves."""

    code: str
    name: str
    owner: str
    domains: frozenset[str]


@dataclass(frozen=True, slots=True)
class Systems:
    """All systems, in the order of the file; found by code."""

    all: tuple[AccessManagementSystem, ...]
    _by_code: Mapping[str, AccessManagementSystem] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {system.code: system for system in self.all})

    def __iter__(self) -> Iterator[AccessManagementSystem]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def find(self, code: str) -> AccessManagementSystem | None:
        """The system with this code, None for an unknown one."""
        return self._by_code.get(code)

    def serving(self, domain: str) -> tuple[AccessManagementSystem, ...]:
        """The systems that grant access in one domain."""
        return tuple(system for system in self.all if domain in system.domains)

    @classmethod
    def read(cls, csv_text: str, domains: Domains) -> Systems:
        """Read `code,name,owner,domains` (codes parted by spaces). Every domain must be served. Raises InvalidData."""
        found: dict[str, AccessManagementSystem] = {}
        line = 1
        for line, row in rows("systems", csv_text, ("code", "name", "owner", "domains")):
            code, served = row["code"], frozenset(row["domains"].split())
            if not CODE.fullmatch(code):
                raise InvalidData("systems", line, "a code has capitals, digits and underscores, at most forty")
            if code in found:
                raise InvalidData("systems", line, f"the system {code} stands there twice")
            if not row["name"] or not row["owner"]:
                raise InvalidData("systems", line, f"the system {code} lacks a name or an owner")
            unknown = sorted(each for each in served if each not in domains)
            if unknown:
                raise InvalidData("systems", line, f"there is no domain {unknown[0]}")
            if not served:
                raise InvalidData("systems", line, f"the system {code} serves no domain")
            found[code] = AccessManagementSystem(code, row["name"], row["owner"], served)
        systems = cls(tuple(found.values()))
        for domain in domains:
            if not systems.serving(domain.code):
                raise InvalidData("systems", line, f"no system serves the domain {domain.code}")
        return systems


SYSTEMS = Systems.read(shipped("systems.csv"), DOMAINS)
"""The systems as shipped."""
