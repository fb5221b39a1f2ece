"""Who is asking: the same answer whatever door the token came through, and nothing personal in the log."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from btb.actors import Anonymous, Citizen, Client, Scope
from btb.identifiers import NationalNumber
from btb.persons import Identity, PersonId
from server.authentication import Authenticator, authorization_of
from server.identities import assurance_level, claim
from server.issuers import ClaimNames, Issuer
from server.key_sets import KeySet
from server.token_checks import PLAIN_WORDS, Reason, Unauthenticated
from server.tokens import TokenVerifier
from tests.server.identity import EC, NOW, NUMBER, RSA, Clock, FakeIssuer, citizens, claims, clients, jwks, token

KEYS = KeySet.parse(jwks(EC, RSA))
PERSON = PersonId(UUID(int=7))
MOMENT = int(NOW.timestamp())


class Directory:
    """Gives everybody the same name."""

    def __init__(self) -> None:
        self.who = Identity(PERSON)

    async def __call__(self, numbers: Collection[NationalNumber]) -> Mapping[NationalNumber, Identity]:
        return dict.fromkeys(numbers, self.who)


def authenticator(*issuers: Issuer, clock: Clock | None = None, **options: Any) -> Authenticator:
    fake, clock = FakeIssuer(), clock or Clock()
    trusted = issuers or (citizens(KEYS), clients(KEYS, audiences=frozenset({"systems"})))
    verifier = TokenVerifier.of(trusted, fake.fetch, fake.post, clock.now, monotonic=clock.monotonic)
    return Authenticator(verifier, options.pop("identities", Directory()), **options)


def bearer(**changed: Any) -> str:
    return f"Bearer {token(claims(**changed))}"


async def test_somebody_without_a_token_is_anonymous() -> None:
    who = authenticator()
    assert await who.actor(None) == Anonymous()
    assert await who.actor(None, {}) == Anonymous()
    assert await who.actor(None, {"authorization": None, "language": "nl"}) == Anonymous()


async def test_a_citizen_is_known_by_number_level_and_when_the_token_ends() -> None:
    actor = await authenticator().actor(bearer(scope="btb:feed:read"))
    assert actor == Citizen(
        PERSON,
        NationalNumber.parse(NUMBER),
        450,
        frozenset({Scope.FEED_READ}),
        datetime.fromtimestamp(MOMENT + 600, UTC),
    )
    assert NUMBER not in repr(actor)


async def test_a_client_is_known_by_name_system_and_scopes() -> None:
    actor = await authenticator().actor(bearer(aud="systems", client_id="uman", system="UMAN", scope="btb:feed:read x"))
    assert isinstance(actor, Client)
    assert (actor.client, actor.system, actor.scopes) == ("uman", "UMAN", frozenset({Scope.FEED_READ}))


@pytest.mark.parametrize("place", ["authorization", "Authorization", "AUTHORIZATION"])
async def test_connection_init_says_the_same_as_the_header(place: str) -> None:
    who, credentials = authenticator(), bearer()
    by_header = await who.actor(credentials)
    assert await who.actor(None, {place: credentials}) == by_header
    assert await who.actor(None, {"headers": {place: credentials}}) == by_header
    assert await who.actor(credentials, {place: credentials}) == by_header


@pytest.mark.parametrize(
    "payload",
    [
        {"authorization": 5},
        {"authorization": ""},
        {"authorization": ["Bearer x"]},
        {"authorization": "Bearer a", "Authorization": "Bearer b"},
        {"authorization": "Bearer a", "headers": {"authorization": "Bearer b"}},
    ],
    ids=str,
)
async def test_a_payload_that_says_two_things_or_no_text_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await authenticator().actor(None, payload)
    assert refused.value.reason is Reason.CREDENTIALS


async def test_header_and_payload_must_not_differ() -> None:
    with pytest.raises(Unauthenticated):
        await authenticator().actor(bearer(), {"authorization": bearer(jti="other")})


@pytest.mark.parametrize(
    "credentials",
    ["", "Bearer", "Bearer ", "Basic dTpw", "DPoP x", token(), "Bearer  x", "Bearer a b", "Bearer " + "x" * 10_000],
    ids=lambda text: text[:12],
)
async def test_malformed_credentials_are_refused_in_the_same_words(credentials: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await authenticator().actor(credentials)
    assert str(refused.value) == PLAIN_WORDS


def test_two_authorization_headers_are_refused() -> None:
    assert authorization_of([(b"host", b"x")]) is None
    assert authorization_of([(b"Authorization", b"Bearer x")]) == "Bearer x"
    with pytest.raises(Unauthenticated):
        authorization_of([(b"authorization", b"Bearer x"), (b"AUTHORIZATION", b"Bearer y")])


async def test_refusals_are_counted_by_their_reason() -> None:
    reasons: list[Reason] = []
    who = authenticator(on_refusal=reasons.append)
    for credentials in ("Basic x", bearer(exp=MOMENT - 60), bearer(egovNRN="not a number")):
        with pytest.raises(Unauthenticated):
            await who.actor(credentials)
    assert reasons == [Reason.CREDENTIALS, Reason.EXPIRED, Reason.IDENTITY]


@pytest.mark.parametrize("number", [..., None, 85073003328, "", "85073003327", ["85073003328"], "85673003354"])
async def test_a_citizen_without_a_number_that_holds_is_nobody(number: Any) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await authenticator().actor(bearer(egovNRN=number))
    assert refused.value.reason is Reason.IDENTITY


async def test_test_numbers_count_only_where_allowed() -> None:
    text = "85673003307"
    number = next(
        f"{text[:9]}{check:02d}"
        for check in range(98)
        if check in (97 - int(text[:9]) % 97, 97 - (2_000_000_000 + int(text[:9])) % 97)
    )
    with pytest.raises(Unauthenticated):
        await authenticator().actor(bearer(egovNRN=number))
    assert isinstance(await authenticator(allow_test_numbers=True).actor(bearer(egovNRN=number)), Citizen)


async def test_an_actor_is_worked_out_once_for_each_token() -> None:
    who, credentials = authenticator(), bearer()
    first = await who.actor(credentials)
    assert all([await who.actor(credentials) is first for _ in range(10)])
    assert await who.actor(bearer(jti="another")) is not first


async def test_a_citizen_who_proves_to_be_somebody_we_knew_is_so_at_once() -> None:
    directory = Directory()
    who, credentials = authenticator(identities=directory), bearer()
    before = await who.actor(credentials)
    directory.who = Identity(PersonId(UUID(int=1)), frozenset({PERSON}))
    after = await who.actor(credentials)
    assert isinstance(before, Citizen)
    assert isinstance(after, Citizen)
    assert (before.person, after.person, after.others) == (PERSON, PersonId(UUID(int=1)), frozenset({PERSON}))
    assert after.is_named(PERSON)


async def test_an_actor_is_nobody_once_the_token_has_expired() -> None:
    clock = Clock()
    who, credentials = authenticator(clock=clock), bearer()
    await who.actor(credentials)
    clock.forward(seconds=630)
    with pytest.raises(Unauthenticated):
        await who.actor(credentials)


async def test_a_client_claim_that_is_named_must_be_there() -> None:
    named = authenticator(clients(KEYS, claims=ClaimNames(client="azp")))
    with pytest.raises(Unauthenticated):
        await named.actor(bearer())
    assert isinstance(await named.actor(bearer(azp="portal")), Client)


async def test_a_client_without_a_name_of_its_own_is_its_subject() -> None:
    actor = await authenticator(clients(KEYS)).actor(bearer(client_id=..., sub="service-7"))
    assert isinstance(actor, Client)
    assert actor.client == "service-7"


async def test_our_table_of_systems_wins_over_what_a_token_claims() -> None:
    who = authenticator(clients(KEYS, systems={"portal": "RMA", "OVO1": "VO_TGB"}))
    systems = {}
    for name, system in (("portal", "UMAN"), ("other", "OVO1"), ("other", "UMAN"), ("other", ...), ("other", "a\nb")):
        actor = await who.actor(bearer(client_id=name, system=system))
        assert isinstance(actor, Client)
        systems[name, str(system)] = actor.system
    assert list(systems.values()) == ["RMA", "VO_TGB", "UMAN", None, None]


async def test_unknown_scopes_are_ignored_and_logged_without_what_could_be_personal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "btb.identity")
    scope = f"btb:operate evil\u202e{NUMBER} openid " + " ".join(f"s{number}" for number in range(300))
    actor = await authenticator().actor(bearer(scope=scope))
    assert isinstance(actor, Citizen)
    assert actor.scopes == {Scope.OPERATE}
    assert "openid" in caplog.text
    assert NUMBER not in caplog.text
    assert "\u202e" not in caplog.text
    assert len(caplog.text) < 1000


async def test_a_refusal_logs_its_reason_and_nothing_of_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "btb.identity")
    credentials = bearer(exp=MOMENT - 100)
    with pytest.raises(Unauthenticated):
        await authenticator().actor(credentials)
    assert "expired" in caplog.text
    assert not any(part in caplog.text for part in (NUMBER, *credentials.split(".")))


@pytest.mark.parametrize(
    ("value", "level"),
    [
        *((450, 450), ("450", 450), ("urn:a", 500), (["urn:b", "urn:a"], 500), (["pwd", "mfa"], 100)),
        *((None, 100), (True, 100), (99, 100), (501, 100), (10**30, 100), ("999", 100), ("٤٥٠", 100), ("", 100)),
        *((450.0, 100), ("unknown", 100), ({"level": 500}, 100), ([], 100), ([["urn:a"]], 100), ("-450", 100)),
    ],
)
def test_a_level_that_is_not_known_is_the_lowest(value: Any, level: int) -> None:
    assert assurance_level(value, {"urn:a": 500, "urn:b": 400}) == level


def test_a_claim_is_found_whole_or_by_its_path() -> None:
    content = {"a.b": 1, "c": {"d": {"e": 2}}, "f": "text"}
    assert [claim(content, name) for name in ("a.b", "c.d.e")] == [1, 2]
    assert [claim(content, name) for name in ("c.x", "f.g", "nothing", None)] == [None] * 4
