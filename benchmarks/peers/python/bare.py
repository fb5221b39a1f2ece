"""Starlette writing the answer by hand: no GraphQL at all, one function that knows the question."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.python.records import AccessManager, Enterprise, known

ENTERPRISES = known()


async def graphql(request: Request) -> Response:
    """Answer the one question."""
    body = orjson.loads(await request.body())
    answer = [written(ENTERPRISES[each["enterpriseNumber"]]) for each in body["variables"]["representations"]]
    return Response(orjson.dumps({"data": {"_entities": answer}}), media_type="application/json")


def written(enterprise: Enterprise) -> dict[str, Any]:
    """One enterprise as the question wants it."""
    form, address = enterprise.juridical_form, enterprise.address
    chief, co_chiefs = None, []
    for each in enterprise.managers:
        if each.role == "CHIEF":
            chief = {"id": each.id, "status": each.status, "validFrom": each.valid_from}
        elif each.role == "CO_CHIEF":
            co_chiefs.append({"id": each.id, "status": each.status})
    return {
        "enterpriseNumber": enterprise.enterprise_number,
        "name": enterprise.name,
        "status": enterprise.status,
        "juridicalForm": {"code": form.code, "label": form.label},
        "address": {
            "street": address.street,
            "houseNumber": address.house_number,
            "postalCode": address.postal_code,
            "municipality": address.municipality,
        },
        "chiefAccessManager": chief,
        "coChiefAccessManagers": co_chiefs,
        "accessManagers": [manager(each) for each in enterprise.managers],
    }


def manager(each: AccessManager) -> dict[str, Any]:
    """One manager as the question wants it."""
    return {
        "role": each.role,
        "status": each.status,
        "validFrom": each.valid_from,
        "delegations": [
            {"domain": {"code": one.domain.code}, "status": one.status, "validFrom": one.valid_from}
            for one in each.delegations
        ],
    }


app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])
