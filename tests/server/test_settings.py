"""The settings: read once, refused together, never repeated."""

from __future__ import annotations

import logging
import os
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from btb.enterprises import EnterpriseStatus
from btb.policy import AppointmentPolicy
from btb.representation import RepresentationPolicy
from execution.limits import Limits
from server import policies
from server.gateway import signature
from server.limit_sections import Limiting
from server.sections import Magda
from server.settings import _SECTIONS, Settings, WrongSettings, meanings
from tests.graphql import Client

SECRETS = ("BTB_DATABASE_URL", "BTB_GATEWAY_SECRETS")


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BTB_")]:
        monkeypatch.delenv(name)


def _read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.read(env_file=None)


def _refused(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, str]:
    with pytest.raises(WrongSettings) as refused:
        _read(monkeypatch, **environment)
    return dict(refused.value.wrong)


def test_without_any_setting_this_is_a_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch)
    assert settings.town_in_process
    assert settings.rehearsing
    assert settings.test_numbers_allowed
    assert settings.graphiql_shown


def test_with_magda_nothing_of_a_rehearsal_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch, BTB_MAGDA_URL="http://127.0.0.1:9/any/path")
    assert not settings.town_in_process
    assert not settings.rehearsing
    assert not settings.test_numbers_allowed
    assert not settings.graphiql_shown
    assert policies.magda_settings(settings, "http://town").base_url == "http://127.0.0.1:9/any/path"


def test_test_numbers_are_accepted_beside_magda_where_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch, BTB_MAGDA_URL="https://magda.example/x", BTB_ALLOW_TEST_NUMBERS="true")
    assert policies.magda_settings(settings, "").allow_test_numbers


def test_everything_wrong_is_told_at_once_and_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = _refused(
        monkeypatch,
        BTB_PORT="eighty",
        BTB_MAGDA_URL="ftp://magda.example",
        BTB_LIMIT_TOKENS="0",
        BTB_CACHE_SECONDS="soon",
        BTB_MAGDA_SIGNING_KEY="/no/such/file",
    )
    assert set(wrong) == {
        "BTB_PORT",
        "BTB_MAGDA_URL",
        "BTB_LIMIT_TOKENS",
        "BTB_CACHE_SECONDS",
        "BTB_MAGDA_SIGNING_KEY",
    }


@pytest.mark.parametrize("name", [meaning.name for meaning in meanings()])
def test_no_value_is_ever_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2%85073003328")
    try:
        shown = repr(Settings.read(env_file=None)) if name in SECRETS else ""
    except WrongSettings as refused:
        shown = str(refused)
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("BTB_MAGDA_CLIENT_CERTIFICATE", "BTB_MAGDA_CLIENT_KEY"),
        ("BTB_MAGDA_SIGNING_CERTIFICATE", "BTB_MAGDA_SIGNING_KEY"),
    ],
)
def test_a_certificate_needs_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, missing: str) -> None:
    file = tmp_path / "some.pem"
    file.write_text("")
    assert set(_refused(monkeypatch, **{given: str(file)})) == {missing}
    assert set(_refused(monkeypatch, **{given: "", missing: str(file)})) == {given}


def test_what_is_no_rehearsal_needs_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(_refused(monkeypatch, BTB_REHEARSAL="false")) == {"BTB_MAGDA_URL"}


def test_an_empty_setting_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _read(monkeypatch, BTB_MAGDA_URL="", BTB_PORT="").house.port == 8000


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch, BTB_ALLOWED_ORIGINS="https://a.example, https://b.example")
    assert settings.neighbours.allowed_origins == ("https://a.example", "https://b.example")


def test_the_environment_leads_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BTB_PORT=1111\nBTB_HOST=::1\nOTHER=1\n")
    monkeypatch.setenv("BTB_PORT", "2222")
    settings = Settings.read(file)
    assert (settings.house.host, settings.house.port) == ("::1", 2222)


def test_a_name_nobody_knows_is_wrong_in_our_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BTB_MAGDA_ULR=http://magda.example\n")
    with pytest.raises(WrongSettings) as refused:
        Settings.read(file)
    assert dict(refused.value.wrong)["BTB_MAGDA_ULR"] == "There is no such setting. Is BTB_MAGDA_URL meant?"


def test_a_name_nobody_knows_in_the_environment_is_only_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        _read(monkeypatch, BTB_SERVICE_HOST="10.0.0.1", BTB_REQUIRE_ALL="1")
    assert [record.getMessage() for record in caplog.records] == [
        "BTB_SERVICE_HOST is ignored. There is no such setting."
    ]


def test_settings_do_not_change_once_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        settings.house.port = 1  # type: ignore[misc]


def test_every_limit_of_an_operation_is_a_setting() -> None:
    assert set(Limiting.model_fields) - {"body_bytes", "json_depth", "cost_per_minute"} == {
        field.name for field in fields(Limits)
    }


def test_limits_and_patience_unset_are_those_of_the_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch, BTB_MAGDA_URL="https://magda.example/")
    assert policies.limits(settings) == Limits()
    assert policies.http_settings(settings) == type(policies.http_settings(settings))()
    for policy in (policies.outage_policy, policies.answer_policy, policies.patience):
        assert policy(settings) == type(policy(settings))()


def test_a_rate_of_nothing_is_no_pace_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"BTB_MAGDA_URL": "https://magda.example/"}
    assert policies.outage_policy(_read(monkeypatch, **elsewhere, BTB_MAGDA_RATE="0")).rate is None
    assert policies.outage_policy(_read(monkeypatch, **elsewhere, BTB_MAGDA_RATE="5")).rate == 5


def test_the_town_in_process_needs_no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policies.outage_policy(_read(monkeypatch, BTB_MAGDA_RATE="5")).rate is None


def test_the_rules_unset_are_those_of_the_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _read(monkeypatch)
    assert policies.appointment_policy(settings) == AppointmentPolicy()
    assert policies.representation_policy(settings) == RepresentationPolicy()


def test_every_setting_of_the_rules_reaches_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "BTB_APPOINTING_MOST_CO_CHIEFS": "3",
        "BTB_APPOINTING_LONGEST_TERM_DAYS": "365",
        "BTB_APPOINTING_CHIEF_ASSURANCE": "500",
        "BTB_REPRESENTING_STATUSES": "ACTIVE,ANNOUNCED",
        "BTB_REPRESENTING_LIQUIDATOR_CODES": "12345",
        "BTB_REPRESENTING_WORKING_PARTNER_FORMS": "011,012",
        "BTB_REPRESENTING_END_DAY_COUNTS": "true",
    }
    settings = _read(monkeypatch, **given)
    appointing, representing = policies.appointment_policy(settings), policies.representation_policy(settings)
    assert (appointing.most_co_chiefs, appointing.chief_assurance) == (3, 500)
    assert appointing.longest_term == timedelta(days=365)
    assert representing.statuses == {EnterpriseStatus.ACTIVE, EnterpriseStatus.ANNOUNCED}
    assert representing.liquidator_codes == {"12345"}
    assert representing.working_partner_forms == {"011", "012"}
    assert representing.end_day_counts


def test_every_setting_of_magda_reaches_the_adapter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "some.pem"
    file.write_text("")
    given = {
        name: str(file)
        for name in ("CLIENT_CERTIFICATE", "CLIENT_KEY", "AUTHORITIES", "SIGNING_KEY", "SIGNING_CERTIFICATE")
    }
    given |= {f"{name}URL": "https://magda.example/" for name in ("", "ENTERPRISES_", "FUNCTIONS_", "PERSONS_")}
    given |= {"REGISTRATION_URL": "https://magda.example/", "SENDER": "urn:btb", "CAPACITY": "1", "RATE": "3"}
    given |= {"SIGNING_ALGORITHM": "rsa-sha1", "PERSONS_SOURCE": "KSZ", "REGISTER_PERSONS": "true", "CHUNK": "7"}
    given |= {"DEADLINE": "1", "CONCURRENCY": "2", "LONGEST_WAIT": "3", "FAILURES_TO_OPEN": "4", "OPEN_SECONDS": "6"}
    given |= {"MAXIMUM_ANSWER": "2048"}
    assert {name.lower() for name in given} == set(Magda.model_fields)
    settings = _read(monkeypatch, **{f"BTB_MAGDA_{name}": value for name, value in given.items()})
    read = policies.magda_settings(settings, "")
    for name in given:
        monkeypatch.delenv(f"BTB_MAGDA_{name}")
    unset = policies.magda_settings(_read(monkeypatch), "https://elsewhere.example/")
    same = [each.name for each in fields(read) if getattr(read, each.name) == getattr(unset, each.name)]
    assert same == ["user"]


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=204)(scope, receive, send)


def _now() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("environment", "headers", "status"),
    [
        ({}, {}, 204),
        ({"SECRETS": "sixteen characters"}, {}, 401),
        ({"SECRETS": "sixteen characters, and the next secret"}, {"x-btb-gateway-signature": "next"}, 204),
        ({"SECRETS": "sixteen characters", "SIGNATURE": "extension"}, {"x-btb-gateway-signature": "next"}, 401),
        ({"CERTIFICATE_HEADER": "x-cert", "CERTIFICATES": "ab:cd,12:34"}, {"x-cert": "1234"}, 204),
        ({"CERTIFICATE_HEADER": "x-cert", "CERTIFICATES": "ab:cd"}, {"x-cert": "1234"}, 401),
    ],
)
async def test_the_gateway_proves_itself_as_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], headers: dict[str, str], status: int
) -> None:
    settings = _read(monkeypatch, **{f"BTB_GATEWAY_{name}": value for name, value in environment.items()})
    if headers.get("x-btb-gateway-signature"):
        at = str(int(_now().timestamp()))
        signed = signature(b"and the next secret", f"{at}.POST./graphql.".encode())
        headers = {"x-btb-gateway-signature": f"t={at},v1={signed}"}
    client = Client(policies.guarded(_answers, settings, _now))
    assert (await client.request("POST", "/graphql", headers=headers)).status == status
    assert (await client.request("GET", "/health/live")).status == 204


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(_refused(monkeypatch, BTB_GATEWAY_SECRETS="sixteen characters,short")) == {"BTB_GATEWAY_SECRETS"}


def test_no_setting_is_unused() -> None:
    server = Path(policies.__file__).parent
    text = "".join(path.read_text() for path in server.rglob("*.py") if path.name != "sections.py")
    others = {name: each for name, each in _SECTIONS.items() if name not in ("limits", "appointing")}
    fields_of = {name: each.model_fields for name, each in others.items()}
    unused = [f"{name}.{field}" for name, known in fields_of.items() for field in known if f".{field}" not in text]
    assert unused == []


def test_every_setting_has_a_meaning_that_is_a_sentence() -> None:
    for meaning in meanings():
        assert meaning.meaning.endswith("."), meaning.name
        assert "|" not in meaning.meaning
        assert "\n" not in meaning.meaning
