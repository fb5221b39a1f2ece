"""Enterprises of nobody, the same in every run, as a server that keeps its data in memory has them."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

FIRST = 10_000_000
"""The serial of the first enterprise."""
DOMAINS = ("FINANCE", "SOCIAL", "MOBILITY", "ENVIRONMENT", "JUSTICE")
FORMS = (("014", "Naamloze vennootschap"), ("610", "Besloten Vennootschap"), ("017", "Vereniging zonder winstoogmerk"))
STREETS = ("Wetstraat", "Kerkstraat", "Rue de la Loi", "Grand-Place", "Stationsstraat")
TOWNS = (("1000", "Brussel"), ("2000", "Antwerpen"), ("4000", "Liège"), ("9000", "Gent"), ("4700", "Eupen"))


def number(serial: int) -> str:
    """The digits of the enterprise number with this serial, check digits added."""
    return f"{serial:08d}{97 - serial % 97:02d}"


def enterprises(count: int) -> list[dict[str, Any]]:
    """So many enterprises, each with a chief, a third with a co-chief, and one manager of two domains."""
    chance = random.Random(8)
    return [_enterprise(chance, serial) for serial in range(FIRST, FIRST + count)]


def _enterprise(chance: random.Random, serial: int) -> dict[str, Any]:
    code, label = chance.choice(FORMS)
    postal_code, municipality = chance.choice(TOWNS)
    managers = [_manager(chance, "CHIEF")]
    if serial % 3 == 0:
        managers.append(_manager(chance, "CO_CHIEF"))
    managers.append(_manager(chance, "DOMAIN", chance.sample(DOMAINS, 2)))
    return {
        "enterpriseNumber": number(serial),
        "name": f"Bakkerij {serial}",
        "status": "ACTIVE",
        "juridicalForm": {"code": code, "label": label},
        "address": {
            "street": chance.choice(STREETS),
            "houseNumber": str(chance.randrange(1, 300)),
            "postalCode": postal_code,
            "municipality": municipality,
        },
        "managers": managers,
    }


def _manager(chance: random.Random, role: str, domains: list[str] | None = None) -> dict[str, Any]:
    return {
        "id": _identity(chance),
        "role": role,
        "status": "ACTIVE",
        "validFrom": "2026-01-05T08:30:00Z",
        "delegations": [
            {
                "id": _identity(chance),
                "domain": {"code": code},
                "status": "ACTIVE",
                "validFrom": "2026-02-01T09:00:00Z",
            }
            for code in domains or ()
        ],
    }


def _identity(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
