"""The rehearsal issuer: its flows, and that the service believes what it gives."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from click.testing import CliRunner
from joserfc import jwt
from starlette.applications import Starlette
from starlette.routing import Mount

from btb.actors import Citizen, Client, Scope
from btb.identifiers import NationalNumber
from btb.persons import Identity, PersonId
from datasources.rehearsal import Town
from server.authentication import Authenticator
from server.commands.token import token as token_command
from server.jwks import StaticKeys
from server.key_sets import KeySet
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys, rehearsal_issuer_app
from server.rehearsal_issuer.clients import CLIENTS
from server.rehearsal_issuer.keys import BadKeysFile
from server.token_checks import Unauthenticated
from server.tokens import TokenVerifier
from tests.server.identity import Answer, Clock, FakeIssuer, call

URL = "http://127.0.0.1:8000/rehearsal-issuer"
KEYS = RehearsalKeys.make(URL)
TOWN = Town.build()
ELS = TOWN.person("els")
VERIFIER = "v" * 43
BACK = "http://localhost:5173/back?from=here"


def provider(clock: Clock) -> Starlette:
    app = rehearsal_issuer_app(RehearsalIssuer(KEYS, now=clock.now), TOWN, clock.now)
    return Starlette(routes=[Mount("/rehearsal-issuer", app)])


def service(issuer: RehearsalIssuer, clock: Clock) -> Authenticator:
    async def persons(numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, Identity]:
        return dict.fromkeys(numbers, Identity(PersonId(UUID(int=1))))

    nobody = FakeIssuer()
    verifier = TokenVerifier.of(issuer.trusted(), nobody.fetch, nobody.post, clock.now, monotonic=clock.monotonic)
    return Authenticator(verifier, persons, allow_test_numbers=True)


def asked(**changed: Any) -> dict[str, str]:
    usual = {
        "response_type": "code",
        "client_id": "btb-demo",
        "redirect_uri": BACK,
        "scope": "openid",
        "state": "s<1>",
        "nonce": "n1",
        "code_challenge_method": "S256",
        "code_challenge": create_s256_code_challenge(VERIFIER),
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


async def code(app: Starlette, person: str = "els", level: str = "450") -> str:
    answer = await call(app, "/rehearsal-issuer/authorize", form={**asked(), "person": person, "level": level})
    assert answer.status == 303
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (said["state"], said["iss"], said["from"]) == (["s<1>"], [URL], ["here"])
    return said["code"][0]


async def exchange(app: Starlette, **changed: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "client_id": "btb-demo",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changed,
    }
    return await call(app, "/rehearsal-issuer/token", form=form)


async def test_discovery_leads_to_the_keys() -> None:
    app = provider(Clock())
    found = (await call(app, "/rehearsal-issuer/.well-known/openid-configuration")).json()
    assert found["issuer"] == URL
    assert found["code_challenge_methods_supported"] == ["S256"]
    answer = await call(app, found["jwks_uri"].removeprefix("http://127.0.0.1:8000"))
    assert len(KeySet.parse(answer.body).by_kid) == 2
    assert all("d" not in key for key in answer.json()["keys"])


async def test_a_visitor_logs_in_as_somebody_and_the_service_knows_them() -> None:
    clock = Clock()
    app, issuer = provider(clock), RehearsalIssuer(KEYS, now=clock.now)
    page = await call(app, "/rehearsal-issuer/authorize", query=asked())
    assert page.status == 200
    assert "Els Vermeirsch" in page.body.decode()
    assert "s&lt;1&gt;" in page.body.decode()
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"\d{11}", page.body.decode())

    answer = await exchange(app, code=await code(app))
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    actor = await service(issuer, clock).actor(f"Bearer {tokens['access_token']}")
    assert isinstance(actor, Citizen)
    assert (actor.national_number, actor.assurance) == (ELS.number, 450)
    said = jwt.decode(tokens["id_token"], KEYS.signing["ES256"], algorithms=["ES256"]).claims
    assert (said["aud"], said["nonce"]) == ("btb-demo", "n1")
    assert ELS.number.digits not in json.dumps(said)

    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    info = (await call(app, "/rehearsal-issuer/userinfo", headers=headers)).json()
    assert (info["given_name"], info["egovNRN"], info["sub"]) == ("Els", ELS.number.digits, said["sub"])


async def test_an_id_token_opens_nothing() -> None:
    clock = Clock()
    app, issuer = provider(clock), RehearsalIssuer(KEYS, now=clock.now)
    tokens = (await exchange(app, code=await code(app))).json()
    with pytest.raises(Unauthenticated):
        await service(issuer, clock).actor(f"Bearer {tokens['id_token']}")


async def test_a_code_serves_once_for_a_minute_and_only_its_own_request() -> None:
    clock = Clock()
    app = provider(clock)
    used = await code(app)
    assert (await exchange(app, code=used)).status == 200
    refused = [
        await exchange(app, code=used),
        await exchange(app, code="made-up"),
        await exchange(app, code=await code(app), code_verifier="w" * 43),
        await exchange(app, code=await code(app), code_verifier="short"),
        await exchange(app, code=await code(app), redirect_uri="http://localhost:5173/other"),
    ]
    late = await code(app)
    clock.forward(seconds=60)
    refused.append(await exchange(app, code=late))
    assert [(answer.status, answer.json()) for answer in refused] == [(400, {"error": "invalid_grant"})] * 6
    assert (await exchange(app, code=await code(app), client_id="other")).json() == {"error": "invalid_client"}


@pytest.mark.parametrize(
    "redirect_uri",
    [
        *("https://evil.example/", "http://127.0.0.1.evil.example/", "http://user@localhost/", "javascript:alert(1)"),
        *("http://localhost/#part", "//localhost/", "http://[::1", None, "http://localhost/" + "x" * 2000),
    ],
    ids=str,
)
async def test_nobody_is_sent_elsewhere(redirect_uri: str | None) -> None:
    answer = await call(provider(Clock()), "/rehearsal-issuer/authorize", query=asked(redirect_uri=redirect_uri))
    assert answer.status == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
    ],
)
async def test_a_login_without_pkce_is_refused(changed: dict[str, Any], error: str) -> None:
    answer = await call(provider(Clock()), "/rehearsal-issuer/authorize", query=asked(**changed))
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


@pytest.mark.parametrize(("person", "level"), [("nobody", "500"), ("els", "501"), ("", ""), ("els", "²")])
async def test_a_choice_that_the_page_does_not_offer_is_refused(person: str, level: str) -> None:
    form = {**asked(), "person": person, "level": level}
    answer = await call(provider(Clock()), "/rehearsal-issuer/authorize", form=form)
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


def assertion(clock: Clock, name: str = "UMAN", **changed: Any) -> str:
    moment = int(clock.now().timestamp())
    options = {
        "key": KEYS.clients[name],
        "client_id": name,
        "token_endpoint": f"{URL}/token",
        "alg": "ES256",
        **changed,
    }
    return str(
        private_key_jwt_sign(
            options.pop("key"), issued_at=moment, expires_at=options.pop("expires_at", moment + 60), **options
        )
    )


async def credentials(app: Starlette, proof: str, **changed: str) -> Answer:
    form = {
        "grant_type": "client_credentials",
        "client_id": "UMAN",
        "client_assertion": proof,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    return await call(app, "/rehearsal-issuer/token", form={**form, **changed})


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_that_proves_itself_gets_its_scopes(name: str) -> None:
    clock = Clock()
    answer = await credentials(provider(clock), assertion(clock, name), client_id=name)
    assert answer.status == 200
    actor = await service(RehearsalIssuer(KEYS, now=clock.now), clock).actor(f"Bearer {answer.json()['access_token']}")
    assert isinstance(actor, Client)
    assert (actor.client, actor.scopes, actor.system) == (name, CLIENTS[name].scopes, CLIENTS[name].system)


async def test_a_client_may_ask_for_less_and_not_for_more() -> None:
    clock = Clock()
    app = provider(clock)
    less = await credentials(app, assertion(clock), scope=Scope.FEED_READ)
    assert less.json()["scope"] == Scope.FEED_READ
    assert (await credentials(app, assertion(clock), scope=Scope.OPERATE)).json() == {"error": "invalid_scope"}


async def test_a_client_without_a_good_proof_gets_nothing() -> None:
    clock = Clock()
    app, used = provider(clock), assertion(clock)
    moment = int(clock.now().timestamp())
    assert (await credentials(app, used)).status == 200
    refused = [
        await credentials(app, used),
        await credentials(app, ""),
        await credentials(app, assertion(clock, key=KEYS.clients["RMA"])),
        await credentials(app, assertion(clock, token_endpoint="https://other.example/token")),
        await credentials(app, assertion(clock, expires_at=moment)),
        await credentials(app, assertion(clock, expires_at=moment + 3600)),
        await credentials(app, assertion(clock), client_id="RMA"),
        await credentials(app, assertion(clock), client_id="NOBODY"),
        await credentials(app, assertion(clock), client_assertion_type="password"),
    ]
    assert [(answer.status, answer.json()) for answer in refused] == [(401, {"error": "invalid_client"})] * 9


@pytest.mark.parametrize("body", [b"", b"grant_type=password", b"grant_type=a&grant_type=b", b"\xff=1", b"x" * 40_000])
async def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    answer = await call(provider(Clock()), "/rehearsal-issuer/token", method="POST", body=body)
    assert answer.status in (400, 413)
    page = await call(provider(Clock()), "/rehearsal-issuer/authorize", method="POST", body=body)
    assert page.status in (400, 413)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": "Basic x"}])
async def test_userinfo_is_for_the_bearer_of_a_citizens_token(headers: dict[str, str]) -> None:
    assert (await call(provider(Clock()), "/rehearsal-issuer/userinfo", headers=headers)).status == 401
    client = RehearsalIssuer(KEYS, now=Clock().now).token_for_client("UMAN")
    answer = await call(provider(Clock()), "/rehearsal-issuer/userinfo", headers={"authorization": f"Bearer {client}"})
    assert answer.status == 401


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_tokens_made_in_process_are_believed(algorithm: str) -> None:
    clock = Clock()
    issuer = RehearsalIssuer(KEYS, now=clock.now, algorithm=algorithm)
    token = issuer.token_for_person(ELS.number, 300, timedelta(seconds=5))
    actor = await service(issuer, clock).actor(f"Bearer {token}")
    assert isinstance(actor, Citizen)
    assert actor.assurance == 300
    assert actor.expires_at == clock.now() + timedelta(seconds=5)


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(seconds=-1), timedelta(hours=13)])
def test_no_token_lives_for_ever(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="twelve hours"):
        RehearsalIssuer(KEYS).token_for_person(ELS.number, 500, lifetime)


def test_the_keys_stay_the_same_and_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "keys.json"
    first = RehearsalKeys.kept(file, "http://localhost:1/rehearsal-issuer")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = RehearsalKeys.kept(file)
    assert again.public() == first.public()
    assert again.url == "http://localhost:1/rehearsal-issuer"
    moved = RehearsalKeys.kept(file, "http://localhost:2/rehearsal-issuer")
    assert moved.public() == first.public()
    assert RehearsalKeys.kept(file).url == "http://localhost:2/rehearsal-issuer"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["keys.json"]


def test_processes_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    with ThreadPoolExecutor(4) as pool:
        found = [each.public() for each in pool.map(lambda _: RehearsalKeys.kept(file), range(4))]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"issuer": "x", "signing": {}, "clients": {}}', "null"])
def test_a_file_with_something_else_is_not_overwritten(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(BadKeysFile):
        RehearsalKeys.kept(file)
    assert file.read_text() == content


async def test_btb_token_prints_a_token_that_a_server_with_the_same_keys_believes(tmp_path: Path) -> None:
    file, run = tmp_path / "keys.json", CliRunner()
    server = RehearsalIssuer(RehearsalKeys.kept(file, "http://127.0.0.1:9999/rehearsal-issuer"))
    nobody = FakeIssuer()
    verifier = TokenVerifier.of(server.trusted(), nobody.fetch, nobody.post, server.now)
    printed = []
    for arguments in (["--as", "els", "--level", "450"], ["--as", "Els Vermeirsch"], ["--client", "uman"]):
        result = run.invoke(token_command, [*arguments, "--keys", str(file)])
        assert result.exit_code == 0, result.output
        printed.append(await verifier.verify(result.stdout.strip()))
    assert printed[0].claims["egovNRN"] == ELS.number.digits
    assert printed[1].claims["acr"].endswith("500")
    assert printed[2].claims["system"] == "UMAN"


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["--as", "els", "--client", "UMAN"], ["--as", "nobody-there"], ["--client", "NOBODY"]),
        *(["--as", "els", "--level", "42"], ["--as", "els", "--lifetime", "0"], ["--as", "els", "--lifetime", "90000"]),
    ],
    ids=str,
)
def test_btb_token_says_what_is_wrong(tmp_path: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(token_command, [*arguments, "--keys", str(tmp_path / "keys.json")])
    assert result.exit_code != 0
    assert "Error" in result.output


async def test_its_public_keys_are_what_a_verifier_takes() -> None:
    source = StaticKeys(KEYS.key_set())
    for key in KEYS.signing.values():
        assert await source.keys(str(key.kid))
