"""The data of the Python peers: plain objects, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class CodeLabel:
    """A code with its label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Address:
    """A seat."""

    street: str
    house_number: str
    postal_code: str
    municipality: str


@dataclass(frozen=True, slots=True)
class Domain:
    """What is delegated."""

    code: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """A domain in somebody's hands."""

    id: str
    domain: Domain
    status: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class AccessManager:
    """A mandate."""

    id: str
    role: str
    status: str
    valid_from: str
    delegations: list[Delegation]


@dataclass
class Enterprise:
    """An enterprise and its mandates; Ariadne writes the name of its type on it."""

    enterprise_number: str
    name: str
    status: str
    juridical_form: CodeLabel
    address: Address
    managers: list[AccessManager]

    def holding(self, role: str) -> list[AccessManager]:
        """The managers in this role."""
        return [each for each in self.managers if each.role == role]


def known() -> dict[str, Enterprise]:
    """The enterprises of this run by number."""
    said = orjson.loads(Path(os.environ["BENCH_DATA"]).read_bytes())
    return {each["enterpriseNumber"]: _enterprise(each) for each in said}


def _enterprise(said: dict[str, Any]) -> Enterprise:
    address = said["address"]
    return Enterprise(
        said["enterpriseNumber"],
        said["name"],
        said["status"],
        CodeLabel(**said["juridicalForm"]),
        Address(address["street"], address["houseNumber"], address["postalCode"], address["municipality"]),
        [_manager(each) for each in said["managers"]],
    )


def _manager(said: dict[str, Any]) -> AccessManager:
    delegations = [
        Delegation(each["id"], Domain(each["domain"]["code"]), each["status"], each["validFrom"])
        for each in said["delegations"]
    ]
    return AccessManager(said["id"], said["role"], said["status"], said["validFrom"], delegations)
