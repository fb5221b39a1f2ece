"""The file of issuers: what a plain one means, and every mistake by its key, all of them at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from btb.actors import Scope
from server.issuer_file import PROFILES, read_issuers
from server.issuers import PLAIN_TYPES, Issuer, IssuerKind, IssuerMistakes, trusted
from server.rehearsal_issuer import RehearsalIssuer, RehearsalKeys
from tests.server.identity import EC, RSA, jwks

PLAIN = """
[[issuer]]
issuer = "https://login.example.be"
kind = "citizen"
audience = "btb"
algorithms = ["ES256", "RS256"]
jwks = "keys.json"

[issuer.claims]
national_number = "egovNRN"
assurance = "acr"

[issuer.claims.assurance_levels]
"urn:be:fedict:iam:fas:Level450" = 450

[[issuer]]
issuer = "https://machines.example.be"
kind = "client"
audience = ["btb", "https://btb.example.be"]
algorithms = ["RS256"]
jwks = "https://machines.example.be/keys"
max_lifetime = 900

[issuer.claims]
client = "azp"
scopes = "scp"

[issuer.scopes]
"btb.read" = ["btb:mandates:read", "btb:feed:read"]
"role-*" = "btb:operate"

[issuer.systems]
uman-prod = "UMAN"
"""


def read(folder: Path, text: str) -> tuple[Issuer, ...]:
    (folder / "keys.json").write_bytes(jwks(EC, RSA))
    file = folder / "issuers.toml"
    file.write_text(text, "utf-8")
    return read_issuers(file)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(IssuerMistakes) as wrong:
        read(folder, text)
    return [mistake.partition(":")[0] for mistake in wrong.value.mistakes]


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    citizens, machines = read(tmp_path, PLAIN)
    assert citizens.kind is IssuerKind.CITIZEN
    assert citizens.audiences == {"btb"}
    assert citizens.jwks == tmp_path / "keys.json"
    assert citizens.claims.assurance_levels == {"urn:be:fedict:iam:fas:Level450": 450}
    assert citizens.types == PLAIN_TYPES
    assert not citizens.required
    assert machines.kind is IssuerKind.CLIENT
    assert machines.jwks == "https://machines.example.be/keys"
    assert (citizens.asked, machines.asked) == (False, True), "Whom the network is used for."
    assert machines.max_lifetime == timedelta(minutes=15)
    assert machines.systems == {"uman-prod": "UMAN"}
    assert machines.scopes_of("btb.read") == {Scope.MANDATES_READ, Scope.FEED_READ}
    assert machines.scopes_of("role-chief") == {Scope.OPERATE}
    assert machines.scopes_of("btb:statistics:read") == {Scope.STATISTICS_READ}
    assert not machines.scopes_of("other")


@pytest.mark.parametrize(
    ("line", "instead", "key"),
    [
        ('issuer = "https://login.example.be"', "", "issuer[0].issuer"),
        ('issuer = "https://login.example.be"', "issuer = 5", "issuer[0].issuer"),
        ('kind = "citizen"', 'kind = "robot"', "issuer[0].kind"),
        ('kind = "citizen"', "", "issuer[0].kind"),
        ('audience = "btb"', "", "issuer[0].audience"),
        ('audience = "btb"', "audience = []", "issuer[0].audience"),
        ('audience = "btb"', 'audience = ["btb", ""]', "issuer[0].audience"),
        ('algorithms = ["ES256", "RS256"]', "", "issuer[0].algorithms"),
        ('algorithms = ["ES256", "RS256"]', 'algorithms = ["HS256"]', "issuer[0].algorithms"),
        ('algorithms = ["ES256", "RS256"]', 'algorithms = ["none"]', "issuer[0].algorithms"),
        ('algorithms = ["ES256", "RS256"]', 'algorithms = ["Ed25519"]', "issuer[0].jwks"),
        ('jwks = "keys.json"', "", "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "nowhere.json"', "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "issuers.toml"', "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "http://login.example.be/keys"', "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "ftp://login.example.be/keys"', "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "https://user:word@login.example.be/keys"', "issuer[0].jwks"),
        ('jwks = "keys.json"', 'jwks = "https://[::1/keys"', "issuer[0].jwks"),
        ('national_number = "egovNRN"', "", "issuer[0].claims.national_number"),
        ('national_number = "egovNRN"', 'national_nummer = "egovNRN"', "issuer[0].claims.national_nummer"),
        ('assurance = "acr"', "assurance = 5", "issuer[0].claims.assurance"),
        ("= 450", '= "450"', "issuer[0].claims.assurance_levels.urn"),
        ("= 450", "= 501", "issuer[0].claims.assurance_levels.urn"),
        ("= 450", "= true", "issuer[0].claims.assurance_levels.urn"),
        ("max_lifetime = 900", "max_lifetime = 0", "issuer[1].max_lifetime"),
        ("max_lifetime = 900", 'max_lifetime = "long"', "issuer[1].max_lifetime"),
        ("max_lifetime = 900", "algoritms = []", "issuer[1].algoritms"),
        ('["btb:mandates:read", "btb:feed:read"]', '"btb:everything"', "issuer[1].scopes.btb.read"),
        ('["btb:mandates:read", "btb:feed:read"]', "[]", "issuer[1].scopes.btb.read"),
        ('uman-prod = "UMAN"', "uman-prod = 5", "issuer[1].systems.uman-prod"),
        ('kind = "client"', 'kind = "client"\nprofile = "mine"', "issuer[1].profile"),
        ('kind = "client"', 'kind = "client"\nclaims = 5\n[[issuer]]', "issuer[1].claims"),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path: Path, line: str, instead: str, key: str) -> None:
    assert line in PLAIN
    assert key in mistakes(tmp_path, PLAIN.replace(line, instead, 1))


def test_all_mistakes_come_together(tmp_path: Path) -> None:
    wrong = PLAIN.replace('"egovNRN"', "5").replace('kind = "client"', 'kind = "x"')
    found = mistakes(tmp_path, "other = 1\n" + wrong)
    assert {"other", "issuer[0].claims.national_number", "issuer[1].kind"} <= set(found)


@pytest.mark.parametrize("text", ["", "issuer = 5", "issuer = []", "[issuer]\nissuer = 'x'"])
def test_a_file_without_issuers_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert "issuer" in mistakes(tmp_path, text)


@pytest.mark.parametrize("text", ["[[issuer]", "\x00", 'a = "'])
def test_a_file_that_is_no_toml_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text) == ["BTB_ISSUERS"]


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(IssuerMistakes, match="BTB_ISSUERS"):
        read_issuers(tmp_path / "nowhere.toml")


def test_one_issuer_twice_needs_different_audiences(tmp_path: Path) -> None:
    twice = PLAIN.replace("https://machines.example.be", "https://login.example.be", 1)
    assert mistakes(tmp_path, twice) == ["issuer[1].audience"]
    apart = twice.replace('audience = ["btb", "https://btb.example.be"]', 'audience = "btb-machines"')
    assert len(read(tmp_path, apart)) == 2


INTROSPECTED = """
[[issuer]]
issuer = "https://op.example.be"
kind = "client"
audience = "btb"

[issuer.introspection]
url = "https://op.example.be/introspect"
client_id = "btb"
private_key = "key.pem"
"""


def test_an_issuer_that_is_only_asked_needs_no_keys(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(RSA.as_pem(private=True))
    (issuer,) = read(tmp_path, INTROSPECTED)
    assert issuer.jwks is None
    assert issuer.introspection is not None
    assert "key" not in repr(issuer.introspection)


@pytest.mark.parametrize(
    ("line", "instead", "key"),
    [
        ('url = "https://op.example.be/introspect"', "", "issuer[0].introspection.url"),
        ('url = "https://op.example.be/introspect"', 'url = "http://op.be"', "issuer[0].introspection.url"),
        ('client_id = "btb"', "", "issuer[0].introspection.client_id"),
        ('private_key = "key.pem"', "", "issuer[0].introspection.private_key"),
        ('private_key = "key.pem"', 'private_key = "keys.json"', "issuer[0].introspection.private_key"),
        ('private_key = "key.pem"', 'client_secret_file = "x"', "issuer[0].introspection.client_secret_file"),
        ('private_key = "key.pem"', 'password = "x"', "issuer[0].introspection.password"),
        ('client_id = "btb"', 'client_id = "btb"\nalgorithm = "HS256"', "issuer[0].introspection.algorithm"),
        ('client_id = "btb"', 'client_id = "btb"\nclient_secret = "s"', "issuer[0].introspection.private_key"),
    ],
)
def test_a_mistake_in_introspection_is_named_by_its_key(tmp_path: Path, line: str, instead: str, key: str) -> None:
    (tmp_path / "key.pem").write_bytes(RSA.as_pem(private=True))
    assert key in mistakes(tmp_path, INTROSPECTED.replace(line, instead, 1))


GIVEN = {
    "rfc9068": 'issuer = "https://as.example"\njwks = "keys.json"\n',
    "csam": "",
    "nsso": 'issuer = "https://as.example"\njwks = "keys.json"\n',
    "acm": '[issuer.introspection]\nclient_id = "btb"\nclient_secret = "s"\n',
    "acm-client": '[issuer.introspection]\nclient_id = "btb"\nclient_secret = "s"\n',
}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_shipped_profile_needs_only_what_it_asks_for(tmp_path: Path, profile: str) -> None:
    (issuer,) = read(tmp_path, f'[[issuer]]\nprofile = "{profile}"\naudience = "btb"\n{GIVEN[profile]}')
    assert issuer.audiences == {"btb"}
    if profile == "csam":
        assert issuer.claims.national_number == "egovNRN"
        assert issuer.claims.assurance_levels["urn:be:fedict:iam:fas:Level500"] == 500
    if profile == "rfc9068":
        assert issuer.types == {"at+jwt"}
        assert issuer.required == {"sub", "client_id", "iat", "jti"}
    if profile == "nsso":
        assert issuer.scopes_of("scope:csam:btb:feed:read") == {Scope.FEED_READ}


def test_what_is_given_wins_over_the_profile(tmp_path: Path) -> None:
    text = '[[issuer]]\nprofile = "csam"\naudience = "btb"\njwks = "keys.json"\n[issuer.claims]\nassurance = "level"\n'
    (issuer,) = read(tmp_path, text)
    assert issuer.jwks == tmp_path / "keys.json"
    assert issuer.claims.assurance == "level"
    assert issuer.claims.national_number == "egovNRN"


def test_the_rehearsal_issuer_stands_beside_no_real_one(tmp_path: Path) -> None:
    rehearsal = RehearsalIssuer(RehearsalKeys.make()).trusted()
    real = read(tmp_path, PLAIN)
    assert trusted(real, ()) == real
    assert trusted((), rehearsal) == rehearsal
    with pytest.raises(IssuerMistakes, match="cannot be on together"):
        trusted(real, rehearsal)
