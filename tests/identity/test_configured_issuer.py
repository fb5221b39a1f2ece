"""A service told only an issuer's key file and claim names believes that issuer, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from tests.schema.world import World, opened
from tests.server.identity import EC, RSA, claims, jwks, token

ISSUERS = """
[[issuer]]
issuer = "https://idp.elsewhere.example"
kind = "citizen"
audience = "our-audience"
algorithms = ["ES256", "RS256"]
jwks = "keys.json"

[issuer.claims]
national_number = "rrn"
assurance = "loa"

[issuer.claims.assurance_levels]
"high" = 500

[[issuer]]
issuer = "https://machines.elsewhere.example"
kind = "client"
audience = "our-audience"
algorithms = ["ES256", "RS256"]
jwks = "keys.json"

[issuer.claims]
client = "azp"
scopes = "scp"
system = "org_system"
"""
VIEWER = "{ viewer { person { familyName } client assuranceLevel scopes } }"
OTHER = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def believing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("issuers")
    (folder / "keys.json").write_bytes(jwks(EC, RSA))
    (folder / "issuers.toml").write_text(ISSUERS)
    url = f"sqlite:///{folder / 'btb.sqlite'}"
    async with opened(url, folder, BTB_ISSUERS=str(folder / "issuers.toml")) as world:
        yield world


def citizen(world: World, **changed: Any) -> dict[str, Any]:
    moment = int(datetime.now(UTC).timestamp())
    usual = {
        "rrn": world.national("els"),
        "loa": "high",
        "egovNRN": ...,
        "acr": ...,
        "iat": moment,
        "exp": moment + 300,
    }
    return claims(**{"iss": "https://idp.elsewhere.example", "aud": "our-audience", **usual, **changed})


def machine(world: World, **changed: Any) -> dict[str, Any]:
    scopes = "btb:mandates:read btb:feed:read btb:everything"
    usual = {"iss": "https://machines.elsewhere.example", "rrn": ..., "loa": ..., "azp": "uman-prod", "scp": scopes}
    return citizen(world, **{**usual, "org_system": "UMAN", **changed})


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_its_tokens_are_believed(believing: World, algorithm: str) -> None:
    answer = await believing.ask(VIEWER, token(citizen(believing), algorithm=algorithm))
    assert answer.ok["viewer"] == {
        "person": {"familyName": "Vermeirsch"},
        "client": None,
        "assuranceLevel": 500,
        "scopes": [],
    }
    answer = await believing.ask(VIEWER, token(machine(believing), algorithm=algorithm))
    assert answer.ok["viewer"] == {
        "person": None,
        "client": "uman-prod",
        "assuranceLevel": None,
        "scopes": ["btb:feed:read", "btb:mandates:read"],
    }


HOSTILE: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1_600_000_000, "iat": 1_599_999_000},
    "of far too long a life": {"exp": 4_000_000_000},
    "without an end": {"exp": ...},
    "not yet valid": {"nbf": 4_000_000_000},
    "of another audience": {"aud": "somebody-else"},
    "without audience": {"aud": ...},
    "of another issuer": {"iss": "https://idp.elsewhere.example.org"},
    "of a citizen without a number": {"rrn": ...},
    "of a number with a wrong check digit": {"rrn": "85073003329"},
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "attack", [*HOSTILE, "another key", "another kid", "no kid", "hs256", "none", "broken", "rehearsal"]
)
async def test_the_rest_is_refused_with_one_face(believing: World, attack: str) -> None:
    good = citizen(believing)
    match attack:
        case "another key":
            sent = token(good, key=OTHER)
        case "another kid":
            sent = token(good, key=OTHER, header={"kid": EC.kid})
        case "no kid":
            sent = token(good, header={"kid": ...})
        case "hs256":
            sent = token(good, header={"alg": "HS256"})
        case "none":
            sent = token(good, header={"alg": "none"}).rsplit(".", 1)[0] + "."
        case "broken":
            sent = token(good)[:-4]
        case "rehearsal":
            assert believing.app.issuer is None
            sent = token(citizen(believing, iss="http://127.0.0.1:8000/rehearsal-issuer", aud="btb"))
        case _:
            sent = token(citizen(believing, **HOSTILE[attack]))
    answer = await believing.ask(VIEWER, sent)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    (error,) = answer.errors
    error["extensions"].pop("requestId", None)
    assert error == {"message": "The token is not valid.", "extensions": {"code": "UNAUTHENTICATED"}}
