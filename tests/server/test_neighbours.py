"""Pages elsewhere: which a browser is told may ask us."""

from __future__ import annotations

from typing import Any

import pytest

from execution.http import GraphQLHttp
from server.neighbours import open_to_neighbours
from server.settings import Settings, WrongSettings
from tests.execution import toy
from tests.graphql import Client, Reply

FRONT = "https://front.example"
JSON = {"content-type": "application/json"}
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, content-type, apollographql-client-name, x-purpose",
}


def page(monkeypatch: pytest.MonkeyPatch, origins: str = FRONT) -> Client:
    """What a browser meets, with these origins in the settings."""
    monkeypatch.setenv("BTB_ALLOWED_ORIGINS", origins)
    settings = Settings.read(env_file=None)
    return Client(open_to_neighbours(GraphQLHttp(toy.engine(), toy.context), settings))


async def asked(browser: Client, origin: str) -> Reply:
    return await browser.request("POST", "/graphql", b'{"query":"{hello}"}', JSON | {"origin": origin})


async def test_a_listed_page_is_told_that_it_may_ask_and_may_read_the_requests_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = page(monkeypatch)
    before = await browser.request("OPTIONS", "/graphql", headers=PREFLIGHT | {"origin": FRONT})
    assert (before.status, before.headers["access-control-allow-origin"]) == (200, FRONT)
    reply = await asked(browser, FRONT)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, FRONT)
    assert "x-request-id" in reply.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in reply.headers
    assert {each.strip() for each in reply.headers["vary"].split(",")} == {"Accept", "Origin"}


@pytest.mark.parametrize("origin", ["https://other.example", "null", f"{FRONT}.evil.example", "http://front.example"])
async def test_any_other_page_is_told_nothing(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    browser = page(monkeypatch)
    before = await browser.request("OPTIONS", "/graphql", headers=PREFLIGHT | {"origin": origin})
    assert before.status == 400
    for reply in (before, await asked(browser, origin)):
        assert "access-control-allow-origin" not in reply.headers


async def test_without_listed_pages_nothing_is_said_of_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = page(monkeypatch, "")
    assert (await browser.request("OPTIONS", "/graphql", headers=PREFLIGHT | {"origin": FRONT})).status == 405
    reply: Any = await asked(browser, FRONT)
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("name", ["BTB_ALLOWED_ORIGINS", "BTB_CALLBACK_ORIGINS"])
@pytest.mark.parametrize(
    "said", ["front.example", "https://front.example/", "*", "https://a.example, null", "https://u@front.example"]
)
def test_what_is_no_origin_is_wrong_in_the_settings(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv(name, said)
    with pytest.raises(WrongSettings) as refused:
        Settings.read(env_file=None)
    assert [each for each, _ in refused.value.wrong] == [name]
